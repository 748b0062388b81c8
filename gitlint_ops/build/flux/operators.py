"""What the operators of expressions make of a variable's value.

Lengths and positions count bytes, and patterns are those of Go's `path.Match` but for `*`, which matches
slashes too.

Source: github.com/fluxcd/pkg/envsubst (funcs.go, path/match.go)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

MAX_TRIMMED = 1_000
"""Characters of a value that patterns are tried on; Flux tries every part of it, in any length."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}\Z")

_Operator: TypeAlias = Callable[[str, Sequence[str]], str]


class TooLong(Exception):
    """A value that is too long to try a pattern on."""


def applied(operator: str, value: str, arguments: Sequence[str]) -> str:
    """The value of an expression; operators that are none give the value or the default.

    Raises:
        TooLong: that would take too much time.
    """
    if operator == "#" and not arguments:
        return str(len(value.encode()))
    return _OPERATORS.get(operator, _or_default)(value, arguments)


def _or_default(value: str, arguments: Sequence[str]) -> str:
    return value or "".join(arguments)


def _case(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of case that leaves characters alone whose other case is several (German sharp s)."""

    def changed(value: str) -> str:
        return "".join(other if len(other := change(one)) == 1 else one for one in value)

    return changed


_UPPER, _LOWER = _case(str.upper), _case(str.lower)


def _substring(value: str, arguments: Sequence[str]) -> str:
    held = value.encode()
    if not all(_NUMBER.match(one) for one in arguments[:2]):
        return value
    position = int(arguments[0])
    if position < 0:
        position = max(len(held) + position, 0)
    if len(arguments) == 1:
        return held[position:].decode(errors="replace")
    length = int(arguments[1])
    end = len(held) + length if length < 0 else position + length
    return held[position:end].decode(errors="replace") if end >= position else ""


def _replaced(count: int) -> _Operator:
    def replaced(value: str, arguments: Sequence[str]) -> str:
        return value.replace(arguments[0], "".join(arguments[1:2]), count)

    return replaced


def _prefix_replaced(value: str, arguments: Sequence[str]) -> str:
    if len(arguments) != 2 or not value.startswith(arguments[0]):
        return value
    return value.replace(arguments[0], arguments[1], 1)


def _suffix_replaced(value: str, arguments: Sequence[str]) -> str:
    if len(arguments) != 2 or not value.endswith(arguments[0]):
        return value
    return value.removesuffix(arguments[0]) + arguments[1]


def _trimmed(*, longest: bool, reverse: bool) -> _Operator:
    def trimmed(value: str, arguments: Sequence[str]) -> str:
        step = -1 if reverse else 1
        return _without_match(value[::step], arguments[0][::step], longest=longest)[::step]

    return trimmed


def _without_match(value: str, pattern: str, *, longest: bool) -> str:
    if len(value) > MAX_TRIMMED or len(pattern) > MAX_TRIMMED:
        raise TooLong
    wanted = as_regex(pattern)
    if wanted is None:
        return value
    ends = range(len(value), 0, -1) if longest else range(1, len(value) + 1)
    end = next((one for one in ends if wanted(value[:one])), 0)
    return value[end:]


def as_regex(pattern: str) -> Callable[[str], bool] | None:
    """What tells whether a text matches a pattern; None where the pattern is none."""
    pieces = _pieces(pattern)
    return None if pieces is None else lambda text: _matches(pieces, text)


class _Piece(Struct, frozen=True):
    """A part of a pattern between stars; it matches texts of one length only."""

    regex: re.Pattern[str]
    length: int


def _pieces(pattern: str) -> tuple[_Piece, ...] | None:
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            parts.append([])
        elif character == "?":
            parts[-1].append(".")
        elif character == "\\":
            if at >= len(pattern):
                return None
            parts[-1].append(re.escape(pattern[at]))
            at += 1
        elif character == "[":
            found = _class(pattern, at)
            if found is None:
                return None
            text, at = found
            parts[-1].append(text)
        else:
            parts[-1].append(re.escape(character))
    return tuple(_Piece(re.compile("".join(one), re.DOTALL), len(one)) for one in parts)


_ITEM = re.compile(
    r"(?:\\(?P<low_escaped>.)|(?P<low>[^\\\]\-]))(?:-(?:\\(?P<high_escaped>.)|(?P<high>[^\\\]\-])))?",
    re.DOTALL,
)


def _class(pattern: str, at: int) -> tuple[str, int] | None:
    """A class of characters as a regular expression, and where it ends; None where it is none."""
    negated = pattern[at : at + 1] == "^"
    at += negated
    items: list[str] = []
    while pattern[at : at + 1] != "]" or not items:
        found = _ITEM.match(pattern, at)
        if found is None:
            return None
        low = found["low"] or found["low_escaped"]
        high = found["high"] or found["high_escaped"] or low
        if low <= high:
            items.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            items.append("")
        at = found.end()
    held = "".join(items)
    if not held:
        return ("." if negated else r"(?!)"), at + 1
    return f"[{'^' if negated else ''}{held}]", at + 1


def _matches(pieces: Sequence[_Piece], text: str) -> bool:
    """Whether a text is the pieces with anything between them, found as early as may be."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first.regex.fullmatch(text) is not None
    if first.regex.match(text) is None:
        return False
    at = first.length
    for piece in pieces[1:-1]:
        found = piece.regex.search(text, at)
        if found is None:
            return False
        at = found.end()
    end = len(text) - last.length
    return end >= at and last.regex.fullmatch(text, end) is not None


_OPERATORS: Mapping[str, _Operator] = {
    ",": lambda value, _: _LOWER(value[:1]) + value[1:],
    ",,": lambda value, _: _LOWER(value),
    "^": lambda value, _: _UPPER(value[:1]) + value[1:],
    "^^": lambda value, _: _UPPER(value),
    "#": _trimmed(longest=False, reverse=False),
    "##": _trimmed(longest=True, reverse=False),
    "%": _trimmed(longest=False, reverse=True),
    "%%": _trimmed(longest=True, reverse=True),
    ":": _substring,
    "/#": _prefix_replaced,
    "/%": _suffix_replaced,
    "/": _replaced(1),
    "//": _replaced(-1),
}
