"""The outcome of one `check`: the only thing that reports read."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import TriagedFinding
from gitlint_ops.model.rehearsal import ServerSummary
from gitlint_ops.model.targets import BuildTarget, Status, Unchecked


class Measure(Struct, frozen=True):
    """How many objects were judged in full, how many not at all for want of a schema, and how many only
    in part, as a value or a rule cannot be known here.

    Files in the form of an object that no API server reads (a kubelet's configuration) are none of these.
    """

    validated: int = 0
    unvalidated: int = 0
    unverifiable: int = 0

    @property
    def objects(self) -> int:
        return self.validated + self.unvalidated + self.unverifiable

    @property
    def percent(self) -> float | None:
        """The share that was judged in full, None where there are no objects.

        Rounded down to a tenth, so that 100 means all.
        """
        return self.validated * 1000 // self.objects / 10 if self.objects else None


class TargetSummary(Struct, frozen=True):
    """One target's line in the report; `objects` counts what it renders to.

    `measure` is None for a target whose objects are not judged: it was not built, nobody delivers it,
    it is judged through the overlays that build with it, or the run is limited to a change elsewhere.
    """

    target: BuildTarget
    status: Status
    objects: int
    reason: str | None
    measure: Measure | None = None


class Coverage(Struct, frozen=True):
    """What was looked at, in objects and documents.

    `objects` are those of all judged targets, each target's own. `unvalidated` maps a group/version/kind
    without a schema to the number of its objects, `unverifiable` a plain reason to the number of
    objects that could be judged in part only; `left_out` maps a plain reason
    ("Helm templates") to the number of files not read as YAML.
    """

    files: int = 0
    objects: int = 0
    validated: int = 0
    unvalidated: tuple[tuple[str, int], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    unverifiable: tuple[tuple[str, int], ...] = ()

    @property
    def measure(self) -> Measure:
        """The figures of the whole run."""
        return Measure(
            self.validated,
            sum(number for _, number in self.unvalidated),
            sum(number for _, number in self.unverifiable),
        )


class CheckResult(Struct, frozen=True):
    """Findings in stable order (file, line, rule) and all that must be said beside them.

    `min_coverage` is the percentage of objects that must be judged in full, where one is asked for.
    """

    findings: tuple[TriagedFinding, ...]
    targets: tuple[TargetSummary, ...]
    unchecked: tuple[Unchecked, ...]
    coverage: Coverage
    cards: tuple[Card, ...]
    seconds: float
    tool_version: str
    roots: tuple[tuple[str, str], ...] = ()
    """Name and folder on disk of each repository (empty folder for a bare one)."""
    min_coverage: float | None = None
    rehearsals: tuple[ServerSummary, ...] | None = None
    """What servers said; None where none was to be asked."""

    @property
    def is_covered(self) -> bool:
        """Whether enough was judged; a run without objects leaves nothing unjudged."""
        percent = self.coverage.measure.percent
        return self.min_coverage is None or percent is None or percent >= self.min_coverage
