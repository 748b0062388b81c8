"""Pinning from a cluster, with a real API server and a kubeconfig for it."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from ..cli.command_line import run
from ..pinning.repository import lock, repository
from .client import Client
from .server import Server


@pytest.fixture
def kubeconfig(server: Server, tmp_path: Path) -> Path:
    user: dict[str, object] = {"token": server.token} if server.token else {}
    if server.identity:
        user = {
            "client-certificate": str(server.identity.certificate),
            "client-key": str(server.identity.key),
        }
    authority = b64encode(server.authority.read_bytes()).decode()
    address = f"https://{server.host}:{server.port}"
    path = tmp_path / "kubeconfig"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "tests",
                "clusters": [
                    {"name": "tests", "cluster": {"server": address, "certificate-authority-data": authority}}
                ],
                "users": [{"name": "tests", "user": user}, {"name": "nobody", "user": {"token": "wrong"}}],
                "contexts": [
                    {"name": "tests", "context": {"cluster": "tests", "user": "tests"}},
                    {"name": "nobody", "context": {"cluster": "tests", "user": "nobody"}},
                ],
            }
        )
    )
    return path


def test_what_a_cluster_has_is_pinned_and_stays_the_same(
    client: Client, kubeconfig: Path, tmp_path: Path
) -> None:
    del client  # it has created the definitions
    repo = repository(tmp_path / "shop")

    ran = run("schemas", "pin", "--from-cluster", "--kubeconfig", kubeconfig, cwd=repo)
    again = run("schemas", "pin", "--update", "--kubeconfig", kubeconfig, cwd=repo)

    assert ran.code == 0, ran.err
    assert "+ Certificate.cert-manager.io" in ran.out.splitlines()
    assert lock(repo)["sources"][0]["context"] == "tests"
    assert "nothing changed" in again.out
    assert run("schemas", "verify", cwd=repo).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--context", "nobody"), "answers 401"),
        (("--context", "missing"), "missing"),
        (("--kubeconfig", "nowhere"), "the kubeconfig cannot be used"),
    ],
)
def test_a_cluster_that_cannot_be_asked_is_told_plainly(
    arguments: tuple[str, ...], said: str, kubeconfig: Path, tmp_path: Path
) -> None:
    repo = repository(tmp_path / "shop")

    ran = run("schemas", "pin", "--from-cluster", "--kubeconfig", kubeconfig, *arguments, cwd=repo)

    assert (ran.code, said in ran.err) == (2, True), ran.err
