"""Globs as Argo CD matches `directory.include` and `exclude`: a star stands for anything, slashes too.

Source: github.com/gobwas/glob (README), which argo-cd util/glob uses without separators
"""

from __future__ import annotations

import re

_LONGEST = 500
_MOST_STARS = 10
_RANGE = re.compile(r"\[(!|(?!!))(.)-(?:(.)\])?", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHARACTERS = re.compile(r"\[(!?)((?:\\.|[^\]\\])+)\]", re.DOTALL)


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
        # A brace that is never closed ends with the pattern.
        return "".join(parts) + ")" * self._depth + r"\Z"

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
        """One range, or a list of characters, among which a "-" and a "^" are no more than that."""
        span = _RANGE.match(self._text, self._at - 1)
        found = span or _CHARACTERS.match(self._text, self._at - 1)
        if found is None or (span is not None and span[3] is None):
            return None  # behind a range nothing may stand
        self._at = found.end()
        if span is not None:
            held = f"{_literal(span[2])}-{_literal(span[3])}"
        else:
            held = "".join(map(_literal, _ESCAPED.sub(r"\1", found[2])))
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


def _literal(one: str) -> str:
    return f"\\{one}" if one in "\\^-[]&|~" else one
