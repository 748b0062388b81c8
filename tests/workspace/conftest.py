"""Real git repositories, made by the git command in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.tree import Tree

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Git:
    """A repository in a folder, and the git command on it."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        environment = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, files: Files) -> None:
        write(self.folder, files)

    def commit(self, files: Files | None = None, message: str = "change") -> str:
        """Write files, commit everything, and give the commit's id."""
        self.write(files or {})
        self("add", "--all")
        self("commit", "--quiet", "--allow-empty", "--message", message)
        return self("rev-parse", "HEAD")

    def tree(self, revision: str = "worktree", *, max_bytes: int = 50_000_000, path: str = ".") -> Tree:
        return tree(self.folder / path, revision, max_bytes=max_bytes)


def write(folder: Path, files: Files) -> None:
    for path, content in files.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())


def tree(folder: Path, revision: str = "worktree", *, max_bytes: int = 50_000_000) -> Tree:
    workspace = open_workspace([str(folder)], revision=revision, cwd="/")
    return open_tree(workspace.repositories[0], max_bytes)


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[..., Git]:
    """Make a repository of a name with files committed to its branch main."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def make(files: Files | None = None, name: str = "shop") -> Git:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        git = Git(folder)
        git("init", "--quiet", "--initial-branch=main")
        if files is not None:
            git.commit(files)
        return git

    return make


@pytest.fixture
def at_folder() -> type[Git]:
    """The git command in a folder that is a repository already."""
    return Git


@pytest.fixture
def plain_folder(tmp_path: Path) -> Callable[[Files], Path]:
    """Make a folder without git."""

    def make(files: Files) -> Path:
        folder = tmp_path / "plain"
        folder.mkdir()
        write(folder, files)
        return folder

    return make


@pytest.fixture
def open_folder() -> Callable[..., Tree]:
    """Open the files of a folder, git or not."""
    return tree
