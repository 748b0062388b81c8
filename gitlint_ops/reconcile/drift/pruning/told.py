"""Objects that belong to an owner and have left Git, told on the owner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.rehearsal import PlannedChange
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import Status
from gitlint_ops.model.waves import HELM_HOOK, HOOK
from gitlint_ops.reconcile.drift.context import Context
from gitlint_ops.reconcile.drift.live import key_in, said_key
from gitlint_ops.reconcile.drift.metadata import annotations_of
from gitlint_ops.reconcile.drift.outcome import Drift
from gitlint_ops.reconcile.drift.pruning.fate import Fate, fate_of, when_deleted
from gitlint_ops.reconcile.drift.pruning.owned import (
    Listing,
    Owned,
    by_keys,
    by_labels_of_flux,
    by_tracking,
    is_of_flux,
    tracking_method,
)
from gitlint_ops.reconcile.drift.settings import ArgoSettings
from gitlint_ops.reconcile.providers import namespace_of

PRUNE = "prune-pending"
_MOST_TOLD = 10
_HOLDING_DATA = (
    "Namespace", "CustomResourceDefinition", "PersistentVolumeClaim", "PersistentVolume", "StatefulSet",
    "Secret",
)  # fmt: skip
_GENERATED = re.compile(r"(.+)-[a-z0-9]{10}\Z")


class _Left(Struct, frozen=True):
    """An object that left Git, and what becomes of it; `now_by` names the target that has it instead."""

    owned: Owned
    fate: Fate
    why: str
    now_by: str = ""
    is_superseded: bool = False


def prune_drift(
    context: Context, listing: Listing, settings: ArgoSettings, elsewhere: Mapping[ObjectKey, str]
) -> Drift:
    """What of an owner's objects Git has no more.

    `elsewhere` are the objects of all targets of the cluster, with the target that has them.
    """
    owner, result = context.owner, context.target.result
    if owner is None or owner.kind is OwnerKind.APPLICATION_SET:
        return Drift()
    if not result.complete or result.status is not Status.BUILT:
        told = f"{owner.said} was not rendered completely, so that nothing shows what it would delete"
        return Drift(notes=(told,))
    ours = frozenset(key_in(one.entry.object, one.kind, namespace_of(one.entry)) for one in context.objects)
    found = _owned(context, owner, listing, settings)
    extra = [one for one in found if one.key not in ours and not _is_anothers(one)]
    left = [_left(one, owner, ours, elsewhere) for one in _without_claims(extra, ours)]
    return Drift(
        violations=tuple(_violations(left, owner, context.living or owner)),
        changes=tuple(_planned(left, owner, context)),
    )


def _owned(context: Context, owner: Owner, listing: Listing, settings: ArgoSettings) -> Sequence[Owned]:
    """All that belongs to the owner, by what it says itself where it is there to be read."""
    tracked = context.state.tracked
    if owner.kind is not OwnerKind.APPLICATION:
        if tracked is None:
            return tuple(by_labels_of_flux(owner, listing))
        found = by_keys(_unknown(tracked, context), context.reader)
        if owner.kind is OwnerKind.HELM_RELEASE:
            return tuple(found)
        return tuple(one for one in found if is_of_flux(owner, one.live))
    if tracked is not None:
        return tuple(by_keys(_unknown(tracked, context), context.reader))
    lives = [(one.before, one.entry.object.body) for one in context.objects if one.before is not None]
    return tuple(by_tracking(owner, settings, tracking_method(owner, settings, lives), listing))


def _unknown(keys: Iterable[ObjectKey], context: Context) -> Sequence[ObjectKey]:
    """Those that Git does not have, so that only they are asked for."""
    ours = {key_in(one.entry.object, one.kind, namespace_of(one.entry)) for one in context.objects}
    return [one for one in keys if one not in ours]


def _is_anothers(one: Owned) -> bool:
    """Whether an object is none that the owner applies as such: a child of another, a hook, or on its way."""
    metadata = value_at(one.live, ("metadata",))
    held = annotations_of(one.live)
    return bool(
        value_at(metadata, ("ownerReferences",))
        or value_at(metadata, ("deletionTimestamp",))
        or HOOK in held
        or HELM_HOOK in held
    )


def _without_claims(extra: Sequence[Owned], ours: Iterable[ObjectKey]) -> Iterator[Owned]:
    """Without the claims that StatefulSets make, which carry the labels of their selectors."""
    sets = [one for one in (*ours, *(held.key for held in extra)) if one.kind == "StatefulSet"]
    for one in extra:
        made = one.key.kind == "PersistentVolumeClaim" and any(
            each.namespace == one.key.namespace and re.search(rf"-{re.escape(each.name)}-\d+\Z", one.key.name)
            for each in sets
        )
        if not made:
            yield one


def _left(one: Owned, owner: Owner, ours: frozenset[ObjectKey], elsewhere: Mapping[ObjectKey, str]) -> _Left:
    fate, why = fate_of(one.live, owner)
    return _Left(one, fate, why, elsewhere.get(one.key, ""), _is_superseded(one.key, ours))


def _is_superseded(key: ObjectKey, ours: frozenset[ObjectKey]) -> bool:
    """Whether it is a generated ConfigMap or Secret of which Git has another version now."""
    stem = _GENERATED.match(key.name)
    if stem is None or key.kind not in ("ConfigMap", "Secret"):
        return False
    return any(
        one.kind == key.kind
        and one.namespace == key.namespace
        and (other := _GENERATED.match(one.name)) is not None
        and other[1] == stem[1]
        for one in ours
    )


def _violations(left: Sequence[_Left], owner: Owner, living: Owner) -> Iterator[Violation]:
    """One for the owner: what it deletes, else what it leaves behind."""
    told = [one for one in left if one.fate is not Fate.KEPT and not one.is_superseded]
    deleted = [one for one in told if one.fate in (Fate.DELETED, Fate.CONFIRMED)]
    if deleted:
        yield _deletion(deleted, owner, living)
    elif told:
        yield _orphans(told, owner)


def _deletion(deleted: Sequence[_Left], owner: Owner, living: Owner) -> Violation:
    confirmed = all(one.fate is Fate.CONFIRMED for one in deleted)
    when = "once somebody confirms it (Prune=confirm)" if confirmed else when_deleted(living)
    moved = [one for one in deleted if one.now_by]
    race = (
        f"; of these, {_listed(moved)} is now in {moved[0].now_by}, which may lose it to this deletion"
        if moved
        else ""
    )
    return Violation(
        owner.object,
        (),
        f"{owner.said} deletes {_listed(deleted)} {when}: Git has {_it(deleted)} no more{race}",
        rule=PRUNE,
        hint=f"put {_it(deleted)} back into Git, or mark {_it(deleted)} there to stay: {_mark(owner)}",
    )


def _orphans(told: Sequence[_Left], owner: Owner) -> Violation:
    return Violation(
        owner.object,
        (),
        f"{_listed(told)} {_are(told)} left over in the cluster: {owner.said} delivered "
        f"{_it(told)}, Git has {_it(told)} no more, and nothing deletes {_it(told)} ({told[0].why})",
        rule=PRUNE,
        hint=f"delete {_it(told)} by hand if nobody needs {_it(told)} any more",
        severity=Severity.NOTE,
    )


def _listed(left: Sequence[_Left]) -> str:
    """The objects, those first that hold data."""
    names = [
        said_key(one.owned.key) + (" with all that is in it" if one.owned.key.kind == "Namespace" else "")
        for one in sorted(left, key=_order)
    ]
    if len(names) > _MOST_TOLD:
        return f"{', '.join(names[:_MOST_TOLD])} and {len(names) - _MOST_TOLD} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _order(one: _Left) -> tuple[int, str, ObjectKey]:
    kind = one.owned.key.kind
    rank = _HOLDING_DATA.index(kind) if kind in _HOLDING_DATA else len(_HOLDING_DATA)
    return rank, kind, one.owned.key


def _it(left: Sequence[_Left]) -> str:
    return "it" if len(left) == 1 else "them"


def _are(left: Sequence[_Left]) -> str:
    return "is" if len(left) == 1 else "are"


def _mark(owner: Owner) -> str:
    return {
        OwnerKind.APPLICATION: "argocd.argoproj.io/sync-options: Prune=false",
        OwnerKind.HELM_RELEASE: "helm.sh/resource-policy: keep",
    }.get(owner.kind, "kustomize.toolkit.fluxcd.io/prune: disabled")


def _planned(left: Sequence[_Left], owner: Owner, context: Context) -> Iterator[PlannedChange]:
    for one in sorted(left, key=_order):
        goes = one.fate in (Fate.DELETED, Fate.CONFIRMED)
        note = one.why and (f"stays: {one.why}" if not goes else one.why)
        if one.now_by:
            note = f"now in {one.now_by}"
        elif one.is_superseded:
            note = "an earlier version of a generated object"
        yield PlannedChange(
            "prune" if goes else "none",
            one.owned.api_version,
            one.owned.key,
            context.target.result.target.id,
            note=note,
            at=context.locate(owner.object),
        )
