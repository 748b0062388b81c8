"""Comments behind braces (`{name: A}  # why`) that a patch puts where kustomize cannot read them again.

Merged into a mapping or list that stands in lines of its own, such a comment has no place there, and
is written with what comes next. If that is an item in braces or brackets, or an empty mapping or list
that its file does not show as one, the comment tears it apart: it begins anew at the start of a line.

Source: go.yaml.in/yaml emitterc.go (line comments of block mappings and sequences), kyaml/yaml/merge2
SetComments
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.node_styles import FLOW, SourceLine, containers, copied_from, stands, text_of
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.source_texts import SourceTexts, comments_in
from gitlint_ops.model.blame import Origin, at, origin
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.workspace.sources import Sources

_BEHIND_BRACES = re.compile(r"[}\]],?[ \t]+#")


class Torn(NamedTuple):
    """What cannot be read again, and where the comment stands that is written into it."""

    path: FieldPath
    comment: Origin


def brace_comments(refs: Iterable[DocumentRef], sources: Sources) -> Callable[[Origin], bool] | None:
    """How to ask whether a comment stands behind a value of patches in braces; None where none does."""
    if not any(_BEHIND_BRACES.search(text_of(one, sources)) for one in refs):
        return None

    def has_comment(value: Origin) -> bool:
        if not _is_in_braces(value, sources):
            return False
        last = SourceLine.last_of(sources, value.source, value.source_path)
        return last is not None and _BEHIND_BRACES.match(last.text, last.end - 1) is not None

    return has_comment


def torn(resource: Resource, sources: Sources) -> Iterator[Torn]:
    """What the comments behind braces that were merged into a resource tear apart."""
    return _Writer(resource, sources).write(resource.body, ())


class _Writer:
    """Goes through a resource as kustomize writes it, with the comment that is still to be written.

    `_line` is to come in the line of the next item or value; what meets a key first is held back for
    its value in `_at_key`, over values in braces and those with comments of their own.
    """

    def __init__(self, resource: Resource, sources: Sources) -> None:
        self._blame = resource.blame
        self._sources = sources
        self._texts = SourceTexts(behind=comments_in(sources))
        self._comments = dict(resource.brace_comments)
        # A JSON patch puts everything into lines; what comes later is from the patches with the comments.
        later = {comment.source for comment in self._comments.values()}
        self._braced = {
            one.path
            for one in containers(resource, sources)
            if one.braced and (not resource.stripped or copied_from(one.blame).source in later)
        }
        self._line: Origin | None = None
        self._at_key: Origin | None = None

    def write(self, node: Any, path: FieldPath) -> Iterator[Torn]:
        if path in self._braced:
            return
        yield from self._mapping(node, path) if isinstance(node, dict) else self._list(node, path)
        self._line = self._comments.get(path, self._line)

    def _mapping(self, node: dict[str, Any], path: FieldPath) -> Iterator[Torn]:
        for key, value in node.items():
            at_value = (*path, key)
            self._at_key, self._line = self._line or self._at_key, None
            if not isinstance(value, dict | list):
                if self._at_key is not None and not self._texts.comment(at(self._blame, at_value)):
                    self._at_key = None
                continue
            if self._at_key is not None and not self._stands_in_braces(value, at_value):
                if not value:
                    yield Torn(at_value, self._at_key)
                self._at_key = None
            yield from self.write(value, at_value)

    def _list(self, node: list[Any], path: FieldPath) -> Iterator[Torn]:
        for index, value in enumerate(node):
            comment, self._line = self._line, None
            if isinstance(value, dict | list):
                at_value = (*path, index)
                if comment is not None and (not value or at_value in self._braced):
                    yield Torn(at_value, comment)
                yield from self.write(value, at_value)

    def _stands_in_braces(self, value: Any, path: FieldPath) -> bool:
        if value or path in self._braced:
            return path in self._braced
        return _is_in_braces(origin(at(self._blame, path)), self._sources)


def _is_in_braces(value: Origin, sources: Sources) -> bool:
    """Whether the source of a value shows it in braces or brackets."""
    line = SourceLine.of(sources, value.source, value.source_path, key=False) if stands(value) else None
    return line is not None and line.text.startswith(FLOW, line.start)
