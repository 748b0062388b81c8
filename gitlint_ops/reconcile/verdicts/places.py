"""Which field of an object a cause is about, and how it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.verdicts.causes import NO_VALUE, Cause
from gitlint_ops.reconcile.verdicts.comparing import is_quantity
from gitlint_ops.reconcile.verdicts.shown import walked
from gitlint_ops.reconcile.verdicts.spelling import Reading, reading, readings, spelled_in
from gitlint_ops.validate.quantities import quantity
from gitlint_ops.validate.values import json_type

_JSON_TYPES = {
    "numeric": ("integer", "number"),
    "string": ("string",),
    "boolean": ("boolean",),
    "map": ("object",),
    "a mapping": ("object",),
    "list": ("array",),
    "a list": ("array",),
}
_KEY = re.compile(r"\[(?!\d+\])([^\[\]\"]+)\]")
_TIME = re.compile(r"parsing time \"+([^\"]*)\"+ as")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


class Place(Struct, frozen=True):
    """Where a person would mend a cause: at the value of a field, or at its key.

    `missing` is what would have to be there ("image"), "" where all that the server names is there.
    """

    path: FieldPath
    at_key: bool = False
    missing: str = ""

    @property
    def called(self) -> str:
        """The field in full, as people write it; "" for the object itself."""
        held = format_path(self.path)
        if not self.missing:
            return held
        missing = _KEY.sub(lambda key: format_path(("x", key[1]))[1:], self.missing)
        return f"{held}{'' if not held or missing.startswith(('[', '.')) else '.'}{missing}"


def place_of(cause: Cause, body: Mapping[str, Any]) -> Place:
    """The nearest thing in the object to the field that the server names."""
    if cause.kind == "undecodable":
        return _undecodable(cause.said, body)
    if not cause.field:
        return Place(spelled_in(cause.said, body), at_key=True)
    found = reading(cause.field, body, _fits(cause))
    if cause.kind in ("unknown-field", "repeated-field"):
        return Place(found.path, at_key=not found.rest, missing=found.missing)
    if found.rest:
        return Place(found.path, at_key=bool(found.path), missing=found.missing)
    if cause.kind == "repeated-item":
        return Place(_repeated(found, cause.said, body))
    if cause.value is not NO_VALUE:
        return _quoted(found.path, cause.value, value_at(body, found.path))
    return Place(found.path)


def _fits(cause: Cause) -> Callable[[Any], bool]:
    """Whether a value can be the one that is meant, where a spelling leaves that open."""
    wanted = _JSON_TYPES.get(cause.said.split(",")[0], ()) if cause.kind == "wrong-type" else ()
    return lambda value: not wanted or json_type(value) not in wanted


def _quoted(path: FieldPath, value: Any, held: Any) -> Place:
    """Within a mapping or a list, the key or the value that the server quotes."""
    if isinstance(value, Mapping | list) or value in ("", None):
        return Place(path)
    if isinstance(held, Mapping):
        for key, one in held.items():
            if key == value:
                return Place((*path, key), at_key=True)
            if one == value and not isinstance(one, bool):
                return Place((*path, key))
    if isinstance(held, list):
        for at, one in enumerate(held):
            if one == value:
                return Place((*path, at))
    return Place(path)


def _repeated(found: Reading, said: str, body: Mapping[str, Any]) -> FieldPath:
    """The second of two items that have one key: `duplicate entries for key [name="http"]`."""
    key = said.partition("for key ")[2].strip()
    listed = value_at(body, found.path)
    if not key.startswith("[") or not isinstance(listed, list):
        return found.path
    same = [one.path for one in readings(key, listed) if not one.rest]
    return (*found.path, *same[1]) if len(same) > 1 else found.path


def _undecodable(said: str, body: Mapping[str, Any]) -> Place:
    """What a decoder complains of without a word on where it stands: the value tells it."""
    found = next((path for path, value in walked(body) if _is_meant(said, path, value)), ())
    return Place(found)


def _is_meant(said: str, path: FieldPath, value: Any) -> bool:
    if "quantities must match" in said:
        return is_quantity(path) and not _is_amount(value)
    if "base64" in said:
        encoded = path[:1] in (("data",), ("binaryData",)) or path[-1:] == ("caBundle",)
        return encoded and isinstance(value, str) and not _is_base64(value)
    if "float64" in said:
        return isinstance(value, float) and not value.is_integer()
    time = _TIME.search(said)
    return time is not None and value == time[1] != ""


def _is_amount(value: Any) -> bool:
    try:
        quantity(value)
    except ValueError:
        return False
    return not isinstance(value, bool)


def _is_base64(text: str) -> bool:
    packed = "".join(text.split("\n"))
    return len(packed) % 4 == 0 and _BASE64.fullmatch(packed) is not None
