"""What deliveries are built with: one for all of a run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from msgspec import Struct, field

from gitlint_ops.build.helm.chart import ChartUnreadable
from gitlint_ops.build.helm.dependencies import Completed, completed, read_found
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.render import ChartRenderer
from gitlint_ops.build.helm.request import Rendering
from gitlint_ops.build.helm.store import ChartInTree, ChartStore
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.discover.flux_versions import InstalledFlux
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.sources import Sources

_Made = TypeVar("_Made")


class DeliverySettings(Struct, frozen=True):
    """What the configuration says of deliveries.

    `flux` and `argocd` are versions of the operators ("" for the newest known). `charts` are folders of
    the first repository that hold charts in place of their repositories' (`NAME-VERSION.tgz`, or a folder
    with a Chart.yaml). `artifacts` map the URL of an OCIRepository, or the endpoint and name of a Bucket,
    to a path of the workspace (`repository//folder`).
    """

    flux: str = ""
    argocd: str = ""
    charts: tuple[str, ...] = ()
    artifacts: Mapping[str, str] = field(default_factory=dict)


def settings_of(config: Config) -> DeliverySettings:
    """What the configuration says of deliveries."""
    return DeliverySettings(config.operators.flux, config.operators.argocd, config.charts, config.artifacts)


class Site:
    """The builders and readers of a run; each repository and commit has one builder."""

    def __init__(
        self,
        sources: Sources,
        helm: Helm,
        settings: DeliverySettings = DeliverySettings(),  # noqa: B008 - frozen
        builders: Mapping[str, KustomizeBuilder] | None = None,
        installed: InstalledFlux | None = None,
    ) -> None:
        self.sources = sources
        self.installed = installed
        self.helm = helm
        self.settings = settings
        self.trees = SourceTrees(sources)
        self.charts = ChartRenderer(helm)
        self.store = ChartStore(next(iter(sources.trees), None), settings.charts)
        self._completed: dict[tuple[str, str], Completed | ChartUnreadable] = {}
        self._builders: dict[str, KustomizeBuilder] = dict(builders or {})
        self._made: dict[Hashable, Any] = {}
        self._rendered: list[tuple[str, Rendering]] = []

    @property
    def renderings(self) -> tuple[tuple[str, Rendering], ...]:
        """The charts that were rendered, each with the id of its target: "" for those of kustomizations."""
        others = (one for builder in self._builders.values() for one in builder.charts)
        return (*self._rendered, *(("", one) for one in others))

    def note_rendering(self, target: str, rendering: Rendering) -> None:
        """Note what a chart was rendered with for a target."""
        if not self.charts.is_planning:
            self._rendered.append((target, rendering))

    def completed(self, found: ChartInTree) -> Completed:
        """A chart with the charts that it depends on.

        Raises:
            ChartUnreadable: it, or one of them, cannot be read.
        """
        key = (found.tree.name, found.path)
        held = self._completed.get(key)
        if held is None:
            try:
                held = completed(read_found(found), found.tree, self.store)
            except ChartUnreadable as error:
                held = error
            self._completed[key] = held
        if isinstance(held, ChartUnreadable):
            raise ChartUnreadable(str(held))
        return held

    def builder(self, repo: str) -> KustomizeBuilder:
        """The builder of a repository under check, or of a commit that was opened, by its tree's name."""
        if repo not in self._builders:
            self._builders[repo] = KustomizeBuilder(self.sources, repo, helm=self.helm, charts=self.charts)
        return self._builders[repo]

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` gives, made once a run for a key that says all it hangs on."""
        if key not in self._made:
            self._made[key] = make()
        made: _Made = self._made[key]
        return made
