"""The JSON report: `schemas/report.schema.json` is its contract."""

from __future__ import annotations

from typing import Any

from gitlint_ops.model.findings import (
    Edit,
    Finding,
    ObjectName,
    Related,
    Severity,
    State,
    Suppression,
    TriagedFinding,
)
from gitlint_ops.model.location import Location
from gitlint_ops.model.results import CheckResult, Coverage, Measure, TargetSummary
from gitlint_ops.report.counts import count
from gitlint_ops.report.edits import ToldEdits
from gitlint_ops.report.lines import encode
from gitlint_ops.report.rehearsals import rehearsal_value

VERSION = 1


def json_report(result: CheckResult) -> str:
    """The report as JSON: the same result gives the same bytes, but for `seconds`."""
    return encode(json_value(result), depth=2)


def json_value(result: CheckResult) -> dict[str, Any]:
    """The report as plain data, in the order in which it is written."""
    edits = ToldEdits(result)
    return {
        "version": VERSION,
        "tool": {"name": "gitlint-ops", "version": result.tool_version},
        "targets": [_target(one) for one in result.targets],
        "findings": [_triaged(one, edits) for one in result.findings],
        "unchecked": [{"target": one.target, "reason": one.said} for one in result.unchecked],
        "coverage": _coverage(result.coverage),
        **_rehearsals(result),
        "summary": _summary(result),
    }


def _rehearsals(result: CheckResult) -> dict[str, Any]:
    """What servers said; nothing where none was to be asked."""
    if result.rehearsals is None:
        return {}
    return {"rehearsals": [rehearsal_value(one) for one in result.rehearsals]}


def _target(summary: TargetSummary) -> dict[str, Any]:
    target = summary.target
    return {
        "id": target.id,
        "kind": target.kind.value,
        "repo": target.repo,
        "path": target.path,
        "environment": target.environment,
        "cluster": target.cluster,
        "status": summary.status.value,
        "objects": summary.objects,
        "reason": summary.reason,
        "coverage": measured(summary.measure) if summary.measure else None,
    }


def measured(measure: Measure) -> dict[str, Any]:
    """How much was judged, as figures."""
    return {
        "validated": measure.validated,
        "unvalidated": measure.unvalidated,
        "unverifiable": measure.unverifiable,
        "percent": measure.percent,
    }


def _triaged(triaged: TriagedFinding, edits: ToldEdits) -> dict[str, Any]:
    edit = edits.of(triaged.finding)
    return {
        **_finding(triaged.finding),
        "fix": _fix(edit) if edit else None,
        "state": triaged.state.value,
        "suppression": _suppression(triaged.suppression) if triaged.suppression else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "hint": finding.hint,
        "location": _location(finding.location),
        "object": _object(finding.object) if finding.object else None,
        "path": finding.path,
        "targets": list(finding.targets),
        "related": [_related(one) for one in finding.related],
        "fingerprint": finding.fingerprint,
    }


def _fix(edit: Edit) -> dict[str, Any]:
    return {
        "title": edit.title,
        "edits": [{**_location(one.location), "text": one.text} for one in edit.parts],
    }


def _location(location: Location) -> dict[str, Any]:
    return {
        "repo": location.file.repo,
        "file": location.file.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def _object(named: ObjectName) -> dict[str, Any]:
    key = named.key
    return {
        "apiVersion": named.api_version,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
    }


def _related(related: Related) -> dict[str, Any]:
    return {**_place(related.location), "message": related.message}


def _suppression(suppression: Suppression) -> dict[str, Any]:
    return {
        "reason": suppression.reason,
        "until": suppression.until,
        "at": _place(suppression.at) if suppression.at else None,
    }


def _place(location: Location) -> dict[str, Any]:
    return {"repo": location.file.repo, "file": location.file.path, "line": location.line}


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "files": coverage.files,
        "objects": coverage.objects,
        "validated": coverage.validated,
        "unvalidated": [{"gvk": gvk, "count": number} for gvk, number in coverage.unvalidated],
        "unverifiable": [{"reason": reason, "count": number} for reason, number in coverage.unverifiable],
        "percent": coverage.measure.percent,
        "left_out": [{"reason": reason, "count": number} for reason, number in coverage.left_out],
    }


def _summary(result: CheckResult) -> dict[str, Any]:
    counts = count(result)
    return {
        "targets": len(result.targets),
        "objects": sum(one.objects for one in result.targets),
        "error": counts.severities[Severity.ERROR],
        "warning": counts.severities[Severity.WARNING],
        "note": counts.severities[Severity.NOTE],
        "suppressed": counts.states[State.SUPPRESSED],
        "unchecked": len(result.unchecked),
        "seconds": round(result.seconds, 3),
    }
