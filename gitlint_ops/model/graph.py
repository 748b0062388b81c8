"""The delivery graph, as `gitlint-ops graph` shows it: cluster, owner, target, objects."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import ObjectKey


class OwnerNode(Struct, frozen=True):
    """One delivery object and what it delivers.

    `id` is its target's. `at` is where it is written. `home` is the cluster that it lives in, where that is
    another than the one it delivers to. `source` says where its content lies, `status` and `reason` what
    became of rendering it ("" for an ApplicationSet, which renders nothing itself). `wave` is its Argo CD
    sync wave; `depends_on` are ids of what Flux waits for before it.
    """

    id: str
    kind: str
    namespace: str
    name: str
    at: Location
    parent: str
    home: str
    source: str
    status: str
    reason: str
    objects: tuple[ObjectKey, ...]
    wave: int | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """As people name it: "Kustomization flux-system/apps"."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class ClusterNode(Struct, frozen=True):
    """A cluster and all that is delivered to it, parents before what they deliver.

    `name` is "" for one that nothing names; `declared`: it stands in the inventory.
    """

    name: str
    environment: str
    kubernetes: str
    declared: bool
    owners: tuple[OwnerNode, ...]


class FolderNode(Struct, frozen=True):
    """A folder that is built by itself, since no delivery object here renders it."""

    id: str
    kind: str
    environment: str
    status: str
    objects: int


class DeliveryGraph(Struct, frozen=True):
    """All clusters of a workspace, and the folders that nothing delivers."""

    clusters: tuple[ClusterNode, ...]
    folders: tuple[FolderNode, ...]
    unchecked: tuple[str, ...] = ()


class Reach(Struct, frozen=True):
    """One way by which a file reaches a cluster: through `way` (folders), by `owners`, outermost first.

    `revision` is the one that they deliver, "" where that is what is under check.
    """

    cluster: str
    environment: str
    owners: tuple[OwnerNode, ...]
    way: tuple[str, ...]
    revision: str = ""


class Why(Struct, frozen=True):
    """Which clusters a file reaches; `folders` are targets that read it and that nothing delivers."""

    file: str
    reaches: tuple[Reach, ...]
    folders: tuple[str, ...]
