"""The whole command on small repositories: text and SARIF, byte for byte but for folder, time and version."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops import __version__

from ..cli.command_line import run

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/repo"))


@pytest.mark.parametrize("case", CASES)
def test_the_output_is_as_expected(
    case: str, accept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    folder = Path(shutil.copytree(HERE / case / "repo", tmp_path / "repo"))
    baseline = HERE / case / "baseline.json"
    options = ["--baseline", str(baseline)] if baseline.is_file() else []

    sarif = run("check", folder, "--format", "sarif", *options)
    text = run("check", folder, *options)
    found = {
        "expected.txt": f"{text.out}exit code {text.code}\n",
        "expected.sarif.json": json.dumps(without_cards(json.loads(sarif.out)), indent=1) + "\n",
    }
    assert sarif.code == text.code

    for name, output in found.items():
        normalised = normal(output, tmp_path)
        if accept:
            (HERE / case / name).write_text(normalised, encoding="utf-8")
        assert normalised == (HERE / case / name).read_text(encoding="utf-8")


def without_cards(log: dict[str, Any]) -> dict[str, Any]:
    """The log with the ids of the rules in place of their texts, which tests/report looks at."""
    for one in log["runs"]:
        driver = one["tool"]["driver"]
        driver["rules"] = " ".join(rule["id"] for rule in driver["rules"])
    return log


def normal(output: str, folder: Path) -> str:
    """Without what differs from one machine, run or version to the next."""
    output = output.replace(str(folder), "/FOLDER").replace(f'"{__version__}"', '"VERSION"')
    return re.sub(r"in [\d.]+ s\.", "in N s.", output)
