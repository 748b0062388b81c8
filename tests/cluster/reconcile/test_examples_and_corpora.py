"""The examples of this project, and real repositories, rehearsed on servers of our own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tools.gaps import UNEXPLAINED, cause

from ...cli.command_line import Ran, config_map, run, write
from ..apiserver import Programs

CORPORA = (
    "eks-blueprints-add-ons",
    "flux2-multi-tenancy",
    "gitops-bridge",
    "gitops-catalog",
    "home-ops",
    "microservices-demo",
)
FINDINGS = {"rejected": ("dryrun-rejected", "policy-denied", "field-manager-conflict")}
"""What an outcome is told by."""


@pytest.fixture(autouse=True)
def _assets(programs: Programs) -> None:
    """These tests need servers of their own."""


def rehearsed(folder: Path) -> Ran:
    return run("reconcile", folder, "--envtest", "--format", "json")


def objects(ran: Ran) -> Counter[str]:
    """How many objects had which outcome, on all servers."""
    total: Counter[str] = Counter()
    for one in ran.report["rehearsals"]:
        total.update(one["objects"])
    return total


def test_the_clean_example_is_accepted_whole(checkout: Path) -> None:
    ran = rehearsed(checkout / "examples" / "clean")

    assert (ran.code, ran.findings) == (0, [])
    assert set(objects(ran)) == {"accepted"}
    assert {one["environment"] for one in ran.report["rehearsals"]} == {"production", "staging"}


@pytest.mark.parametrize("name", CORPORA)
def test_of_a_real_repository_every_object_is_asked_or_said_not_to_be(name: str, shared: Path) -> None:
    folder = shared / "corpus" / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not among the corpora")

    ran = rehearsed(folder)

    assert ran.code in (0, 1, 3), ran.err
    assert "Traceback" not in ran.err
    outcomes = objects(ran)
    assert outcomes["accepted"] >= sum(outcomes.values()) * 2 // 3
    assert not outcomes["unasked"]
    for one in ran.findings:
        assert_stands_in(folder, one)
    if outcomes["rejected"]:
        assert any(one["rule"] in FINDINGS["rejected"] for one in ran.findings)
    gaps = [one["message"] for one in ran.findings if one["rule"] == "static-miss"]
    assert UNEXPLAINED not in map(cause, gaps), gaps
    unknown = outcomes["unknown-kind"] + outcomes["unverifiable"]
    assert (unknown > 0) <= (ran.report["unchecked"] != [])


def assert_stands_in(folder: Path, finding: dict[str, Any]) -> None:
    at = finding["location"]
    lines = (folder / at["file"]).read_text(encoding="utf-8").splitlines()
    assert 1 <= at["line"] <= len(lines), at
    assert lines[at["line"] - 1].strip(), at


def test_a_file_that_cannot_be_read_is_no_clean_rehearsal(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.yaml": config_map("a"), "b.yaml": "kind: ConfigMap\nmetadata: {name: b\n"})

    ran = rehearsed(root)

    assert (ran.code, ran.found()) == (1, ["yaml-invalid b.yaml:2"])
    assert objects(ran) == {"accepted": 1}
