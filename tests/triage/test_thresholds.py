from __future__ import annotations

import pytest

from gitlint_ops.model.findings import Severity, State, Suppression, TriagedFinding
from gitlint_ops.model.results import CheckResult, Coverage, TargetSummary
from gitlint_ops.model.targets import BuildTarget, Status, TargetKind, Unchecked
from gitlint_ops.triage.thresholds import FailOn, exit_code

from .made_findings import made


def result(
    *findings: TriagedFinding, unchecked: tuple[Unchecked, ...] = (), status: Status = Status.BUILT
) -> CheckResult:
    target = BuildTarget("env", "prod", TargetKind.KUSTOMIZE)
    summary = TargetSummary(target, status, 1, None)
    return CheckResult(findings, (summary,), unchecked, Coverage(), (), 0.1, "0.1.0")


def found(severity: Severity, state: State = State.NEW, rule: str = "tag-mutable") -> TriagedFinding:
    why = Suppression("agreed", None) if state is State.SUPPRESSED else None
    return TriagedFinding(made(rule, severity=severity, targets=("env//prod",)), state, why)


MISSING = (Unchecked("env//prod", "remote base is not in the workspace"),)


@pytest.mark.parametrize(
    ("severity", "fail_on", "expected"),
    [
        (Severity.ERROR, FailOn.ERROR, 1),
        (Severity.WARNING, FailOn.ERROR, 0),
        (Severity.WARNING, FailOn.WARNING, 1),
        (Severity.NOTE, FailOn.WARNING, 0),
        (Severity.NOTE, FailOn.NOTE, 1),
        (Severity.ERROR, FailOn.NEVER, 0),
    ],
)
def test_findings_fail_a_run_from_the_threshold_on(
    severity: Severity, fail_on: FailOn, expected: int
) -> None:
    assert exit_code(result(found(severity)), fail_on) == expected


@pytest.mark.parametrize("state", [State.BASELINED, State.SUPPRESSED])
def test_accepted_findings_do_not_fail_a_run(state: State) -> None:
    assert exit_code(result(found(Severity.ERROR, state)), FailOn.NOTE) == 0


def test_what_could_not_be_checked_makes_a_run_incomplete() -> None:
    assert exit_code(result(unchecked=MISSING), FailOn.ERROR) == 3
    assert exit_code(result(status=Status.FAILED), FailOn.ERROR) == 3


def test_findings_weigh_more_than_what_could_not_be_checked() -> None:
    assert exit_code(result(found(Severity.ERROR), unchecked=MISSING), FailOn.ERROR) == 1


def test_a_crashed_rule_makes_a_run_incomplete_and_is_no_fault_of_the_repository() -> None:
    assert exit_code(result(found(Severity.ERROR, rule="rule-crashed")), FailOn.ERROR) == 3


def test_a_failed_build_below_the_threshold_is_incomplete_until_it_is_accepted() -> None:
    failed = found(Severity.ERROR, rule="build-failed")
    accepted = found(Severity.ERROR, State.BASELINED, rule="build-failed")

    assert exit_code(result(failed, status=Status.FAILED), FailOn.NEVER) == 3
    assert exit_code(result(accepted, status=Status.FAILED), FailOn.ERROR) == 0
