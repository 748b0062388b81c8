"""The exit code of a run."""

from __future__ import annotations

from enum import Enum

from gitlint_ops.model.findings import Severity, State
from gitlint_ops.model.results import CheckResult
from gitlint_ops.model.targets import Status

CLEAN = 0
FINDINGS = 1
INCOMPLETE = 3

RULE_CRASHED = "rule-crashed"
"""The rule of findings that a crash inside a check leaves: they say that something was not checked."""


class FailOn(Enum):
    """The least severity that fails a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


def exit_code(result: CheckResult, fail_on: FailOn) -> int:
    """1 for findings at or above the threshold, else 3 where something was not checked, else 0."""
    if fail_on is not FailOn.NEVER:
        threshold = Severity(fail_on.value)
        for triaged in result.findings:
            finding = triaged.finding
            counts = triaged.state is State.NEW and finding.rule != RULE_CRASHED
            if counts and finding.severity >= threshold:
                return FINDINGS
    return CLEAN if is_complete(result) else INCOMPLETE


def is_complete(result: CheckResult) -> bool:
    """Whether all targets were built, all rules ran to their end, as much was judged as was asked for, and
    servers that were asked answered for all objects.

    A target whose failure users have accepted (by the baseline or with a reason) does not count
    as missing: else an old repository could never become clean.
    """
    complete = all(one.is_complete for one in result.rehearsals or ())
    if result.unchecked or not result.is_covered or not complete:
        return False
    accepted: set[str] = set()
    for triaged in result.findings:
        if triaged.state is not State.NEW:
            accepted.update(triaged.finding.targets)
        elif triaged.finding.rule == RULE_CRASHED:
            return False
    return all(one.status is not Status.FAILED or one.target.id in accepted for one in result.targets)
