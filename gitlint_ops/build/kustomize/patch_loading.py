"""The texts of patches: inline or in files, strategic merge or JSON 6902.

Source: api/internal/builtins/PatchTransformer.go, PatchStrategicMergeTransformer.go,
PatchJson6902Transformer.go
"""

from __future__ import annotations

import json
from typing import Any

from gitlint_ops.build.kustomize.brace_comments import brace_comments
from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.json_faults import json_reason
from gitlint_ops.build.kustomize.json_spelling import spelled
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.build.kustomize.patch_entries import AUTO, JSON6902, STRATEGIC, PatchEntry
from gitlint_ops.build.kustomize.reading import Reader, embedded_objects, embedded_pieces
from gitlint_ops.build.kustomize.repeated_keys import mappings_with_repeats, repeats_told
from gitlint_ops.build.kustomize.resource_loading import Piece, resources_of
from gitlint_ops.model.blame import origin
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.syntax.documents import YAML_INVALID, Typing, read


def patch_entry(patch: Fields, reader: Reader) -> PatchEntry:
    """An entry of `patches:` with its text read (raises BuildFault, LeftOut)."""
    text, path = patch.text("patch").strip(), patch.text("path")
    if not text and not path:
        raise fault(
            "a patch needs `path` or `patch` (kustomize: must specify one of patch and path)",
            patch.place,
            hint="add `path:` with a file, or `patch: |-` with the patch below it",
        )
    if text and path:
        raise fault(
            "a patch has either `path` or `patch`, not both (kustomize: patch and path can't be set at the "
            "same time)",
            patch.place,
        )
    source = Entry(path, patch.at("path")) if path else None
    return _entry(patch, source, patch.at("patch"), patch.text("patch"), reader, AUTO)


def json_patch_entry(patch: Fields, reader: Reader, text_field: str = "patch") -> PatchEntry:
    """An entry of `patchesJson6902:` with its text read (raises BuildFault, LeftOut)."""
    text, path = patch.text(text_field), patch.text("path")
    target = patch.struct("target")
    if target is None or not target.text("name"):
        raise fault("this patch must name its target (kustomize: must specify the target name)", patch.place)
    if bool(text) == bool(path):
        reason = (
            "must specify a file path or jsonOp, not both" if text else "empty file path and empty jsonOp"
        )
        raise fault(
            f"a JSON patch has either `path` or a text, and one of them (kustomize: {reason})", patch.place
        )
    source = Entry(path, patch.at("path")) if path else None
    return _entry(patch, source, patch.at(text_field), text, reader, JSON6902)


def _entry(
    patch: Fields, source: Entry | None, place: Place, text: str, reader: Reader, mode: str
) -> PatchEntry:
    # The text of an entry of patches: is trimmed, so that a block at its end has no last line break.
    found = _file_pieces(source, reader) if source else _inline_pieces(place, text, trimmed=mode == AUTO)
    document = DocumentRef(reader.locate(source)) if source else place.document.text_at(place.path)
    as_json = None
    if _is_json_patch(found):
        as_json = _checked_json(source, place, text.strip() if mode == AUTO else text, reader)
    target = patch.struct("target")
    options = patch.struct("options")
    used = _used(found, patch, mode)
    if mode == JSON6902 and not any(piece.body for piece in used):
        raise fault(
            "this JSON patch is empty (kustomize: patch appears to be empty)",
            source.place if source else place,
            hint="remove the entry, or write the operations",
        )
    repeats = repeats_told(used, reader)
    reader.record.violations += repeats
    return PatchEntry(
        target=target.plain() if target else None,
        text_document=used[0].document if used else document,
        documents=tuple(piece.body for piece in used),
        document_refs=tuple(piece.document for piece in used),
        options={
            "allowNameChange": bool(options and options.flag("allowNameChange")),
            "allowKindChange": bool(options and options.flag("allowKindChange")),
        },
        at=(patch.place.document, patch.place.path),
        mode=mode,
        repeats=repeats,
        repeating=mappings_with_repeats(used),
        as_json=as_json,
        untyped=any(piece.unfit for piece in used),
        has_comment=brace_comments((piece.document for piece in used), reader.sources),
    )


