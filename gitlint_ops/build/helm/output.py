"""What helm printed, document by document, with the template that each comes from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.structure import value_at, with_value
from gitlint_ops.syntax.documents import Text, Typing, read
from gitlint_ops.syntax.locate import positions

_SOURCE = re.compile(rb"^---[ \t]*\r?\n# Source: ([^\r\n]+)", re.MULTILINE)
_ANNOTATIONS = ("metadata", "annotations")


class Rendered(Struct, frozen=True):
    """One document. `template` is its file as helm names it (`web/charts/db/templates/db.yaml`), and
    `number` counts the documents of that file from 0, in the order in which helm prints them."""

    template: str
    number: int
    body: Any


class Templates:
    """Which template wrote which lines of an output: helm says so before each."""

    def __init__(self, output: bytes) -> None:
        self._starts: list[int] = []
        self._names: list[str] = []
        line = 1
        counted = 0
        for found in _SOURCE.finditer(output):
            line += output.count(b"\n", counted, found.start())
            counted = found.start()
            self._starts.append(line)
            self._names.append(found[1].decode("utf-8", "replace"))

    def at(self, line: int) -> str:
        """The template of a line (from 1) as helm names it; "" where helm names none."""
        index = bisect_right(self._starts, line) - 1
        return self._names[index] if index >= 0 else ""


def parse(output: bytes, typing: Typing = Typing.KUSTOMIZE) -> Text:
    """The documents of helm's output, typed as kustomize (or kubectl) types the files that it reads."""
    return read(output, typing)


def rendered(output: bytes, text: Text) -> Iterator[Rendered]:
    """As `documents`, with annotations that are no strings as kustomize prints them."""
    lines: list[bytes] = []
    for line, one in documents(output, text):
        odd = _odd_annotations(one.body)
        if odd:
            lines = lines or output.split(b"\n")
            yield replace(one, body=_with_texts(one.body, odd, _own_lines(lines, line)))
        else:
            yield one


def documents(output: bytes, text: Text) -> Iterator[tuple[int, Rendered]]:
    """The documents that hold something, in the order of the output, each with its first line."""
    templates = Templates(output)
    numbers: dict[str, int] = {}
    for document in text.documents:
        if document.body is None or document.body == {}:
            continue
        name = templates.at(document.line)
        number = numbers.get(name, 0)
        numbers[name] = number + 1
        yield document.line, Rendered(name, number, document.body)


def _odd_annotations(body: Any) -> list[str]:
    """Annotations that are no strings: kustomize prints them as they were written (`1.10`, `~`)."""
    held = value_at(body, _ANNOTATIONS)
    if not isinstance(held, dict):
        return []
    return [key for key, value in held.items() if not isinstance(value, str | dict | list)]


def _own_lines(lines: list[bytes], first: int) -> list[bytes]:
    """The lines of the document that begins at a line (from 1)."""
    end = next((at for at in range(first, len(lines)) if lines[at].startswith(b"---")), len(lines))
    return lines[first - 1 : end]


def _with_texts(body: Any, keys: list[str], lines: list[bytes]) -> Any:
    places = positions(b"\n".join(lines), 0)
    for key in keys:
        found = places.locate((*_ANNOTATIONS, key))
        span = found.span
        if found.exact and span.line == span.end_line:
            text = lines[span.line - 1].decode("utf-8", "replace")[span.column - 1 : span.end_column - 1]
            body = with_value(body, (*_ANNOTATIONS, key), text)
    return body
