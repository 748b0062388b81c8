"""Slips of the pen in labels and annotations, told apart from names that only look alike.

Keys of one family differ by a word, by a number, or by a letter of a short word (`aws_efs_role`,
`aws_ebs_role`); a slip is in one word, and the other words are the same. In a short word only that is one
which leaves nothing else to be meant: two letters in the wrong order, or one of them typed twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_BETWEEN_WORDS = re.compile(r"[-_./]")
_DIGITS = re.compile(r"\d+")
_SHORTEST = 5
_SHORTEST_DOUBLED = 3
_LIKENESS = 0.8


def slip_of(word: str, known: Iterable[str]) -> str:
    """The known word that `word` is a slip of, "" where none is."""
    return next((one for one in sorted(known) if _is_slip(word, one)), "")


def _is_slip(word: str, known: str) -> bool:
    if word == known or _bare(word) == _bare(known):
        return word != known
    ours, theirs = _BETWEEN_WORDS.split(word), _BETWEEN_WORDS.split(known)
    differing = [(a, b) for a, b in zip(ours, theirs, strict=False) if a != b]
    if len(ours) != len(theirs) or len(differing) != 1:
        return False
    one, other = differing[0]
    if _DIGITS.sub("", one) == _DIGITS.sub("", other) or abs(len(one) - len(other)) > 1:
        return False
    if min(len(one), len(other)) < _SHORTEST:
        return _is_doubled(one, other) or _is_doubled(other, one) or _are_swapped(one, other)
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKENESS


def _is_doubled(longer: str, word: str) -> bool:
    """Whether `longer` is the word with one of its letters twice."""
    if len(longer) != len(word) + 1 or len(word) < _SHORTEST_DOUBLED:
        return False
    return any(word[: index + 1] + word[index:] == longer for index in range(len(word)))


def _are_swapped(one: str, other: str) -> bool:
    """Whether two words of four letters differ by the order of two neighbours."""
    if len(one) != len(other) or len(one) < _SHORTEST - 1:
        return False
    at = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]


def _bare(word: str) -> str:
    return _BETWEEN_WORDS.sub("", word.lower())
