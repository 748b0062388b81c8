"""The functions on lists that Kubernetes adds to CEL.

Source: k8s.io/apiserver/pkg/cel/library/lists.go
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

_INT64 = 2**63


def is_sorted(items: Sequence[Any]) -> bool:
    return all(one <= two for one, two in pairwise(items))


def total(items: Sequence[Any]) -> Any:
    """Raises:
    ValueError: the sum is beyond 64 bits.
    """
    found = sum(items[1:], start=items[0]) if items else 0
    if isinstance(found, int) and not -_INT64 <= found < _INT64:
        raise ValueError("integer overflow")
    return found


def largest(items: Sequence[Any]) -> Any:
    if not items:
        raise ValueError("max called on empty list")
    return max(items)


def smallest(items: Sequence[Any]) -> Any:
    if not items:
        raise ValueError("min called on empty list")
    return min(items)


def index_of(items: Sequence[Any], item: Any) -> int:
    return next((index for index, one in enumerate(items) if _equal(one, item)), -1)


def last_index_of(items: Sequence[Any], item: Any) -> int:
    last = -1
    for index, one in enumerate(items):
        if _equal(one, item):
            last = index
    return last


def includes(items: Sequence[Any], item: Any) -> bool:
    return index_of(items, item) >= 0


def _equal(one: Any, two: Any) -> bool:
    # To Python true equals 1.
    return isinstance(one, bool) is isinstance(two, bool) and one == two
