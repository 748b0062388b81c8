"""Several real git repositories, the real kustomize as an oracle, and our builds of the same folders."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.report.built import as_yaml
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.remotes import Declared
from gitlint_ops.workspace.sources import Sources

ADDRESS = "https://github.com/acme"


@dataclass(frozen=True)
class Forge:
    """Repositories below one folder; to git they are those of https://github.com/acme."""

    folder: Path
    home: Path

    def git(self, name: str, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder / name), *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": str(self.home / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def repository(self, name: str, files: Mapping[str, str] | None = None) -> str:
        """A new repository with one commit, whose id is given."""
        folder = self.folder / name
        folder.mkdir()
        (self.folder / f"{name}.git").symlink_to(folder)
        self.git(name, "init", "--quiet", "--initial-branch", "main")
        self.git(name, "remote", "add", "origin", f"{ADDRESS}/{name}.git")
        return self.commit(name, files or {})

    def commit(self, name: str, files: Mapping[str, str]) -> str:
        self.write(name, files)
        self.git(name, "add", "--all")
        self.git(name, "commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git(name, "rev-parse", "HEAD")

    def write(self, name: str, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            file = self.folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def kustomize(self, path: str) -> tuple[str | None, str]:
        """What the real kustomize prints (None where it fails), and its messages."""
        if shutil.which("kubectl") is None:
            pytest.skip("kubectl, whose kustomize is the oracle, is not installed")
        done = subprocess.run(
            ["kubectl", "kustomize", str(self.folder / path)],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout if done.returncode == 0 else None), done.stderr


@dataclass(frozen=True)
class Workspace:
    """Some of the repositories, as a run knows them."""

    sources: Sources
    results: dict[str, BuildResult] = field(default_factory=dict)

    def build(self, path: str) -> BuildResult:
        repo, _, folder = path.partition("/")
        builder = KustomizeBuilder(self.sources, repo)
        return builder.build(BuildTarget(repo, folder, TargetKind.KUSTOMIZE))


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    home, folder = tmp_path / "home", tmp_path / "forge"
    home.mkdir()
    folder.mkdir()
    (home / "gitconfig").write_text(
        '[user]\n\tname = A\n\temail = a@example.com\n[protocol "file"]\n\tallow = always\n'
        f'[url "file://{folder}/"]\n\tinsteadOf = {ADDRESS}/\n\tinsteadOf = git@github.com:acme/\n'
        "\tinsteadOf = ssh://git@git.example/acme/\n",
        encoding="utf-8",
    )
    return Forge(folder, home)


def open_all(forge: Forge, names: Sequence[str], declared: Sequence[Declared] = ()) -> Workspace:
    """A run over these repositories, all in their working trees."""
    workspace = open_workspace([str(forge.folder / name) for name in names], cwd=str(forge.folder))
    trees = [open_tree(one) for one in workspace.repositories]
    return Workspace(Sources(trees, declared=declared))


def rendered(result: BuildResult) -> str | None:
    """What a build prints, None where it fails; nothing may be left out."""
    if result.reason is not None:
        return None
    return as_yaml(result.objects)
