"""A server of a cluster that kind makes in containers, where the programs themselves cannot be had.

Its controllers and its scheduler run, but only namespaces, definitions and policies are ever stored, so
that they have no say in what is judged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.ephemeral import kind
from gitlint_ops.reconcile.ephemeral.kind import Kind

from .apiserver import CHECKOUT
from .server import Server, server_of


def find_kind() -> Kind | str:
    """kind, or why it cannot be used: each thing that was tried."""
    try:
        return kind.find_kind(os.environ.get("PATH", ""), dict(os.environ))
    except UsageError as reason:
        return str(reason)


@contextmanager
def running_in(found: Kind) -> Iterator[Server]:
    """A server of the pinned version, or of another of its release.

    Raises:
        NotStarted: kind cannot make the cluster, or it does not answer.
    """
    with kind.serving(found, pinned()) as started:
        yield server_of(started)


def pinned() -> str:
    """What kube-apiserver is pinned to: "1.37.2"."""
    pins = (CHECKOUT / "tools/oracles/kube-apiserver/go.mod").read_text()
    found = re.search(r"k8s\.io/kubernetes v(\d+\.\d+\.\d+)", pins)
    assert found, "kube-apiserver is not pinned"
    return found[1]
