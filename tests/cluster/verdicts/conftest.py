"""A server with RBAC and the policies of standing.yaml; only the tests' own client changes it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from gitlint_ops.reconcile.api import Api
from gitlint_ops.reconcile.opening import kubeconfig_api

from ..apiserver import Programs
from ..provision import Means
from ..reconcile.live import CONTEXT, Cluster, cluster
from .asked import standing

SECONDS_TO_HEED = 3
"""What a server takes to heed policies and rights that are new to it."""


@pytest.fixture(scope="session")
def judged(means: Means, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not isinstance(means, Programs):
        pytest.skip("these tests start kube-apiserver themselves; there is only kind")
    with cluster(means, tmp_path_factory.mktemp("verdicts"), audited=False) as running:
        running.live({"apply": one} for one in standing())
        time.sleep(SECONDS_TO_HEED)
        yield running


@pytest.fixture(scope="session")
def api(judged: Cluster) -> Iterator[Api]:
    with kubeconfig_api(str(judged.kubeconfig), CONTEXT, qps=0, jobs=1, timeout=30) as found:
        yield found
