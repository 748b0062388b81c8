"""Sentences for people that quote their input."""

from __future__ import annotations

import re

LONGEST_WORD = 300
"""Characters; what is longer is no name that a person wrote: paths have at most 255 a part."""

_KEPT = 120
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


def clipped(text: str) -> str:
    """A text with the middle of its very long words left out."""
    if len(text) <= LONGEST_WORD:
        return text
    return _LONG_WORD.sub(_shortened, text)


def _shortened(word: re.Match[str]) -> str:
    left_out = len(word[0]) - 2 * _KEPT
    return f"{word[0][:_KEPT]}…({left_out:,} characters)…{word[0][-_KEPT:]}"
