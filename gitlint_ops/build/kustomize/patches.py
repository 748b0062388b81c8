"""`patches:`, `patchesStrategicMerge:` and `patchesJson6902:` applied to resources.

Source: api/internal/builtins/PatchTransformer.go, PatchStrategicMergeTransformer.go,
PatchJson6902Transformer.go, api/resmap/reswrangler.go ApplySmPatch
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import Place, because
from gitlint_ops.build.kustomize.identity import Scopes, format_id
from gitlint_ops.build.kustomize.json_effects import Trace, json_effects
from gitlint_ops.build.kustomize.json_patch import JsonPatchFault, apply_json_patch
from gitlint_ops.build.kustomize.merge_effects import Patched, merge_effects
from gitlint_ops.build.kustomize.merge_nodes import (
    MergeFault,
    Written,
    holds_any,
    scalar_text,
    unknown_text,
)
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.node_texts import typed
from gitlint_ops.build.kustomize.notes import read_back, taken_out, written_out
from gitlint_ops.build.kustomize.patch_entries import AUTO, JSON6902, STRATEGIC, PatchEntry
from gitlint_ops.build.kustomize.patch_faults import (
    PatchFault,
    merge_fault,
    operation_fault,
    repeated_key_fault,
)
from gitlint_ops.build.kustomize.patch_fitting import FittedPatch, fitted
from gitlint_ops.build.kustomize.patch_targets import no_match, no_resource, resource_label
from gitlint_ops.build.kustomize.resource import ResId, Resource, gvk_of
from gitlint_ops.build.kustomize.rewriting import with_room_for_notes
from gitlint_ops.build.kustomize.selection import SelectionIndex
from gitlint_ops.build.kustomize.selectors import Selector, SelectorFault
from gitlint_ops.build.kustomize.strategic_merge import MergeOptions, merge_resource
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.structure import value_at, with_value, without

_SET_ANEW = (("metadata", "labels"), ("metadata", "annotations"))
"""Fields of patches that are made ready for resources that they may not name."""

_HOLDERS = ("", "/metadata", "/metadata/annotations")
_SELECTOR_HINTS = dict.fromkeys(
    ("labelSelector", "annotationSelector"), "write it as `key=value,other in (a, b)`"
)


def apply_patches(
    resources: tuple[Resource, ...],
    entries: Sequence[PatchEntry],
    schema: MergeSchema,
    *,
    complete: bool,
    written: Written = unknown_text,
    known: int = 0,
    index: SelectionIndex | None = None,
) -> tuple[tuple[Resource, ...], tuple[Violation, ...]]:
    """The resources with all entries applied in order, and the targets that select nothing.

    Where `complete` is False, resources are missing, and a patch without a match is passed over.
    `known`: how many violations there are already, as with many there is less help with each. `index`
    is kept from one call to the next.

    Raises:
        PatchFault: a patch that kustomize fails on.
    """
    held, scopes = list(resources), Scopes(schema.is_namespaced)
    work = _Work(schema, scopes, complete, written, index or SelectionIndex(), known)
    for entry in entries:
        if entry.is_json_patch:
            work.apply_json(held, entry)
        elif entry.target is not None:
            work.apply_to_target(held, entry, entry.target)
        else:
            work.apply_by_id(held, entry)
    return tuple(held), tuple(work.violations)


class _Work(Struct, frozen=True):
    schema: MergeSchema
    scopes: Scopes
    complete: bool
    written: Written
    index: SelectionIndex
    known: int = 0
    violations: list[Violation] = field(default_factory=list)

    def apply_json(self, held: list[Resource], entry: PatchEntry) -> None:
        if not entry.documents:
            return
        if entry.target is None:
            raise PatchFault(
                "a JSON patch needs a target (kustomize: must specify a target for JSON patch)",
                *entry.at,
                hint="add `target:` with the kind and name of the object to patch",
            )
        patch = Origin(entry.text_document, (), Via.PATCH)
        sees_notes = _sees_annotations(entry.documents[0])
        traces: list[Trace] = []
        for position in self._selected(held, entry, entry.target):
            room = with_room_for_notes(held[position], renames=entry.mode == AUTO)
            before = typed(room)
            before = before if entry.mode == JSON6902 else before.remembered()
            resource = written_out(before, self.scopes) if sees_notes else before
            bodies: list[Any] = []
            traces.append((resource, bodies))
            try:
                patched = apply_json_patch(resource, entry.documents[0], patch, bodies, as_json=entry.as_json)
            except JsonPatchFault as error:
                raise operation_fault(
                    error, held[position], entry.documents[0], entry.text_document
                ) from error
            patched = _with_text_annotations(taken_out(patched, before) if sees_notes else patched)
            held[position] = held[position] if patched is room else patched
        if traces and self.complete and isinstance(entry.documents[0], list):
            text, at = Place(entry.text_document), Place(*entry.at)
            self.violations.extend(json_effects(entry.documents[0], traces, text, at, self.schema))

    def apply_to_target(self, held: list[Resource], entry: PatchEntry, target: Mapping[str, Any]) -> None:
        patches = tuple(entry.patches())
        if len(patches) > 1:
            raise PatchFault(
                "an entry with a target may hold one patch only, and this holds "
                f"{len(patches)} (kustomize: Multiple Strategic-Merge Patches in one `patches` entry "
                "is not allowed to set `patches.target` field)",
                *entry.at,
                hint="give each patch an entry of its own, or leave out the target if each names its object",
            )
        for body, origin in patches:
            selected = self._selected(held, entry, target)
            self._merge_all(held, selected, fitted(body, origin, entry, self.written), entry)

    def apply_by_id(self, held: list[Resource], entry: PatchEntry) -> None:
        for body, origin in entry.patches():
            position = self._position(held, body, origin)
            if position is None:
                continue
            self._merge_all(held, (position,), fitted(body, origin, entry, self.written), entry)

    def _selected(self, held: Sequence[Resource], entry: PatchEntry, target: Mapping[str, Any]) -> list[int]:
        document, path = entry.at
        try:
            selector = Selector.parse(target)
        except SelectorFault as error:
            raise PatchFault(
                f"the target's {error.field} cannot be read {because(error.reason)}",
                document,
                (*path, "target", error.field),
                hint=_SELECTOR_HINTS.get(
                    error.field, "it is a regular expression: escape what it must not mean"
                ),
            ) from error
        selected = [
            position
            for position in self.index.candidates(held, selector)
            if selector.selects(held[position], self.scopes)
        ]
        # Where there is nothing at all, the resources are yet to come (Flux's bootstrap writes them).
        if not selected and self.complete and held:
            place, told = Place(document, (*path, "target")), self.known + len(self.violations)
            self.violations.append(no_match(selector, held, self.scopes, place, told=told))
        return selected

    def _position(self, held: Sequence[Resource], body: Mapping[str, Any], origin: Origin) -> int | None:
        """The one resource that has or had the patch's id; None where it may be among the missing."""
        wanted = _id_of(body)
        identity = self.scopes.identity(wanted)
        matches = [
            position
            for position in self.index.named(held, wanted.name)
            if identity in self.scopes.all_identities(held[position])
        ]
        if len(matches) == 1:
            return matches[0]
        at = (origin.source, (*origin.source_path, "metadata", "name"))
        own = f"failed to find unique target for patch {format_id(wanted)}"
        if matches:
            names = ", ".join(resource_label(held[position]) for position in matches)
            raise PatchFault(
                f"this patch fits more than one resource: {names} "
                f"(kustomize: multiple matches for Id {format_id(wanted)}; {own})",
                *at,
                hint="name the object by a target: with its name and namespace",
            )
        if not self.complete:
            return None
        message, hint = no_resource(wanted, held, self.scopes)
        raise PatchFault(
            f"{message} (kustomize: no matches for Id {format_id(wanted)}; {own})", *at, hint=hint
        )

    def _merge_all(
        self, held: list[Resource], positions: Sequence[int], patch: FittedPatch, entry: PatchEntry
    ) -> None:
        options = MergeOptions(
            allow_name_change="allowNameChange" in patch.allowed,
            allow_kind_change="allowKindChange" in patch.allowed,
            written=self.written,
            has_comment=entry.has_comment and partial(_keeps_comment, entry, patch.origin),
        )
        merged: dict[int, Resource | None] = {}
        for position in positions:
            try:
                merged[position] = self._merged(held[position], patch, options, entry)
            except MergeFault as error:
                raise merge_fault(error, held[position], patch.origin) from error
            result = merged[position]
            if entry.repeating and result is not None and holds_any(result.body, entry.repeating):
                raise repeated_key_fault(held[position], patch.origin, entry.repeats)
        if self.complete:
            self._note_effects({position: held[position] for position in positions}, merged, patch, entry)
        held[:] = [
            resource
            for position, old in enumerate(held)
            if (resource := merged.get(position, old)) is not None
        ]
        if entry.target is not None and patch.allowed:
            self._demand_unique(held, patch.origin)

    def _note_effects(
        self,
        before: Mapping[int, Resource],
        merged: Mapping[int, Resource | None],
        patch: FittedPatch,
        entry: PatchEntry,
    ) -> None:
        origin = patch.origin
        patched = [Patched(before[position], result) for position, result in merged.items()]
        at = Place(*entry.at) if len(entry.documents) == 1 else Place(origin.source, origin.source_path)
        renames = bool(patch.allowed)
        self.violations.extend(merge_effects(patch.body, patched, origin, at, self.schema, renames=renames))

    def _merged(
        self, dest: Resource, patch: FittedPatch, options: MergeOptions, entry: PatchEntry
    ) -> Resource | None:
        written = noted = dest
        if patch.sees_notes:
            # What may rename it is noted before, too; the merge itself remembers the name.
            noted = dest.remembered() if patch.allowed else dest
            written = replace(written_out(noted, self.scopes), previous=dest.previous)
        merged = merge_resource(written, patch.body, patch.origin, self.schema, options)
        if merged is None:
            return None
        if entry.untyped:
            merged = replace(merged, untyped=True)
        if patch.sees_notes:
            merged = read_back(merged, noted, self.scopes)
        elif patch.allowed:
            merged = merged.allowing(patch.allowed)
        if "apiVersion" not in merged.body and (entry.target is not None or entry.mode == STRATEGIC):
            # The patch is given the apiVersion of what it patches, be it nothing.
            return merged.with_field(("apiVersion",), None, patch.origin)
        return merged

    def _demand_unique(self, held: Sequence[Resource], origin: Origin) -> None:
        seen = set()
        for resource in held:
            identity = self.scopes.current(resource)
            if identity in seen:
                raise PatchFault(
                    f"the patch gives two resources the same id {resource_label(resource)} (kustomize: may "
                    f"not add resource with an already registered id: {format_id(resource.cur_id)})",
                    origin.source,
                    (*origin.source_path, "metadata", "name"),
                )
            seen.add(identity)


