"""What checks yield (violations) and what users see (findings)."""

from __future__ import annotations

from enum import Enum
from functools import total_ordering

from msgspec import Struct

from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef, Location
from gitlint_ops.model.objects import ObjectKey, RenderedObject


@total_ordering
class Severity(Enum):
    """How bad a finding is; the order is note, warning, error."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return ("note", "warning", "error").index(self.value)

    def __lt__(self, other: Severity) -> bool:
        return self.rank < other.rank


class Confidence(Enum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Note(Struct, frozen=True):
    """A second place that explains a violation."""

    on: RenderedObject | DocumentRef | Location
    path: FieldPath
    message: str


class Replacement(Struct, frozen=True):
    """New text in place of a span; an empty span is a place to put text in."""

    location: Location
    text: str


class Edit(Struct, frozen=True):
    """A change of one file that mends a finding; `title` says what it does ("move it to `patches`").

    The parts are in order, do not overlap, and all lie in one file; each is told by the lines and
    columns of the text as it was.
    """

    title: str
    parts: tuple[Replacement, ...]

    @property
    def file(self) -> FileRef:
        return self.parts[0].location.file


class Violation(Struct, frozen=True):
    """A check's verdict, in object or document paths; the engine finds the line.

    `on` is a `Location` only where no path can say it (a syntax error). `at_key` points at the
    key of the field and not at its value; `line` points at that line (from 1) of a value of several,
    0 at all of it. `rule` is stamped by the rule engine; stages that yield
    violations of several rules set it themselves. `severity` and `confidence` override the card's.
    Violations of one rule with the same `cause` are told as one, at the first of their places.
    """

    on: RenderedObject | DocumentRef | Location
    path: FieldPath
    message: str
    related: tuple[Note, ...] = ()
    edit: Edit | None = None
    hint: str = ""
    rule: str = ""
    at_key: bool = False
    severity: Severity | None = None
    confidence: Confidence | None = None
    targets: tuple[str, ...] = ()
    line: int = 0
    cause: str = ""


class Related(Struct, frozen=True):
    """A place beside the finding; `in_chain` marks the links base, patch, transformer."""

    location: Location
    message: str
    in_chain: bool = False


class ObjectName(Struct, frozen=True):
    """The object that a finding is about, as reports name it."""

    api_version: str
    key: ObjectKey


class Finding(Struct, frozen=True):
    """One fault at the line that a person would edit.

    `path` names list items as the API server merges them (`containers[name=web].image`).
    `fingerprint` is taken on the source side and survives moved lines and reworded messages.
    `edit` is safe to apply: what all targets render to was proved to stay as it is.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    hint: str
    location: Location
    object: ObjectName | None
    path: str
    related: tuple[Related, ...]
    targets: tuple[str, ...]
    fingerprint: str
    edit: Edit | None = None
    cause: str = ""


class State(Enum):
    NEW = "new"
    BASELINED = "baselined"
    SUPPRESSED = "suppressed"


class Suppression(Struct, frozen=True):
    """Why a finding does not count: a comment or a configuration entry."""

    reason: str
    at: Location | None
    until: str | None = None


class TriagedFinding(Struct, frozen=True):
    finding: Finding
    state: State
    suppression: Suppression | None = None


__all__ = [
    "Confidence",
    "Edit",
    "FileRef",
    "Finding",
    "Note",
    "ObjectName",
    "Related",
    "Replacement",
    "Severity",
    "State",
    "Suppression",
    "TriagedFinding",
    "Violation",
]
