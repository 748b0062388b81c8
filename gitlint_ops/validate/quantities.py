"""Quantities of Kubernetes: "500m", "1Gi", 2.

Source: k8s.io/apimachinery/pkg/api/resource/quantity.go and suffix.go
"""

from __future__ import annotations

import re
from decimal import Decimal

_QUANTITY = re.compile(
    r"([+-]?[0-9]*(?:\.[0-9]*)?)(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?[0-9]+))?"
)

_POWERS_OF_TEN = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_POWERS_OF_TWO = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

# Beyond these the API server rounds up or caps; what is compared here stays small.
_LONGEST = 100
_EXPONENTS = 60


def quantity(value: str | float) -> Decimal:
    """In base units: "250m" is 0.25, "1Ki" is 1024. Suffixes are case-sensitive.

    Raises:
        ValueError: `value` is no quantity.
    """
    text = str(value).strip()
    found = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if not text or found is None:
        raise ValueError(text)
    digits = found[1].strip("+-")
    amount = Decimal(digits) if digits.strip(".") else Decimal(0)
    if found[1].startswith("-"):
        amount = -amount
    if found[2] in _POWERS_OF_TWO:
        return amount * Decimal(2) ** _POWERS_OF_TWO[found[2]]
    exponent = int(found[3]) if found[3] else _POWERS_OF_TEN.get(found[2], 0)
    return amount.scaleb(max(-_EXPONENTS, min(exponent, _EXPONENTS)))
