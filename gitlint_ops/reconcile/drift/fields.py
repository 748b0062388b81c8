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
from gitlint_ops.reconcile.drift.exempted import exempted_by_hand
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
from gitlint_ops.reconcile.drift.overlay import as_stored, is_kept, overlaid
from gitlint_ops.reconcile.drift.said_differences import said_difference, shown_both
from gitlint_ops.reconcile.drift.server_fields import LAST_APPLIED, without_server_fields
from gitlint_ops.reconcile.drift.values import shown
from gitlint_ops.reconcile.drift.whole_lists import told_apart
from gitlint_ops.reconcile.outcomes import Applier, Rehearsed
from gitlint_ops.validate.values import is_filled_later

CHANGED = "drift-changed"
_LAST_APPLIED_PATH: LivePath = ("metadata", "annotations", LAST_APPLIED)
_MOST_TOLD = 10
_REPLICAS: LivePath = ("spec", "replicas")
_DEFAULT_REPLICAS = 1
_CONFLICT = re.compile(r'conflict with "([^"]*)"')
_KEEP = "put it into Git if it is to stay"


class _Compared(Struct, frozen=True):
    """An object as it lives and as a sync would leave it, without what does not count.

    `applied` is what a client-side apply sent last, `base` the same if that was the operator's. `conflicting`
    are the managers with whom the server has told a conflict: of them the verdicts tell.
    """

    on: RenderedObject
    live: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    entries: tuple[Entry, ...]
    shape: Fields
    applier: Applier
    trusted: frozenset[str]
    applied: Mapping[str, Any] | None = None
    base: Mapping[str, Any] | None = None
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
    entries = tuple(entry for entry in entries_of(live) if entry.subresource != "status")
    shape = united(entry.fields for entry in (*entries, *entries_of(one.after)))
    exempted = tuple(exempted_by_hand(on, live, entries, shape, one.entry.applier))
    if ignoring.skipped:
        return Drift(violations=exempted)
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
    applied, applier = _last_applied(live), one.entry.applier
    base = applied if _is_own(_LAST_APPLIED_PATH, entries, shape, applier) else None
    compared = _Compared(
        on,
        live,
        before,
        after,
        entries,
        shape,
        applier,
        ignoring.managers,
        applied,
        base,
        _conflicting(one),
    )
    judged = tuple(_judged_all(compared, context))
    added = added_by_hand(on, before, entries, one.entry.applier, context)
    return Drift(
        violations=(*exempted, *_violations(judged, compared, context), *added),
        changes=tuple(_planned(judged, compared, one.entry.target, context)),
    )


def _conflicting(one: Rehearsed) -> frozenset[str]:
    answers = [answer for answer in (one.unforced, one.answer) if answer is not None]
    said = (_CONFLICT.match(str(cause.get("message"))) for each in answers for cause in each.causes)
    return frozenset(found[1] for found in said if found)


def _judged_all(compared: _Compared, context: Context) -> Iterator[_Judged]:
    was_synced = compared.applied is not None or any(
        sort_of(entry, compared.applier) is Sort.OWN for entry in compared.entries
    )
    before, after = compared.before, compared.after
    found = differences(before, after, compared.shape)
    for difference in told_apart(found, before, after, compared.base):
        holders = holders_of(compared.entries, difference.path, compared.shape)
        if any(entry.manager in compared.trusted for entry in holders):
            continue
        if is_filled_later(_git_value(compared.on, difference.path)):
            continue
        yield _judged(difference, holders, compared, context, was_synced=was_synced)


def _judged(
    difference: Difference,
    holders: tuple[Entry, ...],
    compared: _Compared,
    context: Context,
    *,
    was_synced: bool,
) -> _Judged:
    sorts = [sort_of(entry, compared.applier) for entry in holders]
    _, in_git = _git_path(compared.on, difference.path)
    # What the operator never applied is somebody else's, unless it is only an edit that stands in the way.
    if not in_git or not (was_synced or any(is_edit(entry) for entry in holders)):
        return _Judged(difference, holders[0] if holders else None)
    was_sent = value_in(compared.applied, difference.path)
    if isinstance(difference.before, Absent):
        removed = was_sent is not ABSENT
        gone = removed or context.is_current
        return _Judged(difference, is_drift=gone, was_removed=gone)
    # Where the operator holds it too, it set what is there: Git has gone on since.
    if Sort.OWN in sorts or _is_applied(difference, compared):
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


def _is_applied(difference: Difference, compared: _Compared) -> bool:
    """Whether a value is what the operator itself sent last, from its own side: with that it made it its
    own, though the server goes on to name the one who wrote it first."""
    sent_last = value_in(compared.base, difference.path)
    return sent_last is not ABSENT and is_kept(difference.before, sent_last)


def _is_own(path: LivePath, entries: tuple[Entry, ...], shape: Fields, applier: Applier) -> bool:
    return any(sort_of(entry, applier) is Sort.OWN for entry in holders_of(entries, path, shape))


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
    return as_stored(found) if isinstance(found, dict) else None


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
    difference, body = one.difference, compared.on.body
    if one.was_removed:
        git = shown(difference.after, difference.path, body)
        name = said_path(difference.path)
        return f"{name} ({git} in Git) is gone in the cluster: it was removed there after it had been applied"
    by = one.by
    who = (
        f"set by {said_manager(by)}{said_time(by)}"
        if by
        else "set by scaling, the server does not say by whom"
    )
    return f"{said_difference(difference, body, value_in(compared.base, difference.path))}: {who}"


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
    before, after = shown_both(difference, body)
    return FieldChange(
        path=said_path(difference.path),
        before=before,
        after=after,
        manager=one.by.manager if one.by else "",
        time=one.by.time if one.by else "",
        by_hand=one.is_drift,
    )
