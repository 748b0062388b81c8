"""Slips of the pen in labels and annotations, told apart from names that only look alike.

Keys of one family differ by a word, or by a letter of a short one (`aws_efs_role`, `aws_ebs_role`); a slip
is in a longer word, and the other words are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_BETWEEN_WORDS = re.compile(r"[-_./]")
_SHORTEST = 5
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
    if min(len(one), len(other)) < _SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKENESS


def _bare(word: str) -> str:
    return _BETWEEN_WORDS.sub("", word.lower())
