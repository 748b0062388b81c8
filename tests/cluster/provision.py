"""The API server that the tests compare with, by whichever means there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gitlint_ops.reconcile.ephemeral.kind import Kind

from . import apiserver, kind
from .server import Server

Means = apiserver.Programs | Kind


def find() -> Means | str:
    """The programs themselves, else kind; or why there is neither, with each thing that was tried."""
    programs = apiserver.find_programs()
    if not isinstance(programs, str):
        return programs
    found = kind.find_kind()
    return f"no API server to compare with: {programs}; {found}" if isinstance(found, str) else found


@contextmanager
def running(means: Means) -> Iterator[Server]:
    """A server that is gone afterwards, with all that belongs to it.

    Raises:
        NotStarted: no server answers in time.
    """
    started = kind.running_in(means) if isinstance(means, Kind) else apiserver.running(means)
    with started as server:
        yield server
