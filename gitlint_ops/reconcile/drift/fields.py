"""Fields of one object that live otherwise than Git has them, and who set them so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.findings import Confidence, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.rehearsal import FieldChange, PlannedChange
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.bodies import sent
from gitlint_ops.reconcile.drift.added import added_by_hand
from gitlint_ops.reconcile.drift.context import Context
from gitlint_ops.reconcile.drift.differences import (
    ABSENT,
    Absent,
    Difference,
    differences,
    path_in,
    said_path,
    value_in,
)
from gitlint_ops.reconcile.drift.ignored.rules import Doubt
from gitlint_ops.reconcile.drift.live import said_key
from gitlint_ops.reconcile.drift.managed_fields import (
    Entry,
    Fields,
    LivePath,
    entries_of,
    holders_of,
    united,
)
from gitlint_ops.reconcile.drift.managers import Sort, is_edit, said_manager, said_time, sort_of
from gitlint_ops.reconcile.drift.outcome import Drift
from gitlint_ops.reconcile.drift.overlay import overlaid
from gitlint_ops.reconcile.drift.server_fields import LAST_APPLIED, without_server_fields
from gitlint_ops.reconcile.drift.values import is_hidden, shown
from gitlint_ops.reconcile.outcomes import Applier, Rehearsed
from gitlint_ops.validate.values import is_filled_later

CHANGED = "drift-changed"
_MOST_TOLD = 10
_REPLICAS: LivePath = ("spec", "replicas")
_DEFAULT_REPLICAS = 1
_CONFLICT = re.compile(r'conflict with "([^"]*)"')
_KEEP = "put it into Git if it is to stay"


class _Compared(Struct, frozen=True):
    """An object as it lives and as a sync would leave it, without what does not count.

    `conflicting` are the managers with whom the server has told a conflict: of them the verdicts tell.
    """

    on: RenderedObject
    live: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    entries: tuple[Entry, ...]
    shape: Fields
    applier: Applier
    trusted: frozenset[str]
    conflicting: frozenset[str] = frozenset()


class _Judged(Struct, frozen=True):
    """A difference, the entry to blame for it (None: nobody, or the operator itself), and how sure that is.

    `was_removed`: the field was there, as the operator set it.
    """

    difference: Difference
    by: Entry | None = None
    is_drift: bool = False
    confidence: Confidence | None = None
    was_removed: bool = False


def fields_drift(one: Rehearsed, context: Context) -> Drift:
    """What of an object that is there differs from Git, and what was added to it by hand."""
    live, on = one.before, one.entry.object
    assert live is not None
    namespace = str(value_at(live, ("metadata", "namespace")) or "")
    ignoring = context.ignoring(on, namespace, live)
    if ignoring.skipped:
        return Drift()
    entries = tuple(entry for entry in entries_of(live) if entry.subresource != "status")
    shape = united(entry.fields for entry in (*entries, *entries_of(one.after)))
    wanted = one.after if one.after is not None else overlaid(live, sent(one.entry).body, shape)
    try:
        if ignoring.doubt:
            raise Doubt(ignoring.doubt)
        before, after = (
            ignoring.trimmed(without_server_fields(body, on.body, context.label_key))
            for body in (live, wanted)
        )
    except Doubt as doubt:
        return Drift(notes=(f"{said_key(on.key)}: what {context.said} ignores is not known: {doubt}",))
    compared = _Compared(
        on, live, before, after, entries, shape, one.entry.applier, ignoring.managers, _conflicting(one)
    )
    judged = tuple(_judged_all(compared, context))
    added = added_by_hand(on, before, entries, one.entry.applier, context)
    return Drift(
        violations=(*_violations(judged, compared, context), *added),
        changes=tuple(_planned(judged, compared, one.entry.target, context)),
    )


def _conflicting(one: Rehearsed) -> frozenset[str]:
    answers = [answer for answer in (one.unforced, one.answer) if answer is not None]
    said = (_CONFLICT.match(str(cause.get("message"))) for each in answers for cause in each.causes)
    return frozenset(found[1] for found in said if found)


def _judged_all(compared: _Compared, context: Context) -> Iterator[_Judged]:
    applied = _last_applied(compared.live)
    was_synced = applied is not None or any(
        sort_of(entry, compared.applier) is Sort.OWN for entry in compared.entries
    )
    for difference in differences(compared.before, compared.after, compared.shape):
        holders = holders_of(compared.entries, difference.path)
        if any(entry.manager in compared.trusted for entry in holders):
            continue
        if is_filled_later(_git_value(compared.on, difference.path)):
            continue
        yield _judged(difference, holders, compared, context, applied, was_synced=was_synced)


def _judged(
    difference: Difference,
    holders: tuple[Entry, ...],
    compared: _Compared,
    context: Context,
    applied: Mapping[str, Any] | None,
    *,
    was_synced: bool,
) -> _Judged:
    sorts = [sort_of(entry, compared.applier) for entry in holders]
    _, in_git = _git_path(compared.on, difference.path)
    # What the operator never applied is somebody else's, unless it is only an edit that stands in the way.
    if not in_git or not (was_synced or any(is_edit(entry) for entry in holders)):
        return _Judged(difference, holders[0] if holders else None)
    if isinstance(difference.before, Absent):
        removed = applied is not None and value_in(applied, difference.path) is not ABSENT
        gone = removed or context.is_current
        return _Judged(difference, is_drift=gone, was_removed=gone)
    # Where the operator holds it too, it set what is there: Git has gone on since.
    if Sort.OWN in sorts:
        return _Judged(difference)
    if difference.path == _REPLICAS and context.is_scaled(compared.on, compared.live):
        return _Judged(difference, holders[0] if holders else None)
    if not holders:
        return _unheld(difference)
    for sort, confidence in ((Sort.HAND, None), (Sort.UNKNOWN, Confidence.MEDIUM)):
        found = [
            entry
            for entry, one in zip(holders, sorts, strict=True)
            if one is sort and not (sort is Sort.UNKNOWN and entry.manager in compared.conflicting)
        ]
        if found:
            return _Judged(difference, _latest(found), is_drift=True, confidence=confidence)
    return _Judged(difference, _latest(holders))


def _unheld(difference: Difference) -> _Judged:
    """What nobody holds is a default, but for replicas: scaling to 0 takes them from whoever held them, and
    the server does not give them to anybody."""
    scaled = difference.path == _REPLICAS and difference.before != _DEFAULT_REPLICAS
    return _Judged(difference, is_drift=scaled, confidence=Confidence.MEDIUM if scaled else None)


def _latest(entries: list[Entry] | tuple[Entry, ...]) -> Entry:
    return max(entries, key=lambda entry: entry.time)


def _last_applied(live: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a client-side apply sent last, None where there was none."""
    text = value_at(live, ("metadata", "annotations", LAST_APPLIED))
    if not isinstance(text, str):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _git_path(on: RenderedObject, path: LivePath) -> tuple[FieldPath, bool]:
    """The field in Git; the data of a Secret may stand there as text."""
    found, exact = path_in(on.body, path)
    if not exact and on.kind == "Secret" and path[:1] == ("data",):
        texts, in_texts = path_in(on.body, ("stringData", *path[1:]))
        return (texts, True) if in_texts else (found, False)
    return found, exact


