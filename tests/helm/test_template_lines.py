"""Lines of templates for fields of what they render to."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.build.helm.messages import TemplatePlace, plain_message, template_places
from gitlint_ops.build.helm.template_lines import TemplateLines
from gitlint_ops.build.helm.values import Values
from gitlint_ops.model.blame import Origin, Via, at, chain, origin
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef

FILE = FileRef("repo", "worktree", "chart/templates/a.yaml")
ENTRY = Origin(
    DocumentRef(FileRef("repo", "worktree", "kustomization.yaml")), ("helmCharts", 0), Via.GENERATOR
)

TEMPLATE = """\
{{- if .Values.on }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "labels" . | nindent 4 }}
  annotations:
    "quoted.example/key": x
    {{- with .Values.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  ports:
  - name: http
    port: 80
  - name: {{ .Values.second }}
    port: 81
  selector:
    name: web
{{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: fixed
spec:
  {{- range .Values.ports }}
  ports:
  - port: {{ . }}
  {{- end }}
  {{ .Values.key }}: 1
---
kind: Many
data:
  {{- range $i, $e := list "a" "b" }}
  k{{ $i }}: {{ $e }}
  "{{ $e }}-url": http://{{ $e }}
  {{- end }}
  # {{ $e }}: none
  plain: {{ .Values.x }}
  more:
    {{ .Values.key }}.{{ .Values.y }}: 1
"""
SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "r", "labels": {"a": "b"}, "annotations": {"quoted.example/key": "x", "more": "y"}},
    "spec": {
        "ports": [{"name": "http", "port": 80}, {"name": "s", "port": 81}, {"name": "t"}],
        "selector": {"name": "web"},
    },
}
FIXED: dict[str, Any] = {
    "kind": "Service",
    "metadata": {"name": "fixed"},
    "spec": {"ports": [{"port": 1}, {"port": 2}], "dynamic": 1},
}


MANY: dict[str, Any] = {
    "kind": "Many",
    "data": {"k0": "a", "b-url": "http://b", "plain": "x", "more": {"a.b": 1}},
}


@pytest.mark.parametrize(
    ("body", "path", "line"),
    [
        (MANY, ("data", "k0"), 36),
        (MANY, ("data", "b-url"), 37),
        (MANY, ("data", "plain"), 40),
        (MANY, ("data", "more", "a.b"), 42),
        (SERVICE, (), 2),
        (SERVICE, ("metadata", "name"), 5),
        (SERVICE, ("metadata", "labels", "a"), 6),
        (SERVICE, ("metadata", "annotations", "quoted.example/key"), 8),
        (SERVICE, ("metadata", "annotations", "more"), 10),
        (SERVICE, ("spec", "ports", 0, "port"), 15),
        (SERVICE, ("spec", "ports", 1, "name"), 16),
        (SERVICE, ("spec", "ports", 1, "port"), 17),
        (SERVICE, ("spec", "ports", 2, "name"), 13),
        (SERVICE, ("spec", "selector", "name"), 19),
        (FIXED, ("metadata", "name"), 25),
        (FIXED, ("spec", "ports", 1, "port"), 29),
        (FIXED, ("spec", "dynamic"), 31),
    ],
)
def test_a_field_is_found_by_its_keys_or_by_what_printed_it(
    body: dict[str, Any], path: FieldPath, line: int
) -> None:
    blame = at(TemplateLines(FILE, TEMPLATE.encode()).blame(body, 0, ENTRY), path)

    assert origin(blame).source_path == (line,)
    assert [one.via for one in chain(blame)] == [Via.HELM_TEMPLATE, Via.GENERATOR]


GIVEN = DocumentRef(FileRef("repo", "worktree", "values.yaml"))
VALUES = Values(
    {"image": {"tag": "v9", "on": True}, "none": "", "db": {"size": 3}},
    Origin(GIVEN, (), Via.HELM_VALUES),
)
GIVING = """\
kind: ConfigMap
data:
  whole: {{ .Values.image.tag | quote }}
  part: web:{{ .Values.image.tag }}
  upper: {{ .Values.image.tag | upper }}
  flag: {{ .Values.image.on }}
  either: {{ .Values.other | default .Values.image.tag }}
  twice: {{ .Values.image.tag }}-{{ .Values.image.tag }}
  empty: {{ .Values.none }}
  plain: v9
"""
MADE: dict[str, Any] = {
    "kind": "ConfigMap",
    "data": {
        "whole": "v9",
        "part": "web:v9",
        "upper": "V9",
        "flag": True,
        "either": "v9",
        "twice": "v9-v9",
        "empty": "",
        "plain": "v9",
    },
}


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("whole", ("image", "tag")),
        ("part", ("image", "tag")),
        ("twice", ("image", "tag")),
        ("flag", ("image", "on")),
        *((key, None) for key in ("upper", "either", "empty", "plain")),
    ],
)
def test_a_value_that_is_printed_as_it_is_given_has_its_place_behind_the_template(
    key: str, given: FieldPath | None
) -> None:
    blame = at(TemplateLines(FILE, GIVING.encode(), VALUES).blame(MADE, 0, ENTRY), ("data", key))

    places = [(one.source, one.source_path) for one in chain(blame)][1:]

    entry = (ENTRY.source, ENTRY.source_path)
    assert places == ([(GIVEN, given), entry] if given else [entry])


def test_values_of_a_chart_within_another_stand_under_its_name() -> None:
    lines = TemplateLines(FILE, b"kind: A\nsize: {{ .Values.size }}\n", VALUES, ("db",))
    blame = at(lines.blame({"kind": "A", "size": 3}, 0, ENTRY), ("size",))

    assert [one.source_path for one in chain(blame)][1] == ("db", "size")


@pytest.mark.parametrize("text", ["", "{{ fail }}", "\x00: {{", "- " * 400, "---\n" * 2000, '"' * 5000])
def test_any_text_gives_some_line(text: str) -> None:
    assert origin(TemplateLines(FILE, text.encode()).blame(SERVICE, 7, ENTRY)).source_path[0] >= 1


VERSION_3 = """\
Error: template: web/templates/a.yaml:1:6: executing "web/templates/a.yaml" at <include "x" .>: error \
calling include: template: web/templates/_h.tpl:6:10: executing "x" at <.Values.no.such>: nil pointer

Use --debug flag to render out invalid YAML
"""
VERSION_4 = """\
level=WARN msg="something else"
Error: web/templates/a.yaml:1:6
  executing "web/templates/a.yaml" at <include "x" .>:
    error calling include:
web/templates/_h.tpl:6:10
  executing "x" at <.Values.no.such>:
    nil pointer

Use --debug flag to render out invalid YAML
"""


@pytest.mark.parametrize("said", [VERSION_3, VERSION_4])
def test_both_versions_of_helm_are_understood(said: str) -> None:
    assert template_places(said) == (
        TemplatePlace("web/templates/a.yaml", 1),
        TemplatePlace("web/templates/_h.tpl", 6),
    )
    assert plain_message(said).endswith("nil pointer")
    assert "debug" not in plain_message(said)
    assert "something else" not in plain_message(said)
