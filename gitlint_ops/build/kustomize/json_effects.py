"""What the operations of a JSON patch miss: nothing that they change, or something else than they name.

An operation is judged over all objects that the patch selects: what it does to one of them, it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.json_patch import member_at
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.no_effect import (
    PATCH_MISSES_FIELD,
    has_or_have,
    is_same,
    labels_of,
    without_effect,
)
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.near_names import near_name

Trace: TypeAlias = tuple[Resource, Sequence[Any]]
"""An object, and its bodies before the first operation and after each of them."""

_METADATA = ("annotations", "finalizers", "labels", "name", "namespace")
_FREE_FORM = frozenset(
    {
        "annotations",
        "binaryData",
        "data",
        "labels",
        "limits",
        "matchLabels",
        "nodeSelector",
        "parameters",
        "requests",
        "selector",
        "stringData",
    }
)
"""Mappings of Kubernetes' own kinds that may have any keys; elsewhere a schema tells of unknown ones."""


def json_effects(
    operations: Sequence[Any],
    traces: Sequence[Trace],
    text: Place,
    entry: Place,
    schema: MergeSchema,
) -> Iterator[Violation]:
    """What operations miss in all of the objects.

    `text` is the place of the list of operations, `entry` that of the patch in the kustomization.
    """
    if not operations:
        yield without_effect("this patch changes nothing: it has no operations", entry)
        return
    idle = []
    acting = 0
    for index, held in enumerate(operations):
        operation = held if isinstance(held, Mapping) else {}
        if operation.get("op") == "test":
            continue
        acting += 1
        if all(is_same(bodies[index], bodies[index + 1]) for _, bodies in traces):
            idle.append(index)
        elif operation.get("op") == "replace":
            yield from _misspelt(operation, index, traces, text.of(index, "path"), schema)
    if len(idle) == acting and acting > 1:
        told = labels_of([one for one, _ in traces])
        yield without_effect(
            f"this patch changes nothing: {told} {has_or_have(traces)} all of this already", entry
        )
        return
    if len(idle) < acting and all(is_same(bodies[0], bodies[-1]) for _, bodies in traces):
        yield without_effect("this patch changes nothing: its operations undo each other", entry)
        return
    for index in idle:
        yield without_effect(
            f"this operation changes nothing: {operations[index].get('path')} of "
            f"{labels_of([one for one, _ in traces])} is that already",
            text.of(index, "path"),
        )


def _misspelt(
    operation: Mapping[str, Any],
    index: int,
    traces: Sequence[Trace],
    place: Place,
    schema: MergeSchema,
) -> Iterator[Violation]:
    """A `replace` that adds a member in every object, beside one whose name is nearly the same."""
    pointer = str(operation.get("path"))
    meant = ""
    for resource, bodies in traces:
        meant = _nearly_named(bodies[index], pointer, resource, schema)
        if not meant:
            return
    first = resource_label(traces[0][0])
    yield violation(
        f"{first} has no {pointer}: kustomize does not replace it, but adds it, and says nothing",
        place,
        rule=PATCH_MISSES_FIELD,
        hint=f"did you mean {pointer.rpartition('/')[0]}/{_escaped(meant)}? To add a field, use `op: add`",
    )


def _nearly_named(body: Any, pointer: str, resource: Resource, schema: MergeSchema) -> str:
    """The member that an operation nearly names; "" where it names one, or none nearly."""
    found = member_at(body, pointer)
    if found is None:
        return ""
    parent, container, key = found
    if not isinstance(container, dict) or key in container:
        return ""
    known = schema.of_kind(str(resource.body.get("apiVersion")), resource.gvk.kind) is not None
    if known and (not parent or parent[-1] not in _FREE_FORM):
        return ""
    return near_name(key, (*container, *(_METADATA if parent == ("metadata",) else ())))


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
