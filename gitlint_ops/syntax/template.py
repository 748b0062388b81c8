"""Files that are YAML only once a template engine has rendered them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitlint_ops.syntax.lines import decoded, split_lines

_FEW = 3
"""From this many unquoted `{{ }}` values on, a file is meant for an engine and not for a controller."""

_MARKS = (b"{{", b"{%", b"<#", b"<%", b"${", b"@@", b"%%")

# What only a template has at the start of a line, by language.
_BLOCKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Jinja", re.compile(r"\{%|\{#.*#\}\s*\Z|\{\{-?\s*cookiecutter\.")),
    ("Mustache", re.compile(r"\{\{(?:[#^>!]|/(?!\*))")),
    (
        "Go template",
        re.compile(
            r"\{\{-|\{\{\s*(?:/\*|\$\w+\s*:?=|(?:if|else|end|range|with|define|template|include|block|toYaml|tpl)\b)"
        ),
    ),
    ("FreeMarker", re.compile(r"</?#[a-z]|<#--")),
    ("ERB", re.compile(r"<%")),
    ("placeholders", re.compile(r"\$\{[^}]+\}\s*\Z|@@\w+@@\s*\Z|%%\w+%%\s*\Z")),
)

# What stands where a value starts, behind any dashes and a key.
_VALUE = re.compile(r"(?:- +)*(?:[^\s'\"#{\[][^:{]*:\s+)?(?P<value>\{\{|\{%|<%|@@\w+@@|%%\w+%%)(?P<rest>.*)")
_COOKIECUTTER = re.compile(r"-?\s*cookiecutter\.")
_GO_VALUE = re.compile(r"-|\s*(?:[.$]|(?:include|template|toYaml|tpl|printf|default|quote)\b)")

# These hold `{{ }}` for their controllers, which want it quoted: unquoted it is a slip.
_CONTROLLERS = re.compile(
    r"^kind:[ \t]*[\"']?(?:ApplicationSet|(?:Cluster)?Workflow(?:Template)?|CronWorkflow|Sensor)\b",
    re.MULTILINE,
)
_BLOCK_SCALAR = re.compile(r"(?:^|[\s:-])[|>][-+0-9]{0,2}\s*(?:#.*)?\Z")


def templating(data: bytes) -> str | None:
    """The template language of a text that does not parse as YAML; None: it is YAML with a fault.

    Ask only about such texts: what parses is YAML, however many `{{ }}`, `${VAR}` or `$[[ ]]` stand
    in its strings (ApplicationSets, Prometheus rules, Flux substitutions, workflows).

    The line is drawn where a person would draw it. Outside of quotes and blocks of text,
    - a line that starts with a control block (`{{- if`, `{% for`, `<#if`, `<%`), or that is nothing
      but `${x}`, makes the file a template, and so does a value `@@x@@` or `%%x%%`;
    - values that start with an unquoted `{{` make it one where there are three or more, unless the
      kind is one whose controller reads `{{ }}` itself;
    - one or two such values are a slip in a plain manifest: YAML that its author must quote or
      move into a chart.
    """
    if not any(mark in data for mark in _MARKS):
        return None
    text = decoded(data)
    values: list[str] = []
    for line in _lines_outside_blocks(text):
        for language, pattern in _BLOCKS:
            if pattern.match(line):
                return language
        match = _VALUE.match(line)
        if match is None:
            continue
        if match["value"] != "{{":
            return _language_of(match["value"])
        if _COOKIECUTTER.match(match["rest"]):
            return "Jinja"
        values.append(match["rest"])
    if len(values) < _FEW or _CONTROLLERS.search(text):
        return None
    return "Go template" if any(_GO_VALUE.match(value) for value in values) else "Jinja"


def _language_of(mark: str) -> str:
    return {"{%": "Jinja", "<%": "ERB"}.get(mark, "placeholders")


def _lines_outside_blocks(text: str) -> Iterator[str]:
    """Lines without indentation; those of block scalars, comments and empty ones are left out."""
    block_indent: int | None = None
    for line in split_lines(text):
        content = line.lstrip(" ")
        if not content or content.startswith("#"):
            continue
        indent = len(line) - len(content)
        if block_indent is not None and indent > block_indent:
            continue
        block_indent = indent if _BLOCK_SCALAR.search(content) else None
        yield content
