"""The server of a run, by the user's choice."""

from __future__ import annotations

from contextlib import AbstractContextManager

from gitlint_ops.reconcile import opening
from gitlint_ops.reconcile.api import Api
from gitlint_ops.reconcile.options import Options, ServerChoice, ServerKind
from gitlint_ops.reconcile.outcomes import ClusterSet


def opened(choice: ServerChoice, wanted: ClusterSet, options: Options) -> AbstractContextManager[Api]:
    """A server for what goes to one cluster; one of ours is gone afterwards.

    Raises:
        UsageError: it cannot be had.
    """
    jobs, timeout = options.jobs, options.timeout
    match choice.kind:
        case ServerKind.ENVTEST:
            return opening.envtest_api(
                choice.assets,
                choice.cache_home,
                wanted.kubernetes,
                rbac=options.as_operator,
                keep=choice.keep,
                jobs=jobs,
                timeout=timeout,
                data_home=choice.data_home,
            )
        case ServerKind.KIND:
            return opening.kind_api(
                wanted.kubernetes,
                path=choice.path,
                environ=choice.environ,
                keep=choice.keep,
                jobs=jobs,
                timeout=timeout,
            )
        case ServerKind.IN_CLUSTER:
            return opening.in_cluster_api(qps=options.qps, jobs=jobs, timeout=timeout, environ=choice.environ)
        case _:
            return opening.kubeconfig_api(
                choice.kubeconfig,
                choice.context,
                qps=options.qps,
                jobs=jobs,
                timeout=timeout,
                environ=choice.environ,
                terminal=choice.terminal,
            )


def address_of(choice: ServerChoice) -> str:
    """The URL of a server that is there, "" where it is not known."""
    if choice.kind is not ServerKind.KUBECONFIG:
        return ""
    return opening.server_address(choice.kubeconfig, choice.context)


def said(choice: ServerChoice) -> str:
    """The server as messages call it."""
    if choice.kind is ServerKind.IN_CLUSTER:
        return "the cluster of this pod"
    return f"context {choice.context}" if choice.context else "the current context"
