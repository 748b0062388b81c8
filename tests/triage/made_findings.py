"""Findings for the tests of triage."""

from __future__ import annotations

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.findings import Confidence, Finding, ObjectName, Severity
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.objects import ObjectKey

FILE = FileRef("shop-env", "worktree", "base/deployment.yaml")

HYGIENE_CARD = Card(
    id="suppression-hygiene",
    code="GOV006",
    group="governance",
    title="An allowance is wrong, expired or unused",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    profile=Profile.RECOMMENDED,
    subject="document",
    why="Allowances that nobody needs hide the next fault.",
    fix="Remove it or give it a reason.",
)


def at(line: int, column: int = 1, end_column: int | None = None, file: FileRef = FILE) -> Location:
    return Location(file, line, column, line, end_column or column + 1)


def made(
    rule: str = "tag-mutable",
    line: int = 7,
    *,
    column: int = 1,
    file: FileRef = FILE,
    message: str = "image web:latest has no fixed tag or digest",
    path: str = "spec.template.spec.containers[name=web].image",
    targets: tuple[str, ...] = (),
    name: str = "web",
    namespace: str = "",
    fingerprint: str = "",
    severity: Severity = Severity.WARNING,
    **more: object,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        confidence=Confidence.HIGH,
        message=message,
        hint="",
        location=at(line, column, file=file),
        object=ObjectName("apps/v1", ObjectKey("apps", "Deployment", namespace, name)),
        path=path,
        related=more.get("related", ()),  # type: ignore[arg-type]
        targets=targets,
        fingerprint=fingerprint or f"sha256:{abs(hash((rule, file.path, path))):x}",
        edit=more.get("edit"),  # type: ignore[arg-type]
    )
