"""Objects that wait for a namespace or a definition that the same set provides."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import Turn
from gitlint_ops.reconcile.outcomes import Entry, Rehearsed
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings

RULE = "dryrun-needs-prereq"


def prerequisite(one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    """What an object waits for; a warning where that comes later than the object itself.

    All that waits for one thing is told once: on a server without the namespace that is every object.
    """
    provider = one.provider
    if provider is None:
        return
    on = one.entry.object
    first, own = around.place_in_order(provider), _place_of(one.entry, around)
    is_late = first is not None and own is not None and first[0] > own
    told = _called(provider)
    if is_late and first is not None:
        when = _when(first[1], one.entry)
        message = f"it needs the {told}, which comes later{f' ({when})' if when else ''}"
        hint = "let what provides it be applied before: an earlier wave, or dependsOn of the target"
    else:
        when = _when(first[1], one.entry) if first is not None else ""
        message = (
            f"the server has no {told} yet: it comes before in the same set{f' ({when})' if when else ''}"
        )
        hint = ""
    yield Violation(
        on,
        _path(on, provider),
        message,
        related=(Note(provider, ("metadata", "name"), "it is made here"),),
        hint=hint,
        rule=RULE,
        severity=Severity.WARNING if is_late else None,
        cause=f"{told} {'late for' if is_late else 'for'} {one.entry.target}",
    )


def _place_of(entry: Entry, around: Surroundings) -> int | None:
    return next(
        (at for at, other in around.applied.get(entry.object.key, ()) if other.target == entry.target), None
    )


def _called(provider: RenderedObject) -> str:
    if provider.kind == "Namespace":
        return f"namespace {provider.key.name}"
    named = value_at(provider.body, ("spec", "names", "kind"))
    kind = named if isinstance(named, str) else ""
    return f"definition of {kind}" if kind else f"{provider.kind} {provider.key.name}"


def _when(provider: Entry, waiting: Entry) -> str:
    if provider.target != waiting.target:
        return f"by {provider.target}"
    return "" if provider.turn == Turn() else provider.turn.said


def _path(on: RenderedObject, provider: RenderedObject) -> FieldPath:
    if provider.kind == "Namespace" and value_at(on.body, ("metadata", "namespace")):
        return ("metadata", "namespace")
    return ("kind",)
