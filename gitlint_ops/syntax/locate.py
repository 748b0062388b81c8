"""Places of fields, found after the fact: bodies carry none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from itertools import islice

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax import scalars
from gitlint_ops.syntax.lines import lines_of, split_lines
from gitlint_ops.syntax.nodes import (
    AliasNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    document_node,
    document_nodes,
    first_node,
)
from gitlint_ops.syntax.span import START, Span, span_between
from gitlint_ops.syntax.text import DUPLICATE_KEY, Problem, Typing

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]{0,2}(?:[ \t]+(?:#.*)?)?\Z")
_MOST_PROBLEMS = 50


class Located(Struct, frozen=True):
    """Where a field stands.

    Not `exact`: there is no such field, and the span is the key (or the start of the item) of the
    nearest one above it that there is.
    """

    span: Span
    exact: bool


class _Found(Struct, frozen=True):
    """A node and what names it: its key in a mapping, or itself in a list and at the root."""

    label: Node
    node: Node


class Positions:
    """The places in one document; ask it for as many fields as you like, it is parsed once."""

    def __init__(self, root: Node | None, place: Callable[[Node], Span], nowhere: Span) -> None:
        self._root = root
        self._place = place
        self._nowhere = nowhere
        self._members: dict[tuple[int, bool], dict[str, _Found]] = {}

    def locate(self, path: FieldPath, *, key: bool = False, first: bool = False) -> Located:
        """The span of the value at `path`, or with `key` of its key (of an item: its start).

        A value that comes by a merge key or an alias is where it is written. Of duplicate keys
        the last counts, or with `first` the first, but in a document that is a list.
        """
        if self._root is None:
            return Located(self._nowhere, exact=not path)
        found = _Found(self._root, self._root)
        first = first and isinstance(self._root, MappingNode)
        for step in path:
            below = self._child(found.node, step, first)
            if below is None:
                return Located(self._label(found), exact=False)
            found = below
        return Located(self._label(found) if key else self._place(_target(found.node)), exact=True)

    def scalar(self, path: FieldPath) -> ScalarNode | None:
        """The scalar written at `path`, if there is one."""
        node = self._root
        for step in path:
            found = self._child(node, step) if node is not None else None
            node = found.node if found is not None else None
        target = _target(node) if node is not None else None
        return target if isinstance(target, ScalarNode) else None

    def _label(self, found: _Found) -> Span:
        return self._place(_first_leaf(found.label))

    def _child(self, node: Node, step: str | int, first: bool = False) -> _Found | None:
        node = _target(node)
        if isinstance(node, MappingNode) and isinstance(step, str):
            held = self._members.get((id(node), first))
            if held is None:
                held = self._members[id(node), first] = _members(node, first)
            return held.get(step)
        if (
            isinstance(node, SequenceNode)
            and isinstance(step, int)
            and -len(node.items) <= step < len(node.items)
        ):
            return _Found(node.items[step], node.items[step])
        return None


def positions(data: bytes, index: int, embedded: FieldPath = (), part: int = 0) -> Positions:
    """The places in the `index`-th document of a file, or in the `part`-th of the text embedded in it.

    Spans are spans of the file. Inside a literal block (`|`) they are exact; other scalars hide
    their lines, so that every field of the embedded text has the span of the whole scalar.
    """
    root = document_node(data, index)
    if not embedded:
        return Positions(root, _Lines(data).span, START)
    held = _held_text(data, root, embedded)
    if isinstance(held, Span):
        return Positions(None, _Lines(data).span, held)
    inner = first_node(held.data) if part == 0 else document_node(held.data, part)
    lines = _Lines(held.data)
    return Positions(inner, lambda node: held.place(lines.span(node)), held.whole)


def embedded_spans(data: bytes, index: int, embedded: FieldPath) -> Callable[[Span], Span]:
    """Turns spans of the text embedded in a document into spans of the file, as `positions` does."""
    held = _held_text(data, document_node(data, index), embedded)
    return (lambda _: held) if isinstance(held, Span) else held.place


class _HeldText(Struct, frozen=True):
    """A text that a scalar holds. `place` turns its spans into those of the file; `whole` is all of it."""

    data: bytes
    place: Callable[[Span], Span]
    whole: Span


def _held_text(data: bytes, root: Node | None, embedded: FieldPath) -> _HeldText | Span:
    """The text at a path, which may lead on through texts; else the span of what comes nearest."""
    lines = _Lines(data)
    outer = Positions(root, lines.span, START)
    for end in range(1, len(embedded) + 1):
        scalar = outer.scalar(embedded[:end])
        if scalar is not None:
            return _through(scalar, lines, embedded[end:])
    return outer.locate(embedded).span


def _through(scalar: ScalarNode, lines: _Lines, rest: FieldPath) -> _HeldText | Span:
    text = scalar.value.encode("utf-8", "surrogatepass")
    place = _of_embedded(scalar, lines)
    if not rest:
        return _HeldText(text, place, lines.span(scalar))
    if isinstance(rest[0], int) and len(rest) > 1:
        inner = _held_text(text, document_node(text, rest[0]), rest[1:])
    else:
        inner = _held_text(text, first_node(text), rest)
    if isinstance(inner, Span):
        return place(inner)
    return _HeldText(inner.data, lambda span: place(inner.place(span)), place(inner.whole))


def _of_embedded(scalar: ScalarNode, lines: _Lines) -> Callable[[Span], Span]:
    shift = lines.shift_of(scalar)
    if shift is not None:
        return shift.apply
    whole = lines.span(scalar)
    return lambda _: whole


def _target(node: Node) -> Node:
    if isinstance(node, AliasNode) and node.target is not None:
        return node.target
    return node


def _members(mapping: MappingNode, first: bool) -> dict[str, _Found]:
    """The members by key: own ones before merged ones, and keys as kubectl respells them last."""
    members: dict[str, _Found] = {}
    respelled: dict[str, _Found] = {}
    for source in _with_merged(mapping):
        own: dict[str, _Found] = {}
        for key, value in source.pairs:
            scalar = _target(key)
            if not isinstance(scalar, ScalarNode) or _is_merge(scalar):
                continue
            if not first or scalar.value not in own:
                own[scalar.value] = _Found(key, value)
            respelled.setdefault(_typed_key(scalar, Typing.KUBECTL), own[scalar.value])
        members = {**own, **members}
    return {**respelled, **members}


def _with_merged(mapping: MappingNode) -> Iterator[MappingNode]:
    """The mapping itself, then all that it merges, the stronger first; each once, so that loops end."""
    seen: set[int] = set()
    waiting: list[Node] = [mapping]
    while waiting:
        node = _target(waiting.pop())
        if not isinstance(node, MappingNode) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        merged = [item for key, value in node.pairs if _is_merge(key) for item in _sources(value)]
        waiting.extend(reversed(merged))


def _sources(value: Node) -> list[Node]:
    return value.items if isinstance(value, SequenceNode) else [value]


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.style is None and key.value == "<<"


def _typed_key(scalar: ScalarNode, typing: Typing) -> str:
    if scalar.style is not None or scalar.tag is not None or typing is Typing.KUSTOMIZE:
        return scalar.value
    text = scalars.key(scalar.value, typing)
    return scalar.value if text is None else text


def _first_leaf(node: Node) -> Node:
    """The first thing written of a node: what to point at where the whole is too much."""
    while True:
        if isinstance(node, MappingNode) and node.pairs:
            node = node.pairs[0][0]
        elif isinstance(node, SequenceNode) and node.items:
            node = node.items[0]
        else:
            return node


class _Shift(Struct, frozen=True):
    """From the lines and columns of a literal block's text to those of the file."""

    lines: int
    columns: int

    def apply(self, span: Span) -> Span:
        return Span(
            span.line + self.lines,
            span.column + self.columns,
            span.end_line + self.lines,
            span.end_column + self.columns,
        )


