"""Many findings that say the same: the first are shown in full, the others by their places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.model.findings import TriagedFinding

FOLDED_FROM = 9
"""Fewer of a kind are all shown in full."""
SHOWN_IN_FULL = 3

Likeness: TypeAlias = tuple[str, str]


class Folded(Struct, frozen=True):
    """Findings to show in full, and those to show by their places under what they have in common."""

    full: tuple[TriagedFinding, ...]
    more: tuple[tuple[TriagedFinding, ...], ...]


def fold(findings: Sequence[TriagedFinding]) -> Folded:
    """Findings of one rule with the same advice are alike: one mend serves them all."""
    alike: defaultdict[Likeness, list[TriagedFinding]] = defaultdict(list)
    for one in findings:
        alike[one.finding.rule, one.finding.hint].append(one)
    folded = {key: held[SHOWN_IN_FULL:] for key, held in alike.items() if key[1] and len(held) >= FOLDED_FROM}
    left_out = {id(one) for held in folded.values() for one in held}
    return Folded(
        tuple(one for one in findings if id(one) not in left_out),
        tuple(tuple(held) for held in folded.values()),
    )
