"""Progress on a terminal, for work that lasts over half a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitlint_ops.discovering import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

DELAY_SECONDS = 0.5
REDRAW_SECONDS = 0.05


@contextmanager
def progress(*, enabled: bool) -> Iterator[Progress]:
    """A callable `(stage, done, total)` that draws on stderr, or does nothing in a pipe."""
    if not enabled or not sys.stderr.isatty():
        yield _silent
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total


class _Bar:
    """Draws nothing before the delay has passed: rich costs 65 ms to import."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._last = 0.0
        self._bar: Bar | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._start < DELAY_SECONDS or now - self._last < REDRAW_SECONDS:
            return
        self._last = now
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._bar.add_task(stage, total=total)
        self._bar.update(self._bar.task_ids[0], description=stage, completed=done, total=total)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
