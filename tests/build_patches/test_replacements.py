"""What replacements copy, by kustomize's path language, and whom the copies are blamed on."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gitlint_ops.build.kustomize.faults import BuildFault
from gitlint_ops.build.kustomize.field_paths import split_field_path
from gitlint_ops.build.kustomize.node_texts import typed
from gitlint_ops.build.kustomize.replacements import ReplacementFault, apply_replacements
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, Via, at, chain
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.syntax.documents import Typing, read

from .conftest import Texts

KUSTOMIZATION = DocumentRef(FileRef("repo", "worktree", "kustomization.yaml"))
BASE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: source}
data:
  port: "8080"
  host: db.example.com
  url: https://db.example.com:5432/shop
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: web:1
        args: [--port, "80"]
        ports: [{containerPort: 80}]
      - name: web-proxy
        image: proxy:1
"""


def replaced(
    texts: Texts, entry: str, base: str = BASE, *, complete: bool = True
) -> tuple[tuple[Resource, ...], list[FieldPath]]:
    body = read(entry.encode(), Typing.KUSTOMIZE).documents[0].body
    resources = texts.resources(base)
    before = copy.deepcopy([one.body for one in resources])
    result, violations = apply_replacements(
        resources, [(body, KUSTOMIZATION, ("replacements", 0))], complete=complete
    )
    assert [one.body for one in resources] == before
    return result, [one.path for one in violations]


def entry(
    field: str,
    target: str,
    options: str = "{}",
    source_options: str = "{}",
    select: str = "{kind: Deployment}",
) -> str:
    return f"""\
source: {{kind: ConfigMap, name: source, fieldPath: {field}, options: {source_options}}}
targets:
- select: {select}
  fieldPaths: ['{target}']
  options: {options}
"""


def spec(texts: Texts, text: str, base: str = BASE) -> Any:
    return typed(replaced(texts, text, base)[0][1]).body["spec"]


def fault(texts: Texts, text: str, base: str = BASE) -> ReplacementFault:
    with pytest.raises(ReplacementFault) as raised:
        replaced(texts, text, base)
    return raised.value


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a.b", ("a", "b")),
        (".a.b", ("a", "b")),
        (r"data.config\.yaml.a", ("data", "config.yaml", "a")),
        ("spec.containers.[name=web].image", ("spec", "containers", "[name=web]", "image")),
        ("c.[image=web:1.2].name", ("c", "[image=web:1.2]", "name")),
        ("a.[example.com/key].b", ("a", "example.com/key", "b")),
    ],
)
def test_paths_are_split_at_dots(path: str, parts: tuple[str, ...]) -> None:
    assert split_field_path(path) == parts


def test_a_field_keeps_the_type_that_it_has(texts: Texts) -> None:
    assert spec(texts, entry("data.port", "spec.replicas"))["replicas"] == 8080
    args = spec(texts, entry("data.port", "spec.template.spec.containers.0.args.1"))
    assert args["template"]["spec"]["containers"][0]["args"] == ["--port", "8080"]


def test_a_text_that_fits_no_number_is_a_fault(texts: Texts) -> None:
    resources, _ = replaced(texts, entry("data.host", "spec.replicas"))
    with pytest.raises(BuildFault, match=r"cannot decode `db\.example\.com` as a !!int") as raised:
        typed(resources[1])
    assert raised.value.violations[0].path == ("replacements", 0, "targets", 0)


def test_a_text_that_fits_no_number_is_no_fault_where_the_field_is_set_again(texts: Texts) -> None:
    resources, _ = replaced(texts, entry("data.host", "spec.replicas"))
    again = resources[1].with_field(("spec", "replicas"), 3, Origin(KUSTOMIZATION, (), Via.TRANSFORMER))
    assert typed(again).body["spec"]["replicas"] == 3


