"""What a strategic merge patch misses: nothing that it changes, or something else than it names.

A patch is judged over all objects that it selects: what it does to one of them, it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.merge_schema import MergeSchema, Schema, merge_keys
from gitlint_ops.build.kustomize.near_names import near_name
from gitlint_ops.build.kustomize.no_effect import (
    PATCH_MISSES_FIELD,
    has_or_have,
    is_same,
    labels_of,
    without_effect,
)
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.location import FieldPath

_DIRECTIVE = "$patch"
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_MOST_NAMED = 5


class Patched(NamedTuple):
    """An object before and after a patch; `after` is None where the patch deletes it."""

    before: Resource
    after: Resource | None


class _Miss(NamedTuple):
    message: str
    hint: str
    severity: Severity | None = None


def merge_effects(
    patch: Mapping[str, Any],
    patched: Sequence[Patched],
    origin: Origin,
    entry: Place,
    schema: MergeSchema,
    *,
    renames: bool,
) -> Iterator[Violation]:
    """What a patch misses in all of the objects; `renames`: it is allowed to name them anew."""
    if not patched:
        return
    missed = _missed_in_all(patch, patched, schema)
    for path, miss in missed.items():
        yield violation(
            miss.message,
            Place(origin.source, (*origin.source_path, *path)),
            rule=PATCH_MISSES_FIELD,
            hint=miss.hint,
            severity=miss.severity,
            at_key=miss.severity is None,
        )
    if missed or not all(one.after is not None and _is_idle(one.before, one.after) for one in patched):
        return
    yield _idle(patch, [one.before for one in patched], origin, entry, renames=renames)


def _is_idle(before: Resource, after: Resource) -> bool:
    return is_same(before.body, after.body)


def _idle(
    patch: Mapping[str, Any], resources: Sequence[Resource], origin: Origin, entry: Place, *, renames: bool
) -> Violation:
    metadata = patch.get("metadata")
    held = metadata if isinstance(metadata, Mapping) else {}
    if set(patch) - {"apiVersion", "kind", "metadata"} or set(held) - {"name", "namespace"}:
        told = f"{labels_of(resources)} {has_or_have(resources)} all of this already"
        return without_effect(f"this patch changes nothing: {told}", entry)
    name = held.get("name")
    if name and not renames and len(resources) == 1 and _is_new(str(name), resources[0]):
        return violation(
            f"this patch sets nothing but the name {name!r}, and kustomize keeps {resources[0].name!r}",
            Place(origin.source, (*origin.source_path, "metadata", "name")),
            rule=PATCH_MISSES_FIELD,
            hint="to rename an object, give the patch `options: {allowNameChange: true}`",
        )
    return without_effect(f"this patch sets nothing in {labels_of(resources)}", entry)


def _is_new(name: str, resource: Resource) -> bool:
    """Whether a name is one that the resource never had."""
    return name != resource.name and all(name != one.name for one in resource.previous)


def _missed_in_all(
    patch: Mapping[str, Any], patched: Sequence[Patched], schema: MergeSchema
) -> dict[FieldPath, _Miss]:
    if not _may_miss(patch):
        return {}
    missed: dict[FieldPath, _Miss] | None = None
    for before, _ in patched:
        kind = schema.of_kind(str(before.body.get("apiVersion")), before.gvk.kind)
        found = dict(_Misses(schema, before).of(patch, before.body, kind, ()))
        missed = found if missed is None else {path: one for path, one in missed.items() if path in found}
        if not missed:
            return {}
    return missed or {}


def _may_miss(node: Any, key: str = "") -> bool:
    """Whether a patch deletes anything, or has a container without an image."""
    if isinstance(node, Mapping):
        return any(
            value is None or name == _DIRECTIVE or _may_miss(value, str(name)) for name, value in node.items()
        )
    if isinstance(node, list):
        return any(
            _may_miss(item) or (key in _CONTAINERS and isinstance(item, Mapping) and "image" not in item)
            for item in node
        )
    return False


class _Misses:
    """A patch beside an object, walked together as the merge walks them."""

    def __init__(self, schema: MergeSchema, resource: Resource) -> None:
        self._schema = schema
        self._label = resource_label(resource)

    def of(
        self, patch: Mapping[str, Any], held: Mapping[str, Any], schema: Schema | None, path: FieldPath
    ) -> Iterator[tuple[FieldPath, _Miss]]:
        for key, value in patch.items():
            inner, here = held.get(key), (*path, key)
            deletes = value is None or (isinstance(value, Mapping) and value.get(_DIRECTIVE) == "delete")
            if deletes and key not in held:
                yield from self._deleted(here, key, [one for one in held if one not in patch])
            elif isinstance(value, Mapping) and isinstance(inner, Mapping):
                yield from self.of(value, inner, self._schema.field(schema, key), here)
            elif isinstance(value, list) and isinstance(inner, list):
                yield from self._of_items(value, inner, self._schema.field(schema, key), here)

    def _deleted(self, path: FieldPath, key: str, names: Sequence[str]) -> Iterator[tuple[FieldPath, _Miss]]:
        meant = near_name(key, names)
        if meant:
            yield (
                path,
                _Miss(
                    f"{self._label} has no {key!r} here to delete: this changes nothing, and kustomize says "
                    "nothing",
                    f"did you mean {meant!r}?",
                ),
            )

    def _of_items(
        self, patch: Sequence[Any], held: Sequence[Any], schema: Schema | None, path: FieldPath
    ) -> Iterator[tuple[FieldPath, _Miss]]:
        keys = merge_keys(schema)
        if not keys or any(isinstance(one, Mapping) and _is_replacing(one) for one in patch):
            return
        for index, item in enumerate(patch):
            if not isinstance(item, Mapping) or keys[0] not in item:
                continue
            met = [one for one in held if isinstance(one, Mapping) and _agree(one, item, keys)]
            if met and item.get(_DIRECTIVE) == "replace":
                yield self._not_replaced((*path, index, _DIRECTIVE))
            elif met:
                yield from self.of(item, met[0], self._schema.item(schema), (*path, index))
            else:
                names = [str(one[keys[0]]) for one in held if isinstance(one, Mapping) and keys[0] in one]
                yield from self._added(item, str(item[keys[0]]), names, (*path, index, keys[0]))

    def _not_replaced(self, path: FieldPath) -> tuple[FieldPath, _Miss]:
        return path, _Miss(
            f"kustomize ignores this item of {self._label}: `$patch: replace` replaces no item of a list",
            "leave the directive out to merge the item, or make `- $patch: replace` an item of its own to "
            "replace the list",
            Severity.WARNING,
        )

    def _added(
        self, item: Mapping[str, Any], name: str, names: Sequence[str], path: FieldPath
    ) -> Iterator[tuple[FieldPath, _Miss]]:
        if item.get(_DIRECTIVE) == "delete":
            meant = near_name(name, names)
            if meant:
                yield (
                    path,
                    _Miss(
                        f"{self._label} has no {name!r} here to delete: this changes nothing, and kustomize "
                        "says nothing",
                        f"did you mean {meant!r}?",
                        Severity.WARNING,
                    ),
                )
        elif path[-3] in _CONTAINERS and "image" not in item:
            yield (
                path,
                _Miss(
                    f"{self._label} has no container {name!r}: the patch adds one, without an image",
                    _containers(name, names),
                    Severity.ERROR,
                ),
            )


def _is_replacing(item: Mapping[str, Any]) -> bool:
    """Whether an item is the directive of its whole list."""
    return item.get(_DIRECTIVE) in ("replace", "delete") and len(item) == 1


def _agree(held: Mapping[str, Any], item: Mapping[str, Any], keys: Sequence[str]) -> bool:
    return all(held.get(key) == item[key] for key in keys if key in item)


def _containers(name: str, names: Sequence[str]) -> str:
    meant = near_name(name, names)
    if meant:
        return f"did you mean {meant!r}?"
    if len(names) == 1:
        return f"the only container here is called {names[0]!r}"
    return f"the containers here are called {', '.join(map(repr, names[:_MOST_NAMED]))}" if names else ""
