from __future__ import annotations

import pytest

from gitlint_ops.syntax.documents import Typing, read

TEMPLATED = {
    "Go template": [
        "{{- if .Values.on }}\nkind: Pod\n{{- end }}\n",
        'kind: Pod\nmetadata:\n  labels:\n    {{- include "x" . | nindent 4 }}\n',
        "name: {{ .Values.name }}\nimage: {{ .Values.image }}\nhost: {{ .Values.host }}\n",
        "{{/* a comment */}}\nkind: Pod\n{{ with .Values.x }}\na: b\n{{ end }}\n",
    ],
    "Jinja": [
        "{% if x %}\na: 1\n{% endif %}\n",
        "a:\n{% for x in y %}\n  - {{ x }}\n{% endfor %}\n",
        "name: {{ cookiecutter.name }}\n",
        "name: {{ name }}\nimage: {{ image }}\nhost: {{ host }}\n",
    ],
    "FreeMarker": ["a: 1\n<#if x>\nb: 2\n</#if>\n"],
    "ERB": ["a: 1\n<% if x %>\nb: <%= x %>\n<% end %>\n"],
    "Mustache": ["a: 1\n{{#list}}\nb: 2\n{{/list}}\n"],
    "placeholders": ["a: @@name@@\n", "a: %%NAME%%\n", "a: x\n${EXTRA}\nb: c\n"],
}

YAML = [
    "kind: ApplicationSet\nspec:\n  name: '{{name}}'\n  patch: |\n    {{- if .x }}\n    a: b\n",
    "annotations:\n  summary: '{{ $labels.instance }} is down'\n  text: it is {{ $value }}\n",
    "replicas: ${REPLICAS}\nhost: ${HOST:=example.com}\n",
    "env:\n  TOKEN: ${{ secrets.TOKEN }}\n  NAME: x-${{ matrix.os }}\n",
    "config: |\n  {% for x in y %}\n  {{ x }}\n  {% endfor %}\n",
    "a: '@@name@@'\n",
]

# A slip in a manifest: the author must see it, so it is no template.
FAULTY = [
    ("name: {{ .Values.name }}\nkind: Pod\n", 1),
    ("kind: ApplicationSet\nname: {{name}}\nserver: {{server}}\npath: {{path}}\n", 2),
    ("a: |\n  {{- if .x }}\n  {{- end }}\nb: [1\nc: 2\n", 4),
    ("expr: '{{ $x }}'\nother: b: c\n", 2),
    ("# {{- if .x }}\na: [\nb: 1\n", 2),
]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in TEMPLATED.items() for text in texts]
)
def test_a_file_for_a_template_engine_is_not_read(language: str, text: str) -> None:
    found = read(text.encode(), Typing.KUSTOMIZE)

    assert (found.templated, found.documents, found.problems) == (language, (), ())


@pytest.mark.parametrize("text", YAML)
def test_what_parses_is_yaml_whatever_its_strings_hold(text: str) -> None:
    found = read(text.encode(), Typing.KUSTOMIZE)

    assert (found.templated, found.problems, len(found.documents)) == (None, (), 1)
    assert found.documents[0].problems == ()


@pytest.mark.parametrize(("text", "line"), FAULTY)
def test_a_slip_in_a_manifest_is_a_fault_and_no_template(text: str, line: int) -> None:
    found = read(text.encode(), Typing.KUSTOMIZE)

    problems = [*found.problems, *(problem for document in found.documents for problem in document.problems)]
    assert found.templated is None
    assert problems[0].span.line == line
