"""One real API server for all these tests; without one they skip and say why."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gitlint_ops.reconcile.ephemeral.kind import Kind
from gitlint_ops.reconcile.ephemeral.programs import NotStarted

from .agreement import Judge
from .client import Client
from .definitions import create
from .pinned import pinned_definitions
from .provision import Means, find, running
from .seeds import definitions, kinds
from .server import Server


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Programs that are started here heed Ctrl-C, also where the tests run in a shell's background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def means() -> Means:
    found = find()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(scope="session")
def server(means: Means) -> Iterator[Server]:
    with ExitStack() as ending:
        try:
            started = ending.enter_context(running(means))
        except NotStarted as reason:
            if isinstance(means, Kind):  # it has to fetch what it runs
                pytest.skip(f"kind makes no cluster: {reason}")
            raise
        yield started


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[Client]:
    """A client of the server, which has the pinned definitions that the seeds need."""
    with Client(server) as speaking:
        refused = create(speaking, pinned_definitions(kinds()))
        assert not refused, refused
        yield speaking


@pytest.fixture(scope="session")
def judge(client: Client, server: Server) -> Judge:
    """Judges objects of Kubernetes' own kinds, of the seeds' definitions and of pinned ones."""
    return Judge(client, server.release(), definitions())
