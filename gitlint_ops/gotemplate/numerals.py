"""Numbers as they are written in templates.

Source: newNumber in text/template/parse/node.go of Go.
"""

from __future__ import annotations

from gitlint_ops.gotemplate import literals
from gitlint_ops.gotemplate.nodes import Number, Position


def read_number(text: str, at: Position) -> Number:
    """A number, a character constant or a complex number, as each type that can hold it.

    Raises:
        ValueError: it is none of them; Go's reason.
    """
    if text[0] == "'":
        code = literals.character_code(text)
        if code is None:
            raise ValueError(f"malformed character constant: {text}")
        return Number(at, text, code, float(code))
    if text.endswith("i"):
        return _complex(text, at)
    whole = literals.integer(text)
    if whole is not None and -(2**63) <= whole < 2**64:
        # Beyond an int64 it is still a uint64, which no function here takes.
        return Number(at, text, whole if whole < 2**63 else None, float(whole))
    value = literals.real(text)
    if value is None:
        raise ValueError(f"illegal number syntax: {literals.quote(text)}")
    if not any(one in text for one in ".eEpP"):
        raise ValueError(f"integer overflow: {literals.quote(text)}")
    return Number(at, text, _integral(value), value)


def _complex(text: str, at: Position) -> Number:
    middle = max(text.rfind("+", 1), text.rfind("-", 1))
    while middle > 0 and text[middle - 1] in "eEpP":
        middle = max(text.rfind("+", 1, middle - 1), text.rfind("-", 1, middle - 1))
    first = literals.real(text[:middle]) if middle > 0 else 0.0
    second = literals.real(text[max(middle, 0) : -1])
    if first is None or second is None:
        raise ValueError(f"illegal number syntax: {literals.quote(text)}")
    value = complex(first, second)
    return Number(at, text, complex=value) if second else Number(at, text, _integral(first), first, value)


def _integral(value: float) -> int | None:
    return int(value) if value.is_integer() and -(2.0**63) <= value < 2.0**63 else None


def ideal_constant(number: Number) -> complex | None:
    """Its value where the type is not known from elsewhere: Go judges by how it is written.

    None for what overflows an int.
    """
    if number.complex is not None:
        return number.complex
    text = number.text
    is_hexadecimal = text[:2].lower() == "0x" and "p" not in text.lower()
    if text[0] != "'" and not is_hexadecimal and any(one in text for one in ".eEpP"):
        return number.real
    return number.integer