def test_a_match_in_brackets_is_a_pattern_found_anywhere(texts: Texts) -> None:
    held = spec(texts, entry("data.host", "spec.template.spec.containers.[name=web].image"))
    assert [one["image"] for one in held["template"]["spec"]["containers"]] == ["db.example.com"] * 2


def test_a_star_means_all_items(texts: Texts) -> None:
    held = spec(texts, entry("data.host", "spec.template.spec.containers.*.image"))
    assert [one["image"] for one in held["template"]["spec"]["containers"]] == ["db.example.com"] * 2


@pytest.mark.parametrize(
    ("source", "target", "outcome"),
    [
        ("{delimiter: /, index: 2}", "{}", "db.example.com:5432"),
        ("{}", "{delimiter: ':', index: 1}", "web:https://db.example.com:5432/shop"),
        ("{delimiter: /, index: 3}", "{delimiter: ':', index: 0}", "shop:1"),
        ("{delimiter: /, index: 3}", "{delimiter: ':', index: -1}", "shop:web:1"),
        ("{delimiter: /, index: 3}", "{delimiter: ':', index: 9}", "web:1:shop"),
    ],
)
def test_delimiters_take_and_replace_parts(texts: Texts, source: str, target: str, outcome: str) -> None:
    held = spec(texts, entry("data.url", "spec.template.spec.containers.0.image", target, source))
    assert held["template"]["spec"]["containers"][0]["image"] == outcome


def test_create_makes_what_is_missing_with_the_type_of_the_text(texts: Texts) -> None:
    held = spec(texts, entry("data.port", "spec.template.spec.dns.options.[name=n].value", "{create: true}"))
    assert held["template"]["spec"]["dns"] == {"options": [{"name": "n", "value": 8080}]}


def test_create_appends_only_at_the_end_of_a_list(texts: Texts) -> None:
    path = "spec.template.spec.containers.0.args."
    held = spec(texts, entry("data.host", path + "2", "{create: true}"))
    assert held["template"]["spec"]["containers"][0]["args"] == ["--port", "80", "db.example.com"]
    raised = fault(texts, entry("data.host", path + "3", "{create: true}"))
    assert "index 3 specified but only 2 elements found" in raised.message


def test_a_missing_field_is_a_fault_at_its_path_that_says_how_to_create_it(texts: Texts) -> None:
    raised = fault(texts, entry("data.host", "spec.tmplate"))
    assert (raised.at, raised.path) == (KUSTOMIZATION, ("replacements", 0, "targets", 0, "fieldPaths", 0))
    assert 'unable to find field "spec.tmplate" in replacement target' in raised.message
    assert "create: true" in raised.hint


def test_a_mapping_is_copied_whole(texts: Texts) -> None:
    result, _ = replaced(texts, entry("data", "spec.template"))
    assert result[1].body["spec"]["template"] == result[0].body["data"]


