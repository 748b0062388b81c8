"""The source line of a finding with a caret under its span."""

from __future__ import annotations

import re

from msgspec import Struct

from gitlint_ops.model.disclosure import with_logins_covered
from gitlint_ops.model.location import Location
from gitlint_ops.report.text.paint import printable, width

MASK = "********"
CUT = "\u2026"

_MAX_READ = 4_000
"""Characters of a line that are looked at around the span; minified JSON has lines of megabytes."""

_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*[\"']?[\w./-]{1,253}[\"']?[ \t]*:(?=[ \t]|$)")
# One field with a plain value, or a block's start: a flow mapping or a list could hold other fields too.
_ONE_FIELD = re.compile(_KEY.pattern + r"[ \t]*[\w./\"'-]{0,253}[ \t]*\Z")
_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*")


class Excerpt(Struct, frozen=True):
    """A line as shown, and the columns that the caret is `offset` from and `length` wide."""

    text: str
    offset: int
    length: int


def excerpt(line: str, location: Location, columns: int, *, masked: bool = False) -> Excerpt | None:
    """What to show of a line in so many columns; None where nothing of it can be pointed at.

    `masked` hides everything but the key of the line. The first character alone stands for the
    whole file.
    """
    if (location.line, location.column, location.end_line, location.end_column) == (1, 1, 1, 1):
        return None
    start = min(location.column - 1, len(line))
    end = location.end_column - 1 if location.end_line == location.line else len(line)
    end = max(start, min(end, len(line)))
    line = with_logins_covered(line)
    if masked:
        line, start, end = _masked(line, start)
    before, span, after = line[:start], line[start:end].rstrip(), line[end:]
    before = before if len(before) <= _MAX_READ else CUT + before[-_MAX_READ:]
    if not (before + span + after).strip():
        return None
    return _fitted(
        printable(before.lstrip()), printable(span[:_MAX_READ]), printable(after[:_MAX_READ]), columns
    )


def is_one_field(line: str) -> bool:
    """Whether nothing but one field of a block mapping stands on the line."""
    return _ONE_FIELD.match(line[:_MAX_READ]) is not None


def _fitted(before: str, span: str, after: str, columns: int) -> Excerpt:
    """Cuts the span's end first where the span alone is too long, then what stands around it."""
    span = _head(span, max(columns * 2 // 3, 8))
    room = max(columns - width(span), 8)
    before = _tail(before, max(room - width(after), room * 2 // 3))
    after = _head(after, max(room - width(before), 0))
    return Excerpt(f"{before}{span}{after}".rstrip(), width(before), max(width(span), 1))


def _masked(line: str, start: int) -> tuple[str, int, int]:
    """The line with everything behind its key hidden; the span becomes what is hidden, or the key."""
    key = _KEY.match(line[:_MAX_READ])
    known = key.group() if key else _dashes(line)
    shown = f"{known} {MASK}" if key else known + MASK
    if key and start < key.end():
        return shown, start, key.end() - 1
    return shown, len(shown) - len(MASK), len(shown)


def _dashes(line: str) -> str:
    found = _DASHES.match(line[:_MAX_READ])
    return found.group() if found else ""


def _head(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    taken = 0
    for index, char in enumerate(text):
        taken += width(char)
        if taken > columns - 1:
            return text[:index] + CUT if columns > 0 else ""
    return text


def _tail(text: str, columns: int) -> str:
    return _head(text[::-1], columns)[::-1]
