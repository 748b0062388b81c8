"""What a strategic merge patch misses: nothing that it changes, or something else than it names.

A patch is judged over all objects that it selects: what it does to one of them, it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.left_directives import left_directives
from gitlint_ops.build.kustomize.merge_schema import MergeSchema, Schema, merge_keys
from gitlint_ops.build.kustomize.no_effect import (
    ENTRY_WITHOUT_EFFECT,
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
from gitlint_ops.model.near_names import near_name

_DIRECTIVE = "$patch"
_ID = ("apiVersion", "kind")
_NAMES = ("name", "namespace")
_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_MOST_NAMED = 5


class Patched(NamedTuple):
    """An object before and after a patch; `after` is None where the patch deletes it."""

    before: Resource
    after: Resource | None


class _Miss(NamedTuple):
    message: str
    hint: str = ""
    severity: Severity | None = None
    rule: str = PATCH_MISSES_FIELD
    at_key: bool = False


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
    if _has_directive(patch):
        left = (one.after for one in patched if one.after is not None)
        yield from left_directives(left, origin.source, schema)
    idle = all(one.after is not None and _is_idle(one.before, one.after) for one in patched)
    if idle and all(one.rule == ENTRY_WITHOUT_EFFECT for one in missed.values()):
        resources = [one.before for one in patched]
        has = _has(patch, schema, resources, deletes=bool(missed))
        yield _idle(patch, resources, origin, entry, has, renames=renames)
        return
    for path, miss in missed.items():
        yield violation(
            miss.message,
            Place(origin.source, (*origin.source_path, *path)),
            rule=miss.rule,
            hint=miss.hint,
            severity=miss.severity,
            at_key=miss.at_key,
        )


def _is_idle(before: Resource, after: Resource) -> bool:
    return is_same(before.body, after.body)


def _has(
    patch: Mapping[str, Any], schema: MergeSchema, resources: Sequence[Resource], *, deletes: bool
) -> str:
    """What of an idle patch the objects have already; it `deletes` nothing that there is."""
    has = f"{labels_of(resources)} {has_or_have(resources)}"
    if not deletes:
        return f"{has} all of this already"
    body = resources[0].body
    kind = schema.of_kind(str(body.get("apiVersion")), resources[0].gvk.kind)
    if _sets(_without_id(patch), schema, kind):
        return f"{has} what it sets already, and nothing of what it deletes"
    return f"{has} nothing of what it deletes"


def _without_id(patch: Mapping[str, Any]) -> dict[str, Any]:
    """A patch without what says which object it is for."""
    said = {key: value for key, value in patch.items() if key not in _ID}
    metadata = said.get("metadata")
    if isinstance(metadata, Mapping):
        said["metadata"] = {key: value for key, value in metadata.items() if key not in _NAMES}
    return said


def _sets(node: Any, schema: MergeSchema, of: Schema | None) -> bool:
    """Whether a patch says more than what is to go, and where."""
    if isinstance(node, list):
        keys = merge_keys(of) or ()
        items = (
            {key: item[key] for key in item if key not in keys} if isinstance(item, Mapping) else item
            for item in node
        )
        return any(_sets(item, schema, schema.item(of)) for item in items)
    if not isinstance(node, Mapping):
        return node is not None
    if node.get(_DIRECTIVE) == "delete":
        return False
    return any(_sets(value, schema, schema.field(of, key)) for key, value in node.items())


def _idle(
    patch: Mapping[str, Any],
    resources: Sequence[Resource],
    origin: Origin,
    entry: Place,
    has: str,
    *,
    renames: bool,
) -> Violation:
    metadata = patch.get("metadata")
    held = metadata if isinstance(metadata, Mapping) else {}
    if set(patch) - {*_ID, "metadata"} or set(held) - set(_NAMES):
        return without_effect(f"this patch changes nothing: {has}", entry)
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


def _has_directive(node: Any) -> bool:
    if isinstance(node, Mapping):
        return _DIRECTIVE in node or any(map(_has_directive, node.values()))
    return isinstance(node, list) and any(map(_has_directive, node))


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
            if _deletes(value) and key not in held:
                names = [one for one in held if one not in patch]
                yield here, self._nothing_deleted(key, names)._replace(at_key=True)
            elif isinstance(value, Mapping) and isinstance(inner, Mapping):
                yield from self.of(value, inner, self._schema.field(schema, key), here)
            elif isinstance(value, list) and (isinstance(inner, list) or inner is None):
                yield from self._of_items(value, inner or (), self._schema.field(schema, key), here)

    def _nothing_deleted(self, name: str, names: Sequence[str], severity: Severity | None = None) -> _Miss:
        meant = near_name(name, names)
        told = (
            f"{self._label} has no {name!r} here to delete: this changes nothing, and kustomize says nothing"
        )
        if meant:
            return _Miss(told, f"did you mean {meant!r}?", severity)
        return _Miss(told, rule=ENTRY_WITHOUT_EFFECT)

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
            yield path, self._nothing_deleted(name, names, Severity.WARNING)
        elif path[-3] in _CONTAINERS and "image" not in item:
            yield (
                path,
                _Miss(
                    f"{self._label} has no container {name!r}: the patch adds one, without an image",
                    _containers(name, names),
                    Severity.ERROR,
                ),
            )


def _deletes(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and value.get(_DIRECTIVE) == "delete")


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
