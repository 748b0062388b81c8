"""Levels of the Pod Security Standards, and how a namespace's labels ask for them.

Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from msgspec import Struct

PREFIX = "pod-security.kubernetes.io/"
MODES = ("enforce", "warn", "audit")
LATEST = 1_000_000
"""The minor version of a standard that is not pinned: above every release."""

_FILLED_IN = re.compile(r"\$\{|\$\(|\{\{")
_VERSION = re.compile(r"v1\.(0|[1-9]\d{0,5})\Z")


class Level(Enum):
    """How much the standard forbids; the order is privileged (nothing), baseline, restricted."""

    PRIVILEGED = "privileged"
    BASELINE = "baseline"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        return ("privileged", "baseline", "restricted").index(self.value)

    def forbids_more_than(self, other: Level) -> bool:
        return self.rank > other.rank


class Standard(Struct, frozen=True):
    """A level as a minor version of Kubernetes defines it, by the labels of one mode."""

    mode: str
    level: Level
    minor: int = LATEST

    @property
    def label(self) -> str:
        """The label that asks for the level."""
        return f"{PREFIX}{self.mode}"


def standards(labels: Mapping[str, Any]) -> dict[str, Standard]:
    """What a namespace's labels ask for, by mode; without a label or with an invalid one, none.

    A level that is filled in later may be any, so it counts as the one that asks for nothing.
    """
    found = {}
    for mode in MODES:
        level = labels.get(f"{PREFIX}{mode}")
        if isinstance(level, str) and _FILLED_IN.search(level):
            level = Level.PRIVILEGED.value
        if level in _LEVELS and isinstance(level, str):
            found[mode] = Standard(mode, Level(level), _minor(labels.get(f"{PREFIX}{mode}-version")))
    return found


def label_fault(label: str, value: str) -> str:
    """Why a namespace with this label is refused, "" where it is not."""
    name = label.removeprefix(PREFIX)
    if name == label or _FILLED_IN.search(value):
        return ""
    if name in MODES and value not in _LEVELS:
        return f"must be one of {', '.join(_LEVELS)}"
    if name.removesuffix("-version") in MODES and name not in MODES and not is_version(value):
        return "must be latest or a release such as v1.34"
    return ""


def is_version(text: str) -> bool:
    return text == "latest" or _VERSION.match(text) is not None


_LEVELS = tuple(level.value for level in Level)


def _minor(text: Any) -> int:
    pinned = _VERSION.match(text) if isinstance(text, str) else None
    return int(pinned[1]) if pinned else LATEST
