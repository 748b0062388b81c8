"""Faults that only a server knows are told on the lines to edit, and what is right passes in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ..apiserver import Programs
from .live import Cluster, arguments
from .rehearsed import reconciled, wrongs
from .scenario import Scenario, scenarios

ALL = scenarios()
LEAST_FAULTS = 40
LEAST_CORRECT = 15


def test_there_are_enough_faults_and_enough_that_is_right() -> None:
    assert len([one for one in ALL if one.marks or one.said]) >= LEAST_FAULTS
    assert len([one for one in ALL if not one.marks and not one.said.get("exit")]) >= LEAST_CORRECT


@pytest.mark.parametrize("scenario", [one for one in ALL if not one.owned], ids=lambda one: one.name)
def test_a_cluster_of_others_is_rehearsed(
    scenario: Scenario, production: Cluster, settled: dict[str, str], tmp_path: Path
) -> None:
    _skip_without_programs(scenario)
    assert scenario.name not in settled, settled[scenario.name]

    ran = reconciled(scenario, tmp_path, arguments(production))

    assert not (found := list(wrongs(scenario, ran))), "\n".join(found)


@pytest.mark.parametrize("scenario", [one for one in ALL if one.owned], ids=lambda one: one.name)
def test_a_server_of_our_own_is_rehearsed(scenario: Scenario, programs: Programs, tmp_path: Path) -> None:
    _skip_without_programs(scenario)

    ran = reconciled(scenario, tmp_path)

    assert not (found := list(wrongs(scenario, ran))), "\n".join(found)


def _skip_without_programs(scenario: Scenario) -> None:
    for program in scenario.said.get("needs", ()):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} on the PATH")
