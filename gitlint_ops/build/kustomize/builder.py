"""Kustomizations to objects.

Source: api/krusty/kustomizer.go, api/internal/target/kusttarget.go
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.render import ChartRenderer
from gitlint_ops.build.kustomize import hashes, metadata, name_references, variables
from gitlint_ops.build.kustomize.accumulation import Accumulation
from gitlint_ops.build.kustomize.accumulator import Accumulated, Accumulator, ComponentUse, Gathered
from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.entry_uses import EntryUses
from gitlint_ops.build.kustomize.faults import BuildFault, Place
from gitlint_ops.build.kustomize.field_specs import FieldSpecs
from gitlint_ops.build.kustomize.folders import MAX_DEPTH, NoKustomization, too_deep
from gitlint_ops.build.kustomize.key_comments import require_readable
from gitlint_ops.build.kustomize.kustomization import Kustomization
from gitlint_ops.build.kustomize.loader import Folder, ReleaseDefaults
from gitlint_ops.build.kustomize.memo import Memo
from gitlint_ops.build.kustomize.metadata import Trail
from gitlint_ops.build.kustomize.name_references import ReferencePaths
from gitlint_ops.build.kustomize.node_texts import typed
from gitlint_ops.build.kustomize.order import sort_as_asked
from gitlint_ops.build.kustomize.printable import require_printable
from gitlint_ops.build.kustomize.reading import Record, written_in
from gitlint_ops.build.kustomize.required_names import require_names
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.missing_images import still_without_image
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

if TYPE_CHECKING:
    from gitlint_ops.build.helm.request import Rendering

Edit: TypeAlias = Callable[[Kustomization | None], Kustomization]

_LOCAL_CONFIG = ("metadata", "annotations", "config.kubernetes.io/local-config")


class KustomizeBuilder:
    """Builds the folders of one repository; what they have in common is built once.

    `restricted` is kustomize's load restriction: files lie in or below their kustomization's folder.
    `helm` renders their charts; `charts` has rendered some already.
    """

    def __init__(
        self,
        sources: Sources,
        repo: str,
        *,
        restricted: bool = True,
        helm: Helm = Helm(),  # noqa: B008 - frozen
        charts: ChartRenderer | None = None,
    ) -> None:
        self._sources = sources
        self._tree = sources.tree(repo)
        self._restricted = restricted
        self._accumulator = Accumulator(sources, helm, charts)
        self._written = written_in(sources)
        self._paths: dict[int, ReferencePaths] = {}
        self._hashed: Memo[Resource] = Memo()
        self._uses: dict[str, dict[object, Violation]] = {}
        self._entries = EntryUses()

    @property
    def charts(self) -> Sequence[Rendering]:
        """The charts that its kustomizations render."""
        return self._accumulator.charts.renderings

    def build(
        self, target: BuildTarget, edit: Edit | None = None, given: tuple[Resource, ...] = ()
    ) -> BuildResult:
        """What a folder renders to. Never raises: what is wrong is told in the result.

        `edit` gives the kustomization to build in place of the folder's own (None: it has none), and
        raises a BuildFault where it cannot. `given` are resources that it then finds there already.
        """
        try:
            releases = ReleaseDefaults(kubernetes=target.kubernetes)
            path = self._tree.resolve(target.path)
            folder = Folder(self._tree, path, (), self._restricted, releases=releases)
            if edit is None:
                kustomization = self._accumulator.folders.kustomization(folder)
                accumulated = self._accumulated(folder, kustomization)
            else:
                kustomization = edit(self._own_of(folder))
                accumulated = self._accumulated(folder, kustomization, given, edited=True)
            accumulated = _with_unknown_hashes(accumulated)
            resources = self._finished(accumulated, kustomization)
        except Unreadable as error:
            return BuildResult(target, Status.FAILED, reason=f"{target.path} {error.reason}")
        except NoKustomization:
            reason = f"{target.path or '.'} has no kustomization file"
            return BuildResult(target, Status.FAILED, reason=reason)
        except BuildFault as error:
            return _failed(target, error)
        if not kustomization.is_component:
            self._note_uses(accumulated.uses)
        return _built(target, accumulated, resources, kustomization)

    def _own_of(self, folder: Folder) -> Kustomization | None:
        try:
            return self._accumulator.folders.kustomization(folder)
        except NoKustomization:
            return None

    def unmatched_in_components(self) -> tuple[Violation, ...]:
        """Entries that serve several builds, and had no effect in any that used them so far.

        They stand in components, or are variables and configurations, which overlays inherit. Those
        of other repositories are for others to mend.
        """
        unmatched = (one for unmatched in self._uses.values() for one in unmatched.values())
        return tuple(one for one in (*unmatched, *self._entries.idle()) if self._is_own(one))

    def _is_own(self, found: Violation) -> bool:
        return isinstance(found.on, DocumentRef) and found.on.file == self._tree.ref(found.on.file.path)

    def _note_entries(
        self, accumulated: Accumulated, before: tuple[Resource, ...], after: tuple[Resource, ...]
    ) -> None:
        """Judge the variables and configurations in force, which other builds may use."""
        if accumulated.variables:
            from gitlint_ops.build.kustomize.variable_effects import variable_effects

            self._entries.note(variable_effects(before, after, accumulated.variables))
        if accumulated.configured:
            from gitlint_ops.build.kustomize.configuration_effects import configuration_effects

            schema = accumulated.schema.schema
            self._entries.note(configuration_effects(accumulated.configured, before, schema))

    def _note_uses(self, uses: tuple[ComponentUse, ...]) -> None:
        for use in uses:
            found: dict[object, Violation] = {
                (one.on, one.path, one.rule): one for one in use.unmatched or ()
            }
            held = self._uses.get(use.folder)
            kept = found if held is None else {key: one for key, one in held.items() if key in found}
            self._uses[use.folder] = kept

    def _accumulated(
        self,
        folder: Folder,
        kustomization: Kustomization,
        given: tuple[Resource, ...] = (),
        *,
        edited: bool = False,
    ) -> Accumulated:
        folders = self._accumulator.folders
        if folders.depth(folder) > MAX_DEPTH:
            raise too_deep(folders.kustomization(folders.last_straw(folder)))
        options = _build_metadata(kustomization)
        trail = Trail() if options else None
        gathered = Gathered(self._accumulator.default_schema, self._accumulator.no_specs)
        Accumulation(self._accumulator, folder, kustomization, gathered, Record(), trail).choose_schema(
            at_top=True
        )
        if edited:
            return self._accumulator.accumulate_anew(folder, kustomization, gathered.schema, trail, given)
        return self._accumulator.accumulate(folder, kustomization, gathered.schema, trail)

    def _reference_paths(self, specs: FieldSpecs) -> ReferencePaths:
        # Nearly all builds have the default references; the entry keeps them, and so the id, alive.
        held = self._paths.get(id(specs.name_reference))
        if held is None:
            held = self._paths[id(specs.name_reference)] = ReferencePaths(specs.name_reference)
        return held

    def _finished(self, accumulated: Accumulated, kustomization: Kustomization) -> tuple[Resource, ...]:
        """The steps that kustomize takes once, at the top."""
        specs, scopes = accumulated.specs, accumulated.schema.scopes
        resources = hashes.apply(accumulated.resources, self._hashed)
        resources = name_references.apply(resources, self._reference_paths(specs), scopes, self._written)
        referring = resources
        resources = variables.resolve(
            resources,
            accumulated.variables,
            specs.var_reference,
            complete=accumulated.complete,
            written=self._written,
        )
        if accumulated.complete and not kustomization.is_component:
            self._note_entries(accumulated, referring, resources)
        for one in resources:
            require_names(one)
        resources = tuple(one for one in resources if not _is_local(one))
        resources = sort_as_asked(resources, kustomization.fields.struct("sortOptions"))
        options = _build_metadata(kustomization)
        place = kustomization.fields.at("buildMetadata")
        written = self._written
        finished = tuple(typed(metadata.finished(one, options, place, written)) for one in resources)
        for one in finished:
            require_printable(one)
            require_readable(one, self._sources)
        return finished


def _with_unknown_hashes(accumulated: Accumulated) -> Accumulated:
    unknown = hashes.unknown(accumulated.resources)
    return replace(accumulated, unchecked=(*accumulated.unchecked, *unknown)) if unknown else accumulated


def _build_metadata(kustomization: Kustomization) -> frozenset[str]:
    return frozenset(kustomization.fields.texts("buildMetadata"))


def _is_local(resource: Resource) -> bool:
    """Whether a resource is there for kustomize only and not to be applied."""
    value = value_at(resource.body, _LOCAL_CONFIG)
    return value is not None and scalar_text(value) != "false"


def _failed(target: BuildTarget, error: BuildFault) -> BuildResult:
    return BuildResult(
        target,
        Status.FAILED,
        violations=error.violations,
        inputs=error.inputs,
        included=error.included - {target.path},
        elsewhere=_entries(error.elsewhere),
        complete=False,
        reason=error.reason,
        way=error.way,
    )


def _entries(elsewhere: Mapping[FileRef, Place]) -> Mapping[FileRef, tuple[DocumentRef, FieldPath]]:
    return {file: (place.document, place.path) for file, place in elsewhere.items()}


def _built(
    target: BuildTarget,
    accumulated: Accumulated,
    resources: tuple[Resource, ...],
    kustomization: Kustomization,
) -> BuildResult:
    folder = kustomization.document.file.path.rpartition("/")[0]
    # A component by itself has nothing that its entries could match.
    violations = () if kustomization.is_component else accumulated.violations
    objects = tuple(
        RenderedObject(
            key=object_key(one.body),
            api_version=scalar_text(one.body.get("apiVersion")),
            body=one.body,
            blame=one.blame,
            target=target.id,
        )
        for one in resources
    )
    unchecked = tuple(dict.fromkeys(replace(one, target=target.id) for one in accumulated.unchecked))
    return BuildResult(
        target,
        Status.UNCHECKED if unchecked else Status.BUILT,
        objects=objects,
        violations=still_without_image(violations, objects),
        unchecked=unchecked,
        reason=unchecked[0].reason if unchecked else None,
        inputs=accumulated.inputs,
        included=accumulated.included - {folder},
        elsewhere=_entries(accumulated.elsewhere),
        complete=accumulated.complete,
    )