def _git_value(on: RenderedObject, path: LivePath) -> Any:
    found, exact = _git_path(on, path)
    return value_at(on.body, found) if exact else None


def _violations(judged: tuple[_Judged, ...], compared: _Compared, context: Context) -> Iterator[Violation]:
    found = [one for one in judged if one.is_drift]
    for number, one in enumerate(found[:_MOST_TOLD]):
        more = len(found) - _MOST_TOLD if number == _MOST_TOLD - 1 else 0
        yield _violation(one, compared, context, more)


def _violation(one: _Judged, compared: _Compared, context: Context, more: int) -> Violation:
    path, _ = _git_path(compared.on, one.difference.path)
    others = f"; {more} more field{'s differ' if more > 1 else ' differs'} of this object" if more > 0 else ""
    return Violation(
        compared.on,
        path,
        f"{_message(one, compared)}{others}",
        rule=CHANGED,
        hint=f"{context.aftermath.of()}; {_KEEP}",
        confidence=one.confidence,
    )


def _message(one: _Judged, compared: _Compared) -> str:
    difference = one.difference
    name = said_path(difference.path)
    git = shown(difference.after, difference.path, compared.on.body)
    live = shown(difference.before, difference.path, compared.on.body)
    if one.was_removed:
        return f"{name} ({git} in Git) is gone in the cluster: it was removed there after it had been applied"
    by = one.by
    who = (
        f"set by {said_manager(by)}{said_time(by)}"
        if by
        else "set by scaling, the server does not say by whom"
    )
    if is_hidden(difference.before, difference.path, compared.on.body):
        return f"{name} has another value in the cluster than in Git (hidden): {who}"
    return f"{name} is {live} in the cluster and {git} in Git: {who}"


def _planned(
    judged: tuple[_Judged, ...], compared: _Compared, target: str, context: Context
) -> Iterator[PlannedChange]:
    fields = tuple(_field(one, compared) for one in judged)
    if fields:
        yield PlannedChange(
            "change",
            compared.on.api_version,
            compared.on.key,
            target,
            fields,
            at=context.locate(compared.on),
        )


def _field(one: _Judged, compared: _Compared) -> FieldChange:
    difference, body = one.difference, compared.on.body
    return FieldChange(
        path=said_path(difference.path),
        before=shown(difference.before, difference.path, body),
        after=shown(difference.after, difference.path, body),
        manager=one.by.manager if one.by else "",
        time=one.by.time if one.by else "",
        by_hand=one.is_drift,
    )
