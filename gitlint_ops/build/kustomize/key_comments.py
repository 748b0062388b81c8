"""Comments behind keys (`ports:  # for both`) that kustomize writes where it cannot read them again.

kustomize keeps comments over merges, and writes a resource as YAML when it makes JSON of it: before
a JSON patch, and to print it. Two things then cannot be read: a mapping or list that a patch left
empty behind such a comment, as `{}` comes at the start of the next line; and such a comment within
braces or brackets, where a patch in lines of its own was merged into them.

Source: go.yaml.in/yaml emitterc.go (block and flow mapping values), kyaml/yaml/fns.go FieldSetter
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, NamedTuple

from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Blame, Origin, at, child, origin
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.locate import positions
from gitlint_ops.workspace.sources import Sources

_COMMENT_BEHIND = re.compile(r":[ \t]+#")
_FLOW = ("{", "[")
_EMPTY = re.compile(r"[{\[]\s*[}\]]")


def noting_comments(
    before: tuple[Resource, ...],
    after: tuple[Resource, ...],
    patches: Iterable[DocumentRef],
    sources: Sources,
) -> tuple[Resource, ...]:
    """The resources after a merge of patches, marked where those have comments behind keys."""
    if not any(_COMMENT_BEHIND.search(_text_of(one, sources)) for one in patches):
        return after
    untouched = {id(one) for one in before}
    return tuple(one if id(one) in untouched else replace(one, commented=True) for one in after)


def require_readable(resource: Resource, sources: Sources) -> None:
    """Raise BuildFault where kustomize would write a resource that it cannot read again.

    Only patches make such resources, and JSON patches take all comments away.
    """
    if not resource.retagged or resource.stripped:
        return
    for path in _empty(resource.body, ()):
        if _has_comment(origin(at(resource.blame, path[:-1])), path[-1], sources):
            raise _unreadable(resource, path, "is left empty")
    if resource.commented:
        for path in _within_braces(resource, sources):
            raise _unreadable(resource, path, "is merged into what stands in braces or brackets")


def _empty(node: Any, path: FieldPath) -> Iterator[FieldPath]:
    """Where the empty mappings and lists are that have keys."""
    for key, value in _containers(node):
        if value:
            yield from _empty(value, (*path, key))
        elif isinstance(key, str):
            yield (*path, key)


def _containers(node: Any) -> Iterator[tuple[str | int, Any]]:
    members = node.items() if isinstance(node, dict) else enumerate(node)
    return ((key, value) for key, value in members if isinstance(value, dict | list))


def _within_braces(resource: Resource, sources: Sources) -> Iterator[FieldPath]:
    """Where keys with comments stand within braces or brackets, although their files show lines."""
    waiting: list[tuple[Any, Blame, FieldPath, bool]] = [(resource.body, resource.blame, (), False)]
    while waiting:
        node, blame, path, braced = waiting.pop()
        holder = origin(blame)
        for key, value in _containers(node):
            inner = child(blame, key)
            if braced and isinstance(key, str) and _has_comment(holder, key, sources):
                yield (*path, key)
            # The field keeps the style it had, whatever is put there.
            style = _style(holder, key, sources) or _style(origin(inner), None, sources)
            waiting.append((value, inner, (*path, key), braced or style is _Style.BRACED))


class _Style(Enum):
    LINES = "lines"
    BRACED = "braced"


def _style(holder: Origin, key: str | int | None, sources: Sources) -> _Style | None:
    """How a member of what an origin set (None: that itself) is written; None where it has no style."""
    if not _stands(holder):
        return None
    path = holder.source_path if key is None else (*holder.source_path, key)
    line = _Line.of(sources, holder.source, path, key=False)
    text = "" if line is None else line.text[line.start :]
    if not text or _EMPTY.match(text):
        return None
    return _Style.BRACED if text.startswith(_FLOW) else _Style.LINES


def _has_comment(holder: Origin, key: str | int, sources: Sources) -> bool:
    """Whether a comment stands behind a key of the mapping that an origin set."""
    # The key is that of the mapping that holds it, whatever has become of the value.
    if not _stands(holder):
        return False
    field = (*holder.source_path, key)
    label, value = (_Line.of(sources, holder.source, field, key=wanted) for wanted in (True, False))
    if label is None or value is None or not _COMMENT_BEHIND.match(label.text[label.end :]):
        return False
    return not value.text[value.start :].startswith(_FLOW)


def _stands(holder: Origin) -> bool:
    return holder.verbatim and holder.source.index != PLAIN_TEXT


class _Line(NamedTuple):
    """The line of a key or a value, and from where to where that stands in it."""

    text: str
    start: int
    end: int

    @classmethod
    def of(cls, sources: Sources, ref: DocumentRef, path: FieldPath, *, key: bool) -> _Line | None:
        if ref.embedded:
            return cls._in_text(sources, ref, path, key=key)
        location, exact = sources.location(ref, path, key=key)
        line = sources.line(location) if exact else None
        return None if line is None else cls(line, location.column - 1, location.end_column - 1)

    @classmethod
    def _in_text(cls, sources: Sources, ref: DocumentRef, path: FieldPath, *, key: bool) -> _Line | None:
        """The same in a text that a field of a document holds, as that says once it is unquoted."""
        text = _text_of(ref, sources)
        found = positions(text.encode("utf-8", "surrogatepass"), ref.part).locate(path, key=key)
        line, span = text.split("\n")[found.span.line - 1], found.span
        return cls(line, span.column - 1, span.end_column - 1) if found.exact else None


def _text_of(ref: DocumentRef, sources: Sources) -> str:
    """The file of a document, or the text that holds it; "" where there is none."""
    if ref.embedded:
        document = sources.document(DocumentRef(ref.file, ref.index))
        text = value_at(document.body, ref.embedded) if document else None
        return text if isinstance(text, str) else ""
    return "\n".join(sources.lines(ref.file))


def _unreadable(resource: Resource, path: FieldPath, what: str) -> BuildFault:
    key = origin(at(resource.blame, path[:-1]))
    field = ".".join(map(str, path))
    return fault(
        f"{field} of {resource.gvk.kind} {resource.name} {what}, and a comment stands behind its key: "
        "kustomize cannot read what it writes then (kustomize: could not find expected ':')",
        Place(key.source, (*key.source_path, path[-1])),
        at_key=True,
        hint="move the comment to a line of its own, above the key",
    )