class _Lines:
    """A text by lines, split only where a block scalar's end asks for it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._split: tuple[str, ...] | None = None

    def _lines(self) -> tuple[str, ...]:
        if self._split is None:
            self._split = lines_of(self._data)
        return self._split

    def span(self, node: Node) -> Span:
        last = node
        while (below := _last_child(last)) is not None:
            last = below
        if isinstance(last, ScalarNode) and last.style in ("|", ">"):
            end = self._block_end(last)
            return Span(node.start[0] + 1, node.start[1] + 1, *end)
        return span_between(node.start, last.end)

    def _block_end(self, scalar: ScalarNode) -> tuple[int, int]:
        """Line and column behind the last line of text; the parser's mark lies behind blank lines too."""
        lines = self._lines()
        line, column = scalar.end
        header = self._header(scalar)
        if "+" in _indicators(lines[header]) or (line < len(lines) and lines[line][:column].strip()):
            # The end of a line and not the start of the next: a text around this one indents that.
            return (line, len(lines[line - 1]) + 1) if column == 0 < line else (line + 1, column + 1)
        line -= 1
        while line > header and not lines[line].strip(" \t"):
            line -= 1
        return line + 1, len(lines[line]) + 1

    def _header(self, scalar: ScalarNode) -> int:
        """The line with the `|` or `>`; an anchor or a tag may stand on lines before it."""
        lines = self._lines()
        for number in range(scalar.start[0], min(scalar.end[0] + 1, len(lines))):
            if _BLOCK_HEADER.search(lines[number]):
                return number
        return scalar.start[0]

    def shift_of(self, scalar: ScalarNode) -> _Shift | None:
        """How to find a literal block's text in the file; None for other scalars."""
        if scalar.style != "|":
            return None
        first = self._header(scalar) + 1
        lines = self._lines()
        for number, text in enumerate(split_lines(scalar.value)):
            if text and first + number < len(lines):
                return _Shift(first, len(lines[first + number]) - len(text))
        return None


