"""The lines that the fields of a block mapping take up, with the comments that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from yaml import YAMLError
from yaml.tokens import AliasToken, AnchorToken, TagToken

from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.edits import EditableText, NotEditable, editable
from gitlint_ops.syntax.events import tokens
from gitlint_ops.syntax.locate import Positions, positions
from gitlint_ops.syntax.nodes import MappingNode, Node, ScalarNode, SequenceNode, document_node

_ITEM_LEFT_OUT = re.compile(r"\s*#\s*-\s")
_BLANK = re.compile(r"[ \t]*\Z")


class FieldLines(Struct, frozen=True):
    """One field of a block mapping; lines count from 0, and each range ends before its end.

    `above` is where the comments that head it start, `start` its key's line. `stop` is behind its
    value, `tail` behind comments that stand among its entries, `end` behind all that follow it.
    """

    name: str
    key: ScalarNode
    value: Node
    above: int
    start: int
    stop: int
    tail: int
    end: int


class Block(Struct, frozen=True):
    """The block mapping at the root of a file's first document."""

    text: EditableText
    fields: tuple[FieldLines, ...]
    positions: Positions
    has_anchors: bool

    def field(self, name: str) -> FieldLines | None:
        return next((one for one in self.fields if one.name == name), None)

    @property
    def dash_column(self) -> int:
        """How far the lists of this mapping are indented: as the first of them is."""
        values = (one.value for one in self.fields)
        found = (one.start[1] for one in values if isinstance(one, SequenceNode) and not one.flow)
        return next(found, 0)

    def comment_on(self, field: FieldLines) -> str:
        """The comment behind a key whose value starts on a later line, or behind a one-line value; or ""."""
        line = self.text.lines[field.start]
        value = field.value
        on_key_line = value.start[0] == field.start
        behind = value.end[1] if on_key_line else field.key.end[1] + 1
        return line[behind:].strip()


def block(data: bytes) -> Block:
    """The fields of the mapping at the root of the first document.

    Raises:
        NotEditable: there is no such mapping in block style, or the file cannot be edited.
    """
    text = editable(data)
    root = document_node(data, 0)
    if not isinstance(root, MappingNode) or root.flow:
        raise NotEditable("the kustomization is written in braces")
    places = positions(data, 0)
    return Block(text, tuple(_fields(text.lines, root, places)), places, _has_anchors(data))


def last_line(places: Positions, path: FieldPath) -> int:
    """The line (from 0) behind the value at `path`."""
    span = places.locate(path).span
    return span.end_line if span.end_column > 1 else span.end_line - 1


def _has_anchors(data: bytes) -> bool:
    try:
        return any(isinstance(one, AnchorToken | AliasToken | TagToken) for one in tokens(data))
    except YAMLError:
        return True


def _fields(lines: Sequence[str], root: MappingNode, places: Positions) -> Iterator[FieldLines]:
    keys = [key for key, _ in root.pairs]
    above = _head(lines, keys[0]) if keys else 0
    for number, (key, value) in enumerate(root.pairs):
        if not isinstance(key, ScalarNode) or key.start[1]:
            raise NotEditable("a key of the kustomization is in an unusual form")
        start = key.start[0]
        stop = max(start + 1, last_line(places, (key.value,)))
        is_last = number + 1 == len(keys)
        following = _end_of_gap(lines, stop) if is_last else keys[number + 1].start[0]
        tail, end, following_above = _shared_out(lines, stop, following, is_last=is_last)
        yield FieldLines(key.value, key, value, above, start, stop, tail, end)
        above = following_above


def _head(lines: Sequence[str], key: Node) -> int:
    """Where the comments above the first key start; those at the very top are the file's."""
    start = key.start[0]
    above = start
    while above and is_comment(lines[above - 1]):
        above -= 1
    at_top = above == 0 or not _BLANK.match(lines[above - 1])
    return start if at_top else above


def _end_of_gap(lines: Sequence[str], start: int) -> int:
    end = start
    while end < len(lines) and (is_comment(lines[end]) or _BLANK.match(lines[end])):
        end += 1
    return end


def _shared_out(lines: Sequence[str], stop: int, following: int, *, is_last: bool) -> tuple[int, int, int]:
    """How the lines between two fields are shared out: tail and end of the first, start of the next.

    Comments right below a list belong to it where they are indented or hold an item, or where a
    blank line parts them from the next field, whose own are those right above it.
    """
    tail = stop
    while tail < following and is_comment(lines[tail]) and _is_among_entries(lines[tail]):
        tail += 1
    blank = next((i for i in range(tail, following) if _BLANK.match(lines[i])), None)
    end = blank if blank is not None else following if is_last else tail
    above = following
    while above > end and is_comment(lines[above - 1]):
        above -= 1
    return tail, end, above


def is_comment(line: str) -> bool:
    return line.lstrip(" \t").startswith("#")


def _is_among_entries(line: str) -> bool:
    return line[0] in " \t" or _ITEM_LEFT_OUT.match(line) is not None


def is_blank(line: str) -> bool:
    return _BLANK.match(line) is not None


def shifted(lines: Sequence[str], columns: int) -> list[str]:
    """Lines moved to the right, or to the left by as much as they are indented; blank ones stay empty."""
    if columns >= 0:
        return [" " * columns + line if line else line for line in lines]
    return [line[min(-columns, len(line) - len(line.lstrip(" "))) :] for line in lines]
