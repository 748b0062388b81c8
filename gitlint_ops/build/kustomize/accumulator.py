"""Accumulating a kustomization: its resources, generators, components, transformers, variables.

A base is accumulated once and shared by all its overlays: what comes out is never changed in place.
Hashes, references and variables are not resolved here but once, at the top (`builder`).

Source: api/internal/target/kusttarget.go, api/internal/accumulator/resaccumulator.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.render import ChartRenderer
from gitlint_ops.build.kustomize.configurations import merged
from gitlint_ops.build.kustomize.entry_uses import Configured
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpec, FieldSpecs, default_field_specs
from gitlint_ops.build.kustomize.folders import MAX_DEPTH, Folders, NoKustomization, too_deep
from gitlint_ops.build.kustomize.images import ImageFields
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization
from gitlint_ops.build.kustomize.loader import Folder, ReleaseDefaults
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.metadata import Trail
from gitlint_ops.build.kustomize.openapi import SchemaInForce, schema_in_force
from gitlint_ops.build.kustomize.reading import FileCache, Record, written_in
from gitlint_ops.build.kustomize.references import way_to
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.variables import Variable
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.targets import Unchecked
from gitlint_ops.workspace.sources import Sources


class ComponentUse(Struct, frozen=True):
    """One use of a component: those of its entries that matched nothing there.

    None where that cannot be said, because something was left out.
    """

    folder: str
    unmatched: tuple[Violation, ...] | None


class Accumulated(Struct, frozen=True):
    """What a folder comes to, before the final steps. Shared by all that take it in."""

    resources: tuple[Resource, ...]
    specs: FieldSpecs
    variables: Mapping[str, Variable]
    schema: SchemaInForce
    violations: tuple[Violation, ...]
    unchecked: tuple[Unchecked, ...]
    inputs: frozenset[str]
    included: frozenset[str]
    elsewhere: Mapping[FileRef, Place]
    references: frozenset[str]
    complete: bool
    takes_defaults: bool
    uses: tuple[ComponentUse, ...]
    configured: tuple[Configured, ...]


class Gathered(Struct):
    """What a folder has come to so far; its components add to the same."""

    schema: SchemaInForce
    specs: FieldSpecs
    resources: tuple[Resource, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=dict)
    uses: tuple[ComponentUse, ...] = ()
    configured: tuple[Configured, ...] = ()
    components: int = 0
    """How many were applied so far."""


_Key: TypeAlias = tuple[str, str, bool, int, Trail | None, ReleaseDefaults | None]


class Accumulator:
    """All folders of one repository, and those that it takes in from others, each accumulated once."""

    def __init__(self, sources: Sources, helm: Helm, charts: ChartRenderer | None = None) -> None:
        self.sources = sources
        self.written = written_in(sources)
        self.charts = ChartRenderer(helm, charts)
        self.folders = Folders(sources)
        self.files = FileCache()
        self.default_specs = default_field_specs()
        self.no_specs = FieldSpecs()
        self.default_schema = schema_in_force(MergeSchema.load_default(), chosen=False)
        self._held: dict[_Key, Accumulated | BuildFault] = {}
        self._merged: dict[tuple[int, int], tuple[FieldSpecs, FieldSpecs, FieldSpecs]] = {}
        self._image_fields: dict[int, tuple[tuple[FieldSpec, ...], ImageFields]] = {}
        # Schemas are told apart by identity, so all that were ever in force are kept alive.
        self._schemas: list[SchemaInForce] = []
        self._later: dict[tuple[int, bool, bool], SchemaInForce] = {}

    def schema_after(self, schema: SchemaInForce, resources: tuple[Resource, ...]) -> SchemaInForce:
        """The schema once there are these resources; one object for all that is alike."""
        after = schema.after(resources)
        key = (id(after.schema), after.loaded, after.wanted)
        return schema if after is schema else self._later.setdefault(key, after)

    def accumulate_beside(
        self, gathered: Gathered, folder: Folder, kustomization: Kustomization, trail: Trail | None
    ) -> Accumulated:
        """What a folder comes to beside what was gathered before (raises as `accumulate` does)."""
        made = self.accumulate(folder, kustomization, gathered.schema, trail)
        if gathered.schema.chosen or not made.schema.chosen:
            return made
        # What the schema comes to that it chose hangs on what was met before.
        before = self.schema_after(gathered.schema, gathered.resources)
        return self.accumulate(folder, kustomization, before, trail)

    def accumulate(
        self,
        folder: Folder,
        kustomization: Kustomization,
        schema: SchemaInForce,
        trail: Trail | None = None,
    ) -> Accumulated:
        """What a folder comes to.

        Raises:
            BuildFault: it does not build. Faults are remembered as results are.
        """
        if folder.depth >= MAX_DEPTH:
            raise too_deep(kustomization, lasting=False)
        key: _Key = (folder.tree.name, folder.path, folder.restricted, id(schema), trail, None)
        # Only what charts made of the defaults handed down is kept for those defaults alone.
        own: _Key = (*key[:-1], folder.releases)
        held = self._held.get(key) or self._held.get(own)
        if isinstance(held, BuildFault):
            raise held.again()
        if held is not None and not self._meets(folder, held):
            return held
        try:
            done = self.accumulate_anew(folder, kustomization, schema, trail)
        except BuildFault as error:
            if error.lasting:
                self._held[key] = error.again()
                self._schemas.append(schema)
            raise
        self._held[own if done.takes_defaults else key] = done
        self._schemas.append(schema)
        return done

    def image_fields(self, specs: tuple[FieldSpec, ...]) -> ImageFields:
        """Where these specs find images; kept, as nearly all kustomizations have the same ones."""
        held = self._image_fields.get(id(specs))
        if held is None or held[0] is not specs:
            held = self._image_fields[id(specs)] = (specs, ImageFields(specs))
        return held[1]

    def merged_specs(self, held: FieldSpecs, added: FieldSpecs, place: Place) -> FieldSpecs:
        """Two configurations joined; the same two are joined at every level of every overlay.

        Raises:
            BuildFault: they disagree.
        """
        key = (id(held), id(added))
        found = self._merged.get(key)
        if found is None:
            # All three are kept, or else an id could come to mean another.
            found = self._merged[key] = (merged(held, added, place), held, added)
        return found[0]

    @staticmethod
    def _meets(folder: Folder, held: Accumulated) -> bool:
        """Whether a folder taken in further down is on the way here: then there is a cycle."""
        return any(folder.cycle_with(one) is not None for one in held.included if one != folder.path) or any(
            folder.repeats(one) is not None for one in held.references
        )

    def accumulate_anew(
        self,
        folder: Folder,
        kustomization: Kustomization,
        schema: SchemaInForce,
        trail: Trail | None,
        given: tuple[Resource, ...] = (),
    ) -> Accumulated:
        """As `accumulate`, of a kustomization that is not the folder's own: nothing of it is kept.

        `given` are resources that are there before those that it takes in.
        """
        from gitlint_ops.build.kustomize.accumulation import Accumulation

        record = Record()
        gathered = Gathered(schema, self.no_specs, given)
        try:
            Accumulation(self, folder, kustomization, gathered, record, trail).run()
        except BuildFault as error:
            error.inputs |= record.inputs
            error.lasting = error.lasting and not record.takes_defaults
            error.included |= record.included
            error.elsewhere = {**record.elsewhere, **error.elsewhere}
            error.way = error.way or way_to(error, folder, kustomization)
            raise
        return Accumulated(
            resources=gathered.resources,
            specs=gathered.specs,
            variables=gathered.variables,
            schema=gathered.schema,
            violations=tuple(record.violations),
            unchecked=tuple(record.unchecked),
            inputs=frozenset(record.inputs),
            included=frozenset(record.included),
            elsewhere=record.elsewhere,
            references=frozenset(record.references),
            complete=record.complete,
            takes_defaults=record.takes_defaults,
            uses=gathered.uses,
            configured=gathered.configured,
        )

    def kustomization_of(self, folder: Folder, entry: Entry) -> Kustomization:
        """The kustomization of a folder that an entry names.

        Raises:
            BuildFault: it has none, or a wrong one.
        """
        try:
            return self.folders.kustomization(folder)
        except NoKustomization as error:
            raise fault(
                f"{entry.text} is a folder without a kustomization file (kustomize: unable to find one of "
                "'kustomization.yaml', 'kustomization.yml' or 'Kustomization')",
                entry.place,
                hint=f"add a kustomization.yaml to {entry.text}, or list its files here one by one",
            ) from error
