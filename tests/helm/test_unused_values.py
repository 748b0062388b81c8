"""Values that no template reads are told; what may be read is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.unused_values import unused_values
from gitlint_ops.build.site import DeliverySettings

from .charts import Files
from .conftest import Ran
from .sites import RELEASE, Workshop

Unused = Callable[..., list[str]]

HEAD = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"


@pytest.fixture
def unused(write: Callable[[Files], Path]) -> Unused:
    """The lines of the values that nothing reads, with the message's hint. No helm is needed for that."""

    def told(template: str, values: str, files: Files | None = None) -> list[str]:
        root = write(
            {
                "release.yaml": RELEASE,
                "chart/Chart.yaml": HEAD,
                "chart/templates/a.yaml": MAP + template,
                "values.yaml": values,
                **(files or {}),
            }
        )
        shop = Workshop(root, Helm(), DeliverySettings())
        shop.render(values=(shop.layer("values.yaml"),))
        return [f"{shop.line(one)} {one.hint}" for one in unused_values(shop.site.renderings, shop.sources)]

    return told


def test_a_misspelled_key_is_told_with_the_one_that_is_read(unused: Unused) -> None:
    told = unused("  a: {{ .Values.replicas }}\n", "replicsa: 3\n")

    assert told == ["values.yaml:1 did you mean 'replicas'?"]


def test_only_the_topmost_key_is_told_and_those_in_lists_too(unused: Unused) -> None:
    template = "  a: {{ .Values.image.tag }}\n  {{- range .Values.hosts }}\n  b: {{ .name }}\n  {{- end }}\n"

    told = unused(template, "image: {tags: {a: 1}}\nhosts:\n- name: a\n- nmae: b\n")

    assert told == ["values.yaml:1 did you mean 'tag'?", "values.yaml:4 did you mean 'name'?"]


READ: dict[str, tuple[str, str, Files]] = {
    "printed as a whole": ("  a: {{ toJson .Values }}\n", "x: 1\n", {}),
    "a subtree printed": ("  a: {{ toYaml .Values.x | nindent 4 }}\n", "x: {y: {z: 1}}\n", {}),
    "by a variable key": ("  a: {{ index .Values .Release.Name }}\n", "x: 1\n", {}),
    "in a helper of a subchart": (
        '  a: {{ include "db.name" . }}\n',
        "x: 1\n",
        {
            "chart/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\ntype: library\n",
            "chart/charts/db/templates/_a.tpl": '{{ define "db.name" }}{{ .Values.x }}{{ end }}\n',
        },
    ),
    "by a subchart, under its alias": (
        "  a: b\n",
        "store: {size: 1}\n",
        {
            "chart/Chart.yaml": f"{HEAD}dependencies:\n- {{name: db, alias: store, version: 1.0.0}}\n",
            "chart/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
            "chart/charts/db/templates/a.yaml": f"{MAP}  a: {{{{ .Values.size }}}}\n",
        },
    ),
    "a condition, tags and global": (
        "  a: b\n",
        "db: {live: true}\ntags: {back: true}\nglobal: {x: 1}\n",
        {
            "chart/Chart.yaml": f"{HEAD}dependencies:\n- {{name: db, version: 1.0.0, condition: db.live}}\n",
            "chart/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        },
    ),
    "imported from a subchart": (
        "  a: b\n",
        "any: 1\n",
        {
            "chart/Chart.yaml": f"{HEAD}dependencies:\n- {{name: db, version: 1.0.0, import-values: [d]}}\n",
            "chart/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        },
    ),
    "listed in the chart's values": ("  a: b\n", "x: {y: 1}\n", {"chart/values.yaml": "x: {y: 2}\n"}),
    "listed in the schema": (
        "  a: b\n",
        "x: 1\n",
        {"chart/values.schema.json": '{"properties": {"x": {"type": "integer"}}}'},
    ),
    "by tpl, in a text among the values": (
        "  a: {{ tpl .Values.text . }}\n",
        "text: '{{ .Values.name }}'\nname: a\n",
        {},
    ),
    "by tpl, in a file": (
        '  a: {{ tpl (.Files.Get "a.txt") . }}\n',
        "name: a\n",
        {"chart/a.txt": "{{ .Values.name }}\n"},
    ),
    "a template that does not parse": ("  a: {{ if }}\n", "x: 1\n", {}),
    "named by an anchor": ("  a: {{ .Values.b }}\n", "shared: &shared\n  x: 1\nb: *shared\n", {}),
    "held apart": ("  a: b\n", "x-common: {a: 1}\n_held: 1\n.more: 1\n", {}),
    "taken away by null": ("  a: b\n", "x: null\n", {}),
    "members by name": (
        "  {{- range $key, $value := .Values.env }}\n  {{ $key }}: x\n  {{- end }}\n",
        "env: {A: 1}\n",
        {},
    ),
}


@pytest.mark.parametrize(("template", "values", "files"), READ.values(), ids=READ)
def test_nothing_is_told_of_what_may_be_read(
    template: str, values: str, files: Files, unused: Unused
) -> None:
    assert unused(template, values, files) == []


def test_what_tpl_cannot_be_given_stays_unread(unused: Unused) -> None:
    told = unused("  a: {{ tpl .Values.text . }}\n", "text: '{{ .Values.name }}'\nnmae: a\n")

    assert told == ["values.yaml:2 did you mean 'name'?"]


def test_a_file_given_to_several_releases_is_told_only_of_what_none_of_them_reads(
    write: Callable[[Files], Path],
) -> None:
    shop = Workshop(
        write(
            {
                "release.yaml": RELEASE,
                "one/Chart.yaml": HEAD,
                "one/templates/a.yaml": MAP + "  a: {{ .Values.left }}\n",
                "two/Chart.yaml": HEAD,
                "two/templates/a.yaml": MAP + "  a: {{ .Values.right }}\n",
                "common.yaml": "left: 1\nright: 2\nneither: 3\n",
            }
        ),
        Helm(),
        DeliverySettings(),
    )
    for chart in ("one", "two"):
        shop.render(chart, values=(shop.layer("common.yaml"),))

    assert [shop.line(one) for one in unused_values(shop.site.renderings, shop.sources)] == ["common.yaml:3"]


def test_values_of_kustomizations_are_told_too(
    write: Callable[[Files], Path], gitlint_ops: Callable[..., Ran]
) -> None:
    root = write(
        {
            "kustomization.yaml": "helmCharts:\n- name: web\n  valuesFile: own.yaml\n"
            "  valuesInline:\n    replcas: 3\n",
            "own.yaml": "replicas: 2\nnothing: 1\n",
            "charts/web/Chart.yaml": HEAD,
            "charts/web/values.yaml": "# replicas: 1\n",
            "charts/web/templates/a.yaml": MAP + "  a: {{ .Values.replicas | quote }}\n",
        }
    )

    ran = gitlint_ops("check", str(root), "--select", "values-key-unused", "--format", "json")

    found = json.loads(ran.out)["findings"]
    assert [(one["location"]["file"], one["location"]["line"]) for one in found] == [
        ("kustomization.yaml", 5),
        ("own.yaml", 2),
    ]
    assert found[0]["hint"] == "did you mean 'replicas'?"
