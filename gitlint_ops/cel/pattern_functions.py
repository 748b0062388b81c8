"""The functions that find text by a regular expression, which Kubernetes adds to CEL.

They are evaluated by the engine's own functions: its expressions are RE2's, as those of Kubernetes,
and cannot be made to backtrack.

Source: k8s.io/apiserver/pkg/cel/library/regex.go
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

# A group that captures, among what only looks like one: escapes, quoted text and classes.
_GROUP = re.compile(
    r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\((?:\?P?<\w+>|(?!\?))", re.DOTALL
)

_ANCHOR = re.compile(r"\^(?![^\[\]]*\])|\\[AbB]")
_MAY_BE_EMPTY = re.compile(r"[*?]|\{0?,|\{0\}|\A\Z|\||\$")


def without_captures(pattern: str) -> str:
    """`pattern` with groups that do not capture; what it finds is the same."""
    return _GROUP.sub(lambda found: "(?:" if found[0].startswith("(") else found[0], pattern)


def find_all(evaluate: Callable[[Mapping[str, Any]], list[str]]) -> Callable[..., list[str]]:
    """`findAll`, from what evaluates `regex.extractAll(text, pattern)`.

    That function anchors each search at the end of the one before, and passes over empty finds;
    patterns for which this makes a difference are not evaluated.
    """

    def found(text: str, pattern: str, limit: int = -1) -> list[str]:
        if _ANCHOR.search(pattern) or _MAY_BE_EMPTY.search(pattern):
            raise RuntimeError("findAll with an anchor, or a pattern that finds empty text, is not evaluated")
        every = evaluate({"text": text, "pattern": without_captures(pattern)})
        return every if limit < 0 else every[:limit]

    return found


def find(evaluate: Callable[[Mapping[str, Any]], str]) -> Callable[[str, str], str]:
    """`find`, from what evaluates `regex.extract(text, pattern).orValue('')`."""
    return lambda text, pattern: evaluate({"text": text, "pattern": without_captures(pattern)})
