"""The functions on quantities that Kubernetes adds to CEL.

Source: k8s.io/apiserver/pkg/cel/library/quantity.go, k8s.io/apimachinery/pkg/api/resource
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gitlint_ops.cel.opaque import QUANTITY, opaque, text_of

_FORM = re.compile(
    r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+|(?=[KMGTPE]i))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,3}))?"
)
_TENS = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_TWOS = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO = Fraction(1, 10**9)
_INT64 = 2**63
_LONGEST = 256


def quantity(text: str) -> dict[str, Any]:
    """The quantity that a text writes.

    Raises:
        ValueError: it writes none.
    """
    return _value(_parsed(text))


def is_quantity(text: str) -> bool:
    try:
        _parsed(text)
    except ValueError:
        return False
    return True


def sign(held: Mapping[str, Any]) -> int:
    amount = _amount(held)
    return (amount > 0) - (amount < 0)


def is_integer(held: Mapping[str, Any]) -> bool:
    amount = _amount(held)
    return amount.denominator == 1 and -_INT64 <= amount < _INT64


def as_integer(held: Mapping[str, Any]) -> int:
    if not is_integer(held):
        raise ValueError("cannot convert value to integer")
    return int(_amount(held))


def as_approximate_float(held: Mapping[str, Any]) -> float:
    try:
        return float(_amount(held))
    except OverflowError:
        return math.copysign(math.inf, sign(held))


def add(held: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return _value(_amount(held) + _amount(other))


def add_integer(held: Mapping[str, Any], other: int) -> dict[str, Any]:
    return _value(_amount(held) + other)


def sub(held: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return _value(_amount(held) - _amount(other))


def sub_integer(held: Mapping[str, Any], other: int) -> dict[str, Any]:
    return _value(_amount(held) - other)


def compare(held: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    one, two = _amount(held), _amount(other)
    return (one > two) - (one < two)


def _parsed(text: str) -> Fraction:
    found = _FORM.fullmatch(text) if len(text) <= _LONGEST and text.isascii() else None
    if found is None:
        raise ValueError("quantities must match the regular expression of Kubernetes (unable to parse)")
    # A bare suffix of a power of two is read as zero.
    amount = Fraction(f"0{found[2]}".rstrip("."))
    if found[3] in _TWOS:
        amount *= 2 ** _TWOS[found[3]]
    else:
        amount *= Fraction(10) ** (int(found[4]) if found[4] else _TENS.get(found[3], 0))
    # Finer amounts are rounded up, away from zero.
    rounded = math.ceil(amount / _NANO) * _NANO
    return -rounded if found[1] == "-" else rounded


def _amount(held: Mapping[str, Any]) -> Fraction:
    return Fraction(text_of(held, QUANTITY))


def _value(amount: Fraction) -> dict[str, Any]:
    return opaque(QUANTITY, str(amount))
