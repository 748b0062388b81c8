"""HelmReleases of Flux, rendered with what a cluster is known to hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.release import build_helm_release
from gitlint_ops.build.plain import plain_objects
from gitlint_ops.build.site import DeliverySettings
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.syntax.documents import Typing

from .sites import Workshop


class Cluster(Workshop):
    """A repository whose objects are all in one cluster."""

    def __init__(self, root: Path, helm: Helm, settings: DeliverySettings, *, complete: bool = True) -> None:
        super().__init__(root, helm, settings)
        self.known = KnownObjects(self._objects(), complete=complete)

    def _objects(self) -> Iterator[RenderedObject]:
        for path in self.tree.entries():
            if path.endswith(".yaml") and "chart" not in path.split("/")[:-1]:
                file = self.tree.ref(path)
                for one in self.sources.text(file, Typing.KUBECTL).documents:
                    yield from plain_objects(one.body, DocumentRef(file, one.index), (), "")

    def owner(self) -> Owner:
        """The one HelmRelease."""
        (found,) = self.known.of_kind("helm.toolkit.fluxcd.io", "HelmRelease")
        return Owner(OwnerKind.HELM_RELEASE, found, self.tree.name)

    def deliver(self, kubernetes: str = "") -> BuildResult:
        owner = self.owner()
        target = BuildTarget(
            self.tree.name, "", TargetKind.HELM_RELEASE, owner=owner.id, kubernetes=kubernetes
        )
        return build_helm_release(owner, target, self.known, self.site)
