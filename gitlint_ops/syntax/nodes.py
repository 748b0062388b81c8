"""A document's nodes with their places: what reading for speed leaves out, made only where asked.

Nothing is typed here. A mapping keeps all its pairs, duplicates and merge keys among them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Container, Iterator
from itertools import islice
from typing import Any, TypeAlias

from msgspec import Struct, field
from yaml import YAMLError

from gitlint_ops.syntax.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    events,
)
from gitlint_ops.syntax.slices import document_slice
from gitlint_ops.syntax.span import Point
from gitlint_ops.syntax.text import DEFAULT_LIMITS


class ScalarNode(Struct, eq=False):
    """`style` is None for plain, or the sign that opens the scalar."""

    start: Point
    end: Point
    value: str
    style: str | None
    tag: str | None


class SequenceNode(Struct, eq=False):
    """Not `flow`: libyaml lets it end where the next token starts."""

    start: Point
    end: Point
    flow: bool
    items: list[Node] = field(default_factory=list)


class MappingNode(Struct, eq=False):
    """Not `flow`: libyaml lets it end where the next token starts."""

    start: Point
    end: Point
    flow: bool
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


class AliasNode(Struct, eq=False):
    """`target` is what the anchor meant at this place, or None where it meant nothing yet."""

    start: Point
    end: Point
    target: Node | None


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode | AliasNode


def document_nodes(
    data: bytes, wanted: Container[int], lines_before: int = 0
) -> Iterator[tuple[int, Node | None]]:
    """Index and root of each wanted document, in one pass; `data` may be a part of a file.

    A document cut off by a syntax error has what stands before it; nothing comes after it.
    """
    index = -1
    try:
        stream = events(data)
        for event in stream:
            if not isinstance(event, DocumentStartEvent):
                continue
            index += 1
            if index in wanted:
                yield index, _Builder(lines_before).build(stream)
            else:
                _skip(stream)
    except YAMLError:
        return


def document_node(data: bytes, index: int) -> Node | None:
    """The root of the `index`-th document; None: there is no such document."""
    # Bundles of a hundred documents are asked for one after the other.
    sliced = document_slice(data, index) if index > 0 else None
    if sliced is None:
        return next((root for _, root in document_nodes(data, (index,))), None)
    text, lines_before = sliced
    return next((root for _, root in document_nodes(text, (0,), lines_before)), None)


def first_node(data: bytes) -> Node | None:
    """The root of the first document that is not empty."""
    every = range(sys.maxsize)
    return next((root for _, root in document_nodes(data, every) if not _is_empty(root)), None)


def _skip(stream: Iterator[Any]) -> None:
    for event in stream:
        if event.__class__ is DocumentEndEvent:
            return


def _is_empty(root: Node | None) -> bool:
    return root is None or (isinstance(root, ScalarNode) and root.style is None and not root.value)


class _Builder:
    """Builds one document's nodes with a stack of its own, so depth costs no recursion."""

    def __init__(self, lines_before: int) -> None:
        self._lines_before = lines_before
        self._anchors: dict[str, Node] = {}

    def build(self, stream: Iterator[Any]) -> Node | None:
        holder = SequenceNode((0, 0), (0, 0), flow=False)
        with contextlib.suppress(YAMLError):  # what stands before the fault is still worth a place
            self._fill(holder, islice(stream, DEFAULT_LIMITS.nodes))
        return holder.items[0] if holder.items else None

    def _fill(self, holder: SequenceNode, stream: Iterator[Any]) -> None:
        stack: list[tuple[SequenceNode | MappingNode, Node | None]] = []
        parent: SequenceNode | MappingNode = holder
        key: Node | None = None
        for event in stream:
            if isinstance(event, MappingEndEvent | SequenceEndEvent):
                parent.end = self._point(event.end_mark)
                parent, key = stack.pop()
                continue
            if isinstance(event, DocumentEndEvent):
                return
            node = self._node(event)
            if isinstance(parent, SequenceNode):
                parent.items.append(node)
            elif key is None:
                key = node
            else:
                parent.pairs.append((key, node))
                key = None
            if isinstance(node, SequenceNode | MappingNode):
                if len(stack) > DEFAULT_LIMITS.depth:
                    return
                stack.append((parent, key))
                parent, key = node, None

    def _node(self, event: Any) -> Node:
        start, end = self._point(event.start_mark), self._point(event.end_mark)
        node: Node
        if isinstance(event, AliasEvent):
            return AliasNode(start, end, self._anchors.get(event.anchor or ""))
        if isinstance(event, ScalarEvent):
            node = ScalarNode(start, end, event.value, event.style or None, event.tag)
        elif isinstance(event, MappingStartEvent):
            node = MappingNode(start, end, bool(event.flow_style))
        else:
            node = SequenceNode(start, end, bool(event.flow_style))
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _point(self, mark: Any) -> Point:
        return mark.line + self._lines_before, mark.column
