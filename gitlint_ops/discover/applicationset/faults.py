"""Why an ApplicationSet generates nothing, or cannot be followed here."""

from __future__ import annotations

from gitlint_ops.model.findings import Confidence, Note, Severity
from gitlint_ops.model.location import FieldPath

GENERATES_NOTHING = "generates-nothing"
PARAM_MISSING = "param-missing"
ENGINE_MISMATCH = "template-engine-mismatch"
COMBINATION = "matrix-merge-misuse"
NAMES = "generated-name-clash-or-invalid"
UNRESOLVABLE = "unresolvable-offline"


class GeneratorFault(Exception):
    """The controller stops here with an error, and so changes no Application of the set.

    `path` is the field of the ApplicationSet to mend. Those of one set with one `cause` are told as one.
    """

    def __init__(
        self,
        message: str,
        path: FieldPath,
        rule: str = GENERATES_NOTHING,
        hint: str = "",
        related: tuple[Note, ...] = (),
        confidence: Confidence | None = None,
        cause: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.rule = rule
        self.hint = hint
        self.related = related
        self.confidence = confidence
        self.cause = cause
        self.severity: Severity | None = None


class Unresolvable(Exception):
    """What a generator yields is not known here.

    `reason` says why and what to add. `told` of those that the user can mend by an inventory or a fixture;
    those with one `cause` are told once.
    """

    def __init__(self, reason: str, path: FieldPath, *, told: bool = False, cause: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.told = told
        self.cause = cause
