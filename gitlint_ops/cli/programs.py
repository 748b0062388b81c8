"""The programs of this machine that a run may start."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.cli.caches import cache_folder
from gitlint_ops.workspace.tree import Tree

NOT_WANTED = "--no-helm was given"
NOT_FOUND = (
    "no helm is on the PATH; install version 3 or 4, and charts that lie in the repository are checked"
)


def find_helm(trees: Iterable[Tree], *, wanted: bool = True, cached: bool = False) -> Helm:
    """The helm on the PATH, unless it lies in a repository that is linted: nothing of those is run.

    `cached`: what it renders is kept for later runs.
    """
    if not wanted:
        return Helm(absent=NOT_WANTED)
    roots = [os.path.realpath(tree.repository.root) for tree in trees if tree.repository.root]
    folders = [one for one in os.environ.get("PATH", "").split(os.pathsep) if Path(one).is_absolute()]
    for folder in folders:
        found = shutil.which("helm", path=folder)
        if found and not any(_lies_in(found, root) for root in roots):
            kept = cache_folder("charts") if cached else None
            return Helm(path=found, cache=str(kept or ""))
    return Helm(absent=NOT_FOUND)


def _lies_in(path: str, root: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root) or Path(path).is_relative_to(root)
