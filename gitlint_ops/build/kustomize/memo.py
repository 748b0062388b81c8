"""What is known of values that many overlays share, found out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

_Found = TypeVar("_Found")

_MOST = 200_000
"""How many values are remembered before all are forgotten: memory, not meaning."""


class Memo(Generic[_Found]):
    """Answers about values by their identity, for values that are never changed in place.

    Overlays of one base share its bodies, and path copying shares all of a body that a step did
    not touch, so that most of what a step asks about it has seen before. The values are kept alive,
    for an identity means something only as long as its value lives.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[int, int, Hashable], tuple[Any, Any, _Found]] = {}

    def of(self, one: Any, other: Any, find: Callable[[], _Found], *, at: Hashable = None) -> _Found:
        """What `find` says of the two values, asked once for each pair of them (and each `at`)."""
        key = (id(one), id(other), at)
        held = self._held.get(key)
        if held is None:
            if len(self._held) >= _MOST:
                self._held.clear()
            held = self._held[key] = (one, other, find())
        return held[2]
