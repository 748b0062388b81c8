"""What the transformer fields of a kustomization do, in kustomize's fixed order.

Source: api/internal/target/kusttarget_configplugin.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, field

from gitlint_ops.build.helm.render import ChartRenderer
from gitlint_ops.build.kustomize import affixes, images, labels, namespace, replicas
from gitlint_ops.build.kustomize.decode import Fields, decode_struct
from gitlint_ops.build.kustomize.elsewhere import LeftOut
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpec, FieldSpecs
from gitlint_ops.build.kustomize.flow_times import with_times_in_place
from gitlint_ops.build.kustomize.identity import Scopes
from gitlint_ops.build.kustomize.key_comments import noting_comments, require_readable
from gitlint_ops.build.kustomize.kustomization import REPLACEMENT, Entry, Kustomization
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.no_effect import is_automated, told_if_idle
from gitlint_ops.build.kustomize.notes import read_back, written_out
from gitlint_ops.build.kustomize.patch_entries import PatchEntry
from gitlint_ops.build.kustomize.patch_faults import PatchFault
from gitlint_ops.build.kustomize.patch_loading import json_patch_entry, merge_entries, patch_entry
from gitlint_ops.build.kustomize.patches import apply_patches
from gitlint_ops.build.kustomize.reading import Reader, Record, written_in
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.rewriting import as_rewritten
from gitlint_ops.build.kustomize.selection import SelectionIndex
from gitlint_ops.build.kustomize.shared_values import parted, settled
from gitlint_ops.model.location import DocumentRef, FieldPath

Resources: TypeAlias = tuple[Resource, ...]
ReplacementEntry: TypeAlias = tuple[dict[str, Any], DocumentRef, FieldPath]


class Step(Struct, frozen=True):
    """One change of all resources, by the transformer that kustomize calls `kind`.

    `times` is how many transformers it stands for, which buildMetadata shows.
    """

    kind: str
    place: Place
    run: Callable[[Resources], Resources]
    times: int = 1


class Bench(Struct, frozen=True):
    """What the steps of one kustomization work with."""

    reader: Reader
    record: Record
    specs: FieldSpecs
    schema: MergeSchema
    scopes: Scopes
    image_fields: Callable[[tuple[FieldSpec, ...]], images.ImageFields]
    charts: ChartRenderer
    index: SelectionIndex = field(default_factory=SelectionIndex)

    def each(self, found: Sequence[Fields], read: Callable[[Fields], Any]) -> list[Any]:
        """The entries read, but for those that cannot be checked, which are noted."""
        read_entries = []
        for one in found:
            try:
                read_entries.append(read(one))
            except LeftOut as error:
                self.record.leave_out(one.place, str(error), resources=True)
        return read_entries


def steps_of(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    """The steps; texts of patches are read when their step is asked for."""
    yield from _old_patches(kustomization, bench)
    yield from _patches(kustomization, bench)
    yield from _namespace(kustomization, bench)
    yield from _affixes(kustomization, bench)
    yield from _labels(kustomization, bench)
    yield from _annotations(kustomization, bench)
    yield from _json_patches(kustomization, bench)
    yield from _replicas(kustomization, bench)
    yield from _images(kustomization, bench)
    yield from _replacements(kustomization, bench)


def _old_patches(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    entries: list[PatchEntry] = []
    found = kustomization.entries("patchesStrategicMerge")
    for one in found:
        try:
            entries += merge_entries(one, bench.reader)
        except LeftOut as error:
            bench.record.leave_out(one.place, str(error), resources=True)
    if found and not entries and bench.record.complete:
        raise fault(
            "these patches are empty (kustomize: patch appears to be empty)",
            kustomization.fields.at("patchesStrategicMerge"),
            hint="remove the entries, or write the patches",
        )
    if found:
        yield patch_step("PatchStrategicMergeTransformer", entries, bench, found[0].place)


def _patches(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    # One step an entry, as each may take away what buildMetadata noted after the one before.
    for entry in bench.each(kustomization.structs("patches"), lambda one: patch_entry(one, bench.reader)):
        yield patch_step("PatchTransformer", [entry], bench, kustomization.fields.at("patches"))


def _json_patches(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    found = kustomization.structs("patchesJson6902")
    for entry in bench.each(found, lambda one: json_patch_entry(one, bench.reader)):
        place = kustomization.fields.at("patchesJson6902")
        yield patch_step("PatchJson6902Transformer", [entry], bench, place)


def patch_step(kind: str, entries: Sequence[PatchEntry], bench: Bench, place: Place) -> Step:
    """The step that applies patches, one after the other."""

    def run(resources: Resources) -> Resources:
        for entry in entries:
            if entry.is_json_patch:
                after = patch(resources, (entry,))
                for before, new in zip(resources, after, strict=True):
                    if new is not before:
                        require_readable(before, bench.reader.sources)
                resources = as_rewritten(resources, after)
            else:
                refs = (entry.text_document, *entry.document_refs)
                merged = settled(patch(resources, (entry,)), bench.record.violations)
                merged = noting_comments(resources, merged, refs, bench.reader.sources)
                written = written_in(bench.reader.sources)
                resources = with_times_in_place(resources, merged, refs, bench.reader.sources, written)
        return resources

    def patch(resources: Resources, entries: Sequence[PatchEntry]) -> Resources:
        try:
            patched, violations = apply_patches(
                resources,
                entries,
                bench.schema,
                complete=bench.record.complete,
                written=written_in(bench.reader.sources),
                known=len(bench.record.violations),
                index=bench.index,
            )
        except PatchFault as error:
            place = Place(error.at, error.path)
            if error.told is not None:
                raise BuildFault(f"{place.document.file.path}: {error.message}", error.told) from error
            raise fault(error.message, place, hint=error.hint) from error
        bench.record.violations += violations
        return patched

    return Step(kind, place, run)


def _as_build_fault(error: Exception, document: DocumentRef, path: FieldPath) -> BuildFault:
    return fault(str(error), Place(document, path))


def _namespace(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    name = kustomization.fields.text("namespace")
    if name:
        setting = namespace.NamespaceSetting(name, kustomization.fields.at("namespace"))
        yield namespace_step(setting, bench.specs.namespace, bench)


def namespace_step(setting: namespace.NamespaceSetting, specs: Sequence[Any], bench: Bench) -> Step:
    return Step(
        "NamespaceTransformer",
        setting.place,
        lambda resources: namespace.apply(resources, setting, specs, bench.scopes),
    )


def _affixes(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    fields, specs = kustomization.fields, bench.specs
    for name, is_prefix, chosen in (
        ("namePrefix", True, specs.name_prefix),
        ("nameSuffix", False, specs.name_suffix),
    ):
        if fields.text(name):
            yield affix_step(affixes.Affix(fields.text(name), is_prefix, fields.at(name)), chosen, bench)


def affix_step(affix: affixes.Affix, specs: Sequence[Any], bench: Bench) -> Step:
    kind = "PrefixTransformer" if affix.is_prefix else "SuffixTransformer"
    written = written_in(bench.reader.sources)
    return Step(kind, affix.place, lambda resources: affixes.apply(resources, affix, specs, written))


def _labels(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    fields = kustomization.fields
    entries = [labels.label_entries(one, bench.specs) for one in kustomization.structs("labels")]
    common = fields.text_map("commonLabels")
    if entries or common:
        # kustomize runs this transformer even where there are only the newer labels.
        place = fields.at("commonLabels" if common else "labels")
        specs = bench.specs.common_labels
        entries.append(labels.MapEntries(common, place, specs, implied=not common))
    for one in entries:
        yield label_step(one, bench)


def label_step(added: labels.MapEntries, bench: Bench, kind: str = "LabelTransformer") -> Step:
    def run(resources: Resources) -> Resources:
        effective: set[str] = set()
        changed = labels.add_entries(resources, added, effective)
        if resources and bench.record.complete:
            bench.record.violations += labels.without_effects(added, effective)
            if added.own:
                from gitlint_ops.build.kustomize.configuration_effects import unmatched_fields

                bench.record.violations += unmatched_fields(added.own, resources, bench.schema)
        return changed

    return Step(kind, added.place, run)


def _annotations(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    held = kustomization.fields.text_map("commonAnnotations")
    if held:
        place = kustomization.fields.at("commonAnnotations")
        added = labels.MapEntries(held, place, bench.specs.common_annotations)
        yield label_step(added, bench, "AnnotationsTransformer")


def _replicas(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    for fields in kustomization.structs("replicas"):
        yield replica_step(replicas.replica_entry(fields), bench.specs.replicas, bench)


def replica_step(entry: replicas.ReplicaEntry, specs: Sequence[Any], bench: Bench) -> Step:
    def run(resources: Resources) -> Resources:
        written = written_in(bench.reader.sources)
        return replicas.apply(resources, entry, specs, complete=bench.record.complete, written=written)

    surely = all(spec.create for spec in specs)
    what = f"{entry.name} {f'has {entry.count} replicas already' if surely else 'keeps what it has'}"
    return Step("ReplicaCountTransformer", entry.place, told_if_idle(run, bench.record, entry.place, what))


def _images(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    entries = bench.each(kustomization.structs("images", "imageTags"), images.image_entry)
    if entries:
        yield image_step(entries, bench.specs.images, bench)


def image_step(entries: Sequence[images.ImageEntry], specs: tuple[FieldSpec, ...], bench: Bench) -> Step:
    def run(resources: Resources) -> Resources:
        written = written_in(bench.reader.sources)
        changed, violations = images.apply(resources, entries, bench.image_fields(specs), written)
        # The image may be one of what was left out.
        if bench.record.complete:
            sources = bench.reader.sources
            bench.record.violations += (one for one in violations if not is_automated(one, sources))
        return changed

    return Step("ImageTagTransformer", entries[0].place, run, len(entries))


def _replacements(kustomization: Kustomization, bench: Bench) -> Iterator[Step]:
    found = kustomization.structs("replacements")
    if found:
        entries = bench.each(found, lambda one: replacement_entries(one, bench.reader))
        place = kustomization.fields.at("replacements")
        yield replacement_step([one for each in entries for one in each], bench, place)


def replacement_step(entries: Sequence[ReplacementEntry], bench: Bench, place: Place) -> Step:
    """The step that applies replacements, one after the other."""
    # Few kustomizations have replacements, and five modules do nothing else.
    from gitlint_ops.build.kustomize.replacements import (
        ReplacementFault,
        apply_replacements,
        copies_annotations,
    )
    from gitlint_ops.build.kustomize.source_texts import SourceTexts, comments_in, nodes_in

    def run(resources: Resources) -> Resources:
        sources = bench.reader.sources
        reaches_notes = any(map(copies_annotations, entries))
        given = tuple(written_out(one, bench.scopes) for one in resources) if reaches_notes else resources
        try:
            replaced, violations = apply_replacements(
                given,
                entries,
                complete=bench.record.complete,
                scopes=bench.scopes,
                texts=SourceTexts(written_in(sources), comments_in(sources), nodes_in(sources)),
                index=bench.index,
            )
        except ReplacementFault as error:
            raise _as_build_fault(error, error.at, error.path) from error
        bench.record.violations += violations
        replaced = parted(given, replaced)
        if not reaches_notes:
            return replaced
        pairs = zip(replaced, resources, strict=True)
        return tuple(read_back(after, before, bench.scopes) for after, before in pairs)

    return Step("ReplacementTransformer", place, run)


def replacement_entries(fields: Fields, reader: Reader) -> list[ReplacementEntry]:
    """The replacements of an entry: itself, or those of the file it names."""
    path = fields.text("path")
    if not path:
        plain, document, at = _replacement(fields)
        # Kustomize hands its own entries on without what is empty, and those of files as they are.
        return [({key: value for key, value in plain.items() if value != []}, document, at)]
    if "source" in fields or fields.structs("targets"):
        raise fault(
            "a replacement has either a path or its own source and targets (kustomize: cannot specify both "
            "path and inline replacement)",
            fields.place,
        )
    place, body = reader.body(Entry(path, fields.at("path")))
    if isinstance(body, list):
        found = [(place.of(index), one) for index, one in enumerate(body)]
    elif isinstance(body, dict):
        found = [(place, body)]
    else:
        raise fault(
            "this file holds no replacements (kustomize: unsupported replacement type encountered within "
            "replacement path)",
            fields.at("path"),
        )
    return [
        _replacement(decode_struct(one, REPLACEMENT, at, subject="replacement", strict=False))
        for at, one in found
    ]


def _replacement(fields: Fields) -> ReplacementEntry:
    return fields.plain(), fields.place.document, fields.place.path