def _indicators(header: str) -> str:
    match = _BLOCK_HEADER.search(header)
    return match[0].partition("#")[0] if match else ""


def _last_child(node: Node) -> Node | None:
    if isinstance(node, SequenceNode) and not node.flow and node.items:
        return node.items[-1]
    if isinstance(node, MappingNode) and not node.flow and node.pairs:
        return node.pairs[-1][1]
    return None


def duplicate_keys(data: bytes, wanted: Set[int], typing: Typing) -> dict[int, tuple[Problem, ...]]:
    """The keys that stand twice in a mapping, by document."""
    found: dict[int, tuple[Problem, ...]] = {}
    for index, root in document_nodes(data, wanted):
        if root is not None:
            found[index] = tuple(islice(_duplicates(root, typing), _MOST_PROBLEMS))
        if len(found) == len(wanted):
            break
    return found


def _duplicates(root: Node, typing: Typing) -> Iterator[Problem]:
    # What the file is for is not known here, so the words must be true of objects and of patches.
    told = (
        "kubectl and kustomize take the last"  # only JSON patches are lists
        if isinstance(root, SequenceNode)
        else "kubectl takes the last, kustomize and Flux refuse it in an object and take the first in a patch"
    )
    waiting: list[tuple[Node, FieldPath]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, SequenceNode):
            waiting.extend((item, (*path, index)) for index, item in reversed([*enumerate(node.items)]))
        elif isinstance(node, MappingNode):
            yield from _duplicates_in(node, path, typing, told)
            waiting.extend(
                (value, (*path, _typed_key(key, typing) if isinstance(key, ScalarNode) else ""))
                for key, value in reversed(node.pairs)
            )


def _duplicates_in(mapping: MappingNode, path: FieldPath, typing: Typing, told: str) -> Iterator[Problem]:
    first: dict[str, Node] = {}
    for key, _ in mapping.pairs:
        scalar = _target(key)
        if not isinstance(scalar, ScalarNode) or _is_merge(key):
            continue
        name = _typed_key(scalar, typing)
        if name not in first:
            first[name] = key
            continue
        yield Problem(
            DUPLICATE_KEY,
            f"the key `{name}` stands twice: {told}",
            span_between(key.start, key.end),
            related=((span_between(first[name].start, first[name].end), "first here"),),
            hint="keep one of the two, or join what stands under them",
            fatal=typing is Typing.KUSTOMIZE,
            path=(*path, name),
        )
