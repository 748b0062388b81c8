"""What differs between an object as it was sent and as the server keeps it.

Only what was sent is compared: the server adds much of its own. What means the same is no difference:
quantities in another form, `80` and `"80"`, empty values that are left out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.validate.quantities import quantity

ABSENT: Final = "\0absent"
"""`Difference.held` of what the server keeps nothing of."""

_MOST_PAIRED = 300

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_OF_SERVER: frozenset[FieldPath] = frozenset(
    {
        ("apiVersion",),
        ("kind",),
        ("status",),
        ("stringData",),
        *(
            ("metadata", name)
            for name in (
                "namespace",  # the server drops it of kinds that lie in none, and operators do before
                "creationTimestamp",
                "managedFields",
                "generation",
                "resourceVersion",
                "uid",
                "selfLink",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
            )
        ),
        ("metadata", "annotations", _LAST_APPLIED),
    }
)

# Mappings of quantities, and fields that hold one.
_OF_QUANTITIES = frozenset(
    {
        "requests", "limits", "capacity", "hard", "used", "default", "defaultRequest", "max", "min",
        "maxLimitRequestRatio", "allocatable", "podFixed",
    }
)  # fmt: skip
_QUANTITIES = frozenset({"storage", "sizeLimit", "divisor", "averageValue"})

# By which fields items of lists are known, the surest first.
_KNOWN_BY: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("mountPath",),
    ("devicePath",),
    ("containerPort", "protocol"),
    ("port", "protocol"),
    ("ip",),
    ("topologyKey", "whenUnsatisfiable"),
    ("type",),
    ("key", "operator", "effect"),
    ("uid",),
    ("host",),
)


class Difference(Struct, frozen=True):
    """A value as it was sent, at its path there, and as the server keeps it."""

    path: FieldPath
    sent: Any
    held: Any

    @property
    def is_dropped(self) -> bool:
        return bool(self.held == ABSENT)


def differences(sent: Any, held: Any) -> Iterator[Difference]:
    """What of an object, or of a part of one, the server keeps otherwise."""
    yield from _compared((), sent, held)
    if isinstance(sent, dict) and isinstance(sent.get("stringData"), Mapping):
        data = held.get("data") if isinstance(held, dict) else None
        yield from _encoded(sent["stringData"], data if isinstance(data, dict) else {})


def _encoded(sent: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[Difference]:
    """The text of a Secret, which the server keeps in base64 under another field."""
    for name, value in sent.items():
        if not is_empty(value) and _decoded(held.get(name)) != str(value).encode():
            yield Difference(("stringData", name), value, held.get(name, ABSENT))


def _compared(path: FieldPath, sent: Any, held: Any) -> Iterator[Difference]:
    if path in _OF_SERVER or is_empty(sent):
        return
    if isinstance(sent, dict) and isinstance(held, dict):
        for name, value in sent.items():
            yield from _compared((*path, name), value, held.get(name, ABSENT))
    elif isinstance(sent, list) and isinstance(held, list):
        for at, other in _pairs(sent, held):
            yield from _compared((*path, at), sent[at], other)
    elif not _is_left_out(sent, held) and not means_the_same(path, sent, held):
        yield Difference(path, sent, held)


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: the server leaves it out, or fills it in."""
    return value is None or value in ("", {}, [])


def _is_left_out(sent: Any, held: Any) -> bool:
    """Whether a value is one that is left out where it is what holds anyway, however deep it lies."""
    if held is not ABSENT and held is not None:
        return False
    if isinstance(sent, dict):
        return all(_is_left_out(one, ABSENT) for one in sent.values())
    if isinstance(sent, list):
        return all(_is_left_out(one, ABSENT) for one in sent)
    return is_empty(sent) or sent is False or (isinstance(sent, int | float) and sent == 0)


def means_the_same(path: FieldPath, sent: Any, held: Any) -> bool:
    """Whether two values of the field at a path are one to the server."""
    if isinstance(sent, bool) or isinstance(held, bool):
        return sent is held
    if isinstance(sent, dict | list) or isinstance(held, dict | list):
        return bool(sent == held)
    if sent == held or str(sent) == str(held):
        return True
    if path[:1] in (("data",), ("binaryData",)):
        return _decoded(sent) == _decoded(held) is not None
    return is_quantity(path) and _amount(sent) == _amount(held) is not None


def is_quantity(path: FieldPath) -> bool:
    """Whether the field at a path holds an amount (`requests.cpu`), by the names on the way."""
    return path[-1] in _QUANTITIES or (len(path) > 1 and path[-2] in _OF_QUANTITIES)


def _amount(value: Any) -> Decimal | None:
    try:
        return quantity(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _decoded(value: Any) -> bytes | None:
    try:
        return base64.b64decode("".join(str(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _pairs(sent: list[Any], held: list[Any]) -> Iterator[tuple[int, Any]]:
    """Each item that was sent, by its index, with what became of it."""
    if max(len(sent), len(held)) > _MOST_PAIRED:
        yield from ((at, held[at] if at < len(held) else ABSENT) for at in range(len(sent)))
        return
    left = list(range(len(held)))
    for at, item in enumerate(sent):
        found = _counterpart(at, item, held, left)
        if found is None:
            yield at, ABSENT
        else:
            left.remove(found)
            yield at, held[found]


def _counterpart(at: int, item: Any, held: list[Any], left: list[int]) -> int | None:
    """The same item among those that have no counterpart yet; else that of the same index."""
    names = _known_by(item)
    same = [one for one in left if _is_same(names, item, held[one])]
    for one in same:
        if next(_compared((0,), item, held[one]), None) is None:
            return one
    return same[0] if same else (at if at in left and not names else None)


def _known_by(item: Any) -> tuple[str, ...]:
    """The fields by which an item of a list is known, () for one that only its place tells."""
    if not isinstance(item, dict):
        return ()
    return next((names for names in _KNOWN_BY if isinstance(item.get(names[0]), str | int)), ())


def _is_same(names: tuple[str, ...], item: Any, other: Any) -> bool:
    if not names:
        return bool(item == other)
    return isinstance(other, dict) and all(
        str(item[name]) == str(other.get(name)) for name in names if name in item
    )
