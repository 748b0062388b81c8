"""One folder being accumulated, stage by stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from gitlint_ops.build.kustomize import generators, variables
from gitlint_ops.build.kustomize.accumulator import (
    Accumulator,
    ComponentUse,
    Gathered,
)
from gitlint_ops.build.kustomize.components import (
    count_component,
    demand_component,
    demand_no_component,
    mildly,
)
from gitlint_ops.build.kustomize.configuring import configure
from gitlint_ops.build.kustomize.cycles import check_cycle
from gitlint_ops.build.kustomize.elsewhere import LeftOut, is_file_elsewhere, named_folder
from gitlint_ops.build.kustomize.faults import BuildFault, fault
from gitlint_ops.build.kustomize.id_conflicts import id_conflict
from gitlint_ops.build.kustomize.identity import Identity
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization
from gitlint_ops.build.kustomize.loader import Folder, NotFound
from gitlint_ops.build.kustomize.metadata import (
    Maker,
    Trail,
    origin_note,
    origin_trail,
    with_maker,
    with_origin_note,
    with_path,
    with_transformation,
)
from gitlint_ops.build.kustomize.no_effect import ENTRY_WITHOUT_EFFECT
from gitlint_ops.build.kustomize.node_texts import typed
from gitlint_ops.build.kustomize.openapi import chosen_schema
from gitlint_ops.build.kustomize.reading import Known, Reader, Record, embedded_resources, place_of
from gitlint_ops.build.kustomize.references import way_to, with_all_missing
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.shared_values import settled
from gitlint_ops.build.kustomize.steps import Bench, Step, steps_of
from gitlint_ops.model.location import FileRef

MAX_RESOURCES = 20_000
"""Resources of one build; a cluster has a few thousand, and bases that double make millions."""


class Accumulation:
    """A kustomization at work on what was gathered so far: nothing, or its parent's (a component)."""

    def __init__(
        self,
        accumulator: Accumulator,
        folder: Folder,
        kustomization: Kustomization,
        gathered: Gathered,
        record: Record,
        trail: Trail | None,
    ) -> None:
        self._accumulator = accumulator
        self._folder = folder
        self._kustomization = kustomization
        self._gathered = gathered
        self._record = record
        self._trail = trail
        self._reader = Reader(accumulator.sources, accumulator.files, folder, record, self._with_all_missing)
        self._file_name = kustomization.document.file.path.rpartition("/")[2]

    def run(self) -> None:
        """All stages, in kustomize's order.

        Raises:
            BuildFault: one of them fails.
        """
        self.choose_schema(at_top=False)
        self._record.included.add(self._folder.path)
        self._record.inputs.add(self._kustomization.document.file.path)
        self._take_in(self._gathered, self._kustomization.entries("resources", "bases"))
        configure(self._kustomization, self._reader, self._accumulator, self._gathered)
        self._generate()
        self._add_components()
        self._transform()
        self._validate()
        self._bind_variables()

    def choose_schema(self, *, at_top: bool) -> None:
        """Put the schema of `openapi:` in force, unless one is already."""
        gathered = self._gathered
        if at_top or not gathered.schema.chosen:
            gathered.schema = chosen_schema(
                self._kustomization, gathered.schema, self._reader, gathered.resources
            )

    # Resources

    def _take_in(self, gathered: Gathered, entries: Iterable[Entry]) -> None:
        """Add the resources of files and folders."""
        scopes = gathered.schema.scopes
        seen = {scopes.current(one): one for one in gathered.resources}
        for entry in entries:
            self._add_new(gathered, entry, self._resources_at(gathered, entry), seen)

    def _add_new(
        self,
        gathered: Gathered,
        entry: Entry,
        added: tuple[Resource, ...],
        seen: dict[Identity, Resource],
    ) -> None:
        if len(gathered.resources) + len(added) > MAX_RESOURCES:
            raise fault(
                f"with {entry.text} these are more than {MAX_RESOURCES:,} resources "
                "(gitlint-ops: so many are not built)",
                entry.place,
                hint="bases that take each other in twice double at every level",
            )
        for resource in added:
            self._check_new(resource, entry, seen, gathered)
        gathered.resources += added

    def _check_new(
        self, resource: Resource, entry: Entry, seen: dict[Identity, Resource], gathered: Gathered
    ) -> None:
        identity = gathered.schema.scopes.current(resource)
        # The same base taken in twice gives the same objects twice, so identity of objects won't do.
        other = seen.get(identity)
        seen[identity] = resource
        if other is None:
            return
        held = self._kustomization
        listed = [*held.entries("resources", "bases"), *held.entries("components")]
        of_file = isinstance(self._folder.file(entry.text), FileRef)
        raise id_conflict(resource, other, entry, listed, of_file=of_file)

    def _resources_at(self, gathered: Gathered, entry: Entry) -> tuple[Resource, ...]:
        found = self._folder.file(entry.text)
        try:
            if isinstance(found, FileRef) or is_file_elsewhere(entry):
                return self._of_file(entry)
            folder = named_folder(entry, self._folder, self._accumulator.sources)
        except LeftOut as error:
            self._record.leave_out(entry.place, str(error), resources=True)
            return ()
        if isinstance(folder, NotFound):
            missing = found if self._folder.restricted and "security" in found.reason else folder
            raise self._with_all_missing(missing.as_fault(entry))
        return self._of_base(gathered, entry, folder)

    def _of_file(self, entry: Entry) -> tuple[Resource, ...]:
        resources = self._reader.resources(entry)
        if self._trail is None:
            return resources
        trail = self._trail.of(entry.text)
        return tuple(with_path(one, trail, entry.place) for one in resources)

    def _of_base(self, gathered: Gathered, entry: Entry, folder: Folder) -> tuple[Resource, ...]:
        check_cycle(self._folder, entry, folder, self._accumulator.folders)
        kustomization = self._kustomization_of(entry, folder)
        demand_no_component(entry, kustomization)
        trail = self._trail.of(entry.text) if self._trail is not None else None
        try:
            handed = self._handing_down(folder)
            base = self._accumulator.accumulate_beside(gathered, handed, kustomization, trail)
        except BuildFault as error:
            raise self._through(entry, folder, error) from error
        self._take_over(entry, folder, base)
        gathered.schema = base.schema
        gathered.uses += base.uses
        gathered.configured += base.configured
        gathered.specs = self._accumulator.merged_specs(gathered.specs, base.specs, entry.place)
        gathered.variables = variables.merge(gathered.variables, base.variables.values())
        return base.resources

    def _handing_down(self, folder: Folder) -> Folder:
        """A folder to take in, with what its charts take from here: the namespace that is nearest."""
        held = self._folder.releases
        namespace = self._kustomization.fields.text("namespace")
        return replace(folder, releases=replace(held, namespace=namespace) if namespace else held)

    def _take_over(self, entry: Entry, folder: Folder, known: Known) -> None:
        """Note what became known of a base or component."""
        if folder.outer is self._folder:
            self._record.add_from(folder, entry.place, known)
        else:
            self._record.add(known)

    def _through(self, entry: Entry, folder: Folder, error: BuildFault) -> BuildFault:
        """The fault of a base, as the overlay's; told where it is and not again here."""
        reason = f"{entry.text} does not build: {error.reason}"
        if folder.outer is self._folder:
            found = error.seen_from(entry.place, folder.tree, reason)
        else:
            found = error.again(reason)
        found.way = (*found.way, entry.place.note(f"takes in {entry.text}"))
        return found

    def _kustomization_of(self, entry: Entry, folder: Folder) -> Kustomization:
        try:
            return self._accumulator.kustomization_of(folder, entry)
        except BuildFault as error:
            raise self._through(entry, folder, error) from error

    def _with_all_missing(self, first: BuildFault) -> BuildFault:
        return with_all_missing(first, self._folder, self._kustomization)

    # Generators

    def _generate(self) -> None:
        fields = self._kustomization.fields
        gathered, written = self._gathered, self._accumulator.written
        absorber = generators.Absorber(gathered.resources, gathered.schema.scopes, written)
        for name, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for entry in fields.structs(name):
                options = generators.options_of(entry.struct("options"), fields.struct("generatorOptions"))
                try:
                    made = generators.generate(kind, entry, options, self._reader.data)
                except LeftOut as error:
                    self._record.leave_out(entry.place, str(error), resources=True)
                    continue
                self._absorb(absorber, made, self._maker(f"{kind}Generator"))
        if "helmCharts" in fields or "helmChartInflationGenerator" in fields:
            from gitlint_ops.build.kustomize import charts

            for chart in charts.chart_entries(self._kustomization):
                for made in charts.inflate(chart, self._bench()):
                    self._absorb(absorber, made, self._maker(charts.PLUGIN))
        for config in self._plugins("generators"):
            try:
                from gitlint_ops.build.kustomize.plugins import resources_of_plugin

                generated = resources_of_plugin(config, self._bench())
            except LeftOut as error:
                self._record.leave_out(place_of(config), str(error), resources=True)
                continue
            for made in generated:
                self._absorb(absorber, made, self._maker_of(config))
        self._gathered.resources = absorber.resources

    def _absorb(self, absorber: generators.Absorber, made: Resource, maker: Maker | None) -> None:
        if maker is not None:
            made = with_maker(made, maker, place_of(made))
        index, old = absorber.absorb(made, complete=self._record.complete)
        if old is not None and self._record.complete:
            self._record.violations += generators.without_effects(made, old, absorber.resources[index])
        merged = made.generator is not None and made.generator.behavior == "merge"
        if maker is not None and old is not None and merged:
            joined = absorber.resources[index]
            absorber.put(index, with_origin_note(joined, origin_note(old), place_of(made)))

    def _plugins(self, name: str) -> tuple[Resource, ...]:
        """The configurations of plugins: inline, in files, or what folders build."""
        gathered = Gathered(self._gathered.schema, self._accumulator.no_specs)
        paths = []
        seen: dict[Identity, Resource] = {}
        for entry in self._kustomization.entries(name):
            inline = embedded_resources(entry)
            if inline is None:
                paths.append(entry)
            else:
                trail = self._trail.of(self._file_name) if self._trail is not None else None
                noted = tuple(with_path(one, trail, entry.place) for one in inline) if trail else inline
                self._add_new(gathered, entry, noted, seen)
        self._take_in(gathered, paths)
        schema = self._gathered.schema
        if not schema.chosen:
            self._gathered.schema = self._accumulator.schema_after(schema, gathered.resources)
        return tuple(map(typed, gathered.resources))

    def _maker(self, kind: str) -> Maker | None:
        if self._trail is None:
            return None
        trail = self._trail.of(self._file_name)
        return Maker(trail.path, "builtin", kind, repo=trail.repo, ref=trail.ref)

    def _maker_of(self, config: Resource) -> Maker | None:
        trail = origin_trail(config)
        if self._trail is None or not trail.path:
            return None
        api_version = str(config.body.get("apiVersion", ""))
        return Maker(
            trail.path, api_version, config.gvk.kind, config.name, config.namespace, trail.repo, trail.ref
        )

    # Components

    def _add_components(self) -> None:
        for entry in self._kustomization.entries("components"):
            try:
                folder = named_folder(entry, self._folder, self._accumulator.sources)
            except LeftOut as error:
                self._record.leave_out(entry.place, str(error), resources=True)
                continue
            if isinstance(folder, NotFound):
                raise self._with_all_missing(folder.as_fault(entry))
            check_cycle(self._folder, entry, folder, self._accumulator.folders)
            kustomization = self._kustomization_of(entry, folder)
            demand_component(entry, kustomization)
            count_component(entry, self._gathered)
            self._add_component(entry, folder, kustomization)

    def _add_component(self, entry: Entry, folder: Folder, kustomization: Kustomization) -> None:
        record = Record(complete=self._record.complete)
        trail = self._trail.of(entry.text) if self._trail is not None else None
        handed = self._handing_down(folder)
        component = Accumulation(self._accumulator, handed, kustomization, self._gathered, record, trail)
        try:
            component.run()
        except BuildFault as error:
            error.inputs |= record.inputs
            error.elsewhere = {**record.elsewhere, **error.elsewhere}
            error.way = error.way or way_to(error, folder, kustomization)
            raise self._through(entry, folder, error) from error
        # Its patches and replacements may have given two of them one name.
        seen: dict[Identity, Resource] = {}
        for resource in self._gathered.resources:
            self._check_new(resource, entry, seen, self._gathered)
        unmatched = mildly(record.violations, kustomization) if record.complete else None
        # What does nothing in a component of another repository is not told here.
        if folder.outer is None:
            self._gathered.uses += (ComponentUse(folder.path, unmatched),)
        record.violations.clear()
        self._take_over(entry, folder, record)

    # Transformers

    def _bench(self) -> Bench:
        schema = self._gathered.schema
        return Bench(
            self._reader,
            self._record,
            self._gathered.specs,
            schema.schema,
            schema.scopes,
            self._accumulator.image_fields,
            self._accumulator.charts,
        )

    def _transform(self) -> None:
        bench = self._bench()
        for step in steps_of(self._kustomization, bench):
            self._run_step(step, self._maker(step.kind))
        for config, step in self._plugin_steps("transformers", resources=True):
            self._run_step(step, self._maker_of(config))

    def _run_step(self, step: Step, maker: Maker | None) -> None:
        resources = settled(step.run(self._gathered.resources), self._record.violations)
        if maker is not None:
            for _ in range(step.times):
                resources = tuple(with_transformation(one, maker, step.place) for one in resources)
        self._gathered.resources = resources

    def _plugin_steps(self, name: str, *, resources: bool) -> Iterator[tuple[Resource, Step]]:
        for config in self._plugins(name):
            try:
                from gitlint_ops.build.kustomize.plugins import steps_of_plugin

                for step in steps_of_plugin(config, self._bench()):
                    yield config, step
            except LeftOut as error:
                self._record.leave_out(place_of(config), str(error), resources=resources)

    def _validate(self) -> None:
        for config, step in self._plugin_steps("validators", resources=False):
            before = tuple(map(typed, self._gathered.resources))
            known = len(self._record.violations)
            after = step.run(before)
            # To change nothing is what a validator is for.
            self._record.violations[known:] = [
                one for one in self._record.violations[known:] if one.rule != ENTRY_WITHOUT_EFFECT
            ]
            if [one.body for one in after] != [one.body for one in before]:
                raise fault(
                    "a validator must not change resources (kustomize: validator shouldn't modify the "
                    "resource map)",
                    place_of(config),
                )

    def _bind_variables(self) -> None:
        found = [variables.variable(one) for one in self._kustomization.structs("vars")]
        gathered = self._gathered
        gathered.resources = variables.bind(gathered.resources, found, gathered.schema.scopes)
        gathered.variables = variables.merge(gathered.variables, found)
