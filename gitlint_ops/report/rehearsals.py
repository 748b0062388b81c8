"""What reports say of servers that were asked, without what may not be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.disclosure import LEFT_OUT
from gitlint_ops.model.location import Location
from gitlint_ops.model.rehearsal import FieldChange, PlannedChange, ServerSummary
from gitlint_ops.model.results import CheckResult

NOTHING = "nothing"
"""In place of a value that is not there."""

CATEGORY = "gitlint-ops/reconcile"


def told_fields(change: PlannedChange) -> tuple[FieldChange, ...]:
    """The fields that change; of a Secret only whether there is a value, whatever was given to us."""
    if change.key.kind != "Secret":
        return change.fields
    return tuple(
        FieldChange(one.path, _left_out(one.before), _left_out(one.after), one.manager, one.time, one.by_hand)
        for one in change.fields
    )


def _left_out(text: str) -> str:
    return text if text in ("", NOTHING) else LEFT_OUT


def cards_of_servers(result: CheckResult) -> tuple[Card, ...]:
    """The rules that judge by what servers say, and those of the findings: others did not judge."""
    told = {one.finding.rule for one in result.findings}
    return tuple(card for card in result.cards if card.profile is Profile.RECONCILE or card.id in told)


def category(result: CheckResult) -> str:
    """What code scanning keeps the log of a run under: one of its own for each cluster that lives.

    Else what is said of one cluster at night would take away what is said of another.
    """
    lives = {one.cluster or one.environment for one in result.rehearsals or () if one.compared}
    named = re.sub(r"[^\w.-]", "-", lives.pop()) if len(lives) == 1 else ""
    return f"{CATEGORY}/{named}".rstrip("/")


def losses(result: CheckResult) -> Iterator[str]:
    """Servers that could not be asked to the end, and why: the absence of findings proves less."""
    for one in result.rehearsals or ():
        where = one.cluster or one.environment
        if one.lost:
            yield f"{one.server}{f' ({where})' if where else ''} could not be asked to the end: {one.lost}"


def rehearsal_value(summary: ServerSummary) -> dict[str, Any]:
    """One server's part of the JSON report."""
    return {
        "cluster": summary.cluster or None,
        "environment": summary.environment or None,
        "server": summary.server,
        "kubernetes": summary.release,
        "wanted": summary.wanted or None,
        "objects": dict(summary.objects),
        "compared": summary.compared,
        "changes": [_change(one) for one in summary.changes],
        "assumed": [{"kind": kind, "name": name} for kind, name in summary.assumed],
        "absent_webhooks": list(summary.absent_webhooks),
        "notes": list(summary.notes),
        "gaps": list(summary.gaps),
        "lost": summary.lost or None,
        "seconds": round(summary.seconds, 3),
    }


def _change(change: PlannedChange) -> dict[str, Any]:
    key = change.key
    return {
        "action": change.action,
        "object": {
            "apiVersion": change.api_version,
            "kind": key.kind,
            "namespace": key.namespace,
            "name": key.name,
        },
        "target": change.target,
        "location": _place(change.at) if change.at else None,
        "fields": [_field(one) for one in told_fields(change)],
        "note": change.note,
    }


def _field(field: FieldChange) -> dict[str, Any]:
    return {
        "path": field.path,
        "before": field.before,
        "after": field.after,
        "manager": field.manager or None,
        "time": field.time or None,
        "by_hand": field.by_hand,
    }


def _place(location: Location) -> dict[str, Any]:
    return {"repo": location.file.repo, "file": location.file.path, "line": location.line}
