"""What reports say of a rehearsal against an API server beside its findings."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import ObjectKey


class FieldChange(Struct, frozen=True):
    """One field that a sync would change; `before` and `after` are as text, and hidden for Secrets.

    `manager` is who set what is there now and `time` when, "" where that is not known.
    """

    path: str
    before: str
    after: str
    manager: str = ""
    time: str = ""


class PlannedChange(Struct, frozen=True):
    """What a sync would do to one object: `action` is "create", "change", "prune" or "none"."""

    action: str
    api_version: str
    key: ObjectKey
    target: str
    fields: tuple[FieldChange, ...] = ()
    note: str = ""
    at: Location | None = None


class ServerSummary(Struct, frozen=True):
    """One cluster of the workspace and the server that it was rehearsed on.

    `objects` counts by outcome ("accepted", "rejected", ...). `lost` says why the server could not be
    asked to the end. `gaps` are objects that `check` passes and the server refuses, ready to be
    reported to us.
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
