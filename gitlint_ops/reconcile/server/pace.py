"""How fast requests follow each other, and how long to wait before one is made again."""

from __future__ import annotations

import random
import time
from threading import Lock

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 8.0
LONGEST_WISH = 30.0
"""Seconds that a server may make us wait by Retry-After."""


class Pace:
    """A token bucket that threads share: `burst` requests at once, then `per_second` of them.

    0 per second is no limit. `yields`: there is none either on a server that sees to fairness itself.
    """

    def __init__(self, per_second: float = 0.0, burst: int = 1, *, yields: bool = False) -> None:
        self._per_second = per_second
        self._yields = yields
        self._yielded = False
        self._burst = max(1, burst)
        self._tokens = float(self._burst)
        self._at = time.monotonic()
        self._lock = Lock()

    def wait(self) -> None:
        """Until the next request may be made."""
        if self._per_second <= 0 or self._yielded:
            return
        seconds = self._taken()
        if seconds > 0:
            time.sleep(seconds)

    def heed(self, *, fair: bool) -> None:
        """Take note of an answer; `fair`: the server has given the request its turn among all others.

        kubectl does without a limit of its own then, too (k8s.io/cli-runtime).
        """
        self._yielded = self._yielded or (fair and self._yields)

    def _taken(self) -> float:
        """Seconds until the token that is taken is there; tokens are owed, so threads queue up fairly."""
        with self._lock:
            now = time.monotonic()
            grown = (now - self._at) * self._per_second
            self._tokens = min(self._burst, self._tokens + grown) - 1
            self._at = now
            return max(0.0, -self._tokens / self._per_second)


def pause(attempt: int, wished: str = "") -> float:
    """Seconds before the attempt after this one; `wished` is the server's Retry-After.

    Up to half of it is chance, so that threads that failed together do not come back together.
    """
    capped = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**attempt)
    ours = capped * (0.5 + random.random() / 2)  # noqa: S311 - nothing is kept secret by it
    try:
        return max(ours, min(float(wished), LONGEST_WISH))
    except ValueError:
        return ours
