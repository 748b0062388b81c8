"""Which of the workspace's clusters a server stands for."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.options import Options, ServerChoice
from gitlint_ops.reconcile.outcomes import ClusterSet
from gitlint_ops.reconcile.servers import address_of, said
from gitlint_ops.reconcile.sets import UNNAMED


def chosen_sets(sets: Sequence[ClusterSet], choice: ServerChoice, options: Options) -> Sequence[ClusterSet]:
    """The sets to rehearse: all of them, each on a server of its own, or the one that a server stands for.

    Raises:
        UsageError: there are several clusters and nothing says which one is meant.
    """
    if choice.kind.is_owned or len(sets) <= 1 or options.cluster:
        return sets
    address = _address(address_of(choice))
    there = [one for one in sets if one.server and _address(one.server) == address]
    if len(there) == 1:
        return there
    names = ", ".join(dict.fromkeys(one.cluster or one.environment or UNNAMED for one in sets))
    others = f"; {UNNAMED} is what goes to no cluster that has a name" if UNNAMED in names.split(", ") else ""
    raise UsageError(
        f"the repositories deliver to several clusters, and which one {said(choice)} stands for is not known",
        hint=f"name it with --cluster ({names}{others}), or give its address under clusters: in "
        "gitlint-ops.yaml",
    )


def _address(url: str) -> tuple[str, int]:
    """Host and port of a server's URL."""
    parts = urlsplit(url)
    default = 80 if parts.scheme == "http" else 443
    try:
        return (parts.hostname or "").lower(), parts.port or default
    except ValueError:
        return url, 0
