"""What the author of an unknown field may have meant: a misspelling, or a wrong indentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.structure import value_at
from gitlint_ops.validate.compiled import Schema, field_names, type_names
from gitlint_ops.validate.values import json_type

_FARTHEST = 3
"""Levels up and down in sum that a misplaced field is searched for."""

_MOST_NAMES = 12
_SURELY_MISSPELT = 0.85


class Suggestion(Struct, frozen=True):
    """`path` is where the field should stand, None where nothing is known."""

    hint: str
    path: FieldPath | None = None


def suggestion(schema: Schema, body: Any, at: FieldPath, name: str) -> Suggestion:
    """What to do about the unknown field `name` of the mapping at `at`."""
    node = schema.shape_at(at)
    allowed = field_names(node)
    value = value_at(body, (*at, name))
    similar = _similar(name, allowed) or _missing_like(node, value_at(body, at), name)
    fits = bool(similar) and _fits(schema.member(node, similar), value)
    if fits and _likeness(name, similar) >= _SURELY_MISSPELT:
        return Suggestion(f"did you mean `{similar}`?", (*at, similar))
    place = _place(schema, body, at, name)
    if place is not None:
        return Suggestion(f"it belongs {_under(place)}", (*place, name))
    if fits:
        return Suggestion(f"did you mean `{similar}`?", (*at, similar))
    if "/" in name and "labels" in allowed:
        return Suggestion("it belongs under labels or annotations")
    if 0 < len(allowed) <= _MOST_NAMES:
        return Suggestion(f"allowed here: {', '.join(sorted(allowed))}")
    return Suggestion("")


def _similar(name: str, allowed: tuple[str, ...]) -> str:
    folded = {known.lower(): known for known in allowed}
    return folded.get(name.lower()) or did_you_mean(name, allowed)


def _missing_like(node: Mapping[str, Any], held: Mapping[str, Any], name: str) -> str:
    """The one required field that is absent and has `name` in its name: mountPath for path."""
    absent = [field for field in node.get("required", ()) if field not in held]
    like = [field for field in absent if name.lower() in field.lower()]
    return like[0] if len(like) == 1 else ""


def _likeness(name: str, known: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, name.lower(), known.lower()).ratio()


def _fits(node: Mapping[str, Any], value: Any) -> bool:
    """Whether `value` has the form that `node` wants: a mapping, a list or a plain value."""
    types = type_names(node)
    found = json_type(value)
    return not types or found == "null" or _form(found) in map(_form, types)


def _form(type_name: str) -> str:
    return type_name if type_name in ("array", "object") else "scalar"


def _place(schema: Schema, body: Any, at: FieldPath, name: str) -> FieldPath | None:
    """The nearest mapping that has a field `name` of a fitting type, if there is one such only.

    Of several as near, the one that the object already has is taken. On a side branch only one that
    the object has is.
    """
    value = value_at(body, (*at, name))
    for distance in range(1, _FARTHEST + 1):
        near = list(_mappings_at_distance(schema, body, at, distance))
        having = [
            place
            for place, node in near
            if name in field_names(node) and _fits(schema.member(node, name), value)
        ]
        present = [place for place in having if isinstance(value_at(body, place), dict)]
        straight = [place for place in having if place == at[: len(place)] or at == place[: len(at)]]
        for choice in (present, straight):
            if len(choice) == 1:
                return choice[0]
        if present or straight:
            return None
    return None


def _mappings_at_distance(
    schema: Schema, body: Any, at: FieldPath, distance: int
) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """The mappings that are `distance` steps up and down from `at`."""
    for ups in range(min(distance, len(at)) + 1):
        top = at[: len(at) - ups]
        came_from = at[len(at) - ups] if ups else None
        yield from _below(schema, body, top, distance - ups, came_from)


def _below(
    schema: Schema, body: Any, top: FieldPath, levels: int, came_from: str | int | None
) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    node = schema.shape_at(top)
    if levels == 0:
        if type_names(node) == ("object",):
            yield top, node
        return
    for key in field_names(node):
        if key == came_from or (not top and key == "status"):
            continue
        child = schema.member(node, key)
        if "properties" in child:
            yield from _below(schema, body, (*top, key), levels - 1, None)
        elif type_names(child) == ("array",) and value_at(body, (*top, key)):
            yield from _below(schema, body, (*top, key, 0), levels - 1, None)


def _under(place: FieldPath) -> str:
    return f"under {format_path(place).replace('[0]', '[]')}" if place else "at the top level"
