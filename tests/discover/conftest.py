"""Small folders, discovered and not built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitlint_ops.discover.kustomize import KustomizeDir, kustomize_dirs
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..cli.command_line import Files, write

Discover = Callable[[Files], dict[str, KustomizeDir]]


@pytest.fixture
def discover(tmp_path: Path) -> Discover:
    """The kustomization folders of a repository of texts by path."""

    def discovered(files: Files) -> dict[str, KustomizeDir]:
        folder = write(tmp_path / "repo", files)
        tree = open_tree(open_workspace([str(folder)], cwd="/").repositories[0])
        return kustomize_dirs(Sources([tree]), tree)

    return discovered
