"""What objects were before a change: the same targets, built from the base revision when first asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.build.plain import build_plain
from gitlint_ops.discover.survey import Extent, Survey, survey
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.workspace.base import base_of
from gitlint_ops.workspace.remotes import Declared
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree


class FormerObjects:
    """Objects at the base of a change, by target and key; nothing is read before the first is wanted.

    `targets` are those of the run, `changed` the paths of the change by repository. What did not build
    at the base has no former objects.
    """

    def __init__(
        self,
        trees: Sequence[Tree],
        base: str | None,
        targets: Sequence[BuildTarget],
        changed: Mapping[str, frozenset[str]],
        declared: Sequence[Declared] = (),
        helm: Helm | None = None,
    ) -> None:
        self._now = trees
        self._base = base
        self._targets = {one.id: one for one in targets}
        self._changed = changed
        self._declared = declared
        self._helm = helm or Helm()
        self._builders: dict[str, KustomizeBuilder] = {}
        self._surveys: dict[str, Survey] = {}
        self._built: dict[str, Mapping[ObjectKey, Mapping[str, Any]]] = {}

    def body_of(self, obj: RenderedObject) -> Mapping[str, Any] | None:
        """The body that the same object of the same target had, None where there was none."""
        if obj.target not in self._built:
            self._built[obj.target] = self._objects(obj.target)
        return self._built[obj.target].get(obj.key)

    def _objects(self, target: str) -> Mapping[ObjectKey, Mapping[str, Any]]:
        wanted = self._targets.get(target)
        if wanted is None or wanted.repo not in {one.name for one in self._sources.trees}:
            return {}
        built = self._build(wanted)
        return {one.key: one.body for one in built.objects} if built.status is Status.BUILT else {}

    def _build(self, target: BuildTarget) -> BuildResult:
        if target.kind is TargetKind.PLAIN:
            return build_plain(target, self._survey(target.repo).loose.get(target.path, ()))
        if target.repo not in self._builders:
            self._builders[target.repo] = KustomizeBuilder(self._sources, target.repo, helm=self._helm)
        return self._builders[target.repo].build(target)

    def _survey(self, repo: str) -> Survey:
        if repo not in self._surveys:
            extent = Extent(changed=self._changed.get(repo))
            self._surveys[repo] = survey(self._sources, self._sources.tree(repo), extent)
        return self._surveys[repo]

    @cached_property
    def _sources(self) -> Sources:
        trees = [found for tree in self._now if (found := base_of(tree, self._base)) is not None]
        return Sources(trees, declared=self._declared)
