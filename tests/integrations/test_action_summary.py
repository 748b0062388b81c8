"""What the GitHub action writes into the summary of a job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace

from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.json import json_report

from ..report.made_rehearsals import LIVE, rehearsed, rejection


def summary(checkout: Path, folder: Path, result: CheckResult) -> str:
    report = folder / "report.json"
    report.write_text(json_report(result))
    written = folder / "summary.md"
    script = checkout / "tools/action_summary.py"
    options = ["--outputs", str(folder / "outputs"), "--summary", str(written)]
    subprocess.run([sys.executable, script, report, *options], check=True)
    return written.read_text()


def test_a_rehearsal_is_summed_up_for_each_cluster(checkout: Path, tmp_path: Path) -> None:
    lines = summary(checkout, tmp_path, rehearsed(LIVE, findings=(rejection(),))).splitlines()

    assert lines[0] == "## gitlint-ops reconcile"
    assert (
        "- eu-1 on context prod-eu (Kubernetes 1.36): 9 accepted, 1 rejected, 2 prerequisite; "
        "1 to create, 2 to change, 1 to prune"
    ) in lines
    assert any("dryrun-rejected" in line for line in lines)


def test_what_a_server_says_cannot_become_markup(checkout: Path, tmp_path: Path) -> None:
    text = summary(checkout, tmp_path, rehearsed(replace(LIVE, lost="<img src=x> **bold**", cluster="@team")))

    assert "<img" not in text
    assert "**bold**" not in text
    assert "@team" not in text
