"""Numbers or percentages, as rolling updates and disruption budgets take them.

Source: k8s.io/kubernetes/pkg/apis/apps/validation/validation.go (int-or-percent)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gitlint_ops.validate.core.checks import is_settled, number, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given

_PERCENT = re.compile(r"[0-9]+%")


def int_or_percent(value: Any) -> Iterable[Fault]:
    """Refuses what is neither a number from 0 nor a percentage."""
    if isinstance(value, str):
        if not is_settled(value) or _PERCENT.fullmatch(value):
            return ()
        hint = "write it without quotes" if value.isdigit() else ""
        return (wrong(f"{given(value)} is no number or percentage such as 25%", hint=hint),)
    found = number(value)
    return (wrong(f"expected at least 0, got {given(value)}"),) if found is not None and found < 0 else ()


def at_most_all(value: Any) -> Iterable[Fault]:
    """As `int_or_percent`, and at most 100%."""
    faults = int_or_percent(value)
    if not faults and (size(value) or 0) > 100 and isinstance(value, str):
        return (wrong(f"{given(value)} is more than 100%"),)
    return faults


def size(value: Any) -> int | None:
    """The number of a number or percentage; None where there is none."""
    if isinstance(value, str) and _PERCENT.fullmatch(value) and len(value) < 12:
        return int(value[:-1])
    return number(value)
