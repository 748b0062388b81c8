"""Every way to come to an API server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.api import ServerLost

if TYPE_CHECKING:
    from gitlint_ops.reconcile.ephemeral.running import Running
    from gitlint_ops.reconcile.server.access import Login
    from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

QPS = 100.0
"""Requests per second on a server that others use, too, and that does not see to fairness itself."""


@contextmanager
def kubeconfig_api(
    kubeconfig: str,
    context: str,
    *,
    qps: float | None,
    jobs: int,
    timeout: float,
    environ: Mapping[str, str] | None = None,
    terminal: bool = False,
) -> Iterator[HttpApi]:
    """The server of a context; "" for both is what kubectl would take.

    `qps` is how many requests are made a second; None: as many as the server itself allows (API Priority
    and Fairness), else `QPS`. A credential plugin gets `environ`, and may ask somebody where there is a
    `terminal`.

    Raises:
        UsageError: it cannot be reached, or does not let us in.
    """
    from gitlint_ops.reconcile.server.kubeconfig import context_of
    from gitlint_ops.reconcile.server.login import expect_client, logged_in
    from gitlint_ops.reconcile.server.plugin import Surroundings

    expect_client()
    name = context_of(kubeconfig, context).name
    login = partial(logged_in, kubeconfig, name, Surroundings(environ or {}, terminal))
    hint = f"`kubectl --context {name} get --raw /readyz` has to answer ok"
    with _of_others(f"context {name}", login, qps, jobs, timeout, hint=hint) as api:
        yield api


@contextmanager
def in_cluster_api(
    *, qps: float | None, jobs: int, timeout: float, environ: Mapping[str, str] | None = None
) -> Iterator[HttpApi]:
    """The server of the cluster that we run in, as the pod's service account.

    Raises:
        UsageError: it cannot be reached, or does not let us in.
    """
    from gitlint_ops.reconcile.server.incluster import in_cluster

    login = partial(in_cluster, environ or {})
    hint = "a pod has to run with a service account, and its token has to be mounted"
    with _of_others("the cluster of this pod", login, qps, jobs, timeout, hint=hint) as api:
        yield api


@contextmanager
def envtest_api(  # noqa: PLR0913 - what a user can choose
    assets: str,
    cache_home: str,
    kubernetes: str,
    *,
    rbac: bool,
    keep: bool,
    jobs: int,
    timeout: float,
    data_home: str = "",
) -> Iterator[OwnedApi]:
    """A fresh etcd and kube-apiserver of that version which is nearest to the wanted one.

    Raises:
        UsageError: there are none, or they do not start.
    """
    from gitlint_ops.reconcile.ephemeral.assets import find_assets
    from gitlint_ops.reconcile.ephemeral.envtest import Setup, serving

    found = find_assets(assets, cache_home, data_home, kubernetes)
    with _of_ours("envtest", serving(found, Setup(rbac=rbac), keep=keep), jobs, timeout) as api:
        yield api


@contextmanager
def kind_api(
    kubernetes: str, *, path: str, environ: Mapping[str, str], keep: bool, jobs: int, timeout: float
) -> Iterator[OwnedApi]:
    """A fresh cluster in containers; `path` is where kind and the container runtime are looked for.

    Raises:
        UsageError: they are not there, or make no cluster.
    """
    from gitlint_ops.reconcile.ephemeral.kind import find_kind, serving

    with _of_ours("kind", serving(find_kind(path, environ), kubernetes, keep=keep), jobs, timeout) as api:
        yield api


def server_address(kubeconfig: str, context: str) -> str:
    """The URL of a context's server, "" where it has none.

    Raises:
        UsageError: there is no such context.
    """
    from gitlint_ops.reconcile.server.kubeconfig import context_of

    return context_of(kubeconfig, context).server


@contextmanager
def _of_others(
    name: str, login: Login, qps: float | None, jobs: int, timeout: float, *, hint: str
) -> Iterator[HttpApi]:
    from gitlint_ops.reconcile.server.access import NoAccess
    from gitlint_ops.reconcile.server.connection import Connection
    from gitlint_ops.reconcile.server.discovery import NoDiscovery
    from gitlint_ops.reconcile.server.http_api import HttpApi
    from gitlint_ops.reconcile.server.pace import Pace

    try:
        pace = Pace(QPS if qps is None else qps, 2 * jobs, yields=qps is None)
        connection = Connection(name, login, pace=pace, jobs=jobs, timeout=timeout)
    except NoAccess as error:
        raise UsageError(f"{name} cannot be used: {error}", hint=hint) from error
    with ExitStack() as ending:
        ending.callback(connection.close)
        try:
            api = HttpApi(connection)
        except (ServerLost, NoDiscovery) as error:
            raise UsageError(str(error), hint=hint) from error
        yield api


@contextmanager
def _of_ours(
    name: str, serving: AbstractContextManager[Running], jobs: int, timeout: float
) -> Iterator[OwnedApi]:
    from gitlint_ops.reconcile.ephemeral.programs import NotStarted
    from gitlint_ops.reconcile.server.connection import Connection
    from gitlint_ops.reconcile.server.discovery import NoDiscovery
    from gitlint_ops.reconcile.server.http_api import OwnedApi

    with ExitStack() as ending:
        try:
            running = ending.enter_context(serving)
        except NotStarted as error:
            raise UsageError(f"{name} does not start: {error}") from error
        connection = Connection(
            name, lambda: running.access, owned=True, jobs=jobs, timeout=timeout, trouble=running.trouble
        )
        # Before the server is ended, so that no thread still waits for it.
        ending.callback(connection.close)
        try:
            api = OwnedApi(connection, running.kubeconfig, running.ending)
        except (ServerLost, NoDiscovery) as error:
            raise UsageError(f"{name} has started and does not answer: {error}") from error
        yield api
