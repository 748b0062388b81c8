"""Fields of replacements that are left as they were: by the same value again, or by none at all.

Of some paths kustomize makes or finds the field and then forgets what it wrote: below a null, and in
a text that looks like YAML and is not written back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.field_paths import PathFault, match, split_field_path
from gitlint_ops.build.kustomize.merge_nodes import Node
from gitlint_ops.build.kustomize.no_effect import UNRESOLVED, is_same, labels_of, without_effect
from gitlint_ops.build.kustomize.replacement_fields import CopiedValue, FieldOptions
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.findings import Violation

_DEFAULT_FIELD_PATH = "metadata.name"


class Filled(NamedTuple):
    """An object before and after it was given a value."""

    before: Resource
    after: Resource
    value: CopiedValue


def fields_without_effect(
    filled: Sequence[Filled], target: Mapping[str, Any], place: Place
) -> Iterator[Violation]:
    """The field paths of a target that changed nothing in any of the objects."""
    written = target.get("fieldPaths")
    split = bool(FieldOptions.of(target.get("options")).delimiter)
    for index, field_path in enumerate(written or (_DEFAULT_FIELD_PATH,)):
        found = [_values(one.before, one.after, str(field_path)) for one in filled]
        if not all(is_same(before, after) for before, after in found):
            continue
        at = place.of("fieldPaths", index) if written else place
        told = labels_of([one.after for one in filled])
        if split or all(_holds(after, one.value) for (_, after), one in zip(found, filled, strict=True)):
            yield without_effect(f"this changes nothing: {field_path} of {told} is that already", at)
        else:
            yield violation(
                f"{field_path} of {told} is left as it is (kustomize says nothing)",
                at,
                rule=UNRESOLVED,
                hint="the path leads below a null or into a text, where kustomize loses what it writes: "
                "write out the field first",
            )


def _values(before: Resource, after: Resource, field_path: str) -> tuple[list[Any], list[Any]]:
    if before.body is after.body:
        held = _at(after, field_path)
        return held, held
    return _at(before, field_path), _at(after, field_path)


def _at(resource: Resource, field_path: str) -> list[Any]:
    try:
        return [
            one.value
            for one in match(Node(resource.body, blame=resource.blame), split_field_path(field_path), None)
        ]
    except PathFault:
        return []


def _holds(values: Sequence[Any], value: CopiedValue) -> bool:
    return bool(values) and all(
        is_same(one, value.value) or (not isinstance(one, dict | list) and Node(one).text == value.text)
        for one in values
    )
