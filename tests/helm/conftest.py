"""Repositories with charts, and the real helm and kustomize to compare with."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pygit2
import pytest

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from .charts import Files


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def gitlint_ops() -> Callable[..., Ran]:
    from gitlint_ops.cli.main import run

    def command(*arguments: str) -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err):
            code = run(arguments)
        return Ran(code, *(one.buffer.getvalue().decode() for one in (out, err)))

    return command


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Files], Path]:
    """Writes a repository and gives its root."""

    def written(files: Files) -> Path:
        for path, text in files.items():
            file = tmp_path / "repo" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if not (tmp_path / "repo" / ".git").exists():
            pygit2.init_repository(str(tmp_path / "repo"))
        return tmp_path / "repo"

    return written


@pytest.fixture(scope="session")
def helm() -> str:
    found = shutil.which("helm")
    if found is None:
        pytest.skip("no helm on the PATH (tools/oracles.sh builds one where Go is installed)")
    return found


@pytest.fixture(scope="session")
def kustomize(helm: str) -> Callable[[Path], str]:
    """What the real kustomize builds, with the same helm."""
    found = shutil.which("kustomize")
    if found is None:
        pytest.skip("no kustomize on the PATH (tools/oracles.sh builds one where Go is installed)")

    def build(folder: Path) -> str:
        command = [found, "build", "--enable-helm", "--helm-command", helm, str(folder)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout

    return build


@pytest.fixture
def builder(helm: str) -> Callable[[Path], Callable[[str], BuildResult]]:
    """Builds folders of one repository, sharing what they share."""

    def of(root: Path) -> Callable[[str], BuildResult]:
        workspace = open_workspace([str(root)], cwd=str(root))
        tree = open_tree(workspace.repositories[0])
        builder = KustomizeBuilder(Sources([tree]), tree.name, helm=Helm(helm))
        return lambda folder: builder.build(BuildTarget(tree.name, folder, TargetKind.KUSTOMIZE))

    return of
