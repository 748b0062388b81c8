"""Patterns of AppProjects: `*` within a part of an address, or over anything, and `!` for what is denied.

Source: argo-cd pkg/apis/application/v1alpha1/types.go (globMatch, IsSourcePermitted, isDestinationMatched)
"""

from __future__ import annotations

import re

_LONGEST = 500
_MOST_STARS = 12


def permits(pattern: str, text: str, *, parts: bool = False) -> bool:
    """Whether a pattern that denies nothing takes in a text; `parts`: a star stays between slashes."""
    if pattern == "*":
        return True
    if len(pattern) > _LONGEST or pattern.count("*") > _MOST_STARS:
        return pattern == text
    translated = "".join(_piece(one, parts=parts) for one in re.split(r"(\*+|\?)", pattern))
    return re.fullmatch(translated, text, re.DOTALL) is not None


def _piece(text: str, *, parts: bool) -> str:
    if text.startswith("*"):
        return "[^/]*" if parts and text == "*" else ".*"
    if text == "?":
        return "[^/]" if parts else "."
    return re.escape(text)


def denies(pattern: str) -> bool:
    """Whether a pattern says what is not allowed."""
    return pattern.startswith("!")