def _file_pieces(source: Entry, reader: Reader) -> tuple[Piece, ...]:
    found = reader.pieces(source, may_repeat=True)
    # JSON patches are read as kubectl reads YAML: `value: yes` is a boolean there.
    return reader.pieces(source, Typing.KUBECTL) if _is_json_patch(found) else found


def _inline_pieces(place: Place, text: str, *, trimmed: bool) -> tuple[Piece, ...]:
    text = text.rstrip() if trimmed else text
    found = embedded_pieces(text, place, may_repeat=True)
    if found is not None and _is_json_patch(found):
        found = embedded_pieces(text, place, Typing.KUBECTL)
    if found is None:
        raise _no_yaml(text, place)
    return found


def _no_yaml(text: str, place: Place) -> BuildFault:
    parsed = read(text.encode("utf-8", "surrogatepass"), Typing.KUSTOMIZE)
    problems = (*parsed.problems, *(one for document in parsed.documents for one in document.problems))
    first = next((one for one in problems if one.rule == YAML_INVALID), None)
    reason = f", line {first.span.line}: {first.message}" if first else ""
    return fault(
        f"this patch is no YAML{reason} (kustomize: unable to parse SM or JSON patch)",
        place,
        hint=first.hint if first else "",
    )


def _checked_json(source: Entry | None, place: Place, text: str, reader: Reader) -> Any:
    """A list in brackets is read as JSON, not as YAML; as it is spelled, if that matters."""
    data = reader.data(source)[1] if source else text.encode("utf-8", "surrogatepass")
    if not data.startswith(b"["):
        return None
    try:
        json.loads(data, parse_constant=_refuse_constant)
        return spelled(data.decode()) if b"test" in data else None
    except ValueError as error:
        raise fault(
            f"a JSON patch that starts with [ must be JSON; {json_reason(error)} "
            "(kustomize: unable to parse SM or JSON patch)",
            source.place if source else place,
            hint="put its keys and texts in double quotes, or begin each operation with `- op:` on a line",
        ) from error


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _is_json_patch(found: tuple[Piece, ...]) -> bool:
    return bool(found) and isinstance(found[0].body, list)


def _used(found: tuple[Piece, ...], patch: Fields, mode: str) -> tuple[Piece, ...]:
    """The documents that are patches; of a JSON patch the first only."""
    if _is_json_patch(found) or mode == JSON6902:
        return found[:1]
    try:
        resources_of(found)
    except BuildFault as error:
        raise _no_patch(error, patch) from error
    return found


def _no_patch(error: BuildFault, patch: Fields) -> BuildFault:
    notes = tuple(
        note
        for one in error.violations
        if isinstance(one.on, DocumentRef)
        for note in (Place(one.on, one.path).note(one.message),)
    )
    reason = error.violations[0].message if error.violations else error.reason
    return fault(
        f"neither a strategic merge nor a JSON patch: {reason} (kustomize: unable to parse SM or JSON patch)",
        patch.place,
        related=notes,
        hint="a patch has apiVersion, kind and metadata.name, or is a list of operations (op, path, value)",
    )


def merge_entries(entry: Entry, reader: Reader) -> list[PatchEntry]:
    """An entry of `patchesStrategicMerge:`, a text or a path (raises BuildFault, LeftOut)."""
    found = embedded_objects(entry, may_repeat=True)
    if found is None:
        found = reader.pieces(entry, may_repeat=True)
    repeats = repeats_told(found, reader)
    reader.record.violations += repeats
    repeating = mappings_with_repeats(found)
    place = entry.place
    return [
        PatchEntry(
            target=None,
            text_document=origin(patch.blame).source,
            documents=(patch.body,),
            at=(place.document, place.path),
            mode=STRATEGIC,
            repeats=repeats,
            repeating=repeating,
            untyped=patch.untyped,
            has_comment=brace_comments((origin(patch.blame).source,), reader.sources),
        )
        for patch in resources_of(found)
    ]
