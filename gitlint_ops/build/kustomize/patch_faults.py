"""Patches on which kustomize fails, and what to do about each."""

from __future__ import annotations

from typing import Any

from gitlint_ops.build.kustomize.faults import because
from gitlint_ops.build.kustomize.json_patch import JsonPatchFault
from gitlint_ops.build.kustomize.merge_nodes import MergeFault
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath


class PatchFault(Exception):
    """A patch on which kustomize fails; `at` and `path` say the field to edit.

    `message` is in plain words, with kustomize's own reason in parentheses. With `told`, it is not
    to be told itself, as the violations given (or others elsewhere) say what is wrong.
    """

    def __init__(
        self,
        message: str,
        at: DocumentRef,
        path: FieldPath,
        hint: str = "",
        told: tuple[Violation, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.path = path
        self.hint = hint
        self.told = told


_WRITE_INSTEAD = {
    "expected MappingNode": "write a mapping (`key: value`) there, as the object has one",
    "expected SequenceNode": "write a list (`- item`) there, as the object has one",
    "expected ScalarNode": "write a plain value there, as the object has one",
    "unknown patch strategy": "`$patch` is `delete`, `replace` or `merge`",
}


def merge_fault(error: MergeFault, resource: Resource, origin: Origin) -> PatchFault:
    path = origin.source_path
    if error.node is not None:
        place = error.node.origin()
        if place.source == origin.source:
            path = place.source_path
    hint = next((hint for words, hint in _WRITE_INSTEAD.items() if words in error.reason), "")
    return PatchFault(
        f"this patch does not fit {resource_label(resource)} {because(error.reason)}",
        origin.source,
        path,
        hint,
    )


def repeated_key_fault(resource: Resource, origin: Origin, told: tuple[Violation, ...]) -> PatchFault:
    """A mapping of the patch with a key twice is new to the object, which then cannot be printed."""
    return PatchFault(
        f"this patch brings a mapping with a key that stands twice into {resource_label(resource)} "
        "(kustomize: mapping key already defined)",
        origin.source,
        origin.source_path,
        told=told,
    )


def operation_fault(
    error: JsonPatchFault, resource: Resource, operations: Any, document: DocumentRef
) -> PatchFault:
    if error.index is None:
        return PatchFault(
            f"this JSON patch cannot be applied to {resource_label(resource)} {because(error.reason)}",
            document,
            (),
        )
    operation = operations[error.index]
    held = operation if isinstance(operation, dict) else {}
    told = f"{held.get('op', 'operation')} {held.get('path', '')}".strip()
    return PatchFault(
        f"`{told}` cannot be applied to {resource_label(resource)} {because(error.reason)}",
        document,
        (error.index, error.field) if error.field in held else (error.index,),
        error.hint,
    )
