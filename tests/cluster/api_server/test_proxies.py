"""A server behind a proxy is reached through it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from socket import create_connection, socket
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.opening import kubeconfig_api


@contextmanager
def proxy() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that tunnels; its port, and the heads of the requests for tunnels."""
    heads: list[bytes] = []

    class Tunnel(StreamRequestHandler):
        def handle(self) -> None:
            lines = [*iter(self.rfile.readline, b"\r\n")]
            heads.append(b"".join(lines))
            host, _, port = lines[0].split()[1].decode().partition(":")
            with create_connection((host, int(port))) as there:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                passed_on(self.connection, there)

    with ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], heads
        server.shutdown()


def passed_on(one: socket, other: socket) -> None:
    while True:
        for ready in select([one, other], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


def kubeconfig(file: Path, served: Running, address: str) -> str:
    held = json.loads(Path(served.kubeconfig).read_text())
    held["clusters"][0]["cluster"]["proxy-url"] = address
    file.write_text(json.dumps(held))
    return str(file)


def test_a_server_is_asked_through_the_proxy_of_its_cluster(served: Running, tmp_path: Path) -> None:
    with proxy() as (port, heads):
        file = kubeconfig(tmp_path / "config", served, f"http://me:se%23cret@127.0.0.1:{port}")
        with kubeconfig_api(file, "", qps=0, jobs=2, timeout=20) as api:
            assert api.kind_of("v1", "Pod") is not None

    server = served.access.url.removeprefix("https://").encode()
    assert heads[0].startswith(b"CONNECT " + server)
    assert b64encode(b"me:se#cret") in heads[0]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9", "does not answer"),
        ("socks5://127.0.0.1:9", "cannot be used"),
        ("x", "cannot be used"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told(
    address: str, said: str, served: Running, tmp_path: Path
) -> None:
    with (
        pytest.raises(UsageError, match=said),
        kubeconfig_api(kubeconfig(tmp_path / "config", served, address), "", qps=0, jobs=2, timeout=20),
    ):
        pass
