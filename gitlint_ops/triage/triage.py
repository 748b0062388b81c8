"""From the findings of all stages to those that users see, each with its state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from gitlint_ops.model.findings import Finding, State, Suppression, TriagedFinding
from gitlint_ops.triage.baseline import Baseline
from gitlint_ops.triage.merge import merge, order
from gitlint_ops.triage.suppressions import Accepted, Hygiene, Suppressions


def triage(
    findings: Iterable[Finding],
    *,
    accepted: Accepted,
    baseline: Baseline,
    today: date,
    hygiene: Hygiene | None = None,
) -> tuple[TriagedFinding, ...]:
    """Findings merged by source, in the order of reports: file, line, rule.

    `hygiene` adds findings about the allowances themselves; those cannot be allowed, only
    baselined or left out.
    """
    suppressions = Suppressions(accepted, today)
    by_answer: defaultdict[Suppression | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        for part, answer in suppressions.apply(finding):
            by_answer[answer].append(part)
    if hygiene is not None:
        by_answer[None].extend(suppressions.faults(hygiene))
    counting = merge(by_answer.pop(None, ()))
    accepted_ones = (
        TriagedFinding(finding, State.SUPPRESSED, answer)
        for answer, group in by_answer.items()
        for finding in merge(group)
    )
    return tuple(sorted((*_against(baseline, counting), *accepted_ones), key=_order))


def _against(baseline: Baseline, findings: Iterable[Finding]) -> Iterable[TriagedFinding]:
    """Findings as new or known: of those that share a fingerprint, as many are known as were before."""
    left = baseline.counts()
    for finding in findings:
        known = left[finding.fingerprint] > 0
        left[finding.fingerprint] -= known
        yield TriagedFinding(finding, State.BASELINED if known else State.NEW)


def _order(triaged: TriagedFinding) -> tuple[object, ...]:
    reason = triaged.suppression.reason if triaged.suppression else ""
    return (*order(triaged.finding), triaged.state.value, reason)
