"""A real etcd and kube-apiserver on this machine, with nothing else of a cluster.

The programs are taken from the folder that KUBEBUILDER_ASSETS names (the convention of Kubernetes'
envtest), else from where tools/oracles.sh puts them. There are no controllers, so what only a
controller would object to is not known here.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from subprocess import check_output

from .programs import NotStarted, Program, first_that_starts, new_folder
from .server import Server, get

__all__ = ["NotStarted", "Programs", "Server", "find_programs", "oracles", "running"]

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
SECONDS_TO_START = 120

# Whether a service account, a priority class or a runtime class is there says nothing of the object.
LEFT_OUT = "ServiceAccount,Priority,RuntimeClass"
SERVER_FLAGS = (
    f"--bind-address={HOST}",
    "--authorization-mode=AlwaysAllow",
    f"--disable-admission-plugins={LEFT_OUT}",
    "--service-cluster-ip-range=10.0.0.0/16",
    "--service-account-issuer=https://localhost",
    "--allow-privileged=true",
    "--enable-priority-and-fairness=false",
    "--endpoint-reconciler-type=none",
    "--profiling=false",
)


@dataclass(frozen=True, slots=True)
class Programs:
    etcd: Path
    apiserver: Path


def find_programs() -> Programs | str:
    """The programs, or why there are none."""
    assets = os.environ.get("KUBEBUILDER_ASSETS", "")
    for folder in (Path(assets), oracles()) if assets else (oracles(),):
        found = Programs(folder / "etcd", folder / "kube-apiserver")
        if found.etcd.is_file() and found.apiserver.is_file():
            return found
    named = "KUBEBUILDER_ASSETS holds no etcd and kube-apiserver" if assets else "no KUBEBUILDER_ASSETS"
    return f"{named}; tools/oracles.sh has built none (it needs Go and a network)"


def oracles() -> Path:
    """Where tools/oracles.sh puts what it builds."""
    return Path(check_output([CHECKOUT / "tools/oracles.sh", "--where"], text=True).strip())


@contextmanager
def running(programs: Programs) -> Iterator[Server]:
    """A server with an empty store; its processes and all its data are gone afterwards.

    Raises:
        NotStarted: no server answers in time.
    """
    with ExitStack() as ending:
        store, port = first_that_starts(lambda: _start_etcd(programs.etcd))
        ending.callback(store.end)
        api, server = first_that_starts(lambda: _start_server(programs.apiserver, port))
        ending.callback(api.end)
        yield replace(server, trouble=lambda: store.trouble() or api.trouble())


def _start_etcd(etcd: Path) -> tuple[Program, int]:
    port, peers = _free_ports(2)
    clients, others = f"http://{HOST}:{port}", f"http://{HOST}:{peers}"
    folder = new_folder("etcd")
    command = [
        str(etcd),
        f"--data-dir={folder / 'data'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={others}",
        f"--initial-advertise-peer-urls={others}",
        f"--initial-cluster=default={others}",
        "--unsafe-no-fsync",
    ]
    program = Program(command, folder)
    program.wait_until(
        lambda: get(HTTPConnection(HOST, port, timeout=5), "/health") is not None, SECONDS_TO_START
    )
    return program, port


def _start_server(apiserver: Path, etcd_port: int) -> tuple[Program, Server]:
    (port,) = _free_ports(1)
    folder = new_folder("kube-apiserver")
    token = secrets.token_hex(16)
    tokens = folder / "tokens.csv"
    tokens.write_text(f'{token},tester,tester,"system:masters"\n')
    key = folder / "apiserver.key"  # made by the server itself, and good enough to sign with
    command = [
        str(apiserver),
        *SERVER_FLAGS,
        f"--etcd-servers=http://{HOST}:{etcd_port}",
        f"--secure-port={port}",
        f"--cert-dir={folder}",
        f"--token-auth-file={tokens}",
        f"--service-account-signing-key-file={key}",
        f"--service-account-key-file={key}",
    ]
    server = Server(HOST, port, folder / "apiserver.crt", token)
    program = Program(command, folder)
    program.wait_until(server.ready, SECONDS_TO_START)
    return program, server


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
