"""All fields of an object that a server does not know, or takes for another type.

Of several in one mapping a server names one by chance and goes no further, so that the same object would
be told differently each time. Without those that are named it is asked again until it names no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at, without
from gitlint_ops.reconcile.api import Answer, Body
from gitlint_ops.reconcile.verdicts.causes import causes_of
from gitlint_ops.reconcile.verdicts.places import place_of

_MOST_TIMES = 20
_TYPED = re.compile(r"(failed to create typed patch object \(.*?\): )(?:errors:)?(.*)", re.DOTALL)
_KINDS = frozenset({"unknown-field", "wrong-type"})
_NOTHING = object()


def with_all_typed_faults(answer: Answer, body: Body, ask: Callable[[Body], Answer]) -> Answer:
    """A refusal that names all such fields in an order of its own; any other answer as it is."""
    first = _TYPED.match(answer.message)
    if first is None:
        return answer
    lines: set[str] = set()
    said, now = first, answer
    for _ in range(_MOST_TIMES):
        lines.update(one.strip() for one in said[2].splitlines() if one.strip())
        left = body
        for path in sorted(set(_fields(now, body)), key=repr, reverse=True):
            if value_at(left, path, _NOTHING) is not _NOTHING:
                left = without(left, path)
        if left is body:
            break
        body, now = left, ask(left)
        more = _TYPED.match(now.message)
        if more is None:
            break
        said = more
    listed = "\n  ".join(sorted(lines))
    text = f"errors:\n  {listed}" if len(lines) > 1 else listed
    return replace(answer, body={**answer.body, "message": f"{first[1]}{text}"})


def _fields(answer: Answer, body: Body) -> Iterator[FieldPath]:
    for cause in causes_of(answer):
        place = place_of(cause, body) if cause.kind in _KINDS else None
        # Without an item of a list, the next answer would count others by other numbers.
        if place is not None and not place.missing and isinstance(next(reversed(place.path), None), str):
            yield place.path
