"""Small servers that answer as one tells them to: badly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Thread
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


class HangUp(Exception):
    """The connection is closed without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Behaviour = Callable[[Request], Answered]


def status(code: int, reason: str = "", message: str = "", **more: Any) -> Answered:
    said = {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": code, **more}
    return Answered(code, json.dumps(said).encode())


def in_turn(*answers: Answered | type[HangUp]) -> Behaviour:
    """The answers one after the other; the last for ever."""
    left = list(answers)

    def behave(_: Request) -> Answered:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, type):
            raise answer
        return answer

    return behave


@dataclass(slots=True)
class Small:
    """A server that runs, and the requests that it got but those for its health."""

    url: str
    requests: list[Request]


@contextmanager
def small_server(behave: Behaviour) -> Iterator[Small]:
    """`behave` answers all but /readyz, which is well unless it raises HangUp on everything."""
    got: list[Request] = []
    open_ones: list[socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            open_ones.append(self.connection)

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(self.command, self.path, dict(self.headers), self.rfile.read(length))
            if self.path == "/readyz":
                self.send(Answered(200, b"ok"))
                return
            got.append(request)
            try:
                self.send(behave(request))
            except HangUp:
                self.close_connection = True

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer  # noqa: N815 - as the library calls them

        def send(self, answered: Answered) -> None:
            self.send_response(answered.status)
            for name, value in {"Content-Length": str(len(answered.body)), **answered.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answered.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever hangs up on us is no fault of ours, and pytest shows what is printed."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Small(f"http://127.0.0.1:{server.server_address[1]}", got)
    finally:
        server.shutdown()
        server.server_close()
        for one in open_ones:
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)
        thread.join()
