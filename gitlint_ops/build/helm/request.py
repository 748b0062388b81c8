"""What an operator renders a chart with, and what comes of it."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct, field

from gitlint_ops.build.helm.chart import Chart
from gitlint_ops.build.helm.render import Release
from gitlint_ops.build.helm.store import ChartByName, ChartInTree
from gitlint_ops.build.helm.values import Setting, Values, ValuesLayer
from gitlint_ops.model.blame import Origin, Via, at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import Status, Unchecked
from gitlint_ops.workspace.tree import Tree

ChartLocation: TypeAlias = ChartInTree | ChartByName


class ChartRequest(Struct, frozen=True):
    """A chart to be rendered as an operator renders it.

    `on` and `at` are the delivery object and its field that names the chart: what has no better place is
    told there. `target` is the id that the objects get. `values` are files or what takes their place, the
    later winning, and `settings` single values over them. `own_values` are files of the chart's tree that
    take the place of its own values.yaml. `partial` says which values are not known, if some are not: what
    fails may then be for want of them. `missing` is the rule that tells of a path where no chart is.
    """

    target: str
    on: RenderedObject | DocumentRef
    at: FieldPath
    chart: ChartLocation
    release: str
    namespace: str = ""
    values: tuple[ValuesLayer, ...] = ()
    settings: tuple[Setting, ...] = ()
    own_values: tuple[str, ...] = ()
    kubernetes: str = ""
    api_versions: tuple[str, ...] = ()
    include_crds: bool = True
    skip_tests: bool = False
    skip_hooks: bool = False
    skip_schemas: bool = False
    partial: str = ""
    missing: str = "path-missing"

    @property
    def entry(self) -> Origin:
        """The field that names the chart, as what made all of it."""
        if isinstance(self.on, DocumentRef):
            return Origin(self.on, self.at, Via.GENERATOR, verbatim=False)
        found = origin(at(self.on.blame, self.at))
        return Origin(found.source, found.source_path, Via.GENERATOR, verbatim=False, over=found.over)

    def violation(self, rule: str, message: str, hint: str = "") -> Violation:
        """A violation at the field that names the chart."""
        return Violation(self.on, self.at, message, hint=hint, rule=rule)

    def unchecked(self, reason: str) -> Unchecked:
        """What is not checked, at the field that names the chart."""
        entry = self.entry
        return Unchecked(self.target, reason, on=entry.source, path=entry.source_path)


class Rendering(Struct, frozen=True):
    """What helm was given: to ask it again with other values, and to say where values come from.

    `kept`: the chart is a copy of one that others maintain, in which nothing is to be mended.
    """

    name: str
    chart: Chart
    tree: Tree
    release: Release
    given: Values
    defaults: Values
    entry: Origin
    kept: bool = False


class RenderedChart(Struct, frozen=True):
    """What a chart renders to; the fields are those of `BuildResult`. `files` are all that were read."""

    status: Status
    objects: tuple[RenderedObject, ...] = ()
    violations: tuple[Violation, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    files: frozenset[FileRef] = field(default_factory=frozenset)
    complete: bool = True
    reason: str | None = None
    rendering: Rendering | None = None
