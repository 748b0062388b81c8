"""Which line of a template a field of a rendered object comes from, found by keys and indentation.

A template is no YAML, so this is a guess, but a guess that errs upwards: where the key of a field
is not in the text, the line is that of the action that must have written it, or of what is around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from gitlint_ops.build.helm.values import Values
from gitlint_ops.model.blame import Blame, ListBlame, MapBlame, Origin, Via, at, origin
from gitlint_ops.model.blame import over as stacked
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef
from gitlint_ops.model.structure import value_at

_MAX_LINES = 20_000
_MAX_WIDTH = 1_000
_MAX_PARTS = 500
_KEY = r"(?:(?P<quote>[\"']?)(?P<key>[A-Za-z0-9_./$-]+)(?P=quote)[ \t]*:(?=\s|$))?"
_LINE = re.compile(rf"(?P<indent> *)(?P<dashes>(?:-[ ]+)*){_KEY}")
_PRINTS_NOTHING = r"(?:if|else|end|with|range|define|block|break|continue)\b|/\*|\$\w+[ \t]*:?="
_VALUE = re.compile(r"\.Values\.((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)")
_END_OF_KEY = re.compile(r":(?=\s|$)")
_WRITES = re.compile(rf"[ \t]*(?:-[ ]+)?\{{\{{-?+[ \t]*+(?!{_PRINTS_NOTHING})")


class _Ends(NamedTuple):
    """What a key with actions in it begins and ends with in any case: `k{{ $i }}` with "k" and ""."""

    start: str
    end: str

    def fit(self, key: str) -> bool:
        least = len(self.start) + len(self.end)
        return len(key) >= least and key.startswith(self.start) and key.endswith(self.end)


class _Line(NamedTuple):
    """A line of the template: where its first dash stands (-1: none) and its key, if it has one.

    `ends`: the key has actions in it. `value` is the path of the one value of the release that it names.
    """

    number: int
    dash: int
    column: int
    key: str
    writes: bool
    ends: _Ends | None = None
    value: tuple[str, ...] = ()


class _Block(NamedTuple):
    """The lines from `start` up to `end`; all that a key of a mapping or an item of a list holds."""

    start: int
    end: int


class _Held(NamedTuple):
    """What stands directly in a block: keys with their line and block, items, the first printing action."""

    keys: Mapping[str, tuple[int, _Block]]
    patterns: tuple[tuple[_Ends, tuple[int, _Block]], ...]
    items: tuple[int, ...]
    writer: int

    def line_of(self, key: str) -> tuple[int, _Block] | None:
        """The line that writes a key, and what is below it."""
        found = self.keys.get(key)
        if found is not None:
            return found
        return next((place for ends, place in self.patterns if ends.fit(key)), None)


class TemplateLines:
    """The text of one template, and which lines stand for which fields."""

    def __init__(
        self, file: FileRef, data: bytes, values: Values | None = None, prefix: FieldPath = ()
    ) -> None:
        """`values` are those that the release was given, `prefix` where in them the chart's own stand."""
        self._values = values
        self._prefix = prefix
        self._document = DocumentRef(file, PLAIN_TEXT)
        text = data.decode("utf-8", "replace").split("\n")[:_MAX_LINES]
        self._lines = [_line(number, one[:_MAX_WIDTH]) for number, one in enumerate(text, start=1)]
        self._parts = _parts(text)
        self._said = [_said(text[part.start : part.end]) for part in self._parts]
        # Loops give many objects and items from the same lines, which are looked at once.
        self._held: dict[_Block, _Held] = {}

    def blame(self, body: Any, number: int, over: Origin) -> Blame:
        """The blame of a rendered body, the `number`-th of its kind in this file.

        `over` is the entry that asked for the chart.
        """
        part = self._part(body, number)
        lines = self._lines[part.start : part.end]
        first = next((one.number for one in lines if one.key), lines[0].number if lines else 1)
        return self._blame(body, part, first, over)

    def _part(self, body: Any, number: int) -> _Block:
        """The part of the file, between `---` lines, that an object was most likely written by."""
        body = body if isinstance(body, dict) else {}
        metadata = body.get("metadata")
        name = metadata.get("name", "") if isinstance(metadata, dict) else ""
        parts = [*zip(self._parts, self._said, strict=True)]
        alike = [one for one in parts if ("kind", str(body.get("kind", ""))) in one[1]] or parts
        named = [one for one in alike if name and ("name", str(name)) in one[1]]
        found = named or alike
        return found[min(number, len(found) - 1)][0]

    def _blame(self, body: Any, block: _Block | None, line: int, over: Origin) -> Blame:
        below = self._given(body, line, over)
        base = Origin(self._document, (line,), Via.HELM_TEMPLATE, verbatim=False, over=below)
        if block is None:
            return base
        if isinstance(body, dict):
            return self._of_mapping(body, self._in(block), base, over)
        if isinstance(body, list) and body:
            return self._of_list(body, block, base, over)
        return base

    def _given(self, body: Any, line: int, over: Origin) -> Origin:
        """What gave the value that the line prints, over the entry, if the value is printed as it is."""
        reference = self._lines[line - 1].value if 0 < line <= len(self._lines) else ()
        if self._values is None or not reference or body is None or isinstance(body, dict | list):
            return over
        path = (*self._prefix, *reference)
        value = value_at(self._values.body, path)
        if value in (None, "") or isinstance(value, dict | list) or _printed(value) not in _printed(body):
            return over
        return stacked(origin(at(self._values.blame, path)), over)

    def _of_mapping(self, body: dict[Any, Any], held: _Held, base: Origin, over: Origin) -> Blame:
        changed: dict[str, Blame] = {}
        for key, value in body.items():
            found = held.line_of(str(key))
            if found is not None:
                line, inner = found
                changed[key] = self._blame(value, inner, line, over)
            elif held.writer:
                changed[key] = self._blame(value, None, held.writer, over)
        return MapBlame(base, changed) if changed else base

    def _of_list(self, body: list[Any], block: _Block, base: Origin, over: Origin) -> Blame:
        held = self._in(block)
        if not held.items:
            return self._blame(None, None, held.writer, over) if held.writer else base
        items: list[Blame] = []
        for index, value in enumerate(body):
            if index >= len(held.items) > 1:
                items.append(base)
                continue
            # One item in the text for all of a list: a loop writes it.
            at = min(index, len(held.items) - 1)
            start = held.items[at]
            end = held.items[at + 1] if at + 1 < len(held.items) else block.end
            items.append(self._blame(value, _Block(start, end), self._lines[start].number, over))
        return ListBlame(base, tuple(items))

    def _in(self, block: _Block) -> _Held:
        held = self._held.get(block)
        if held is None:
            lines = [*enumerate(self._lines[block.start : block.end], block.start)]
            writer = next((one.number for _, one in lines if one.writes), 0)
            keys, patterns = self._keys(lines, block.end)
            held = self._held[block] = _Held(keys, patterns, _items(lines), writer)
        return held

    def _keys(
        self, lines: list[tuple[int, _Line]], end: int
    ) -> tuple[Mapping[str, tuple[int, _Block]], tuple[tuple[_Ends, tuple[int, _Block]], ...]]:
        """The keys of a mapping, those furthest to the left; apart, those with actions in them."""
        keyed = [(index, one) for index, one in lines if one.key or one.ends]
        left = min((one.column for _, one in keyed), default=0)
        found: dict[str, tuple[int, _Block]] = {}
        patterns: dict[_Ends, tuple[int, _Block]] = {}
        for index, one in keyed:
            if one.column != left:
                continue
            if one.ends is not None:
                patterns.setdefault(one.ends, (one.number, self._below(index, left, end)))
            elif one.key not in found:
                found[one.key] = (one.number, self._below(index, left, end))
        return found, tuple(patterns.items())

    def _below(self, index: int, column: int, end: int) -> _Block:
        """The lines that belong to a key: up to the next key or item at its column or left of it."""
        for below in range(index + 1, end):
            line = self._lines[below]
            keyed = line.key or line.ends
            if (line.dash < 0 and keyed and line.column <= column) or 0 <= line.dash < column:
                return _Block(index + 1, below)
        return _Block(index + 1, end)


