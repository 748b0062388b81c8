"""Places of fields, found after the fact: bodies carry none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from itertools import islice

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

KEEP_ONE = "keep one of the two, or join what stands under them"


@dataclass(frozen=True, slots=True)
class Located:
    """Where a field stands.

    Not `exact`: there is no such field, and the span is the key (or the start of the item) of the
    nearest one above it that there is.
    """

    span: Span
    exact: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A node and what names it: its key in a mapping, or itself in a list and at the root."""

    label: Node
    node: Node


class Positions:
    """The places in one document; ask it for as many fields as you like, it is parsed once."""

    def __init__(self, root: Node | None, place: Callable[[Node], Span], nowhere: Span) -> None:
        self._root = root
        self._place = place
        self._nowhere = nowhere
        self._members: dict[int, dict[str, _Found]] = {}

    def locate(self, path: FieldPath, *, key: bool = False) -> Located:
        """The span of the value at `path`, or with `key` of its key (of an item: its start).

        A value that comes by a merge key or an alias is where it is written. Of duplicate keys
        the last counts.
        """
        if self._root is None:
            return Located(self._nowhere, exact=not path)
        found = _Found(self._root, self._root)
        for step in path:
            below = self._child(found.node, step)
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

    def _child(self, node: Node, step: str | int) -> _Found | None:
        node = _target(node)
        if isinstance(node, MappingNode) and isinstance(step, str):
            if id(node) not in self._members:
                self._members[id(node)] = _members(node)
            return self._members[id(node)].get(step)
        if (
            isinstance(node, SequenceNode)
            and isinstance(step, int)
            and -len(node.items) <= step < len(node.items)
        ):
            return _Found(node.items[step], node.items[step])
        return None


def positions(data: bytes, index: int, embedded: FieldPath = ()) -> Positions:
    """The places in the `index`-th document of a file, or in the YAML or JSON text embedded in it.

    Spans are spans of the file. Inside a literal block (`|`) they are exact; other scalars hide
    their lines, so that every field of the embedded text has the span of the whole scalar.
    """
    lines = _Lines(data)
    outer = Positions(document_node(data, index), lines.span, START)
    if not embedded:
        return outer
    scalar = outer.scalar(embedded)
    if scalar is None:
        return Positions(None, lines.span, outer.locate(embedded).span)
    inner, place = _embedded(scalar, lines)
    return Positions(first_node(inner), place, lines.span(scalar))


def _embedded(scalar: ScalarNode, lines: _Lines) -> tuple[bytes, Callable[[Node], Span]]:
    """The text that a scalar holds, and where its nodes stand in the file."""
    text = scalar.value.encode("utf-8", "surrogatepass")
    shift = lines.shift_of(scalar)
    if shift is None:
        whole = lines.span(scalar)
        return text, lambda _: whole
    inner_lines = _Lines(text)
    return text, lambda node: shift.apply(inner_lines.span(node))


def _target(node: Node) -> Node:
    if isinstance(node, AliasNode) and node.target is not None:
        return node.target
    return node


def _members(mapping: MappingNode) -> dict[str, _Found]:
    """The members by key: own ones before merged ones, and keys as kubectl respells them last."""
    members: dict[str, _Found] = {}
    respelled: dict[str, _Found] = {}
    for source in _with_merged(mapping):
        own: dict[str, _Found] = {}
        for key, value in source.pairs:
            scalar = _target(key)
            if not isinstance(scalar, ScalarNode) or _is_merge(scalar):
                continue
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


@dataclass(frozen=True, slots=True)
class _Shift:
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
            return line + 1, column + 1
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


@dataclass(frozen=True, slots=True)
class RepeatedKey:
    """A key that stood in its mapping before: `path` ends with it, `document` counts from 0."""

    document: int
    path: FieldPath
    span: Span
    first: Span
    in_list: bool
    """Whether the document is a list, as only JSON patches are."""


def repeated_keys(data: bytes, index: int, embedded: FieldPath = ()) -> tuple[RepeatedKey, ...]:
    """The keys that stand twice in a document, or in all documents of a text embedded in it."""
    lines = _Lines(data)
    root = document_node(data, index)
    if not embedded:
        found = _repeated(root, Typing.KUSTOMIZE, lines.span, index) if root is not None else ()
        return tuple(islice(found, _MOST_PROBLEMS))
    scalar = Positions(root, lines.span, START).scalar(embedded)
    if scalar is None:
        return ()
    text, place = _embedded(scalar, lines)
    return tuple(
        repeated
        for number, inner in document_nodes(text, range(_MOST_PROBLEMS))
        if inner is not None
        for repeated in islice(_repeated(inner, Typing.KUSTOMIZE, place, number), _MOST_PROBLEMS)
    )


def duplicate_keys(data: bytes, wanted: Set[int], typing: Typing) -> dict[int, tuple[Problem, ...]]:
    """The keys that stand twice in a mapping, by document."""
    found: dict[int, tuple[Problem, ...]] = {}
    place = _Lines(data).span
    for index, root in document_nodes(data, wanted):
        if root is not None:
            repeated = islice(_repeated(root, typing, place, index), _MOST_PROBLEMS)
            found[index] = tuple(_duplicate(one, typing) for one in repeated)
        if len(found) == len(wanted):
            break
    return found


def _duplicate(repeated: RepeatedKey, typing: Typing) -> Problem:
    # What the file is for is not known here, so the sentence must be true of objects and patches.
    told = (
        "kubectl and kustomize take the last"
        if repeated.in_list
        else "kubectl takes the last; kustomize and Flux refuse an object, and take the first of a patch"
    )
    return Problem(
        DUPLICATE_KEY,
        f"the key `{repeated.path[-1]}` stands twice: {told}",
        repeated.span,
        related=((repeated.first, "first here"),),
        hint=KEEP_ONE,
        fatal=typing is Typing.KUSTOMIZE,
    )


def _repeated(root: Node, typing: Typing, place: Callable[[Node], Span], index: int) -> Iterator[RepeatedKey]:
    in_list = isinstance(root, SequenceNode)
    waiting: list[tuple[Node, FieldPath]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, SequenceNode):
            waiting.extend((item, (*path, at)) for at, item in reversed([*enumerate(node.items)]))
        if not isinstance(node, MappingNode):
            continue
        first: dict[str, Node] = {}
        below: list[tuple[Node, FieldPath]] = []
        for key, value in node.pairs:
            scalar = _target(key)
            if not isinstance(scalar, ScalarNode) or _is_merge(key):
                below.append((value, path))
                continue
            name = _typed_key(scalar, typing)
            below.append((value, (*path, name)))
            if first.setdefault(name, key) is not key:
                yield RepeatedKey(index, (*path, name), place(key), place(first[name]), in_list)
        waiting.extend(reversed(below))
