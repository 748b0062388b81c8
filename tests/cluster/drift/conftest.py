"""A cluster that Argo CD and Flux deliver to and people edit, for all these tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ..apiserver import Programs
from ..provision import Means
from ..reconcile.conftest import prepare
from ..reconcile.live import Cluster, cluster
from .comparing import Kubectl, Result, Workspace, compared


@pytest.fixture(scope="session")
def programs(means: Means) -> Programs:
    if not isinstance(means, Programs):
        pytest.skip("these tests start kube-apiserver themselves; there is only kind")
    return means


@pytest.fixture(scope="session")
def there(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(programs, tmp_path_factory.mktemp("cluster")) as running:
        prepare(running)
        yield running


@pytest.fixture
def live(there: Cluster) -> Iterator[Cluster]:
    """The cluster, without what a test made once that has ended."""
    yield there
    there.clean()


@pytest.fixture
def kubectl(live: Cluster) -> Kubectl:
    found = shutil.which("kubectl")
    if found is None:
        pytest.skip("no kubectl on the PATH")
    return Kubectl(found, live.kubeconfig)


@pytest.fixture
def compare(live: Cluster, tmp_path: Path) -> Callable[..., Result]:
    """Compares a workspace of these files with the cluster; options go to the command."""

    def comparing(files: Mapping[str, str], *options: str) -> Result:
        return compared(Workspace(tmp_path / "repo", files), live, options)

    return comparing
