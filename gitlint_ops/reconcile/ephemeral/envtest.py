"""A real etcd and kube-apiserver on this machine, with nothing else of a cluster.

There are no controllers, so what only a controller would object to is not known here, and nothing that
is stored ever runs.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

from msgspec import Struct

from gitlint_ops.reconcile.ephemeral.assets import Assets
from gitlint_ops.reconcile.ephemeral.programs import Program, first_that_starts, new_folder
from gitlint_ops.reconcile.ephemeral.running import Running, write_kubeconfig, write_private
from gitlint_ops.reconcile.server.access import Access, NoAccess
from gitlint_ops.reconcile.server.line import Asked, Line, Reply

HOST = "127.0.0.1"
SECONDS_TO_START = 120
SECONDS_TO_END = 0  # there is nothing that they would have to keep
SECONDS_BETWEEN_LOOKS = 0.2

# Whether a service account, a priority class or a runtime class is there says nothing of the object: the
# first two are made by controllers, of which there are none.
LEFT_OUT = "ServiceAccount,Priority,RuntimeClass"
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}


class Setup(Struct, frozen=True):
    """How the server is to be.

    `rbac`: everybody but us may do only what roles grant, else everything. `audit_log` is a file in which
    the server notes each request, "" for none. `flags` are further ones of kube-apiserver.
    """

    rbac: bool = False
    audit_log: str = ""
    flags: tuple[str, ...] = ()


@contextmanager
def serving(assets: Assets, setup: Setup, *, keep: bool = False) -> Iterator[Running]:
    """A server with an empty store; its processes and all its data are gone afterwards, unless kept.

    Raises:
        NotStarted: no server answers in time.
    """
    with ExitStack() as ending:
        store, port = first_that_starts(lambda: _start_etcd(assets.etcd))
        ending.callback(store.end)
        api, access = first_that_starts(lambda: _start_server(assets.apiserver, port, setup))
        ending.callback(api.end)
        ending.enter_context(_ended_with(store, api))
        yield Running(
            access,
            str(write_kubeconfig(api.folder, access)),
            lambda: store.trouble() or api.trouble(),
            f"kill {api.guard} {store.guard}",
        )
        if keep:
            api.keep()
            store.keep()


@contextmanager
def _ended_with(store: Program, api: Program) -> Iterator[None]:
    """End a server whose store is gone: it would take a minute to say so to those who wait for an answer."""
    over = Event()

    def watch() -> None:
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            if store.ended() is not None:
                api.stop()
                return

    watching = Thread(target=watch, name="etcd", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def server_flags(setup: Setup) -> Sequence[str]:
    """What makes kube-apiserver one for tests, whatever it is called with beside that."""
    return (
        f"--bind-address={HOST}",
        f"--authorization-mode={'RBAC' if setup.rbac else 'AlwaysAllow'}",
        f"--disable-admission-plugins={LEFT_OUT}",
        "--service-cluster-ip-range=10.0.0.0/16",
        "--service-account-issuer=https://localhost",
        "--allow-privileged=true",
        "--enable-priority-and-fairness=false",
        "--endpoint-reconciler-type=none",
        "--profiling=false",
    )


def _start_etcd(etcd: str) -> tuple[Program, int]:
    port, peers = _free_ports(2)
    clients, others = f"http://{HOST}:{port}", f"http://{HOST}:{peers}"
    folder = new_folder("etcd")
    command = [
        etcd,
        f"--data-dir={folder / 'data'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={others}",
        f"--initial-advertise-peer-urls={others}",
        f"--initial-cluster=default={others}",
        "--unsafe-no-fsync",
    ]
    program = Program(command, folder, environment={}, seconds=SECONDS_TO_END)
    program.wait_until(is_ready(Access(clients), "/health"), SECONDS_TO_START)
    return program, port


def _start_server(apiserver: str, etcd_port: int, setup: Setup) -> tuple[Program, Access]:
    (port,) = _free_ports(1)
    folder = new_folder("kube-apiserver")
    token = secrets.token_hex(16)
    tokens = folder / "tokens.csv"
    write_private(tokens, f'{token},gitlint-ops,gitlint-ops,"system:masters"\n')
    key = folder / "apiserver.key"  # made by the server itself, and good enough to sign with
    command = [
        apiserver,
        *server_flags(setup),
        f"--etcd-servers=http://{HOST}:{etcd_port}",
        f"--secure-port={port}",
        f"--cert-dir={folder}",
        f"--token-auth-file={tokens}",
        f"--service-account-signing-key-file={key}",
        f"--service-account-key-file={key}",
        *_audited(folder, setup.audit_log),
        *setup.flags,
    ]
    authority = str(folder / "apiserver.crt")
    access = Access(f"https://{HOST}:{port}", authority, f"Bearer {token}")
    program = Program(command, folder, environment={}, seconds=SECONDS_TO_END)
    program.wait_until(is_ready(access), SECONDS_TO_START)
    return program, access


def _audited(folder: Path, log: str) -> Sequence[str]:
    if not log:
        return ()
    policy = folder / "audit-policy.json"
    policy.write_text(json.dumps(AUDIT_POLICY))
    return f"--audit-policy-file={policy}", f"--audit-log-path={log}"


def is_ready(access: Access, path: str = "/readyz") -> Callable[[], bool]:
    """Says whether a server answers there, and well."""

    def asked() -> bool:
        try:
            line = Line(access, 1, owned=True)  # anew each time: the server is still making its certificate
        except NoAccess:
            return False
        answer = line.send(Asked("GET", path), 5.0)
        line.close()
        return isinstance(answer, Reply) and answer.status == 200

    return asked


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
