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
from gitlint_ops.model.blame import at, with_blame
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at, with_value

_ABSENT = object()


def with_shared(resource: Resource, paths: Iterable[FieldPath], value: Any) -> Resource:
    """A resource that remembers that one value was put in several fields."""
    held = tuple(paths)
    if len(held) < 2:
        return resource
    return replace(resource, shared=(*resource.shared, SharedValue(held, value)))


def settled(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The resources after a step, with what it changed in one field changed in all that share it."""
    if not any(resource.shared for resource in resources):
        return resources
    return tuple(_settled(one) if one.shared else one for one in resources)


def _settled(resource: Resource) -> Resource:
    groups = []
    for group in resource.shared:
        resource, kept = _settled_group(resource, group)
        if len(kept.paths) > 1:
            groups.append(kept)
    return replace(resource, shared=tuple(groups)) if tuple(groups) != resource.shared else resource


def _settled_group(resource: Resource, group: SharedValue) -> tuple[Resource, SharedValue]:
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
            resource = replace(
                resource,
                body=with_value(resource.body, path, value),
                blame=with_blame(resource.blame, path, blame),
            )
    return resource, SharedValue(tuple(present), value)
