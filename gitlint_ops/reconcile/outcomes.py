"""What became of each object of a rehearsal: values between stages that ask a server and those that judge."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from msgspec import Struct

from gitlint_ops.model.delivery import Delivery
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.removed_apis import kubernetes_minor
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.model.waves import Turn
from gitlint_ops.reconcile.api import Answer, Identity, ServedKind


class Operator(Enum):
    """Who applies what a target renders to."""

    ARGO_CD = "argocd"
    FLUX_KUSTOMIZE = "kustomize-controller"
    FLUX_HELM = "helm-controller"
    HAND = "hand"


class Applier(Struct, frozen=True):
    """How the operator of a target applies it.

    `manager` is its field manager, `force` whether it takes fields from other managers. `server_side` is
    False where it really applies from its own side (Argo CD's default, Helm 3): the server's verdict is
    the same, conflicts are not. `identity` is who the requests are made as, None for ourselves.
    `creates_namespace`: it makes the target's namespace itself (CreateNamespace=true,
    install.createNamespace). `recreates`: what cannot be changed, it deletes and creates anew.
    `expects_kinds`: its owner says that kinds may come to be known only during the sync.
    """

    operator: Operator
    manager: str
    force: bool = True
    server_side: bool = True
    identity: Identity | None = None
    creates_namespace: bool = False
    namespace: str = ""
    recreates: bool = False
    expects_kinds: bool = False


class Entry(Struct, frozen=True):
    """One object in the order in which the operator applies it; `turn` is its phase and wave there."""

    object: RenderedObject
    target: str
    applier: Applier
    turn: Turn = Turn()


class TargetSet(Struct, frozen=True):
    """A target and how it is applied; `entries` in the operator's order."""

    result: BuildResult
    applier: Applier
    entries: tuple[Entry, ...]
    delivery: Delivery | None = None


class ClusterSet(Struct, frozen=True):
    """All that goes to one cluster, targets in the order of owners, waves and dependsOn.

    `cluster` is "" where no cluster is known: then `environment`, or all that is not delivered by anybody.
    `kubernetes` is the version that it is to have.
    """

    cluster: str
    environment: str
    kubernetes: str
    targets: tuple[TargetSet, ...]
    server: str = ""


class Outcome(Enum):
    """What the server made of an object."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PREREQUISITE = "prerequisite"
    """It waits for a namespace or a definition that the same set provides."""
    UNKNOWN_KIND = "unknown-kind"
    """The server does not serve the kind, and nothing in the set provides it."""
    UNVERIFIABLE = "unverifiable"
    """The server could not judge it (a webhook that is not there, a broken API group); `note` says why."""
    UNASKED = "unasked"
    """The server was lost before it was asked, or the operator never applies it; `note` says which."""


class Rehearsed(Struct, frozen=True):
    """An object and what the server said to it.

    `answer` is that of the operator's way of applying; `unforced` the one without force, where that was
    refused for conflicts with other managers. `before` is the object as it lives on the server (None: it is
    not there, or was not asked for), `after` as it would be, `again` as it would be after a second apply
    (None: not tried). `provider` is the object of the set that a prerequisite waits for.
    """

    entry: Entry
    outcome: Outcome
    kind: ServedKind | None = None
    answer: Answer | None = None
    unforced: Answer | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    again: Mapping[str, Any] | None = None
    provider: RenderedObject | None = None
    note: str = ""
    first: Mapping[str, Any] | None = None
    """The object as it was really stored, where a second apply was tried after that."""


class Rehearsal(Struct, frozen=True):
    """All that one server said. `lost` says why the server could not be asked to the end ("" if it could).

    `assumed` are namespaces and definitions that nothing in the set provides and that were made for the
    rehearsal, as (kind, name); `absent_webhooks` the names of admission webhooks that the set configures
    and that nothing serves here.
    """

    set: ClusterSet
    objects: tuple[Rehearsed, ...]
    server: str
    release: str
    lost: str = ""
    assumed: tuple[tuple[str, str], ...] = ()
    absent_webhooks: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_of_another_release(self) -> bool:
        """Whether the server is of another minor release than the cluster is to have."""
        return is_another_release(self.release, self.set.kubernetes)


def is_another_release(served: str, wanted: str) -> bool:
    """Whether two versions of Kubernetes are of different minor releases; "" is any."""
    return bool(served and wanted) and kubernetes_minor(served) != kubernetes_minor(wanted)
