"""What comparing a live cluster with Git comes to."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.rehearsal import PlannedChange


class Drift(Struct, frozen=True):
    """Where a cluster differs from Git.

    `violations` carry their rule; `changes` are what a sync would do, whether anybody is to blame or not.
    `notes` are sentences about what could not be compared.
    """

    violations: tuple[Violation, ...] = ()
    changes: tuple[PlannedChange, ...] = ()
    notes: tuple[str, ...] = ()
