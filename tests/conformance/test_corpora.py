"""Public repositories with hand-checked labels (../shared/corpus); builds are compared in CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.corpora import Label, Report, false_alarms, labels, missed, repositories

OWN_EXITS = (0, 1, 3)


@pytest.fixture(scope="module")
def reports(
    shared: Path, gitlint_ops: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Report]:
    """One whole check of each repository."""
    folder = tmp_path_factory.mktemp("reports")
    found: dict[str, Report] = {}
    for repository in repositories(shared / "corpus"):
        report = folder / f"{repository.name}.json"
        ran = gitlint_ops("check", str(repository), "--format", f"json={report}")
        assert ran.code in OWN_EXITS, f"{repository.name}: {ran.err}"
        found[repository.name] = json.loads(report.read_text())
    return found


@pytest.fixture(scope="module")
def wanted(shared: Path) -> list[Label]:
    return labels(shared / "corpus")


def test_every_defect_that_people_labelled_is_found_at_its_line(
    wanted: list[Label], reports: Mapping[str, Report]
) -> None:
    assert [str(label) for label in missed(wanted, reports)] == []


def test_nothing_that_people_called_a_false_alarm_is_reported(
    wanted: list[Label], reports: Mapping[str, Report]
) -> None:
    assert [str(label) for label in false_alarms(wanted, reports)] == []


def test_no_rule_crashes_on_a_real_repository(reports: Mapping[str, Report]) -> None:
    crashed = [
        f"{name}: {finding['message']}"
        for name, report in reports.items()
        for finding in report["findings"]
        if finding["rule"] == "rule-crashed"
    ]

    assert crashed == []
