"""The figures that end every report."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from gitlint_ops.model.findings import Severity, State
from gitlint_ops.model.results import CheckResult
from gitlint_ops.model.targets import Status


class Counts(Struct, frozen=True):
    """Findings by severity (only those that count), by state, and targets by status."""

    severities: Counter[Severity]
    states: Counter[State]
    statuses: Counter[Status]

    @property
    def counting(self) -> int:
        """Findings that are neither suppressed nor in the baseline."""
        return self.states[State.NEW]


def count(result: CheckResult) -> Counts:
    """The figures of a result."""
    return Counts(
        Counter(one.finding.severity for one in result.findings if one.state is State.NEW),
        Counter(one.state for one in result.findings),
        Counter(one.status for one in result.targets),
    )
