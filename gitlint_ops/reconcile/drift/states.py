"""What an owner, as it lives on the server, says that it has delivered.

Sources: argo-cd pkg/apis/application/v1alpha1/types.go ApplicationStatus, SyncOperationResult;
kustomize-controller api/v1/inventory_types.go; fluxcd/cli-utils pkg/object/objmetadata.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.drift.live import Live, Reader

_RBAC = "rbac.authorization.k8s.io"
_SYNCED = ("Synced", "")
_MOST_PARTS = 4


class OwnerState(Struct, frozen=True):
    """What a live owner says of itself.

    `applied` is what it applied last, None where it does not say; it `lists_all` where nothing else was.
    `tracked` is what belongs to it, None where it does not say. `revisions` are the commits it delivered.
    `has_delivered`: it says that it has done its work at least once.
    """

    live: Live | None = None
    applied: frozenset[ObjectKey] | None = None
    lists_all: bool = False
    tracked: tuple[ObjectKey, ...] | None = None
    revisions: frozenset[str] = frozenset()
    has_delivered: bool = False


def state_of(owner: Owner | None, reader: Reader) -> OwnerState:
    """The state of an owner on the server; nothing is known of one that is not there."""
    if owner is None:
        return OwnerState()
    kind = reader.kind_of(owner.object)
    live = reader.read(kind, owner.object.key.namespace, owner.object.key.name) if kind else None
    if live is None:
        return OwnerState()
    status = value_at(live, ("status",))
    if not isinstance(status, dict):
        return OwnerState(live)
    if owner.kind is OwnerKind.APPLICATION:
        return _of_application(live, status)
    return _of_flux(live, status)


def _of_flux(live: Live, status: Mapping[str, Any]) -> OwnerState:
    listed = value_at(status, ("inventory", "entries"))
    keys = None
    if isinstance(listed, list):
        read = (inventory_key(str(value_at(one, ("id",)))) for one in listed)
        keys = tuple(one for one in read if one is not None)
    revision = status.get("lastAppliedRevision")
    return OwnerState(
        live=live,
        applied=None if keys is None else frozenset(keys),
        lists_all=keys is not None,
        tracked=keys,
        revisions=frozenset({commit_of(revision)} if isinstance(revision, str) else ()),
        has_delivered=bool(keys or revision or status.get("history")),
    )


def _of_application(live: Live, status: Mapping[str, Any]) -> OwnerState:
    result = value_at(status, ("operationState", "syncResult"))
    resources = value_at(result, ("resources",))
    tracked = value_at(status, ("resources",))
    asked = value_at(status, ("operationState", "operation", "sync"))
    whole = value_at(status, ("operationState", "phase")) == "Succeeded" and not value_at(
        asked, ("resources",)
    )
    in_part = "ApplyOutOfSyncOnly=true" in (value_at(asked, ("syncOptions",)) or ())
    synced = [
        key
        for one in (resources if isinstance(resources, list) else ())
        if value_at(one, ("status",)) in (*_SYNCED, None) and (key := _key(one)) is not None
    ]
    owned = [
        key
        for one in (tracked if isinstance(tracked, list) else ())
        if value_at(one, ("hook",)) is not True and (key := _key(one)) is not None
    ]
    return OwnerState(
        live=live,
        applied=frozenset(synced) if isinstance(resources, list) else None,
        lists_all=isinstance(resources, list) and whole and not in_part,
        tracked=tuple(owned) if isinstance(tracked, list) else None,
        revisions=frozenset(_revisions(result) if whole else ()),
        has_delivered=bool(result or status.get("history")),
    )


def _revisions(result: Any) -> Iterator[str]:
    single, several = value_at(result, ("revision",)), value_at(result, ("revisions",))
    for one in (single, *(several if isinstance(several, list) else ())):
        if isinstance(one, str) and one:
            yield one


def _key(told: Any) -> ObjectKey | None:
    parts = [value_at(told, (one,)) or "" for one in ("group", "kind", "namespace", "name")]
    if not all(isinstance(one, str) for one in parts) or not parts[1] or not parts[3]:
        return None
    return ObjectKey(*parts)


def inventory_key(text: str) -> ObjectKey | None:
    """The object that an entry of an inventory names: `namespace_name_group_kind`.

    Only names of RBAC have colons, which are written as two underscores.
    """
    namespace, _, rest = text.partition("_")
    rest, _, kind = rest.rpartition("_")
    name, _, group = rest.rpartition("_")
    if not name or not kind:
        return None
    return ObjectKey(group, kind, namespace, name.replace("__", ":") if group == _RBAC else name)


def commit_of(revision: str) -> str:
    """The commit in a revision of Flux: "main@sha1:1f2e..." names one, "6.5.4@sha256:..." a digest."""
    return revision.rpartition(":")[2] if ":" in revision else revision.rpartition("/")[2]
