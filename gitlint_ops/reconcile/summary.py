"""What reports say of one server, beside the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.rehearsal import PlannedChange, ServerSummary
from gitlint_ops.model.targets import Unchecked
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.providers import namespace_of

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
    unknown = sum(_is_unknown(one, rehearsal) for one in rehearsal.objects) if compared else 0
    is_blind = unknown and not changes and unknown + counts[NOT_APPLIED] == len(rehearsal.objects)
    words = (*(one.value for one in Outcome), COMPARED, NOT_APPLIED)
    return ServerSummary(
        cluster=rehearsal.set.cluster,
        environment=rehearsal.set.environment,
        server=rehearsal.server,
        release=rehearsal.release,
        wanted=rehearsal.set.kubernetes,
        objects=tuple((word, counts[word]) for word in words if counts[word]),
        changes=tuple(_in_place(changes, rehearsal)),
        notes=tuple(notes),
        gaps=tuple(gaps),
        lost=rehearsal.lost,
        seconds=rehearsal.seconds,
        compared=compared and not is_blind,
        assumed=rehearsal.assumed,
        absent_webhooks=rehearsal.absent_webhooks,
        uncompared=unknown,
        not_applied=tuple(
            (_key(one), one.entry.target, one.note)
            for one in rehearsal.objects
            if _word(one, rehearsal) == NOT_APPLIED
        ),
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


def _is_unknown(one: Rehearsed, rehearsal: Rehearsal) -> bool:
    """Whether nothing was learned of an object that Git could be compared with."""
    judged = one.outcome not in UNJUDGED or _word(one, rehearsal) in (NOT_APPLIED, COMPARED)
    return not judged and one.before is None


def _in_place(changes: Sequence[PlannedChange], rehearsal: Rehearsal) -> Iterator[PlannedChange]:
    """Changes of objects that name no namespace, with that which their operator gives them."""
    keys = {(one.entry.target, one.entry.object.key): _key(one) for one in rehearsal.objects}
    for one in changes:
        key = keys.get((one.target, one.key), one.key)
        yield one if key == one.key else replace(one, key=key)


def _key(one: Rehearsed) -> ObjectKey:
    """An object's key, in the namespace that it goes to."""
    key = one.entry.object.key
    if key.namespace or one.kind is None or not one.kind.namespaced:
        return key
    return ObjectKey(key.group, key.kind, namespace_of(one.entry), key.name)


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
