"""Strategic merge patches made ready for the resources that they are merged into.

Source: api/resmap/reswrangler.go ApplySmPatch, api/resource/resource.go CopyMergeMetaDataFieldsFrom,
api/internal/builtins/PatchTransformer.go Config
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.merge_nodes import DECORATED, TIMESTAMP, Written, scalar_text
from gitlint_ops.build.kustomize.notes import ALLOWED, allowed_in, has_notes
from gitlint_ops.build.kustomize.patch_entries import STRATEGIC, PatchEntry
from gitlint_ops.model.blame import Origin
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at, with_value, without

_ANNOTATIONS = ("metadata", "annotations")


class FittedPatch(Struct, frozen=True):
    """A patch as it is merged; `allowed` are the changes of a resource's id that it may make.

    `sees_notes`: it may take away or set annotations in which kustomize keeps notes.
    """

    body: Mapping[str, Any]
    origin: Origin
    allowed: tuple[str, ...]
    sees_notes: bool


def fitted(body: Mapping[str, Any], origin: Origin, entry: PatchEntry, written: Written) -> FittedPatch:
    """A patch of an entry.

    Where it may rename, kustomize notes that in its annotations, and so in those of what it patches. The
    note is written out here only where the patch may wipe or set notes; else the resource is told.
    """
    allowed = _allowed(body, entry)
    texts = _Texts(origin, written)
    if entry.target is not None or entry.mode == STRATEGIC:
        body = texts.for_any(body)
    elif allowed:
        body = texts.of(body, "annotations")
    sees_notes = _may_wipe_annotations(body) or has_notes(body)
    if sees_notes and allowed and isinstance(body.get("metadata"), dict):
        held = value_at(body, _ANNOTATIONS)
        notes = dict.fromkeys((ALLOWED[name] for name in allowed), "enabled")
        body = _with(body, _ANNOTATIONS, {**(held if isinstance(held, dict) else {}), **notes})
    return FittedPatch(body, origin, allowed, sees_notes)


def _allowed(body: Mapping[str, Any], entry: PatchEntry) -> tuple[str, ...]:
    noted = allowed_in(value_at(body, _ANNOTATIONS))
    return tuple(name for name in ALLOWED if name in noted or entry.options.get(name))


def _may_wipe_annotations(body: Mapping[str, Any]) -> bool:
    """Whether a merge may take away annotations that the patch does not name."""
    metadata = body.get("metadata", {})
    annotations = metadata.get("annotations", {}) if isinstance(metadata, dict) else None
    return not isinstance(annotations, dict) or any(
        "$patch" in one for one in (body, metadata, annotations) if isinstance(one, dict)
    )


class _Texts(Struct, frozen=True):
    """Labels and annotations of a patch as kustomize sets them anew: every value a text."""

    origin: Origin
    written: Written

    def for_any(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A patch as it is made ready for resources that it may not name.

        The apiVersion is the resource's. Labels and annotations become texts, so that a null does
        not delete there but sets the text "null", as kustomize has it.
        """
        held: Any = without(body, ("apiVersion",)) if "apiVersion" in body else body
        return self.of(self.of(held, "labels"), "annotations")

    def of(self, body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        path = ("metadata", name)
        metadata = body.get("metadata")
        if not isinstance(metadata, dict) or name not in metadata:
            return body
        texts = metadata[name] if isinstance(metadata[name], dict) else {}
        if not texts:
            return _with(body, path, None)
        return _with(body, path, {key: self._text(one, (*path, key)) for key, one in texts.items()})

    def _text(self, value: Any, path: FieldPath) -> str:
        if isinstance(value, str) and not TIMESTAMP.match(value):
            return str(value)
        text = self.written(replace(self.origin, source_path=(*self.origin.source_path, *path)))
        told = "null" if value is None else scalar_text(value)
        return told if text is None or text.startswith(DECORATED) else text


def _with(body: Mapping[str, Any], path: FieldPath, texts: dict[str, Any] | None) -> Mapping[str, Any]:
    changed = without(body, path) if texts is None else with_value(body, path, texts)
    assert isinstance(changed, dict)
    return changed
