"""A real API server that these tests may do anything to, with RBAC and an audit log."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.reconcile.ephemeral.assets import Assets
from gitlint_ops.reconcile.ephemeral.envtest import Setup, serving
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.opening import kubeconfig_api
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from ..apiserver import Programs
from ..provision import Means


@pytest.fixture(scope="session")
def assets(means: Means) -> Assets:
    if not isinstance(means, Programs):
        pytest.skip("kind has no processes of its own here")
    return Assets(str(means.etcd), str(means.apiserver))


@pytest.fixture(scope="session")
def audit_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit") / "log"


@pytest.fixture(scope="session")
def client_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path] | None:
    """A certificate and its key that the server knows as one who may do everything."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    folder = tmp_path_factory.mktemp("client")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made = [
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    said = ["-subj", "/O=system:masters/CN=tester", "-addext", "extendedKeyUsage=clientAuth"]
    subprocess.run([openssl, "req", *made, *said], check=True, capture_output=True)
    return certificate, key


@pytest.fixture(scope="session")
def served(
    assets: Assets, audit_log: Path, client_certificate: tuple[Path, Path] | None
) -> Iterator[Running]:
    # Later pages of a list come from the store, which forgets, and not from a cache of the server.
    flags: tuple[str, ...] = ("--etcd-compaction-interval=2s", "--watch-cache-sizes=configmaps#0")
    # As on clusters of others; servers of ours do without it.
    flags = (*flags, "--enable-priority-and-fairness=true")
    if client_certificate:  # which has signed itself
        flags = (*flags, f"--client-ca-file={client_certificate[0]}")
    with serving(assets, Setup(rbac=True, audit_log=str(audit_log), flags=flags)) as running:
        yield running


@pytest.fixture(scope="session")
def owned(served: Running) -> Iterator[OwnedApi]:
    """The server as one of ours."""
    connection = Connection("envtest", lambda: served.access, owned=True)
    yield OwnedApi(connection, served.kubeconfig, served.ending)
    connection.close()


@pytest.fixture
def theirs(served: Running) -> Iterator[HttpApi]:
    """The same server as one that others use."""
    with kubeconfig_api(served.kubeconfig, "", qps=0, jobs=8, timeout=30) as api:
        yield api


@pytest.fixture
def token(served: Running) -> str:
    return served.access.authorization.removeprefix("Bearer ")


@pytest.fixture
def cluster(served: Running) -> dict[str, Any]:
    return {"server": served.access.url, "certificate-authority": served.access.authority}
