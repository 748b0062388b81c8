"""The outcome of one `check`: the only thing that reports read."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import TriagedFinding
from gitlint_ops.model.targets import BuildTarget, Status, Unchecked


class TargetSummary(Struct, frozen=True):
    """One target's line in the report; `objects` counts what it renders to."""

    target: BuildTarget
    status: Status
    objects: int
    reason: str | None


class Coverage(Struct, frozen=True):
    """What was looked at, in objects and documents.

    `unvalidated` maps a group/version/kind without a schema to the number of its objects;
    `left_out` maps a plain reason ("Helm templates") to the number of files not read as YAML.
    """

    files: int = 0
    objects: int = 0
    validated: int = 0
    unvalidated: tuple[tuple[str, int], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()


class CheckResult(Struct, frozen=True):
    """Findings in stable order (file, line, rule) and all that must be said beside them."""

    findings: tuple[TriagedFinding, ...]
    targets: tuple[TargetSummary, ...]
    unchecked: tuple[Unchecked, ...]
    coverage: Coverage
    cards: tuple[Card, ...]
    seconds: float
    tool_version: str
    roots: tuple[tuple[str, str], ...] = ()
    """Name and folder on disk of each repository (empty folder for a bare one)."""
