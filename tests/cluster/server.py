"""An API server that answers, wherever it runs, and what it takes to reach it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from gitlint_ops.reconcile.ephemeral.running import Running


def _none() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Files of PEM by which a server knows who asks."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers to whoever brings the token, or has the identity.

    `trouble` says why it cannot answer any more, and is empty while it can.
    """

    host: str
    port: int
    authority: Path
    token: str = ""
    identity: Identity | None = None
    trouble: Callable[[], str] = field(default=_none, compare=False)

    def connection(self) -> HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.authority))
        if self.identity:
            context.load_cert_chain(self.identity.certificate, self.identity.key)
        return HTTPSConnection(self.host, self.port, context=context, timeout=60)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str) -> bytes | None:
        """The body of a 200, None for every other answer and for none."""
        return get(self.connection(), path, self.headers())

    def ready(self) -> bool:
        return self.authority.is_file() and self.get("/readyz") is not None

    def release(self) -> str:
        """Its release of Kubernetes: "1.37"."""
        told = json.loads(self.get("/version") or b"{}")
        return f"{told['major']}.{told['minor']}"


def server_of(running: Running) -> Server:
    """The server that the product has made."""
    access = running.access
    address = urlsplit(access.url)
    assert address.hostname
    assert address.port
    files = (Path(access.certificate), Path(access.key)) if access.certificate else None
    return Server(
        address.hostname,
        address.port,
        Path(access.authority),
        access.authorization.removeprefix("Bearer "),
        Identity(*files) if files else None,
        running.trouble,
    )


def get(connection: HTTPConnection, path: str, headers: Mapping[str, str] | None = None) -> bytes | None:
    """The body of a 200, None for every other answer and for none; the connection is closed."""
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return body if answer.status == HTTPStatus.OK else None
