"""Fields of one resource that kustomize holds as one value.

A label that a transformer adds in several fields of a resource (its labels, its selector, its pod
template) is one YAML node in kustomize, put in several places. Whoever changes it later in one
place, by a patch, a replacement or other labels, changes it in all of them. That is hardly meant,
but it is what is rendered, so it is rendered here too. JSON patches write the resource anew and so
part the fields.

Source: api/filters/filtersutil/setters.go SetEntry, kyaml/yaml/fns.go FieldSetter
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.resource import Resource, SharedValue
from gitlint_ops.model.blame import Blame, at, origin, with_blame
from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.structure import value_at, with_value

SELECTOR_MUTATION = "selector-mutation"

_ABSENT = object()
_ANNOTATIONS: FieldPath = ("metadata", "annotations")
_SELECTOR: FieldPath = ("spec", "selector", "matchLabels")
_WITH_FIXED_SELECTORS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def with_shared(resource: Resource, paths: Iterable[FieldPath], value: Any) -> Resource:
    """A resource that remembers that one value was put in several fields."""
    held = tuple(paths)
    if len(held) < 2:
        return resource
    return replace(resource, shared=(*resource.shared, SharedValue(held, value)))


def with_own_annotations(resource: Resource) -> Resource:
    """A resource whose annotations kustomize has written anew, so that no other field shares theirs."""
    if not resource.shared:
        return resource
    groups = (
        SharedValue(tuple(path for path in one.paths if path[:2] != _ANNOTATIONS), one.value)
        for one in resource.shared
    )
    return replace(resource, shared=tuple(one for one in groups if len(one.paths) > 1))


def parted(before: tuple[Resource, ...], after: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The resources after replacements: a mapping put in place of another is a copy, and shares nothing."""
    pairs = zip(before, after, strict=True)
    return tuple(new if new is old or not new.shared else _parted(old, new) for old, new in pairs)


def _parted(before: Resource, after: Resource) -> Resource:
    def is_kept(path: FieldPath) -> bool:
        holders = (origin(at(one.blame, path[:-1])) for one in (before, after))
        return next(holders) == next(holders)

    groups = (SharedValue(tuple(filter(is_kept, one.paths)), one.value) for one in after.shared)
    return replace(after, shared=tuple(one for one in groups if len(one.paths) > 1))


def settled(resources: tuple[Resource, ...], told: list[Violation]) -> tuple[Resource, ...]:
    """The resources after a step, with what it changed in one field changed in all that share it.

    A selector that changes so without being named, and that the API server never lets change, is
    added to `told`.
    """
    if not any(resource.shared for resource in resources):
        return resources
    return tuple(_settled(one, told) if one.shared else one for one in resources)


def _settled(resource: Resource, told: list[Violation]) -> Resource:
    groups = []
    for group in resource.shared:
        resource, kept = _settled_group(resource, group, told)
        if len(kept.paths) > 1:
            groups.append(kept)
    return replace(resource, shared=tuple(groups)) if tuple(groups) != resource.shared else resource


def _settled_group(
    resource: Resource, group: SharedValue, told: list[Violation]
) -> tuple[Resource, SharedValue]:
    values = {path: value_at(resource.body, path, _ABSENT) for path in group.paths}
    present = [path for path, value in values.items() if value is not _ABSENT]
    changed = next((path for path in present if values[path] != group.value), None)
    if changed is None:
        return resource, group if len(present) == len(group.paths) else SharedValue(
            tuple(present), group.value
        )
    value, blame = values[changed], at(resource.blame, changed)
    for path in present:
        if values[path] != value:
            if path[:-1] == _SELECTOR and resource.gvk.kind in _WITH_FIXED_SELECTORS:
                told.append(_selector_changed(resource, path, changed, value, blame))
            resource = replace(
                resource,
                body=with_value(resource.body, path, value),
                blame=with_blame(resource.blame, path, blame),
            )
    return resource, SharedValue(tuple(present), value)


def _selector_changed(
    resource: Resource, selector: FieldPath, changed: FieldPath, value: Any, by: Blame
) -> Violation:
    source, former, own = origin(by), origin(at(resource.blame, selector)), origin(resource.blame)
    was = value_at(resource.body, selector)
    return Violation(
        source.source,
        source.source_path,
        f"this sets {format_path(changed)} to {value}, and with it, unnamed, a selector from {was} to "
        f"{value}: kustomize keeps a label that it put into several fields as one value",
        related=(
            Note(former.source, former.source_path, "the entry that put the label into all of them"),
            Note(own.source, own.source_path, f"{resource.gvk.kind} {resource.name}, whose selector changes"),
        ),
        hint="use a JSON patch, which changes only the field that it names, or keep this label out of "
        "selectors (`includeSelectors: false`); the selector of a workload that runs cannot change",
        rule=SELECTOR_MUTATION,
        severity=Severity.WARNING,
    )
