"""The order in which go-yaml v2 prints the keys of a mapping.

Source: sorter.go of go.yaml.in/yaml/v2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cmp_to_key

_ORDINARY = re.compile(r"[A-Za-z./-]*\Z")
_MAX_UINT64 = 2**64 - 1


def natural_order(keys: Iterable[str]) -> list[str]:
    """Letters after all else, runs of digits by their number: `_a`, `9`, `A`, `a9`, `a10`."""
    plain = sorted(keys)
    # Among ASCII letters, dots, slashes and dashes the order of code points is the natural one.
    return plain if _ORDINARY.match("".join(plain)) else sorted(plain, key=cmp_to_key(_compare))


def _compare(left: str, right: str) -> int:
    for index, (ours, theirs) in enumerate(zip(left, right, strict=False)):
        if ours != theirs:
            return -1 if _less_at(left, right, index) else 1
    return len(left) - len(right)


def _less_at(left: str, right: str, index: int) -> bool:
    ours, theirs = left[index], right[index]
    if ours.isalpha() and theirs.isalpha():
        return ours < theirs
    if ours.isalpha() or theirs.isalpha():
        return theirs.isalpha()
    # A zero behind other digits continues their number; one at its start pads it.
    start = 1 if "0" in (ours, theirs) and _continues_number(left, index) else 0
    our_number, our_end = _number(left, index, start)
    their_number, their_end = _number(right, index, start)
    if our_number != their_number:
        return our_number < their_number
    if our_end != their_end:
        return our_end < their_end
    return ours < theirs


def _continues_number(text: str, index: int) -> bool:
    for character in reversed(text[:index]):
        if not character.isdecimal():
            return False
        if character != "0":
            return True
    return False


def _number(text: str, index: int, value: int) -> tuple[int, int]:
    while index < len(text) and text[index].isdecimal():
        value = (value * 10 + ord(text[index]) - ord("0")) & _MAX_UINT64
        index += 1
    # Go counts in int64, which runs over silently.
    return value - 2**64 if value >= 2**63 else value, index
