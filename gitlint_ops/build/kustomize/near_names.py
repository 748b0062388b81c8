"""The name that a slip of the hand made of another.

Keys of one object are often alike on purpose (`minReplicas` and `maxReplicas`, `DB_HOST1` and
`DB_HOST2`), so that only what hardly anybody would write on purpose counts as a slip.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

_SHORTEST = 4
_LONGEST = 200
_MOST_COMPARED = 1000


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
