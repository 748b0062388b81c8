"""All that one rehearsal shows to be wrong with the objects that were rehearsed."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.delivery import Expansion
from gitlint_ops.model.findings import Violation
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.verdicts.collisions import collisions
from gitlint_ops.reconcile.verdicts.conflicts import conflicts, is_conflict
from gitlint_ops.reconcile.verdicts.mutations import loops, mutations
from gitlint_ops.reconcile.verdicts.prerequisites import prerequisite
from gitlint_ops.reconcile.verdicts.refused import refusals
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings, surroundings_of


def violations_of(
    rehearsal: Rehearsal,
    *,
    compared: bool = False,
    expansion: Expansion | None = None,
) -> Iterator[Violation]:
    """What the server refuses, changes or would go on changing, each with its rule.

    `compared`: drift is told beside the verdicts, and with it what people changed. `expansion` knows what
    operators are set up to ignore.
    """
    around = surroundings_of(rehearsal, is_drift_told=compared, expansion=expansion)
    for one in rehearsal.objects:
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
