"""Programs that run beside us and never outlive us, unless they are to be kept."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from gitlint_ops.reconcile.ephemeral import guard

T = TypeVar("T")

MOST_CHARACTERS = 300  # of a line of a log
TRIES = 3  # a free port can be taken by another before the program listens
SECONDS_TO_END = 5.0


class NotStarted(Exception):
    """The programs are there and yet no server answers; says why."""


class Program:
    """A process with a folder of its own, which both are gone after `end`, or when we are gone.

    A guard is its parent, in a session of its own: an interrupt at the terminal reaches us, and we end it.
    `afterwards` is a command that is run when it has ended, however it did. It gets `seconds` to end by
    itself before it is killed.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        afterwards: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        seconds: float = SECONDS_TO_END,
    ) -> None:
        self.name = Path(command[0]).name
        self._telling = Lock()
        self._kept = False
        self.folder = folder
        asked = {
            "command": list(command),
            "folder": str(folder),
            "afterwards": list(afterwards),
            "seconds": seconds,
        }
        self._guard = subprocess.Popen(  # noqa: S603 - no shell; the command is our own
            [sys.executable, "-I", guard.__file__ or "", json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # else whoever reads ours would wait for the end of a kept program
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )

    @property
    def guard(self) -> int:
        """The process that ends the program and removes what it left when it gets a SIGTERM."""
        return self._guard.pid

    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        with suppress(OSError, ValueError):
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
        with ExitStack() as ending:
            ending.callback(self.end)
            yield
            ending.pop_all()

    def end(self) -> None:
        """End it and wait until nothing of it is left; nothing where that is done, or it is to be kept."""
        self.stop()
        if not self._kept:
            self._guard.wait()

    def stop(self) -> None:
        """Begin to end it."""
        self._tell(guard.END)

    def keep(self) -> None:
        """Leave it running when we go, and `end` without effect; one that has ended leaves what it made."""
        self._tell(guard.KEEP)
        self._kept = True

    def _tell(self, word: bytes) -> None:
        """Told in words too: a process that was forked from us may hold the other end open, as well."""
        held = self._guard.stdin
        assert held is not None
        with self._telling, suppress(BrokenPipeError):  # which says that the guard has gone by itself
            if not held.closed:
                held.write(word)
                held.close()


def new_folder(name: str) -> Path:
    """For a program, which removes it when it ends; nobody else may look into it."""
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
