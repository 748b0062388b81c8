"""Installing the project as an integration does, without downloading what is here already."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture(scope="session")
def offline_pip() -> dict[str, str]:
    """An environment in which `pip install PROJECT` takes dependencies from where the tests run.

    A folder in PYTHONPATH does not have its .pth files read: the editable install stays out, so
    what runs is what was installed.
    """
    return {
        **os.environ,
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        # pip reads this option's variable the wrong way round: "0" switches isolation off.
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }


@pytest.fixture(scope="session")
def git() -> Git:
    """Run git in a folder, away from the settings of whoever runs the tests."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def run(folder: Path, *arguments: str) -> str:
        settings = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{who}_NAME": "tests" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "tests@example.org" for who in ("AUTHOR", "COMMITTER")},
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    return run


@pytest.fixture(scope="session")
def source(checkout: Path, git: Git, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with the project as it stands now, committed or not."""
    copy = tmp_path_factory.mktemp("source") / "gitlint-ops"
    held = ("gitlint_ops", "rules", "schemas", "tools")
    for folder in held:
        shutil.copytree(checkout / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "action.yml"):
        shutil.copy(checkout / name, copy / name)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "the project as it stands")
    return copy


@pytest.fixture
def shop(checkout: Path, git: Git, tmp_path: Path) -> Path:
    """A git repository of a team: the clean example, committed."""
    folder = tmp_path / "shop"
    shutil.copytree(checkout / "examples/clean", folder)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "the shop")
    return folder
