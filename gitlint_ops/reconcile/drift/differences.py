"""Where two states of one object differ, list items told apart as the API server merges them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.reconcile.drift.managed_fields import (
    Fields,
    Keyed,
    LivePath,
    Member,
    Scalar,
    is_same,
    is_set,
    keys_of,
)

_MOST_ALIGNED = 300


class Absent(Struct, frozen=True):
    """In place of a value: there is none."""


ABSENT: Final = Absent()


class Difference(Struct, frozen=True):
    """A field that differs; `before` and `after` are ABSENT where it is not there."""

    path: LivePath
    before: Any
    after: Any


def differences(before: Any, after: Any, shape: Fields) -> Iterator[Difference]:
    """The fields that differ; `shape` tells how lists are merged, as far as any manager of them shows it."""
    yield from _compared(before, after, shape, ())


def _compared(before: Any, after: Any, shape: Fields | None, path: LivePath) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*after, *before)):
            inner = shape.below.get(key) if shape else None
            yield from _compared(before.get(key, ABSENT), after.get(key, ABSENT), inner, (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, shape, path)
    elif not _is_equal(before, after):
        yield from _within(before, after, shape, path)


def _within(before: Any, after: Any, shape: Fields | None, path: LivePath) -> Iterator[Difference]:
    """A difference; of a mapping that is there on one side only, those of what it holds."""
    if isinstance(before, Absent) and isinstance(after, dict) and after:
        yield from _compared({}, after, shape, path)
    elif isinstance(after, Absent) and isinstance(before, dict) and before:
        yield from _compared(before, {}, shape, path)
    elif not (isinstance(before, Absent) and after in ({}, [], None)) and not (
        isinstance(after, Absent) and before in ({}, [], None)
    ):
        yield Difference(path, before, after)


def _lists(before: list[Any], after: list[Any], shape: Fields | None, path: LivePath) -> Iterator[Difference]:
    keys = keys_of(shape)
    if keys:
        here, there = by_key(before, keys), by_key(after, keys)
        if here is not None and there is not None:
            for step in dict.fromkeys((*there, *here)):
                inner = shape.below.get(step) if shape else None
                yield from _items(here.get(step, ABSENT), there.get(step, ABSENT), inner, (*path, step))
            return
    if is_set(shape):
        for value in dict.fromkeys(one for one in (*after, *before) if isinstance(one, str | int | float)):
            one, other = value in before, value in after
            if one != other:
                yield Difference((*path, Member(value)), value if one else ABSENT, value if other else ABSENT)
        return
    if any(isinstance(one, dict | list) for one in after) and aligned(before, after, _is_equal):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _compared(one, other, None, (*path, index))
    elif not _is_equal(before, after):
        yield Difference(path, before, after)


def aligned(one: Sequence[Any], other: Sequence[Any], same: Callable[[Any, Any], bool]) -> bool:
    """Whether two lists may have the same items at the same places: as many, and none at another place."""
    if len(one) != len(other) or len(one) > _MOST_ALIGNED:
        return False
    left = [at for at, item in enumerate(one) if not same(item, other[at])]
    return not any(same(one[at], other[place]) for at in left for place in left)


def _items(before: Any, after: Any, shape: Fields | None, path: LivePath) -> Iterator[Difference]:
    """Of an item that is there on one side only, the item and not its fields."""
    if isinstance(before, Absent) or isinstance(after, Absent):
        yield Difference(path, before, after)
    else:
        yield from _compared(before, after, shape, path)


def by_key(items: Sequence[Any], keys: Sequence[str]) -> dict[Keyed, Any] | None:
    """The items of a list by the keys of their list; None where some cannot be told apart."""
    found: dict[Keyed, Any] = {}
    for item in items:
        if not isinstance(item, dict):
            return None
        held = sorted((name, item[name]) for name in keys if _is_scalar(item.get(name)) and name in item)
        step = Keyed(tuple(held))
        if not held or step in found:
            return None
        found[step] = item
    return found


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    return is_same(one, other)


def path_in(body: Any, path: LivePath) -> tuple[FieldPath, bool]:
    """The same field in an object as Git has it, and whether it is there; else the nearest above it."""
    found: list[str | int] = []
    for step in path:
        at = _place(body, step)
        if at is None:
            return tuple(found), False
        found.append(at)
        body = body[at]
    return tuple(found), True


def _place(body: Any, step: str | int | Keyed | Member) -> str | int | None:
    if isinstance(step, str):
        return step if isinstance(body, dict) and step in body else None
    if not isinstance(body, list):
        return None
    if isinstance(step, int):
        return step if 0 <= step < len(body) else None
    if isinstance(step, Member):
        return next((at for at, one in enumerate(body) if is_same(one, step.value)), None)
    exact = (at for at, one in enumerate(body) if step.fits(one))
    return next(exact, _only_fitting(body, step))


def _only_fitting(items: list[Any], step: Keyed) -> int | None:
    """The item that has no other values for the keys: the server fills in those that Git leaves out."""
    fitting = [
        at
        for at, one in enumerate(items)
        if isinstance(one, dict)
        and any(name in one for name, _ in step.members)
        and all(name not in one or is_same(one[name], value) for name, value in step.members)
    ]
    return fitting[0] if len(fitting) == 1 else None


def value_in(body: Any, path: LivePath) -> Any:
    """The value of a field of a live object, ABSENT where it is not there."""
    found, exact = path_in(body, path)
    if not exact:
        return ABSENT
    for step in found:
        body = body[step]
    return body


def said_path(path: LivePath) -> str:
    """A path as people write it: `spec.containers[name=web].image`."""
    text = ""
    for step in path:
        if isinstance(step, Keyed):
            text += "[" + ",".join(f"{name}={_said(value)}" for name, value in _telling(step)) + "]"
        elif isinstance(step, Member):
            text += f"[{_said(step.value)}]"
        else:
            part = format_path((step,))
            text += part if not text or part.startswith("[") else f".{part}"
    return text


def _telling(step: Keyed) -> tuple[tuple[str, Scalar], ...]:
    """Without the protocol, which is nearly always TCP."""
    return tuple(one for one in step.members if one != ("protocol", "TCP")) or step.members


def _said(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


__all__ = [
    "ABSENT",
    "Absent",
    "Difference",
    "aligned",
    "by_key",
    "differences",
    "path_in",
    "said_path",
    "value_in",
]
