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
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.brace_comments import Torn, torn
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.node_styles import (
    FLOW,
    SourceLine,
    containers,
    copied_from,
    inner_containers,
    stands,
    text_of,
)
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, at
from gitlint_ops.model.location import DocumentRef, FieldPath, format_path
from gitlint_ops.workspace.sources import Sources

_COMMENT_BEHIND = re.compile(r":[ \t]+#")


def noting_comments(
    before: tuple[Resource, ...],
    after: tuple[Resource, ...],
    patches: Iterable[DocumentRef],
    sources: Sources,
) -> tuple[Resource, ...]:
    """The resources after a merge of patches, with a note of those that have comments behind keys."""
    found = frozenset(one for one in patches if _COMMENT_BEHIND.search(text_of(one, sources)))
    if not found:
        return after
    untouched = {id(one) for one in before}
    return tuple(
        one if id(one) in untouched else replace(one, commented=one.commented | found) for one in after
    )


def require_readable(resource: Resource, sources: Sources) -> None:
    """Raise BuildFault where kustomize would write a resource that it cannot read again.

    Only patches and replacements make such resources, and JSON patches take all comments away.
    """
    for part in torn(resource, sources) if resource.brace_comments else ():
        raise _torn(resource, part)
    if not resource.commented and (resource.stripped or not resource.retagged):
        return
    for path in _empty(resource.body, ()):
        holder = copied_from(at(resource.blame, path[:-1]))
        is_gone = resource.stripped and holder.source not in resource.commented
        if not is_gone and _has_comment(holder, path[-1], sources):
            raise _unreadable(resource, path, "is left empty", "could not find expected ':'")
    if resource.commented and not resource.stripped:
        for path in _within_braces(resource, sources):
            what = "is put into what stands in braces or brackets"
            raise _unreadable(resource, path, what, "invalid map key, or did not find expected ',' or '}'")


def _empty(node: Any, path: FieldPath) -> Iterator[FieldPath]:
    """Where the empty mappings and lists are that have keys."""
    for key, value in inner_containers(node):
        if value:
            yield from _empty(value, (*path, key))
        elif isinstance(key, str):
            yield (*path, key)


def _within_braces(resource: Resource, sources: Sources) -> Iterator[FieldPath]:
    """Where keys with comments stand within braces or brackets, although their files show lines."""
    for one in containers(resource, sources):
        holder = copied_from(one.blame)
        for key, _ in inner_containers(one.node) if one.braced else ():
            if isinstance(key, str) and _has_comment(holder, key, sources):
                yield (*one.path, key)


def _has_comment(holder: Origin, key: str | int, sources: Sources) -> bool:
    """Whether a comment stands behind a key of the mapping that an origin set."""
    # The key is that of the mapping that holds it, whatever has become of the value.
    if not stands(holder):
        return False
    field = (*holder.source_path, key)
    label, value = (SourceLine.of(sources, holder.source, field, key=wanted) for wanted in (True, False))
    if label is None or value is None or not _COMMENT_BEHIND.match(label.text[label.end :]):
        return False
    return not value.text[value.start :].startswith(FLOW)


def _torn(resource: Resource, part: Torn) -> BuildFault:
    return fault(
        f"the comment behind these braces is merged into lines, and then written into "
        f"{format_path(part.path)} of {resource.gvk.kind} {resource.name}: "
        "kustomize cannot read what it writes then (kustomize: could not find expected ':')",
        Place(part.comment.source, part.comment.source_path),
        hint="move the comment to a line of its own, above",
    )


def _unreadable(resource: Resource, path: FieldPath, what: str, reason: str) -> BuildFault:
    key = copied_from(at(resource.blame, path[:-1]))
    field = ".".join(map(str, path))
    return fault(
        f"{field} of {resource.gvk.kind} {resource.name} {what}, and a comment stands behind its key: "
        f"kustomize cannot read what it writes then (kustomize: {reason})",
        Place(key.source, (*key.source_path, path[-1])),
        at_key=True,
        hint="move the comment to a line of its own, above the key",
    )