STRUCTURED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: source}
data: {host: db.example.com, port: "5432"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: target}
data:
"""


@pytest.mark.parametrize(
    ("held", "field", "path", "outcome"),
    [
        ('{"b": {"host": "x"}, "a": 1}', "data.host", "b.host", '{"a":1,"b":{"host":"db.example.com"}}'),
        ('{"port": 1}', "data.port", "port", '{"port":5432}'),
        (
            "host: 'x'\nlist:\n  - n: a\n    v: 1\n",
            "data.port",
            "list.[n=a].v",
            "host: 'x'\nlist:\n- n: a\n  v: 5432",
        ),
        ('a: {host: "x",\n  b: 1}\n', "data.host", "a.host", 'a: {host: "db.example.com", b: 1}'),
        (
            "# why\nhost: x  # note\n\nb: 1\n",
            "data.host",
            "host",
            "# why\nhost: db.example.com  # note\n\nb: 1",
        ),
    ],
)
def test_yaml_and_json_within_a_string_are_edited(
    texts: Texts, held: str, field: str, path: str, outcome: str
) -> None:
    lines = "".join(f"    {line}\n" if line else "\n" for line in held.splitlines())
    base = f"{STRUCTURED}  file: |\n{lines}"
    text = entry(field, f"data.file.{path}", select="{name: target}")
    assert replaced(texts, text, base)[0][1].body["data"]["file"] == outcome


def test_reject_leaves_resources_out(texts: Texts) -> None:
    text = entry("data.port", "metadata.name", select="{}").replace(
        "  fieldPaths", "  reject: [{kind: Deployment}]\n  fieldPaths"
    )
    assert [one.name for one in replaced(texts, text)[0]] == ["8080", "web"]


def test_a_source_value_is_copied_as_it_is(texts: Texts) -> None:
    text = "sourceValue: '7'\ntargets:\n- {select: {kind: Deployment}, fieldPaths: [spec.replicas]}\n"
    assert spec(texts, text)["replicas"] == 7


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (entry("data.nope", "spec.replicas"), ("source", "fieldPath"), "ConfigMap/source has no data.nope"),
        (entry("data.*", "spec.replicas"), ("source", "fieldPath"), "wildcard is not supported"),
        (
            entry("data.port", "spec.replicas").replace("name: source", "name: gone"),
            ("source",),
            "nothing selected by",
        ),
        ("source: {version: v1}\ntargets: []\n", ("source",), "multiple matches for selector"),
        ("source: {kind: ConfigMap}\ntargets: [{}]\n", ("targets", 0), "must specify resources to select"),
        ("targets: []\n", (), "must specify a source and at least one target"),
        (
            entry("data.port", "spec.replicas", select="{kind: '('}"),
            ("targets", 0, "select", "kind"),
            "cannot be read",
        ),
        (
            entry("data.url", "spec.replicas", source_options="{delimiter: /, index: 9}"),
            ("source", "options"),
            "out of bounds",
        ),
    ],
)
def test_faults_are_told_where_they_can_be_mended(
    texts: Texts, text: str, path: FieldPath, message: str
) -> None:
    raised = fault(texts, text)
    assert raised.path == ("replacements", 0, *path)
    assert message in raised.message


def test_a_target_that_selects_nothing_is_a_violation(texts: Texts) -> None:
    text = entry("data.port", "spec.replicas", select="{kind: Job}")
    assert replaced(texts, text)[1] == [("replacements", 0, "targets", 0, "select", "kind")]
    assert replaced(texts, text, complete=False)[1] == []


def test_a_missing_source_is_passed_over_where_resources_are_missing(texts: Texts) -> None:
    text = entry("data.port", "spec.replicas").replace("name: source", "name: remote")
    assert replaced(texts, text, complete=False)[1] == []


def test_a_copy_is_blamed_on_the_replacement_over_its_source_over_the_base(texts: Texts) -> None:
    result, _ = replaced(texts, entry("data.port", "spec.replicas"))
    places = [
        (one.source.file.path, one.source_path) for one in chain(at(result[1].blame, ("spec", "replicas")))
    ]
    assert places == [
        ("kustomization.yaml", ("replacements", 0)),
        ("base.yaml", ("data", "port")),
        ("base.yaml", ("spec", "replicas")),
    ]


def test_what_is_not_replaced_stays_the_same_object(texts: Texts) -> None:
    resources = texts.resources(BASE)
    body = read(entry("data.port", "spec.replicas").encode(), Typing.KUSTOMIZE).documents[0].body
    result, _ = apply_replacements(resources, [(body, KUSTOMIZATION, ())], complete=True)
    assert result[0] is resources[0]
    assert result[1].body["spec"]["template"] is resources[1].body["spec"]["template"]


def test_an_item_that_could_never_match_is_not_created_forever(texts: Texts) -> None:
    # kustomize itself does not end here.
    raised = fault(
        texts, entry("data.port", "spec.template.spec.containers.[name=^x$y].image", "{create: true}")
    )
    assert "failed to create element" in raised.message
