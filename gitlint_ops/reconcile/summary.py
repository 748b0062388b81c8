"""What reports say of one server, beside the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gitlint_ops.model.rehearsal import PlannedChange, ServerSummary
from gitlint_ops.model.targets import Unchecked
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed

UNJUDGED = frozenset({Outcome.UNKNOWN_KIND, Outcome.UNVERIFIABLE, Outcome.UNASKED})
NOT_APPLIED = "not-applied"
"""Of objects that their operator never applies: no server need be asked about them."""

COMPARED = "compared"
"""Of objects that were only read, because nothing was to be sent."""

_NO_KIND = "{api_version} {kind} is not served here, and no definition of it is rendered or pinned"


def summary_of(
    rehearsal: Rehearsal,
    *,
    changes: Sequence[PlannedChange] = (),
    notes: Sequence[str] = (),
    gaps: Sequence[str] = (),
    compared: bool = False,
) -> ServerSummary:
    """The figures of a rehearsal, and what drift adds to them."""
    counts = Counter(_word(one, rehearsal) for one in rehearsal.objects)
    words = (*(one.value for one in Outcome), COMPARED, NOT_APPLIED)
    return ServerSummary(
        cluster=rehearsal.set.cluster,
        environment=rehearsal.set.environment,
        server=rehearsal.server,
        release=rehearsal.release,
        wanted=rehearsal.set.kubernetes,
        objects=tuple((word, counts[word]) for word in words if counts[word]),
        changes=tuple(changes),
        notes=tuple(notes),
        gaps=tuple(gaps),
        lost=rehearsal.lost,
        seconds=rehearsal.seconds,
        compared=compared,
        assumed=rehearsal.assumed,
        absent_webhooks=rehearsal.absent_webhooks,
    )


def unchecked_of(rehearsal: Rehearsal) -> Iterator[Unchecked]:
    """What the server did not judge, once a target and reason, with the number of objects."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in rehearsal.objects:
        if one.outcome in UNJUDGED and _word(one, rehearsal) not in (NOT_APPLIED, COMPARED):
            counts[one.entry.target, _reason(one, rehearsal)] += 1
    for (target, reason), number in counts.items():
        objects = "1 object" if number == 1 else f"{number:,} objects"
        yield Unchecked(target, f"{objects}: {reason}")


def _word(one: Rehearsed, rehearsal: Rehearsal) -> str:
    """How an object is counted; of one that was not asked about the note says why it never is."""
    word: str = one.outcome.value
    if one.outcome is not Outcome.UNASKED:
        return word
    if one.note:
        return NOT_APPLIED
    return word if rehearsal.lost else COMPARED


def _reason(one: Rehearsed, rehearsal: Rehearsal) -> str:
    if one.note:
        return one.note
    if one.outcome is Outcome.UNASKED:
        return rehearsal.lost
    held = one.entry.object
    return _NO_KIND.format(api_version=held.api_version, kind=held.kind)
