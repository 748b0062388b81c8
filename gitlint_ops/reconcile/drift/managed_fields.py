"""Who set which field of a live object, and when: `metadata.managedFields`.

Source: sigs.k8s.io/structured-merge-diff fieldpath/serialize-pe.go, fieldpath/serialize.go
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from gitlint_ops.model.structure import value_at

Scalar: TypeAlias = str | int | float | bool | None

_MOST_LEVELS = 100
_MOST_ENTRIES = 1000


class Keyed(Struct, frozen=True, order=True):
    """The item of a list that is merged by key: `k:{"name":"web"}`; members in order of their names."""

    members: tuple[tuple[str, Scalar], ...]

    def fits(self, item: Any) -> bool:
        """Whether an item of a list has exactly these keys."""
        return isinstance(item, dict) and all(
            name in item and is_same(item[name], value) for name, value in self.members
        )


class Member(Struct, frozen=True):
    """The item of a list that is a set, by its value: `v:"a"`."""

    value: Scalar


Step: TypeAlias = str | int | Keyed | Member
LivePath: TypeAlias = tuple[Step, ...]
"""A field of a live object: names, keys of list items, values of sets, and indexes of other lists."""


class Fields(Struct, frozen=True):
    """A set of fields as a tree. `is_held`: the field itself is of the set, not only some below it.

    What is held and has nothing below it is held as a whole.
    """

    below: Mapping[Step, Fields] = field(default_factory=dict)
    is_held: bool = False

    def holds(self, path: LivePath, shape: Fields | None = None) -> bool:
        """Whether the field at a path is of the set, by itself, as a part of what is held as a whole, or
        with anything below it.

        `shape` is all that anybody holds: what is told apart there is not held as a whole by anybody.
        """
        now: Fields | None = self
        for step in path:
            if now is None or (now.is_held and not now.below):
                return now is not None and not (shape and shape.below)
            now = now.below.get(step)
            shape = shape.below.get(step) if shape else None
        return now is not None and bool(now.is_held or now.below)

    def paths(self) -> Iterator[LivePath]:
        """The fields that are held; of an item or mapping that is, only those below it, if there are any."""
        waiting: list[tuple[LivePath, Fields]] = [((), self)]
        while waiting:
            path, now = waiting.pop()
            if now.is_held and not now.below:
                yield path
            waiting += [((*path, step), one) for step, one in now.below.items()]


class Entry(Struct, frozen=True):
    """What one manager holds. `operation` is "Apply" or "Update", `time` as the server writes it, or ""."""

    manager: str
    operation: str = ""
    time: str = ""
    subresource: str = ""
    fields: Fields = Fields()


def entries_of(body: Any) -> tuple[Entry, ...]:
    """The entries of a live object in the order of the server; what is malformed is left out."""
    listed = value_at(body, ("metadata", "managedFields"))
    if not isinstance(listed, list):
        return ()
    return tuple(_entry(one) for one in listed[:_MOST_ENTRIES] if isinstance(one, dict))


def fields_of(told: Any) -> Fields:
    """The set of fields that a `fieldsV1` tells."""
    return _fields(told, 0)


def united(sets: Iterable[Fields]) -> Fields:
    """All fields of several sets."""
    held, below = False, dict[Step, list[Fields]]()
    for one in sets:
        held = held or one.is_held
        for step, inner in one.below.items():
            below.setdefault(step, []).append(inner)
    return Fields({step: each[0] if len(each) == 1 else united(each) for step, each in below.items()}, held)


def holders_of(entries: Iterable[Entry], path: LivePath, shape: Fields) -> tuple[Entry, ...]:
    """The entries that hold a field, or some of what is below it; `shape` is all that anybody holds.

    Who has lost all keys of a mapping to others is left with `f:data: {}`, which is the mapping itself.
    """
    return tuple(one for one in entries if one.fields.holds(path, shape))


def keys_of(shape: Fields | None) -> tuple[str, ...]:
    """The keys by which a list is merged, () where that is not known."""
    for step in shape.below if shape else ():
        if isinstance(step, Keyed):
            return tuple(name for name, _ in step.members)
    return ()


def is_set(shape: Fields | None) -> bool:
    """Whether a list is known to be a set."""
    return any(isinstance(step, Member) for step in (shape.below if shape else ()))


def is_same(one: Any, other: Any) -> bool:
    """Whether two scalars are the same to JSON: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _entry(told: Mapping[str, Any]) -> Entry:
    def text(name: str) -> str:
        held = told.get(name)
        return held if isinstance(held, str) else ""

    # Another format than FieldsV1 would be a new one, of which nothing can be said.
    known = told.get("fieldsType") in ("FieldsV1", None)
    return Entry(
        manager=text("manager"),
        operation=text("operation"),
        time=text("time"),
        subresource=text("subresource"),
        fields=fields_of(told.get("fieldsV1")) if known else Fields(),
    )


def _fields(told: Any, level: int) -> Fields:
    if not isinstance(told, dict) or level > _MOST_LEVELS:
        return Fields()
    below: dict[Step, Fields] = {}
    for text, inner in told.items():
        step = _step(text)
        if step is not None:
            below[step] = _fields(inner, level + 1)
    # The root is never a field of the set itself.
    return Fields(below, level > 0 and (not told or "." in told))


def _step(text: str) -> Step | None:
    sort, told = text[:2], text[2:]
    if sort == "f:":
        return told
    if sort not in ("k:", "v:", "i:"):
        return None
    try:
        value = json.loads(told)
    except (ValueError, RecursionError):
        return None
    if sort == "k:":
        return _keyed(value)
    if sort == "v:":
        return Member(value) if _is_scalar(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _keyed(value: Any) -> Keyed | None:
    if not isinstance(value, dict) or not value or not all(map(_is_scalar, value.values())):
        return None
    return Keyed(tuple(sorted(value.items())))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
