"""A real etcd and kube-apiserver on this machine, with nothing else of a cluster.

The programs are taken from the folder that KUBEBUILDER_ASSETS names (the convention of Kubernetes'
envtest), else from where tools/oracles/cluster.sh builds them. There are no controllers, so what
only a controller would object to is not known here.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
SECONDS_TO_START = 120
SECONDS_TO_END = 15
TRIES = 3  # a free port can be taken by another before the program listens

# Whether a service account, a priority class or a runtime class is there says nothing of the object.
SERVER_FLAGS = (
    f"--bind-address={HOST}",
    "--authorization-mode=AlwaysAllow",
    "--disable-admission-plugins=ServiceAccount,Priority,RuntimeClass",
    "--service-cluster-ip-range=10.0.0.0/16",
    "--service-account-issuer=https://localhost",
    "--allow-privileged=true",
    "--enable-priority-and-fairness=false",
    "--endpoint-reconciler-type=none",
    "--profiling=false",
)


class NotStarted(Exception):
    """The programs are there and yet no server answers; says why."""


@dataclass(frozen=True, slots=True)
class Programs:
    etcd: Path
    apiserver: Path


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers to whoever brings the token."""

    port: int
    token: str
    certificate: Path

    def connection(self) -> HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.certificate))
        return HTTPSConnection(HOST, self.port, context=context, timeout=60)

    def get(self, path: str) -> bytes | None:
        """The body of a 200, None for every other answer and for none."""
        return _get(self.connection(), path, {"Authorization": f"Bearer {self.token}"})

    def release(self) -> str:
        """Its release of Kubernetes: "1.37"."""
        told = json.loads(self.get("/version") or b"{}")
        return f"{told['major']}.{told['minor']}"


def find_programs() -> Programs | str:
    """The programs, or why there are none."""
    assets = os.environ.get("KUBEBUILDER_ASSETS", "")
    folder = Path(assets) if assets else built_folder()
    found = Programs(folder / "etcd", folder / "kube-apiserver")
    if found.etcd.is_file() and found.apiserver.is_file():
        return found
    if assets:
        return "KUBEBUILDER_ASSETS holds no etcd and kube-apiserver"
    return "no kube-apiserver: set KUBEBUILDER_ASSETS, or let tools/oracles/cluster.sh build one (needs Go)"


def built_folder() -> Path:
    """Where tools/oracles/cluster.sh puts what it builds."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    module = CHECKOUT / "tools/oracles/kube-apiserver/go.mod"
    pinned = re.search(r"k8s\.io/kubernetes (v[\d.]+)", module.read_text()) if module.is_file() else None
    return cache / "gitlint-ops/oracles" / f"kube-apiserver-{pinned[1] if pinned else 'unpinned'}"


@contextmanager
def running(programs: Programs) -> Iterator[Server]:
    """A server with an empty store; its processes and all its data are gone afterwards.

    Raises:
        NotStarted: no server answers in time.
    """
    with tempfile.TemporaryDirectory(prefix="gitlint-ops-cluster-") as name, ExitStack() as ending:
        folder = Path(name)
        store, port = _first_that_starts(lambda: _start_etcd(programs.etcd, folder))
        ending.callback(store.end)
        api, server = _first_that_starts(lambda: _start_server(programs.apiserver, folder, port))
        ending.callback(api.end)
        yield server


def _first_that_starts(start: Callable[[], T]) -> T:
    for _ in range(TRIES - 1):
        with suppress(NotStarted):
            return start()
    return start()


class Program:
    """One process that logs to a file."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._log = log
        with log.open("wb") as written:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=written, stderr=written, cwd=log.parent
            )

    def wait_until(self, answers: Callable[[], bool]) -> None:
        """Wait for the program to answer; it is ended if it does not.

        Raises:
            NotStarted: it ended by itself, or does not answer in time.
        """
        latest = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < latest and self._process.poll() is None:
            if answers():
                return
            time.sleep(0.1)
        self.end()
        raise NotStarted("\n".join(self._log.read_text(errors="replace").splitlines()[-5:]))

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _start_etcd(etcd: Path, folder: Path) -> tuple[Program, int]:
    port, peers = _free_ports(2)
    clients, others = f"http://{HOST}:{port}", f"http://{HOST}:{peers}"
    command = [
        str(etcd),
        f"--data-dir={tempfile.mkdtemp(prefix='etcd-', dir=folder)}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={others}",
        f"--initial-advertise-peer-urls={others}",
        f"--initial-cluster=default={others}",
        "--unsafe-no-fsync",
    ]
    program = Program(command, folder / "etcd.log")
    program.wait_until(lambda: _get(HTTPConnection(HOST, port, timeout=5), "/health") is not None)
    return program, port


def _start_server(apiserver: Path, folder: Path, etcd_port: int) -> tuple[Program, Server]:
    (port,) = _free_ports(1)
    certificates = Path(tempfile.mkdtemp(prefix="certificates-", dir=folder))
    token = secrets.token_hex(16)
    tokens = folder / "tokens.csv"
    tokens.write_text(f'{token},tester,tester,"system:masters"\n')
    key = certificates / "apiserver.key"  # made by the server itself, and good enough to sign with
    command = [
        str(apiserver),
        *SERVER_FLAGS,
        f"--etcd-servers=http://{HOST}:{etcd_port}",
        f"--secure-port={port}",
        f"--cert-dir={certificates}",
        f"--token-auth-file={tokens}",
        f"--service-account-signing-key-file={key}",
        f"--service-account-key-file={key}",
    ]
    server = Server(port, token, certificates / "apiserver.crt")
    program = Program(command, folder / "kube-apiserver.log")
    program.wait_until(lambda: server.certificate.is_file() and server.get("/readyz") is not None)
    return program, server


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def _get(connection: HTTPConnection, path: str, headers: Mapping[str, str] | None = None) -> bytes | None:
    """The body of a 200, None for every other answer and for none."""
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return body if answer.status == HTTPStatus.OK else None
