"""All that one rehearsal shows to be wrong with the objects that were rehearsed."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.findings import Violation
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.verdicts.collisions import collisions
from gitlint_ops.reconcile.verdicts.conflicts import conflicts, is_conflict
from gitlint_ops.reconcile.verdicts.mutations import loops, mutations
from gitlint_ops.reconcile.verdicts.prerequisites import prerequisite
from gitlint_ops.reconcile.verdicts.refused import refusals
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings, surroundings_of


def violations_of(rehearsal: Rehearsal, *, owned: bool = True) -> Iterator[Violation]:
    """What the server refuses, changes or would go on changing, each with its rule.

    A kind that the server does not serve is a fault on a real one only, where the sync would fail: one
    that is `owned` has no definitions but those that we know.
    """
    around = surroundings_of(rehearsal)
    for one in rehearsal.objects:
        if one.outcome is Outcome.UNKNOWN_KIND and not owned:
            yield from refusals(one, around)
        else:
            yield from _of(one, around)
    yield from collisions(rehearsal, around)


def _of(one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    match one.outcome:
        case Outcome.REJECTED:
            yield from conflicts(one, around) if is_conflict(one.answer) else refusals(one, around)
        case Outcome.PREREQUISITE:
            yield from prerequisite(one, around)
        case Outcome.ACCEPTED:
            yield from conflicts(one, around)
            yield from mutations(one)
            yield from loops(one)
        case Outcome.UNKNOWN_KIND | Outcome.UNVERIFIABLE | Outcome.UNASKED:
            return
