"""Objects that Git has and the cluster has not, although they were there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.rehearsal import PlannedChange
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import HELM_HOOK, HOOK
from gitlint_ops.reconcile.api import ServedKind
from gitlint_ops.reconcile.drift.context import Context
from gitlint_ops.reconcile.drift.live import key_in
from gitlint_ops.reconcile.drift.metadata import annotations_of
from gitlint_ops.reconcile.drift.outcome import Drift
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsed
from gitlint_ops.reconcile.providers import namespace_of

MISSING = "drift-missing"
_ASKED = (Outcome.ACCEPTED, Outcome.PREREQUISITE)


def missing_drift(context: Context) -> Drift:
    """What is not there of a target; of one that was never delivered nothing is missing, all of it is new."""
    absent = list(_gone((one for one in context.objects if is_absent(one)), context))
    if not absent:
        return Drift()
    changes = tuple(_created(absent, context))
    living = any(one.before is not None for one in context.objects)
    if not living and not context.state.has_delivered:
        note = f"{context.target.result.target.id}: nothing of it is there: it has not been delivered yet"
        return Drift(changes=changes, notes=(note,))
    told = [one for one in absent if _stays(one.entry.object)]
    return Drift(violations=tuple(_violations(told, context)), changes=changes)


def _gone(absent: Iterable[Rehearsed], context: Context) -> Iterator[Rehearsed]:
    """Those of which the server says so: what may not be read looks the same in a rehearsal.

    It is asked once for each kind and namespace, as rights are given so.
    """
    readable: dict[tuple[ServedKind, str], bool] = {}
    for one in absent:
        if one.kind is None:
            yield one
            continue
        place = one.kind, namespace_of(one.entry) if one.kind.namespaced else ""
        if place not in readable:
            readable[place] = context.reader.is_absent(*place, one.entry.object.key.name)
        if readable[place]:
            yield one


def is_absent(one: Rehearsed) -> bool:
    """Whether the server was asked for an object and has none of its name."""
    if one.before is not None or not one.entry.object.key.name:
        return False
    compared_only = one.outcome is Outcome.UNASKED and not one.note and one.kind is not None
    return one.outcome in _ASKED or compared_only


def _stays(on: RenderedObject) -> bool:
    """Whether an object that was applied is meant to stay: hooks and finished Jobs are cleared away."""
    held = annotations_of(on.body)
    if HOOK in held or HELM_HOOK in held:
        return False
    return not (on.kind == "Job" and value_at(on.body, ("spec", "ttlSecondsAfterFinished")) is not None)


def _created(absent: Iterable[Rehearsed], context: Context) -> Iterator[PlannedChange]:
    for one in absent:
        on = one.entry.object
        yield PlannedChange("create", on.api_version, on.key, one.entry.target, at=context.locate(on))


def _violations(absent: list[Rehearsed], context: Context) -> Iterator[Violation]:
    """Those that were there, by what the owner says; what may as well be new in Git is only planned."""
    namespaces = {one.entry.object.key.name for one in absent if one.entry.object.kind == "Namespace"}
    for one in absent:
        on = one.entry.object
        key = key_in(on, one.kind, namespace_of(one.entry))
        if key.namespace in namespaces:
            continue  # gone with its namespace, which is told
        if context.state.applied is not None and key in context.state.applied:
            yield _violation(on, context, f"{context.said} has applied it")
        elif context.is_current and not context.state.lists_all:
            yield _violation(on, context, f"{context.said} has delivered this very commit")


def _violation(on: RenderedObject, context: Context, why: str) -> Violation:
    it = "the namespace and all that was in it" if on.kind == "Namespace" else "it"
    said = context.aftermath.of(it).replace(f"sets {it} back", f"creates {it} again")
    return Violation(
        on,
        (),
        f"{on.kind} {on.key.name} is not in the cluster, although {why}: it was deleted there",
        rule=MISSING,
        hint=f"{said}; take it out of Git if it is to stay away",
    )
