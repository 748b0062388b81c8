"""Where mappings and lists of an object stand in braces or brackets, as kustomize will write them.

A field keeps the style that it had, whatever a patch puts there; what is empty takes that of the patch.

Source: kyaml/yaml/merge2/merge2.go SetStyle, kyaml/yaml/fns.go FieldSetter
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

from msgspec.structs import replace

from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Blame, Origin, Via, chain, child, origin
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, Location
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.locate import positions
from gitlint_ops.syntax.nodes import AliasNode, MappingNode, Node, ScalarNode, SequenceNode
from gitlint_ops.syntax.span import Span
from gitlint_ops.workspace.sources import Sources

FLOW = ("{", "[")
_EMPTY = re.compile(r"[{\[]\s*[}\]]")


class Container(NamedTuple):
    """A mapping or list of an object, the blame of it, and where it is; `braced`: on one line."""

    node: Any
    blame: Blame
    path: FieldPath
    braced: bool


def containers(resource: Resource, sources: Sources) -> Iterator[Container]:
    """All mappings and lists of an object."""
    root = _style(origin(resource.blame), None, sources)
    waiting = [Container(resource.body, resource.blame, (), root is _Style.BRACED)]
    while waiting:
        one = waiting.pop()
        yield one
        holder = copied_from(one.blame)
        for key, value in inner_containers(one.node):
            inner = child(one.blame, key)
            # A merge moves items, so that an item stands where its own blame says.
            field = None if isinstance(key, int) else _style(holder, key, sources)
            style = (
                field or _style(copied_from(inner), None, sources) or _style_of_members(value, inner, sources)
            )
            waiting.append(Container(value, inner, (*one.path, key), one.braced or style is _Style.BRACED))


def inner_containers(node: Any) -> Iterator[tuple[str | int, Any]]:
    members = node.items() if isinstance(node, dict) else enumerate(node)
    return ((key, value) for key, value in members if isinstance(value, dict | list))


def copied_from(blame: Blame) -> Origin:
    """What set a mapping or list; of one that a replacement copied, what set the one that it copied."""
    own = origin(blame)
    if own.via is not Via.REPLACEMENT:
        return own
    return next((one for one in chain(blame) if one.via is not Via.REPLACEMENT), own)


class _Style(Enum):
    LINES = "lines"
    BRACED = "braced"


def _style(holder: Origin, key: str | int | None, sources: Sources) -> _Style | None:
    """How a member of what an origin set (None: that itself) is written; None where it has no style."""
    if not stands(holder):
        return None
    path = holder.source_path if key is None else (*holder.source_path, key)
    line = SourceLine.of(sources, holder.source, path, key=False)
    text = "" if line is None else line.text[line.start :]
    if not text or _EMPTY.match(text):
        return None
    return _Style.BRACED if text.startswith(FLOW) else _Style.LINES


def _style_of_members(node: Any, blame: Blame, sources: Sources) -> _Style | None:
    """How a patch wrote what it filled an empty mapping or list with."""
    first = next(iter(node if isinstance(node, dict) else range(len(node))), None)
    if first is None:
        return None
    member = origin(child(blame, first))
    return _style(replace(member, source_path=member.source_path[:-1]), None, sources)


def stands(holder: Origin) -> bool:
    return holder.verbatim and holder.source.index != PLAIN_TEXT


class SourceLine(NamedTuple):
    """The line of a key or a value, and from where to where that stands in it."""

    text: str
    start: int
    end: int

    @classmethod
    def of(cls, sources: Sources, ref: DocumentRef, path: FieldPath, *, key: bool) -> SourceLine | None:
        found = _located(sources, ref, path, key=key)
        return None if found is None else cls(found.first, found.start, found.end)

    @classmethod
    def last_of(cls, sources: Sources, ref: DocumentRef, path: FieldPath) -> SourceLine | None:
        """The line that a value ends in, from its beginning."""
        found = _located(sources, ref, path, key=False)
        return None if found is None else cls(found.last, 0, found.end)


class _Located(NamedTuple):
    """The lines that a key or value starts and ends in, and where in them."""

    first: str
    last: str
    start: int
    end: int

    @classmethod
    def at(cls, lines: Sequence[str], span: Location | Span) -> _Located | None:
        if not 0 < span.line <= span.end_line <= len(lines):
            return None
        return cls(lines[span.line - 1], lines[span.end_line - 1], span.column - 1, span.end_column - 1)


def _located(sources: Sources, ref: DocumentRef, path: FieldPath, *, key: bool) -> _Located | None:
    """Where a field stands: in its file, or in a text that a field of a document holds, once unquoted."""
    if not ref.embedded:
        location, exact = sources.location(ref, path, key=key)
        return _Located.at(sources.lines(location.file), location) if exact else None
    text = text_of(ref, sources)
    found = positions(text.encode("utf-8", "surrogatepass"), ref.part).locate(path, key=key)
    return _Located.at(text.split("\n"), found.span) if found.exact else None


def text_of(ref: DocumentRef, sources: Sources) -> str:
    """The file of a document, or the text that holds it; "" where there is none."""
    if ref.embedded:
        document = sources.document(DocumentRef(ref.file, ref.index))
        text = value_at(document.body, ref.embedded) if document else None
        return text if isinstance(text, str) else ""
    return "\n".join(sources.lines(ref.file))


def node_at(node: Node | None, path: FieldPath) -> Node | None:
    """The node at a path below another."""
    for key in path:
        node = resolved(node)
        if isinstance(node, MappingNode):
            node = next((value for held, value in reversed(node.pairs) if _is_key(held, key)), None)
        elif isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.items):
            node = node.items[key]
        else:
            return None
    return node


def _is_key(node: Node, key: str | int) -> bool:
    return isinstance(node, ScalarNode) and node.value == str(key)


def resolved(node: Node | None) -> Node | None:
    return node.target if isinstance(node, AliasNode) else node
