"""Texts with their expressions replaced by what the variables stand for.

Source: github.com/fluxcd/pkg/envsubst (template.go)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.build.flux.expressions import DEFAULTS, Argument, Expression, parse
from gitlint_ops.build.flux.operators import TooLong, applied

MAX_LENGTH = 10_000_000
"""Characters of a text after substitution; a variable in every line of a long text makes it grow."""


class Unknown(Struct, frozen=True):
    """A value that only the cluster knows: what holds it is encrypted, or is not here."""


UNKNOWN = Unknown()
Value: TypeAlias = str | Unknown
Lookup: TypeAlias = Callable[[str], Value | None]
"""The value of a variable; None where it has none."""


class TooMuch(Exception):
    """A text that substitution makes too long."""


def lookup_in(values: Mapping[str, Value], *, open_ended: bool) -> Lookup:
    """Look variables up; `open_ended`: there may be others that are not known here."""
    return lambda name: values.get(name, UNKNOWN if open_ended else None)


def substituted(text: str, lookup: Lookup, *, keep_missing: bool) -> str:
    """A text as it is after substitution.

    Expressions whose value is not known stay as they are, and with `keep_missing` those without a value.

    Raises:
        NotReadable: an expression is none to Flux.
        TooMuch: what comes out is too long.
    """
    pieces: list[str] = []
    length = 0
    for piece in parse(text):
        pieces.append(_text_of(piece, text, lookup, keep_missing))
        length += len(pieces[-1])
        if length > MAX_LENGTH:
            raise TooMuch
    return "".join(pieces)


def _text_of(piece: Argument, text: str, lookup: Lookup, keep_missing: bool) -> str:
    if isinstance(piece, str):
        return piece
    value = value_of(piece, lookup)
    if isinstance(value, Unknown) or (keep_missing and missing_in(piece, lookup)):
        return text[piece.start : piece.end]
    return value


def value_of(expression: Expression, lookup: Lookup) -> Value:
    """What an expression comes to; a variable without a value is empty."""
    arguments = [one if isinstance(one, str) else value_of(one, lookup) for one in expression.arguments]
    value = lookup(expression.name)
    if isinstance(value, Unknown) or any(isinstance(one, Unknown) for one in arguments):
        return UNKNOWN
    try:
        return applied(expression.operator, value or "", [one for one in arguments if isinstance(one, str)])
    except TooLong:
        return UNKNOWN


def missing_in(piece: Argument, lookup: Lookup) -> Sequence[str]:
    """The variables of an expression that have neither a value nor a default."""
    if isinstance(piece, str):
        return ()
    return [one.name for one in piece.names() if one.operator not in DEFAULTS and lookup(one.name) is None]
