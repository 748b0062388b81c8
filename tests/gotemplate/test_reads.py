"""What templates read of their data, found without rendering."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.gotemplate.faults import TemplateFault
from gitlint_ops.gotemplate.reads import Read, fields_read
from gitlint_ops.gotemplate.template import Template, parse

from . import oracle
from .random_templates import Maker, data


def told(*texts: str) -> set[str]:
    """The reads of templates as "path kind"."""
    templates = [parse(text, f"{index}.yaml") for index, text in enumerate(texts)]
    return {f"{'.'.join(one.path)} {one.kind}" for one in fields_read(templates)}


WAYS = {
    "{{ .Values.image.tag }}": "Values.image.tag value",
    "{{ $.Values.a | quote }}": "Values.a value",
    "{{ if .Values.on }}x{{ end }}": "Values.on truth",
    "{{ if not .Values.off }}x{{ end }}": "Values.off truth",
    "{{ with .Values.a }}{{ .b }}{{ $.c }}{{ end }}": "Values.a truth, Values.a.b value, c value",
    "{{ with $x := .a }}{{ $x.b.c }}{{ else }}{{ .d }}{{ end }}": "a truth, a.b.c value, d value",
    "{{ range .Values.hosts }}{{ .name }}{{ end }}": "Values.hosts keys, Values.hosts.*.name value",
    "{{ range $k, $v := .env }}{{ $k }}={{ $v.x }}{{ end }}": "env keys, env.*.x value",
    "{{ $a := .Values.a }}{{ $a.b }}": "Values.a truth, Values.a.b value",
    "{{ toYaml .Values.resources | nindent 4 }}": "Values.resources value",
    '{{ index .Values "a" "b" }}': "Values.a.b value",
    "{{ index .Values.list 0 }}": "Values.list.* value",
    "{{ index .Values .key }}": "Values value, key value",
    '{{ get .Values "a" }}{{ if hasKey .Values "b" }}{{ end }}': "Values.a value, Values.b truth",
    '{{ dig "a" "b" "none" .Values }}': "Values.a.b value",
    "{{ .Values.a | default .Values.b }}": "Values.a truth, Values.a value, Values.b truth, Values.b value",
    "{{ (default dict .Values.a).b }}": "Values.a truth, Values.a.b value",
    "{{ tpl .Values.text . }}": " value, Values.text value",
    '{{ include "unknown" .Values.x }}': "Values.x value",
    "{{ len .Values.l }}": "Values.l keys",
    "{{ eq .a .b }}": "a value, b value",
    '{{ (dict "x" .a "y" .b).x.z }}': "a truth, a.z value, b truth",
    "{{ (append .l .x | first).y }}": "l.*.y value, x value",
    "{{ set .m .k .v }}": "k value, m value, v value",
    "{{ .Files.Get .name }}": "Files.Get value, name value",
    "{{ $x := .a }}{{ if .c }}{{ $x = .b }}{{ end }}{{ $x.d }}": (
        "a truth, a.d value, b truth, b.d value, c truth"
    ),
    "{{/* .Values.a */}}text {{ `{{ .Values.b }}` }}": "",
}


@pytest.mark.parametrize("text", WAYS)
def test_each_way_to_a_field_is_followed(text: str) -> None:
    assert ", ".join(sorted(told(text))) == WAYS[text]


def test_a_definition_of_another_file_is_followed_with_what_it_is_given() -> None:
    helpers = """
        {{ define "name" }}{{ .Values.name }}{{ .Chart.Name }}{{ end }}
        {{ define "unused" }}{{ .Values.b }}{{ end }}
    """
    main = '{{ include "name" . }}{{ template "name" (dict "Values" .Values.sub "Chart" .Chart) }}'
    read = {"Values.name value", "Values.sub.name value", "Chart.Name value"}
    assert told(main, helpers) == read | {"Values.sub truth", "Chart truth"}


def test_a_definition_that_calls_itself_ends() -> None:
    assert told('{{ define "a" }}{{ .x }}{{ template "a" .next }}{{ end }}{{ template "a" . }}') >= {
        "x value"
    }


def test_each_field_has_its_first_place() -> None:
    reads = fields_read([parse("a\n  {{ .Values.image.tag }}\n{{ .Values.image.tag }}", "web.yaml")])
    assert [(one.file, one.at.line, one.path) for one in reads] == [
        ("web.yaml", 2, ("Values", "image", "tag"))
    ]


def test_what_is_too_much_to_follow_reads_everything() -> None:
    calls = "".join(
        f'{{{{ define "d{n}" }}}}{{{{ template "d{n + 1}" .x }}}}{{{{ end }}}}' for n in range(60)
    )
    assert " value" in told(calls + '{{ template "d0" . }}{{ define "d60" }}{{ .y }}{{ end }}')


def covers(reads: tuple[Read, ...], path: tuple[str, ...]) -> bool:
    """Whether a change below `path` may show."""
    for one in reads:
        shared = min(len(one.path), len(path))
        if all(a in (b, "*") for a, b in zip(one.path[:shared], path[:shared], strict=True)):
            return True
    return False


def without_unread(held: Any, reads: tuple[Read, ...], path: tuple[str, ...] = ()) -> Any:
    """The data with another value wherever none is read."""
    if path and not covers(reads, path):
        return "changed"
    if isinstance(held, dict):
        return {key: without_unread(value, reads, (*path, key)) for key, value in held.items()}
    return held


@pytest.mark.parametrize("seed", [3, 5, 6])
def test_what_is_not_told_as_read_changes_nothing(seed: int) -> None:
    maker = Maker(seed)
    changed = 0
    for _ in range(700):
        question = {"template": maker.template(), "data": data()}
        before = oracle.answered(question)
        template = _parsed(question["template"])
        if template is None or "unknown" in before:
            continue
        other = without_unread(data(), fields_read([template]))
        changed += other != data()
        assert oracle.answered({**question, "data": other}) == before, question["template"]
    assert changed > 300


def _parsed(text: str) -> Template | None:
    try:
        return parse(text, "base")
    except TemplateFault:
        return None
