"""What kustomize notes on a resource for itself, written where kustomize keeps it: in annotations.

Here the notes are fields of `Resource`. A merge that wipes out all annotations, and a replacement
that copies them, reach them all the same, so those are run on a resource with its notes written out.

Source: api/internal/utils/annotations.go, api/resource/resource.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.identity import CLUSTER_SCOPED, DEFAULT_NAMESPACE, Scopes
from gitlint_ops.build.kustomize.resource import GeneratorFlags, Name, Resource
from gitlint_ops.model.structure import value_at, with_value, without

_ANNOTATIONS = ("metadata", "annotations")
_DOMAIN = "internal.config.kubernetes.io"
_NAMES, _NAMESPACES, _KINDS = (
    f"{_DOMAIN}/{name}" for name in ("previousNames", "previousNamespaces", "previousKinds")
)
_PREFIXES, _SUFFIXES = f"{_DOMAIN}/prefixes", f"{_DOMAIN}/suffixes"
_BEHAVIOR, _HASH = f"{_DOMAIN}/generatorBehavior", f"{_DOMAIN}/needsHashSuffix"
ALLOWED = {name: f"{_DOMAIN}/{name}" for name in ("allowNameChange", "allowKindChange")}
"""The options of a patch that may change an id, and the annotations that they become."""

_ALL = frozenset((_NAMES, _NAMESPACES, _KINDS, _PREFIXES, _SUFFIXES, _BEHAVIOR, _HASH, *ALLOWED.values()))
_ENABLED, _UNSPECIFIED = "enabled", "unspecified"


def allowed_in(annotations: Any) -> tuple[str, ...]:
    """What annotations allow a patch to change."""
    held = annotations if isinstance(annotations, dict) else {}
    return tuple(name for name, key in ALLOWED.items() if held.get(key) == _ENABLED)


def written_out(resource: Resource, scopes: Scopes) -> Resource:
    """The resource with its notes as annotations; `read_back` undoes it."""
    notes = _notes(resource, scopes)
    held = value_at(resource.body, _ANNOTATIONS)
    if not notes or not isinstance(resource.body.get("metadata"), dict):
        return resource
    annotations = {**(held if isinstance(held, dict) else {}), **notes}
    return replace(resource, body=with_value(resource.body, _ANNOTATIONS, annotations))


def read_back(resource: Resource, before: Resource, scopes: Scopes) -> Resource:
    """The resource with the notes that its annotations have now; `before` is what was written out."""
    held = value_at(resource.body, _ANNOTATIONS)
    found = {key: held[key] for key in held if key in _ALL} if isinstance(held, dict) else {}
    resource = taken_out(resource, before)
    return resource if found == _notes(before, scopes) else _noted(resource, found)


def has_notes(body: Mapping[str, Any]) -> bool:
    """Whether notes stand in the annotations of a body."""
    held = value_at(body, _ANNOTATIONS)
    return isinstance(held, dict) and not _ALL.isdisjoint(held)


def as_noted(resource: Resource) -> Resource:
    """A resource as it is read, with the notes that its file has: kustomize takes them for its own."""
    held = value_at(resource.body, _ANNOTATIONS)
    found = {key: held[key] for key in held if key in _ALL} if isinstance(held, dict) else {}
    return _noted(taken_out(resource, resource), found) if found else resource


def taken_out(resource: Resource, before: Resource) -> Resource:
    """The resource with the notes it had `before`, whatever became of them in its annotations."""
    held = value_at(resource.body, _ANNOTATIONS)
    if not isinstance(held, dict) or not _ALL.intersection(held):
        return resource
    kept = {key: value for key, value in held.items() if key not in _ALL}
    had_some = value_at(before.body, _ANNOTATIONS) is not None
    body = with_value(resource.body, _ANNOTATIONS, kept)
    return replace(resource, body=body if kept or had_some else without(body, _ANNOTATIONS))


def _notes(resource: Resource, scopes: Scopes) -> dict[str, str]:
    gvk = resource.gvk
    lists = {
        _NAMES: [one.name for one in resource.previous],
        _NAMESPACES: [
            scopes.namespace(gvk._replace(kind=one.kind), one.namespace) for one in resource.previous
        ],
        _KINDS: [one.kind for one in resource.previous],
        _PREFIXES: resource.prefixes,
        _SUFFIXES: resource.suffixes,
    }
    notes = {key: ",".join(values) for key, values in lists.items() if values}
    if resource.generator is not None:
        notes[_BEHAVIOR] = resource.generator.behavior or _UNSPECIFIED
        if resource.generator.needs_hash:
            notes[_HASH] = _ENABLED
    notes.update(dict.fromkeys((ALLOWED[name] for name in resource.allowed), _ENABLED))
    return notes


def _noted(resource: Resource, notes: Mapping[str, Any]) -> Resource:
    names, namespaces, kinds, prefixes, suffixes = (
        tuple(str(notes[key]).split(",")) if notes.get(key) else ()
        for key in (_NAMES, _NAMESPACES, _KINDS, _PREFIXES, _SUFFIXES)
    )
    behavior = str(notes.get(_BEHAVIOR) or "")
    flags = GeneratorFlags(
        needs_hash=notes.get(_HASH) == _ENABLED, behavior="" if behavior == _UNSPECIFIED else behavior
    )
    return replace(
        resource,
        previous=tuple(
            Name(name, "" if namespace in (DEFAULT_NAMESPACE, CLUSTER_SCOPED) else namespace, kind)
            for name, namespace, kind in zip(names, namespaces, kinds, strict=False)
        ),
        prefixes=prefixes,
        suffixes=suffixes,
        generator=flags if behavior or flags.needs_hash else None,
        allowed=allowed_in(notes),
    )