def _keeps_comment(entry: PatchEntry, patch: Origin, value: Origin) -> bool:
    """Whether a value of a patch has a comment behind its braces, and not only in its file."""
    if entry.target is not None or entry.mode == STRATEGIC:
        within = value.source_path[len(patch.source_path) :]
        if within in _SET_ANEW:
            return False
    return entry.has_comment is not None and entry.has_comment(value)


def _id_of(body: Mapping[str, Any]) -> ResId:
    metadata = body.get("metadata")
    held = metadata if isinstance(metadata, dict) else {}
    name, namespace = (held.get(one) for one in ("name", "namespace"))
    return ResId(
        gvk_of(body),
        "" if name is None else scalar_text(name),
        "" if namespace is None else scalar_text(namespace),
    )


def _sees_annotations(operations: Any) -> bool:
    """Whether a JSON patch tests or copies all annotations, kustomize's own among them."""
    return isinstance(operations, list) and any(
        isinstance(one, dict) and one.get("path" if one.get("op") == "test" else "from") in _HOLDERS
        for one in operations
    )


def _with_text_annotations(resource: Resource) -> Resource:
    """Annotations as kustomize leaves them after a JSON patch: texts only, and none if empty."""
    held = value_at(resource.body, ("metadata", "annotations"))
    metadata = resource.body.get("metadata")
    if not isinstance(metadata, dict) or "annotations" not in metadata:
        return resource
    if not isinstance(held, dict) or not held:
        return replace(resource, body=without(resource.body, ("metadata", "annotations")))
    if all(isinstance(value, str) for value in held.values()):
        return resource
    texts = {key: scalar_text(value) for key, value in held.items()}
    return replace(resource, body=with_value(resource.body, ("metadata", "annotations"), texts))


__all__ = ["PatchEntry", "PatchFault", "apply_patches"]
