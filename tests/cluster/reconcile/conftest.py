"""A cluster that somebody else runs, to rehearse on, and the programs for servers of our own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ..apiserver import Programs
from ..definitions import create
from ..pinned import pinned_definitions
from ..provision import Means
from .live import Cluster, cluster
from .scenario import scenarios

OPERATORS = frozenset(
    {
        ("argoproj.io", "Application"),
        ("argoproj.io", "AppProject"),
        ("kustomize.toolkit.fluxcd.io", "Kustomization"),
        ("helm.toolkit.fluxcd.io", "HelmRelease"),
        ("source.toolkit.fluxcd.io", "GitRepository"),
    }
)
SECONDS_TO_HEED = 3
"""What a server takes to heed policies, webhooks, quotas and rights that are new to it."""

THEIR_NAMESPACES = ("argocd", "flux-system")


@pytest.fixture(scope="session")
def programs(means: Means) -> Programs:
    if not isinstance(means, Programs):
        pytest.skip("these tests start kube-apiserver themselves; there is only kind")
    return means


@pytest.fixture(autouse=True)
def assets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the programs as its users give them to it."""
    if "programs" in request.fixturenames:
        found: Programs = request.getfixturevalue("programs")
        monkeypatch.setenv("KUBEBUILDER_ASSETS", str(found.etcd.parent))


@pytest.fixture(scope="session")
def production(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with the definitions of Argo CD and Flux, on which the scenarios live, for good."""
    with cluster(programs, tmp_path_factory.mktemp("cluster")) as running:
        prepare(running)
        yield running


@pytest.fixture(scope="session")
def scratch(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Another one, for tests that clean it behind them."""
    with cluster(programs, tmp_path_factory.mktemp("scratch")) as running:
        prepare(running)
        yield running


@pytest.fixture(scope="session")
def settled(production: Cluster) -> dict[str, str]:
    """What lives before each scenario lives, side by side in namespaces; why it does not, by name."""
    failed: dict[str, str] = {}
    for one in scenarios():
        try:
            production.live(one.live())
        except AssertionError as error:
            failed[one.name] = str(error)
    time.sleep(SECONDS_TO_HEED)
    return failed


def prepare(running: Cluster) -> None:
    refused = create(running.client, pinned_definitions(OPERATORS))
    assert not refused, refused
    for name in THEIR_NAMESPACES:
        running.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
