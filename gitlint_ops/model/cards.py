"""A rule as its card describes it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from msgspec import Struct, field

from gitlint_ops.model.findings import Confidence, Severity


class Profile(Enum):
    """How strict a team is; `ESSENTIAL` holds the recommended errors of high confidence."""

    ESSENTIAL = "essential"
    RECOMMENDED = "recommended"
    STRICT = "strict"
    CHANGE = "change"
    RECONCILE = "reconcile"
    ADVICE = "advice"


class Card(Struct, frozen=True):
    """One rule: identity, how it is judged, and its documentation.

    `python` names a check as "module:function" and `require` is CEL; a card with neither is
    reported by a stage itself (a syntax error, a failed build), and `stage` names that stage.
    `folder` is where its examples lie.
    """

    id: str
    code: str
    group: str
    title: str
    severity: Severity
    confidence: Confidence
    profile: Profile
    subject: str
    why: str
    fix: str
    message: str = ""
    require: str = ""
    at: str = ""
    match: Mapping[str, Any] = field(default_factory=dict)
    python: str = ""
    stage: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    false_positives: str = ""
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    folder: str = ""
