"""Objects that need a namespace or a definition which the same set provides only after them.

What is provided before is no finding: the operator has made it by then.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import Turn
from gitlint_ops.reconcile.judging import CHANGED
from gitlint_ops.reconcile.outcomes import Entry, Rehearsed
from gitlint_ops.reconcile.providers import namespace_of
from gitlint_ops.reconcile.target_order import comes_before
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings

RULE = "dryrun-needs-prereq"

_DEFINITION = "CustomResourceDefinition"
_NAMESPACE = "Namespace"


def prerequisite(one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    """What an object waits for, where that comes later than the object itself.

    All of a target that waits for one thing is told once.
    """
    provider = one.provider
    made = around.place_in_order(provider) if provider is not None else None
    if provider is None or made is None or not _is_late(made, one.entry, around):
        return
    on, needed = one.entry.object, _called(provider, one.entry, around)
    when = _when(made[1], one.entry)
    yield Violation(
        on,
        _path(on, needed),
        f"the server refuses it for the {needed} as that is now, and it is changed later ({when})"
        if one.note == CHANGED
        else f"it needs the {needed}, which comes later ({when})",
        related=(Note(provider, ("metadata", "name"), "it is made here"),),
        hint=_hint(made[1], one.entry),
        rule=RULE,
        severity=Severity.WARNING,
        cause=f"{needed} late for {one.entry.target}",
    )


def _is_late(made: tuple[int, Entry], waiting: Entry, around: Surroundings) -> bool:
    """Whether it is certain that something is made after an object that needs it."""
    at, provider = made
    if provider.target != waiting.target:
        return comes_before(waiting.target, provider.target, around.deliveries)
    uses = around.applied.get(waiting.object.key, ())
    own = next((number for number, other in uses if other.target == waiting.target), None)
    return own is not None and at > own


def _called(provider: RenderedObject, waiting: Entry, around: Surroundings) -> str:
    if provider.kind == _DEFINITION:
        named = value_at(provider.body, ("spec", "names", "kind"))
        return f"definition of {named}" if isinstance(named, str) else f"definition {provider.key.name}"
    if provider.kind == _NAMESPACE:
        return f"namespace {provider.key.name}"
    if provider.key in around.made_by:
        return f"namespace {namespace_of(waiting)}"  # which the operator of its Application makes
    return f"{provider.kind} {provider.key.name}"


def _when(provider: Entry, waiting: Entry) -> str:
    if provider.target != waiting.target:
        return f"by {provider.target}"
    if provider.turn == waiting.turn or provider.turn == Turn():
        return "in the order of kinds and files"
    return provider.turn.said


def _hint(provider: Entry, waiting: Entry) -> str:
    if provider.target != waiting.target:
        return f"let {provider.target} come first: an earlier wave of its Application, or dependsOn"
    return "let what provides it come first: an earlier wave or phase, or a target of its own"


def _path(on: RenderedObject, needed: str) -> FieldPath:
    if needed.startswith("namespace ") and value_at(on.body, ("metadata", "namespace")):
        return ("metadata", "namespace")
    return ("kind",)
