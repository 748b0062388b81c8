"""Which plain scalars go-yaml takes for a time, and how Go prints that time in JSON."""

from __future__ import annotations

import re

_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]+))?"
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})"
_TIMESTAMP = re.compile(rf"{_DATE}(?:[Tt]{_CLOCK}{_ZONE})?\Z")
_SPACED = re.compile(rf"{_DATE} +{_CLOCK}\Z")

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_timestamp(text: str) -> bool:
    """Whether go-yaml resolves this plain scalar to a time."""
    return rfc3339(text) is not None


def rfc3339(text: str) -> str | None:
    """`2001-1-2` as Go's time.Time prints it in JSON, or None where go-yaml sees no time.

    Source: go.yaml.in/yaml/v3 resolve.go (parseTimestamp), Go's time.Parse and time.RFC3339Nano.
    """
    match = _TIMESTAMP.match(text) or _SPACED.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    if not 1 <= month <= 12 or not 1 <= day <= _days(year, month) or hour > 23 or minute > 59 or second > 59:
        return None
    zone = _zone(match.groupdict().get("zone") or "Z")
    if zone is None:
        return None
    # Go keeps nine digits of a fraction and prints no trailing zeros.
    fraction = (match["fraction"] or "")[:9].rstrip("0")
    dot = "." if fraction else ""
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}{zone}"


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap and month == 2 else _DAYS[month - 1]


def _zone(text: str) -> str | None:
    if text == "Z":
        return text
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 24 or minutes > 60:
        return None
    return "Z" if hours == minutes == 0 else text
