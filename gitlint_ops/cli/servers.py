"""Which API server a command asks: the user names one, it is never taken from what happens to be set."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from gitlint_ops.model.errors import UsageError

if TYPE_CHECKING:
    from gitlint_ops.reconcile.options import ServerChoice

Command = TypeVar("Command", bound=Callable[..., Any])

_WAYS = (
    "choose one: --context NAME or --kubeconfig FILE for a cluster of yours (nothing is changed there), "
    "--in-cluster from a pod, --envtest or --kind for one that is made for the run"
)


class Asked(Struct, frozen=True):
    """The options about a server, as typed."""

    kubeconfig: str = ""
    context: str = ""
    in_cluster: bool = False
    kind: bool = False
    envtest: bool = False
    keep: bool = False

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to a server that are named, by their options."""
        yours = "--context" if self.context else "--kubeconfig"
        named = (
            (yours, bool(self.context or self.kubeconfig)),
            ("--in-cluster", self.in_cluster),
            ("--envtest", self.envtest),
            ("--kind", self.kind),
        )
        return tuple(option for option, given in named if given)


def server_options(command: Command) -> Command:
    """Options that say which server is asked."""
    added: tuple[Callable[[Any], Any], ...] = (
        click.option("--context", default="", metavar="NAME", help="A cluster of your kubeconfig."),
        click.option(
            "--kubeconfig", default="", metavar="FILE", help="Another kubeconfig, and its current context."
        ),
        click.option("--in-cluster", is_flag=True, help="The cluster of the pod that this runs in."),
        click.option("--envtest", is_flag=True, help="An etcd and kube-apiserver made for the run."),
        click.option("--kind", is_flag=True, help="A kind cluster made for the run."),
        click.option("--keep", is_flag=True, help="Leave what --envtest or --kind made running."),
    )
    for option in reversed(added):
        command = option(command)
    return command


def chosen_server(asked: Asked) -> ServerChoice:
    """The server that the user names.

    Raises:
        UsageError: none, or more than one.
    """
    from gitlint_ops.reconcile.options import ServerChoice, ServerKind

    ways = asked.ways
    if not ways:
        raise UsageError("no API server is named", hint=_WAYS)
    if len(ways) > 1:
        raise UsageError(f"{' and '.join(ways)} exclude each other", hint="each names another server")
    kinds = {
        "--in-cluster": ServerKind.IN_CLUSTER,
        "--envtest": ServerKind.ENVTEST,
        "--kind": ServerKind.KIND,
    }
    kind = kinds.get(ways[0], ServerKind.KUBECONFIG)
    if asked.keep and not kind.is_owned:
        raise UsageError("--keep is for --envtest and --kind", hint="other clusters are left as they are")
    return ServerChoice(
        kind=kind,
        kubeconfig=asked.kubeconfig or os.environ.get("KUBECONFIG", ""),
        context=asked.context,
        assets=os.environ.get("KUBEBUILDER_ASSETS", ""),
        cache_home=os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser()),
        data_home=os.environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser()),
        path=os.environ.get("PATH", ""),
        environ=dict(os.environ),
        keep=asked.keep,
        terminal=sys.stdin.isatty(),
    )
