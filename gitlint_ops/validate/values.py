"""Values and types in the words of people who write YAML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

_LONGEST = 40

_EXPECTED = {
    "array": "a list",
    "boolean": "a boolean (true or false)",
    "integer": "an integer",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}

_SENSITIVE = re.compile(r"pass|secret|token|credential|api_?key|private", re.IGNORECASE)


def json_type(value: Any) -> str:
    """The JSON name of a value's type; whole numbers are "integer"."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def expected(types: Sequence[str]) -> str:
    """What values of these JSON types are called: "an integer", "a string or an integer"."""
    if set(types) == {"number", "string"}:
        return 'a quantity such as 2, "500m" or "1Gi"'
    words = [_EXPECTED[name] for name in types]
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def given(value: Any, *, hidden: bool = False) -> str:
    """A value as a message shows it: its type, and what it is where that is short and no secret."""
    match value:
        case None:
            return "nothing (null)"
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case bool() if not hidden:
            return f"the boolean {str(value).lower()}"
        case str() if not hidden:
            return f'the string "{_short(value)}"'
        case int() | float() if not hidden:
            return f"the number {_short(str(value))}"
        case _:
            return {"boolean": "a boolean", "string": "a string"}.get(json_type(value), "a number")


def is_sensitive(body: Any, path: FieldPath) -> bool:
    """Whether the value at `path` may be a secret that must not be printed.

    All of a Secret's data is; elsewhere the names on the way decide, and for the `value` of an
    environment variable or header its `name`.
    """
    if value_at(body, ("kind",)) == "Secret" and path[:1] in (("data",), ("stringData",)):
        return True
    if any(isinstance(key, str) and _SENSITIVE.search(key) for key in path):
        return True
    name = value_at(body, (*path[:-1], "name")) if path[-1:] == ("value",) else ""
    return isinstance(name, str) and bool(_SENSITIVE.search(name))


def is_filled_later(value: Any) -> bool:
    """Whether a value is not final: encrypted by SOPS, or with a variable that Flux substitutes.

    Both are changed as text before the API server sees the object, into a value of any type.
    """
    return isinstance(value, str) and (value.startswith("ENC[") or "${" in value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
