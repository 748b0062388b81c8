"""The examples show what they say: the clean one nothing, the other one finding a planted defect."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

PLANTED = re.compile(r"^\| ([a-z-]+) \| ([\w./-]+):(\d+) \|", re.MULTILINE)


def test_the_clean_example_is_clean_and_wholly_checked(
    checkout: Path, gitlint_ops: Command, tmp_path: Path
) -> None:
    ran = gitlint_ops("check", str(copied(checkout, "clean", tmp_path)), "--format", "json")

    report = json.loads(ran.out)
    assert report["findings"] == []
    assert report["unchecked"] == []
    assert ran.code == 0


def test_each_planted_defect_is_found_at_its_line_and_nothing_else(
    checkout: Path, gitlint_ops: Command, tmp_path: Path
) -> None:
    workspace = copied(checkout, "defects", tmp_path)
    planted = [
        (rule, file, int(line)) for rule, file, line in PLANTED.findall((workspace / "README.md").read_text())
    ]

    ran = gitlint_ops("check", str(workspace), "--format", "json")

    found = [
        (finding["rule"], finding["location"]["file"], finding["location"]["line"])
        for finding in json.loads(ran.out)["findings"]
    ]
    assert sorted(found) == sorted(planted)
    assert ran.code == 1


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_an_environment_of_the_clean_example_builds_as_kustomize_builds_it(
    environment: str, checkout: Path, gitlint_ops: Command
) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    folder = str(checkout / "examples/clean/shop-env" / environment)
    theirs = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=True)

    ours = gitlint_ops("build", folder)

    assert ours.code == 0, ours.err
    assert ours.out == theirs.stdout


def copied(checkout: Path, name: str, folder: Path) -> Path:
    """An example away from the checkout's git, so that its files are named from its own root."""
    return Path(shutil.copytree(checkout / "examples" / name, folder / name))
