"""A real etcd and kube-apiserver on this machine, with nothing else of a cluster.

The programs are taken from the folder that KUBEBUILDER_ASSETS names (the convention of Kubernetes'
envtest), else from where tools/oracles.sh puts them. There are no controllers, so what only a
controller would object to is not known here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import check_output

from gitlint_ops.reconcile.ephemeral.assets import Assets
from gitlint_ops.reconcile.ephemeral.envtest import Setup, server_flags, serving

from .server import Server, server_of

__all__ = ["CHECKOUT", "SERVER_FLAGS", "Programs", "Server", "find_programs", "oracles", "running"]

CHECKOUT = Path(__file__).resolve().parents[2]
SERVER_FLAGS = tuple(server_flags(Setup()))


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
def running(programs: Programs, flags: Sequence[str] = SERVER_FLAGS) -> Iterator[Server]:
    """A server with an empty store; its processes and all its data are gone afterwards.

    `flags` are those of `SERVER_FLAGS`, with another way of authorization or more of them.

    Raises:
        NotStarted: no server answers in time.
    """
    more = (one for one in flags if one not in SERVER_FLAGS and not one.startswith("--authorization-mode"))
    setup = Setup(rbac="--authorization-mode=RBAC" in flags, flags=tuple(more))
    with serving(Assets(str(programs.etcd), str(programs.apiserver)), setup) as started:
        yield server_of(started)