def _items(lines: list[tuple[int, _Line]]) -> tuple[int, ...]:
    """The items of a list: the dashes furthest to the left."""
    dashed = [(index, one.dash) for index, one in lines if one.dash >= 0]
    left = min((dash for _, dash in dashed), default=0)
    return tuple(index for index, dash in dashed if dash == left)


def _said(text: list[str]) -> frozenset[tuple[str, str]]:
    """The kinds and names that lines of a part say outright."""
    pairs = (line[:_MAX_WIDTH].strip().partition(":") for line in text)
    return frozenset((key, value.strip().strip("\"'")) for key, _, value in pairs if key in ("kind", "name"))


def _line(number: int, text: str) -> _Line:
    found = _LINE.match(text)
    assert found is not None
    indent, dashes = len(found["indent"]), found["dashes"]
    item = bool(dashes) or text[indent:].rstrip() == "-"
    writes = _WRITES.match(text) is not None
    column = indent + len(dashes)
    ends = None if found["key"] else _key_with_actions(text[column:])
    return _Line(number, indent if item else -1, column, found["key"] or "", writes, ends, _value_in(text))


def _value_in(text: str) -> tuple[str, ...]:
    named = set(_VALUE.findall(text)) if ".Values." in text else set()
    return tuple(named.pop().split(".")) if len(named) == 1 else ()


def _printed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key_with_actions(text: str) -> _Ends | None:
    """The key at the beginning of a text, if actions write some of it."""
    literals: list[str] = []
    rest = "" if text.startswith("#") else text
    while True:
        before, action, after = rest.partition("{{")
        end = _END_OF_KEY.search(before)
        literals.append(before[: end.start()] if end else before)
        if end or not action:
            break
        rest = after.partition("}}")[2]
    if end is None or len(literals) < 2:
        return None
    return _Ends(literals[0].lstrip("\"' "), literals[-1].rstrip("\"' "))


def _parts(text: list[str]) -> list[_Block]:
    cuts = [index for index, line in enumerate(text) if line.startswith("---")][:_MAX_PARTS]
    starts, ends = [0, *(cut + 1 for cut in cuts)], [*cuts, len(text)]
    return [_Block(start, end) for start, end in zip(starts, ends, strict=True) if start < end] or [
        _Block(0, len(text))
    ]
