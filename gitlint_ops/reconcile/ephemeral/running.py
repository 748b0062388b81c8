"""A server that we have made, while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from gitlint_ops.reconcile.server.access import Access

NAME = "gitlint-ops"
KUBECONFIG = "kubeconfig"


class Running(Struct, frozen=True):
    """How a server is reached, by us and by kubectl.

    `trouble` says why it cannot answer any more, "" while it can. `ending` is the command that ends it where
    it has been kept.
    """

    access: Access
    kubeconfig: str
    trouble: Callable[[], str]
    ending: str = ""


def write_kubeconfig(folder: Path, access: Access) -> Path:
    """A file by which kubectl reaches a server; nobody else may read it."""
    named = {"cluster": NAME, "user": NAME}
    held = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": NAME, "cluster": {"server": access.url, "certificate-authority": access.authority}}
        ],
        "users": [{"name": NAME, "user": {"token": access.authorization.removeprefix("Bearer ")}}],
        "contexts": [{"name": NAME, "context": named}],
        "current-context": NAME,
    }
    file = folder / KUBECONFIG
    write_private(file, json.dumps(held, indent=2))  # JSON is YAML
    return file


def write_private(file: Path, text: str) -> None:
    """A new file that only its owner may read, also while it is being written."""
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(text)
