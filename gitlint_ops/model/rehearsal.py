"""What reports say of a rehearsal against an API server beside its findings."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import ObjectKey


class FieldChange(Struct, frozen=True):
    """One field that a sync would change; `before` and `after` are as text, and hidden for Secrets.

    `manager` is who set what is there now and `time` when, "" where that is not known. `by_hand`: it was
    not the owner's operator, and a sync takes it back.
    """

    path: str
    before: str
    after: str
    manager: str = ""
    time: str = ""
    by_hand: bool = False


class PlannedChange(Struct, frozen=True):
    """What a sync would do to one object: `action` is "create", "change", "prune" or "none"."""

    action: str
    api_version: str
    key: ObjectKey
    target: str
    fields: tuple[FieldChange, ...] = ()
    note: str = ""
    at: Location | None = None


UNANSWERED = frozenset(["unasked", "unverifiable", "unknown-kind"])
"""Outcomes of objects on which no server has passed judgement."""


class ServerSummary(Struct, frozen=True):
    """One cluster of the workspace and the server that it was rehearsed on.

    `objects` counts by outcome ("accepted", "rejected", ...). `wanted` is the version of Kubernetes that the
    cluster is to have, `release` the server's. `compared`: what lives on the server was compared with Git,
    which `changes` come from. `assumed` are namespaces and definitions that were taken to be there, as
    (kind, name). `uncompared` counts objects of which nothing was learned that could be compared, and
    `not_applied` are those that their operators never apply: the object, its target and why. `lost` says
    why the server could not be asked to the end. `gaps` are objects that `check` passes and the server
    refuses, ready to be reported to us. `kept` is the kubeconfig of a server of ours that stays, and the
    command that ends it.
    """

    cluster: str
    environment: str
    server: str
    release: str
    wanted: str
    objects: tuple[tuple[str, int], ...]
    changes: tuple[PlannedChange, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    lost: str = ""
    seconds: float = 0.0
    compared: bool = False
    assumed: tuple[tuple[str, str], ...] = ()
    absent_webhooks: tuple[str, ...] = ()
    kept: tuple[str, str] | None = None
    uncompared: int = 0
    not_applied: tuple[tuple[ObjectKey, str, str], ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the server answered for all that it was to be asked."""
        return not self.lost and not any(number for word, number in self.objects if word in UNANSWERED)
