"""Times of patches (`2001-01-01 10:00:00`) that come to stand in braces or brackets, or out of them.

In lines of their own, kustomize's JSON has the time that such a value is; in braces it prints the
value in quotes, for its colon, and so has the text.

Source: emitterc.go and scannerc.go of go.yaml.in/yaml/v3
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from gitlint_ops.build.kustomize.merge_nodes import DECORATED, Node, has_quotes
from gitlint_ops.build.kustomize.node_styles import Container, containers, text_of
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, child, origin
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.structure import with_value
from gitlint_ops.syntax.timestamps import rfc3339
from gitlint_ops.workspace.sources import Sources

_TIME = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt]| +)\d\d?:[\d:.,]+(?:Z|[+-]\d\d:\d\d)?")
_TEXTS = ("metadata",)
"""Labels and annotations are mostly set anew as the texts that they are."""


def with_times_in_place(
    before: tuple[Resource, ...],
    after: tuple[Resource, ...],
    patches: tuple[DocumentRef, ...],
    sources: Sources,
    written: Callable[[Origin], str | None],
) -> tuple[Resource, ...]:
    """The resources after a merge of patches, their times as they are where they stand now."""
    if not any(_is_respelled(text) for one in patches for text in _TIME.findall(text_of(one, sources))):
        return after
    untouched = {id(one) for one in before}
    return tuple(
        one if id(one) in untouched or one.rewritten else _in_place(one, frozenset(patches), sources, written)
        for one in after
    )


def _is_respelled(text: str) -> bool:
    """Whether a plain value is a time that is not printed as it is written."""
    return rfc3339(text) not in (None, text)


def _in_place(
    resource: Resource,
    patches: frozenset[DocumentRef],
    sources: Sources,
    written: Callable[[Origin], str | None],
) -> Resource:
    body = resource.body
    for container in containers(resource, sources):
        for path, text in _times_of(container, patches, written):
            body = with_value(body, path, text)
    return resource if body is resource.body else replace(resource, body=body)


def _times_of(
    container: Container, patches: Iterable[DocumentRef], written: Callable[[Origin], str | None]
) -> Iterator[tuple[FieldPath, str]]:
    """The values of a mapping or list that patches set and that are other texts there."""
    members = container.node.items() if isinstance(container.node, dict) else enumerate(container.node)
    for key, value in members:
        if not isinstance(value, str) or not _TIME.match(value):
            continue
        blame = child(container.blame, key)
        by = origin(blame)
        text = written(by) if by.source in patches else None
        if not text or text.startswith(DECORATED) or ":" not in text or not _is_respelled(text):
            continue
        told = text if container.braced else value if container.path[:1] == _TEXTS else rfc3339(text)
        if told and told != value and not has_quotes(Node(value, blame=blame), written):
            yield (*container.path, key), told
