"""Objects that several targets of one cluster give different content: each undoes what the other did."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import format_path
from gitlint_ops.reconcile.outcomes import Entry, Outcome, Rehearsal
from gitlint_ops.reconcile.verdicts.comparing import Difference, differences
from gitlint_ops.reconcile.verdicts.mutations import LOOPING
from gitlint_ops.reconcile.verdicts.shown import shown
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings


def collisions(rehearsal: Rehearsal, around: Surroundings) -> Iterator[Violation]:
    """One violation for each target after the first that changes what an earlier one applied.

    Only of targets that surely go to the same cluster: they are delivered, and their cluster is known.
    """
    if not rehearsal.set.cluster:
        return
    delivered = {one.result.target.id for one in rehearsal.set.targets if one.delivery is not None}
    refused = {one.entry.object.key for one in rehearsal.objects if one.outcome is Outcome.REJECTED}
    for key, every in around.applied.items():
        if key in refused:
            continue  # that is told, and what it comes of
        uses = [(at, entry) for at, entry in every if entry.target in delivered]
        if len(uses) < 2:
            continue
        entries = {entry.target: entry for _, entry in reversed(uses)}
        first, *others = [entries[target] for target in dict.fromkeys(entry.target for _, entry in uses)]
        for other in others:
            found = next(_changed(first, other), None)
            if found is not None and first.object.key.name:
                yield _told(found, first, other)


def _changed(first: Entry, other: Entry) -> Iterator[Difference]:
    """What both name with different values; what only one of them names stays."""
    return (one for one in differences(other.object.body, first.object.body) if not one.is_dropped)


def _told(found: Difference, first: Entry, other: Entry) -> Violation:
    on = other.object
    here, there = shown(found.sent, on.body, found.path), shown(found.held, on.body, found.path)
    values = f" ({here} here, {there} there)" if here and there else ""
    return Violation(
        on,
        found.path,
        f"{first.target} applies the same {on.kind} {on.key.name} with another "
        f"{format_path(found.path)}{values}: each undoes what the other did",
        related=(Note(first.object, found.path, f"as {first.target} has it"),),
        hint="let one target deliver it",
        rule=LOOPING,
    )
