"""One real API server for all these tests; without one they skip and say why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .agreement import Judge
from .apiserver import Programs, Server, find_programs, running
from .client import Client
from .definitions import create
from .pinned import pinned_definitions
from .seeds import definitions, kinds


@pytest.fixture(scope="session")
def programs() -> Programs:
    found = find_programs()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(scope="session")
def server(programs: Programs) -> Iterator[Server]:
    with running(programs) as started:
        yield started


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[Client]:
    """A client of the server, which has the pinned definitions that the seeds need."""
    speaking = Client(server)
    refused = create(speaking, pinned_definitions(kinds()))
    assert not refused, refused
    yield speaking
    speaking.close()


@pytest.fixture(scope="session")
def judge(client: Client, server: Server) -> Judge:
    """Judges objects of Kubernetes' own kinds, of the seeds' definitions and of pinned ones."""
    return Judge(client, server.release(), definitions())
