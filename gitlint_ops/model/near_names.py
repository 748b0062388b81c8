"""Which name was meant: two questions that are not the same.

Whether a name is a slip of the hand decides whether anything is told at all. Keys of one object are
often alike on purpose (`minReplicas` and `maxReplicas`, `DB_HOST1` and `DB_HOST2`), so that only what
hardly anybody would write on purpose counts (`near_name`). What is wrong in any case, as a target that
selects nothing, is told with the name that is most like it, if any is at all (`most_alike`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

_SHORTEST = 4
_LONGEST = 200
_MOST_COMPARED = 1000

ALIKE = 0.6
"""The likeness from which on a name is worth asking for."""

_LONGEST_COMPARED = 100
_MOST_ALIKE = 200


def most_alike(wanted: str, known: Iterable[str]) -> str:
    """The known name that is most like what was wanted, "" where none is alike."""
    if len(wanted) > _LONGEST_COMPARED:
        return ""
    names = [name for name in islice(known, _MOST_ALIKE) if len(name) <= _LONGEST_COMPARED]
    return next(iter(difflib.get_close_matches(wanted, names, n=1, cutoff=ALIKE)), "")


def likeness(wanted: str, found: str) -> float:
    """0 to 1; 1 for equal names. Long names are not compared."""
    if max(len(wanted), len(found)) > _LONGEST_COMPARED:
        return 0.0
    return difflib.SequenceMatcher(None, wanted, found).ratio()


def near_name(word: str, known: Iterable[str]) -> str:
    """The known name that `word` is but for upper and lower case, the order of letters, or one letter.

    "" where there is none, and for short words.
    """
    if not _SHORTEST <= len(word) <= _LONGEST:
        return ""
    return next((name for name in islice(known, _MOST_COMPARED) if name != word and _is_slip(word, name)), "")


def _is_slip(word: str, name: str) -> bool:
    if abs(len(word) - len(name)) > 1:
        return False
    left, right = word.lower(), name.lower()
    start = _common(left, right)
    left, right = left[start:], right[start:]
    end = _common(left[::-1], right[::-1])
    left, right = left[: len(left) - end], right[: len(right) - end]
    if left == right:
        return True
    if any(map(str.isdigit, left + right)):
        return False
    if len(left) == len(right) == 1:
        return end > 0  # but for the last letter: `service-a` is no slip of `service-b`
    swapped = len(left) == len(right) == 2 and left == right[::-1]
    return swapped or len(left) + len(right) == 1


def _common(left: str, right: str) -> int:
    return next(
        (at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
        min(len(left), len(right)),
    )
