"""Refusals of what an apply makes together with what lives there: Git alone would have passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.verdicts.causes import NO_VALUE, Cause
from gitlint_ops.reconcile.verdicts.comparing import differences
from gitlint_ops.reconcile.verdicts.places import Place
from gitlint_ops.reconcile.verdicts.shown import walked


def is_of_merge(
    cause: Cause, place: Place, body: Mapping[str, Any], before: Mapping[str, Any] | None
) -> bool:
    """Whether a cause comes of what lives there: the server numbers items of the lists of both.

    Only of objects that live there already, and of fields of list items.
    """
    listed = _list_of(place)
    if before is None or listed is None:
        return False
    living, ours = value_at(before, listed), value_at(body, listed)
    if not isinstance(living, list) or not isinstance(ours, list):
        return False
    otherwise = list(differences(living, ours))
    if not isinstance(cause.value, str | int | float) or cause.value == NO_VALUE:
        return any(one.is_dropped and len(one.path) == 1 for one in otherwise)
    if not otherwise:
        return False
    return len(list(_holding(cause.value, place, body))) < (2 if cause.kind == "duplicate" else 1)


def place_in_git(cause: Cause, place: Place, body: Mapping[str, Any]) -> Place:
    """Where Git has the value that a cause of a merge is about, else the list."""
    found = next(_holding(cause.value, place, body), None)
    if found is not None:
        return Place(found)
    listed = _list_of(place)
    return Place(listed or place.path, at_key=bool(listed))


def _list_of(place: Place) -> FieldPath | None:
    """The list whose item a place is in, or would be."""
    if place.missing.startswith("["):
        return place.path
    return next((place.path[:at] for at, step in enumerate(place.path) if isinstance(step, int)), None)


def _holding(value: Any, place: Place, body: Mapping[str, Any]) -> Iterator[FieldPath]:
    """The fields of that name, in any item, that have a value."""
    wanted = _shape(place.path)
    for path, held in walked(body):
        if held is not None and _shape(path) == wanted and str(held) == str(value):
            yield path


def _shape(path: FieldPath) -> FieldPath:
    return tuple(0 if isinstance(step, int) else step for step in path)
