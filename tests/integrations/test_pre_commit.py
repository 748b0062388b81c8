"""The hooks of .pre-commit-hooks.yaml, run by the real pre-commit in a real repository."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class PreCommit:
    """pre-commit with its own folder of environments."""

    env: dict[str, str]

    def run(self, repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments, "--color", "never"],
            cwd=repository,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def pre_commit(offline_pip: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> PreCommit:
    if find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    return PreCommit({**offline_pip, "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit"))})


@pytest.fixture
def configured(shop: Path, source: Path, git: Callable[..., str]) -> Path:
    """The team's repository with both hooks configured."""
    (shop / ".pre-commit-config.yaml").write_text(
        f"repos:\n"
        f"- repo: {source}\n"
        f"  rev: {git(source, 'rev-parse', 'HEAD')}\n"
        f"  hooks: [{{id: gitlint-ops}}, {{id: gitlint-ops-all}}]\n"
    )
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", "use the hooks")
    return shop


def test_a_good_change_passes(configured: Path, pre_commit: PreCommit, git: Callable[..., str]) -> None:
    change(configured / "shop-env/production/kustomization.yaml", "newTag: 1.8.2", "newTag: 1.8.3")
    git(configured, "add", "--all")

    run = pre_commit.run(configured, "run")

    assert run.returncode == 0, run.stdout + run.stderr
    assert "Passed" in run.stdout


def test_a_bad_change_is_refused_at_its_line(
    configured: Path, pre_commit: PreCommit, git: Callable[..., str]
) -> None:
    change(configured / "shop-env/production/kustomization.yaml", "newTag: 1.8.2", "newTag: latest")
    git(configured, "add", "--all")

    run = pre_commit.run(configured, "run")

    assert run.returncode == 1, run.stdout + run.stderr
    assert "shop-env/production/kustomization.yaml" in run.stdout
    assert "tag-latest-or-missing" in run.stdout


def test_the_index_is_judged_and_not_the_working_tree(
    configured: Path, pre_commit: PreCommit, git: Callable[..., str]
) -> None:
    kustomization = configured / "shop-env/production/kustomization.yaml"
    change(kustomization, "newTag: 1.8.2", "newTag: 1.8.3")
    git(configured, "add", "--all")
    change(kustomization, "newTag: 1.8.3", "newTag: latest")

    run = pre_commit.run(configured, "run")

    assert run.returncode == 0, run.stdout + run.stderr


def test_deleting_a_file_that_is_still_listed_is_refused(
    configured: Path, pre_commit: PreCommit, git: Callable[..., str]
) -> None:
    git(configured, "rm", "--quiet", "shop-env/staging/configmap.yaml")

    run = pre_commit.run(configured, "run")

    assert run.returncode == 1, run.stdout + run.stderr
    assert "reference-missing" in run.stdout


def test_the_second_hook_judges_what_no_commit_touches(
    configured: Path, pre_commit: PreCommit, git: Callable[..., str]
) -> None:
    change(configured / "shop-env/production/kustomization.yaml", "newTag: 1.8.2", "newTag: latest")
    git(configured, "add", "--all")
    git(configured, "commit", "--quiet", "--no-verify", "--message", "past the hook")

    staged = pre_commit.run(configured, "run")
    whole = pre_commit.run(configured, "run", "gitlint-ops-all", "--hook-stage", "manual")

    assert staged.returncode == 0, staged.stdout + staged.stderr
    assert whole.returncode == 1, whole.stdout + whole.stderr
    assert "tag-latest-or-missing" in whole.stdout


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
