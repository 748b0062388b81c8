"""Globs as Argo CD matches `directory.include` and `exclude`: a star stands for anything, slashes too.

Source: github.com/gobwas/glob (README), which argo-cd util/glob uses without separators
"""

from __future__ import annotations

import re

_LONGEST = 500
_MOST_STARS = 10
_CLASS = re.compile(r"\[(!?)([^\]]+)\]")


def argo_glob(text: str) -> re.Pattern[str] | None:
    """The paths that a pattern means; None where it is no pattern, which then matches nothing."""
    if len(text) > _LONGEST or text.count("*") > _MOST_STARS:
        return None
    found = _Translation(text).whole()
    try:
        return re.compile(found, re.DOTALL) if found is not None else None
    except re.error:
        return None


class _Translation:
    """One pattern on its way to a regular expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> str | None:
        parts: list[str] = []
        while self._at < len(self._text):
            part = self._next()
            if part is None:
                return None
            parts.append(part)
        return "".join(parts) + r"\Z" if self._depth == 0 else None

    def _next(self) -> str | None:
        one = self._text[self._at]
        self._at += 1
        if one == "*":
            while self._text[self._at : self._at + 1] == "*":
                self._at += 1
            return ".*"
        if one == "?":
            return "."
        if one == "\\":
            self._at += 1
            return re.escape(self._text[self._at - 1 : self._at])
        if one == "[":
            return self._class()
        return self._alternative(one)

    def _class(self) -> str | None:
        found = _CLASS.match(self._text, self._at - 1)
        if found is None:
            return None
        self._at = found.end()
        held = found[2].replace("\\", "\\\\").replace("^", "\\^").replace("[", "\\[")
        return f"[{'^' if found[1] else ''}{held}]"

    def _alternative(self, one: str) -> str:
        if one == "{":
            self._depth += 1
            return "(?:"
        if one == "}" and self._depth:
            self._depth -= 1
            return ")"
        if one == "," and self._depth:
            return "|"
        return re.escape(one)
