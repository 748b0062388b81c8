"""The clusters of a workspace: those that are declared, and those that deliveries show.

A cluster that nothing declares is known by what bootstraps it (the folder that its Flux delivers to
itself) or by how Applications name it; its environment is then no more than what its name says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import Cluster
from gitlint_ops.model.environments import DeclaredEnvironment, environment_of, environment_of_name
from gitlint_ops.model.globs import Globs
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.workspace.config import Config

IN_CLUSTER = "in-cluster"
"""What Argo CD calls the cluster that it runs in."""

IN_CLUSTER_SERVER = "https://kubernetes.default.svc"

_GENERIC = frozenset({"", "clusters", "cluster", "flux", "flux-system", "kubernetes", "k8s", "main", "base"})


def declared_clusters(config: Config) -> tuple[Cluster, ...]:
    """The inventory, with the version of Kubernetes of each cluster's environment where it has no own."""
    versions = {one.name: one.kubernetes for one in config.environments}
    return tuple(
        Cluster(
            name=one.name,
            environment=one.environment,
            server=one.server,
            labels=one.labels,
            annotations=one.annotations,
            kubernetes=one.kubernetes or versions.get(one.environment, ""),
            api_versions=one.api_versions,
            declared=True,
            origin=_entry(config, index),
        )
        for index, one in enumerate(config.clusters)
    )


def _entry(config: Config, index: int) -> Origin | None:
    """Where the inventory tells of a cluster."""
    source = config.source
    if source is None or not source.file.repo:
        return None  # a file that was named from anywhere is no part of the repositories
    return Origin(DocumentRef(source.file), ("clusters", index), Via.APPLICATIONSET)


class Clusters:
    """The clusters of a run, as far as they are known by now."""

    def __init__(self, config: Config) -> None:
        self._held: dict[str, Cluster] = {one.name: one for one in declared_clusters(config)}
        self._paths = {one.name: Globs(one.paths) for one in config.clusters if one.paths}
        self._environments: Sequence[DeclaredEnvironment] = config.declared_environments
        self._versions: Mapping[str, str] = {
            one.name: one.kubernetes for one in config.environments if one.kubernetes
        }

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self._held.values())

    @property
    def declared(self) -> tuple[Cluster, ...]:
        """The inventory."""
        return tuple(one for one in self._held.values() if one.declared)

    def get(self, name: str) -> Cluster | None:
        """The cluster of that name, if there is one."""
        return self._held.get(name)

    def declared_at(self, path: str) -> str:
        """The cluster of the inventory that is bootstrapped from a folder, "" where none says so."""
        matching = (name for name, globs in self._paths.items() if globs.match(path))
        return next(matching, "")

    def of_environment(self, environment: str) -> str:
        """The one cluster of an environment; where the inventory has none or several, one called so."""
        held = [one.name for one in self._held.values() if one.environment == environment]
        return held[0] if len(held) == 1 else self._add(environment, environment).name

    def remote(self, secret: str) -> str:
        """The cluster that the kubeconfig in a Secret of that name leads to."""
        name = secret.removesuffix("-kubeconfig").removeprefix("kubeconfig-")
        return self._add(name or secret, "").name

    def bootstrapped_at(self, path: str) -> str:
        """The name of the cluster whose Flux delivers a folder to itself: clusters/production."""
        declared = self.declared_at(path) or self.declared_at(f"{path}/flux-system")
        if declared:
            return declared
        parts = [one for one in path.split("/") if one]
        own = [one for one in parts if one.lower() not in _GENERIC]
        name = own[-1] if own else ""
        return self._add(name, path).name if name else ""

    def destination(self, held: Any, host: str) -> str:
        """The name of the cluster that an Application's `destination` means; "" where it cannot be known.

        `host` is the cluster that the Application itself lives in.
        """
        if not isinstance(held, Mapping):
            return ""
        name, server = held.get("name"), held.get("server")
        if isinstance(name, str) and name:
            if name == IN_CLUSTER:
                return self._own_of(host)
            return self._add(name, "").name
        if not isinstance(server, str) or not server:
            return ""
        if server.rstrip("/") == IN_CLUSTER_SERVER:
            return self._own_of(host)
        found = next((one.name for one in self._held.values() if _same_server(one.address, server)), "")
        return found or self._add(server, "").name

    def _own_of(self, host: str) -> str:
        """The cluster that Argo CD runs in, by the name that the inventory gives it."""
        if host:
            return host
        return next(
            (one.name for one in self._held.values() if _same_server(one.server, IN_CLUSTER_SERVER)),
            IN_CLUSTER,
        )

    def _add(self, name: str, path: str) -> Cluster:
        held = self._held.get(name)
        if held is None:
            found = environment_of(path, self._environments) if path else None
            environment = found[0] if found else environment_of_name(name, self._environments) or ""
            held = Cluster(name, environment, kubernetes=self._versions.get(environment, ""))
            self._held[name] = held
        return held


def _same_server(held: str, server: str) -> bool:
    return bool(held) and held.rstrip("/").lower() == server.rstrip("/").lower()
