"""Objects that the server refuses: each cause as a violation at the field that a person would edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.near_names import most_alike
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsed
from gitlint_ops.reconcile.verdicts import immutable, sentences
from gitlint_ops.reconcile.verdicts.access import unallowed
from gitlint_ops.reconcile.verdicts.causes import NO_VALUE, Cause, causes_of
from gitlint_ops.reconcile.verdicts.limits import limited
from gitlint_ops.reconcile.verdicts.merged import is_of_merge, place_in_git
from gitlint_ops.reconcile.verdicts.places import Place, place_of
from gitlint_ops.reconcile.verdicts.policies import denied
from gitlint_ops.reconcile.verdicts.shown import without_secrets
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings

RULE = "dryrun-rejected"

_FARTHEST = 3
_ONE_TARGET = "let one target deliver it, or give it another name in one of them"
_NO_NAMESPACE = re.compile(r"namespaces \"([^\"]*)\" not found")
_ENDING = re.compile(r"namespace (\S+) (?:because it )?is being terminated")
_MODIFIED = re.compile(r"the object has been modified|uid mismatch|Precondition failed")
_TOO_LARGE = re.compile(r"Request entity too large|etcdserver: request is too large|limit is \d+")


def refusals(one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    """Why the server refuses an object, one violation for each thing to mend."""
    on = one.entry.object
    told: set[tuple[FieldPath, str]] = set()
    for found in _all(one, around):
        message = without_secrets(found.message, on.body)
        if (found.path, message) not in told:
            told.add((found.path, message))
            yield replace(
                found,
                message=message,
                hint=without_secrets(found.hint, on.body),
                rule=found.rule or RULE,
            )


def _all(one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    on = one.entry.object
    if one.outcome is Outcome.UNKNOWN_KIND or one.answer is None:
        yield _unknown_kind(on, one.note)
        return
    causes = [(cause, place_of(cause, on.body)) for cause in causes_of(one.answer)]
    for cause, place in causes:
        if _follows(cause, place, causes):
            continue
        whole = list(_of_whole(cause, one, around)) if cause.field in ("", "metadata.namespace") else []
        yield from whole or [_of_field(cause, place, one, around)]


def _follows(cause: Cause, place: Place, causes: Sequence[tuple[Cause, Place]]) -> bool:
    """Whether a cause is about a field that the server filled in from another one that it refuses, too."""
    return bool(place.missing and cause.value is not NO_VALUE) and any(
        not other_place.missing and other.said == cause.said for other, other_place in causes
    )


def _unknown_kind(on: RenderedObject, note: str) -> Violation:
    """`note` says in which versions the kind is served, or which one may be meant."""
    said = f"the server has no kind {on.kind} in {on.api_version}"
    if "serves" in note:
        return Violation(on, ("apiVersion",), f"{said}: {note}", hint="write a version that is served")
    hint = note or "let its CustomResourceDefinition be installed before"
    return Violation(on, ("kind",), said, hint=hint)


def _of_whole(cause: Cause, one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    """What is not about one field: limits, permissions, policies, the namespace."""
    on, said = one.entry.object, cause.said
    namespaced = one.kind is None or one.kind.namespaced
    for found in (limited(said, on, around), unallowed(said, on, namespaced), denied(said, on, around)):
        told = list(found)
        if told:
            yield from told
            return
    yield from _of_namespace(cause.said, on)


def _of_namespace(said: str, on: RenderedObject) -> Iterator[Violation]:
    named: FieldPath = ("metadata", "namespace")
    path = named if value_at(on.body, named) else ("kind",)
    missing, ending = _NO_NAMESPACE.search(said), _ENDING.search(said)
    if missing is not None:
        yield Violation(
            on,
            path,
            f"the namespace {missing[1]} does not exist, and nothing here makes it",
            hint="add the Namespace to what is applied before, or let the operator make it "
            "(CreateNamespace=true, install.createNamespace)",
        )
    elif ending is not None:
        yield Violation(
            on,
            path,
            f"the namespace {ending[1]} is being deleted, so nothing can be made in it",
            hint="wait until it is gone, or look for finalizers that keep it",
        )
    elif _MODIFIED.search(said):
        at = next(
            (field for field in ("resourceVersion", "uid") if value_at(on.body, ("metadata", field))), ""
        )
        yield Violation(
            on,
            ("metadata", at) if at else ("kind",),
            f"the object names a state that is not the server's: {said}",
            hint=f"leave metadata.{at} out of Git" if at else "",
            at_key=bool(at),
        )
    elif _TOO_LARGE.search(said):
        yield Violation(
            on, ("kind",), f"the object is too large: {said}", hint="split it, or keep the content elsewhere"
        )


def _of_field(cause: Cause, place: Place, one: Rehearsed, around: Surroundings) -> Violation:
    on = one.entry.object
    change = immutable.change_of(cause, place.path, on.body, _before(one, around))
    if change is not None:
        path, shared = change.differing[0].path if change.differing else place.path, _appliers(one, around)
        return Violation(
            on,
            path or ("kind",),
            immutable.sentence(change, place.called, on.body),
            related=shared,
            # Who has it made anew would delete what the other target has made, each time.
            hint=_ONE_TARGET if shared else immutable.advice(on.kind, path, one.entry.applier),
            at_key=not path,
        )
    if is_of_merge(cause, place, on.body, one.before):
        return _of_merge(cause, place_in_git(cause, place, on.body), one, around)
    return Violation(
        on,
        place.path or ("kind",),
        sentences.sentence(cause, place, on.body, on.kind),
        hint=_unknown_field(place, on, around)
        if cause.kind == "unknown-field"
        else sentences.hint(cause, place, on.body),
        at_key=place.at_key or not place.path,
    )


def _of_merge(cause: Cause, place: Place, one: Rehearsed, around: Surroundings) -> Violation:
    on = one.entry.object
    said = sentences.sentence(cause, place, on.body, on.kind)
    return Violation(
        on,
        place.path or ("kind",),
        f"{said}, together with items that only the object on the server has",
        related=_appliers(one, around),
        hint="take these away there, or put them into Git",
        at_key=place.at_key or not place.path,
    )


def _unknown_field(place: Place, on: RenderedObject, around: Surroundings) -> str:
    """Which field may be meant by an unknown one, or where it belongs."""
    if place.missing or not place.path:
        return ""
    name, above = str(place.path[-1]), place.path[:-1]
    present = value_at(on.body, above, {})
    for ups in range(1, min(_FARTHEST, len(above)) + 1):
        higher = above[: len(above) - ups]
        if name in around.fields_known_at(on, higher):
            return f"it belongs under {format_path(higher)}" if higher else "it belongs at the top level"
    near = most_alike(name, [one for one in around.fields_known_at(on, above) if one not in present])
    if near:
        return f"did you mean `{near}`?"
    return "it belongs under labels or annotations" if "/" in name and above[-1:] == ("metadata",) else ""


def _before(one: Rehearsed, around: Surroundings) -> Mapping[str, Any] | None:
    """What the object was: as it lives on the server, else as the target has it that applies it first."""
    if one.before is not None:
        return one.before
    first = next(iter(around.applied.get(one.entry.object.key, ())), None)
    return first[1].object.body if first and first[1].target != one.entry.target else None


def _appliers(one: Rehearsed, around: Surroundings) -> tuple[Note, ...]:
    """Other targets that apply the object too, which then is what may not be changed."""
    others = around.applied.get(one.entry.object.key, ())
    return tuple(
        Note(entry.object, ("kind",), f"{entry.target} applies it too")
        for _, entry in others
        if entry.target != one.entry.target
    )[:3]
