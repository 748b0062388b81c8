"""A small server in front of a real one, which lets its answers through or puts others in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.server.line import Asked, Line, Reply

from .misbehaving import Answered, Behaviour, Request, Small, small_server

Change = Callable[[Request, Callable[[Request], Answered]], Answered]


@contextmanager
def in_front_of(running: Running, change: Change) -> Iterator[Small]:
    """`change` gets each request and what asks the real server."""
    line = Line(running.access, 8, owned=True)

    def ask(request: Request) -> Answered:
        parts = urlsplit(request.path)
        headers: Mapping[str, str] = request.headers
        asked = Asked(
            request.method,
            parts.path,
            tuple(parse_qsl(parts.query)),
            request.body or None,
            headers.get("Content-Type", ""),
            headers.get("Accept", ""),
        )
        reply = line.send(asked, 30)
        assert isinstance(reply, Reply), reply
        return Answered(reply.status, reply.data)

    behave: Behaviour = lambda request: change(request, ask)  # noqa: E731
    with small_server(behave) as server:
        yield server
    line.close()
