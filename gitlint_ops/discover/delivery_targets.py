"""Where deliveries go: the cluster, the namespace and the environment, and what is built for them."""

from __future__ import annotations

from msgspec.structs import replace

from gitlint_ops.discover.clusters import Clusters
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.environments import environment_of
from gitlint_ops.model.findings import Confidence
from gitlint_ops.model.targets import BuildTarget, TargetKind
from gitlint_ops.workspace.config import Config

_KINDS = {
    OwnerKind.APPLICATION: TargetKind.ARGO_APPLICATION,
    OwnerKind.FLUX_KUSTOMIZATION: TargetKind.FLUX_KUSTOMIZATION,
    OwnerKind.HELM_RELEASE: TargetKind.HELM_RELEASE,
    OwnerKind.RESOURCE_SET: TargetKind.RESOURCE_SET,
}


class DeliveryTargets:
    """The targets of one run; `kubernetes` overrides the configuration's versions."""

    def __init__(self, clusters: Clusters, config: Config, kubernetes: str) -> None:
        self._clusters = clusters
        self._config = config
        self._kubernetes = kubernetes

    def destination(self, owner: Owner) -> tuple[str, str]:
        """The cluster that an owner delivers to, and the default namespace there."""
        if owner.kind is OwnerKind.APPLICATION:
            name = self._clusters.destination(owner.value("spec", "destination"), owner.cluster)
            return name, owner.text("spec", "destination", "namespace")
        remote = owner.text("spec", "kubeConfig", "secretRef", "name") or owner.text(
            "spec", "kubeConfig", "configMapRef", "name"
        )
        namespace = owner.text("spec", "targetNamespace") or owner.object.key.namespace
        if not remote:
            return owner.cluster, namespace
        return self._clusters.remote(remote), namespace

    def of(self, owner: Owner, destination: str) -> BuildTarget:
        """What is built for an owner; its folder is found by the builder."""
        cluster = self._clusters.get(destination)
        return BuildTarget(
            repo=owner.repo,
            path="",
            kind=_KINDS[owner.kind],
            environment=(cluster.environment or None) if cluster else None,
            cluster=destination or None,
            kubernetes=self._kubernetes or (cluster.kubernetes if cluster else "") or self._config.kubernetes,
            owner=owner.id,
            api_versions=cluster.api_versions if cluster else (),
        )

    def placed(self, target: BuildTarget) -> BuildTarget:
        """A target of a cluster of which no environment is known, in that of its path."""
        found = environment_of(target.path, self._config.declared_environments)
        if found is None or found[1] is Confidence.LOW:
            return target
        versions = {one.name: one.kubernetes for one in self._config.environments}
        kubernetes = self._kubernetes or versions.get(found[0], "") or target.kubernetes
        return replace(target, environment=found[0], kubernetes=kubernetes)
