"""Rehearsals of small workspaces on one real server; each test keeps to names of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitlint_ops.reconcile.opening import envtest_api, kubeconfig_api
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.rehearse import rehearse
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi
from gitlint_ops.reconcile.sets import cluster_sets

from ...reconcile.workspaces import Files, checked_in
from ..apiserver import Programs
from ..provision import Means


@pytest.fixture(scope="session")
def assets(means: Means) -> str:
    if not isinstance(means, Programs):
        pytest.skip("these tests start kube-apiserver themselves; there is only kind")
    return str(means.etcd.parent)


@pytest.fixture(scope="session")
def ours(assets: str) -> Iterator[OwnedApi]:
    """A server on which things may be stored."""
    with envtest_api(assets, "", "", rbac=False, keep=False, jobs=8, timeout=30) as api:
        yield api


@pytest.fixture
def theirs(ours: OwnedApi) -> Iterator[HttpApi]:
    """The same server as one of somebody else."""
    with kubeconfig_api(ours.kubeconfig, "", qps=0, jobs=8, timeout=30) as api:
        yield api


@pytest.fixture(scope="session")
def guarded(assets: str) -> Iterator[OwnedApi]:
    """A server of ours that asks roles."""
    with envtest_api(assets, "", "", rbac=True, keep=False, jobs=8, timeout=30) as api:
        yield api


class Workspace:
    """A repository in a folder, rehearsed as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    def rehearsed(
        self,
        files: Files,
        api: HttpApi,
        *,
        as_operator: bool = False,
        dry_run: bool = True,
        kubernetes: str = "",
    ) -> Rehearsal:
        """What a server says to a repository with these files, all of which go to one cluster.

        `kubernetes` is the version that the cluster is to have.
        """
        self._number += 1
        folder = self._folder / f"r{self._number}"
        folder.mkdir()
        checked = checked_in(folder, files)
        (wanted,) = cluster_sets(checked, as_operator=as_operator)
        wanted = replace(wanted, kubernetes=kubernetes or wanted.kubernetes)
        return rehearse(wanted, api, checked, jobs=8, progress=lambda *_: None, dry_run=dry_run)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def told(found: Rehearsal) -> dict[str, Rehearsed]:
    """What became of each object, by "Kind/name"; of several of one name the last."""
    return {f"{one.entry.object.kind}/{one.entry.object.key.name}": one for one in found.objects}


def outcomes(found: Rehearsal) -> dict[str, Outcome]:
    return {name: one.outcome for name, one in told(found).items()}


def message(one: Rehearsed) -> str:
    assert one.answer is not None
    return one.answer.message
