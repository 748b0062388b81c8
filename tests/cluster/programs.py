"""Programs that run beside the tests and never outlive them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from . import guard

T = TypeVar("T")

MOST_CHARACTERS = 300  # of a line of a log
TRIES = 3  # a free port can be taken by another before the program listens


class NotStarted(Exception):
    """The programs are there and yet no server answers; says why."""


class Program:
    """A process with a folder of its own, which both are gone after `end`, or when we are gone.

    A guard is its parent, in a session of its own: an interrupt at the terminal reaches us, and we end it.
    `afterwards` is a command that is run when it has ended, however it did.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        afterwards: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = Path(command[0]).name
        self.folder = folder
        asked = {"command": list(command), "folder": str(folder), "afterwards": list(afterwards)}
        self._guard = subprocess.Popen(
            [sys.executable, "-I", guard.__file__ or "", json.dumps(asked)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env=environment,
        )

    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        with suppress(OSError):
            return int((self.folder / guard.ENDED).read_text())
        return None if self._guard.poll() is None else -1

    def last_words(self) -> str:
        """The end of its log."""
        with suppress(OSError):
            lines = (self.folder / guard.LOG).read_text(errors="replace").splitlines()
            return "\n".join(line[:MOST_CHARACTERS] for line in lines[-5:])
        return ""

    def trouble(self) -> str:
        """Why it does not run any more, empty while it does."""
        code = self.ended()
        return "" if code is None else f"{self.name} ended with {code}: {self.last_words()}"

    def wait_until(self, answers: Callable[[], bool], seconds: float) -> None:
        """Wait for the program to answer; it is ended if it does not, or when we are interrupted.

        Raises:
            NotStarted: it ended by itself, or does not answer in time.
        """
        with self.ended_on_failure():
            latest = time.monotonic() + seconds
            while self.ended() is None and not answers():
                if time.monotonic() > latest:
                    raise NotStarted(f"{self.name} does not answer: {self.last_words()}")
                time.sleep(0.1)
            if self.ended() is not None:
                raise NotStarted(self.trouble())

    def wait(self, seconds: float) -> None:
        """Wait for a program that ends by itself; what it leaves stays until `end`.

        Raises:
            NotStarted: it fails, or does not end in time.
        """
        with self.ended_on_failure():
            latest = time.monotonic() + seconds
            while self.ended() is None:
                if time.monotonic() > latest:
                    raise NotStarted(f"{self.name} takes more than {seconds:.0f} s: {self.last_words()}")
                time.sleep(0.1)
            if self.ended() != 0:
                raise NotStarted(self.trouble())

    @contextmanager
    def ended_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """End it and wait until nothing of it is left; a second time does nothing."""
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()


def new_folder(name: str) -> Path:
    """For a program, which removes it when it ends."""
    return Path(tempfile.mkdtemp(prefix=f"gitlint-ops-{name}-"))


def first_that_starts(start: Callable[[], T]) -> T:
    """What `start` gives, which may fail but the last time.

    Raises:
        NotStarted: of the last time.
    """
    for _ in range(TRIES - 1):
        with suppress(NotStarted):
            return start()
    return start()
