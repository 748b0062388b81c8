"""Schedules and time zones of CronJobs.

Source: the package github.com/robfig/cron/v3 (parser.go), by which the API server reads schedules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from gitlint_ops.validate.core.checks import Check, Release, is_settled, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given


class _Field(Struct, frozen=True):
    """One field of a schedule: its range, and the names that its numbers have."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int | None:
        if text.lower() in self.names:
            return self.names.index(text.lower()) + self.low
        return int(text) if _NUMBER.fullmatch(text) else None


_NUMBER = re.compile(r"\+?[0-9]{1,9}")

_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field(
        "month",
        1,
        12,
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ),
    _Field("day of the week", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)

_MACROS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_ZONE_BEFORE = re.compile(r"(?:CRON_)?TZ=[^ ]+ +")
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_ZONE = re.compile(r"(?!-|\.{1,2}\Z)[A-Za-z0-9._+-]{1,30}")


def schedule(release: Release) -> Check:
    """Refuses what is no cron schedule; since 1.29 also one with a time zone before it."""
    has_no_zone = release >= (1, 29)

    def check(value: Any) -> Iterable[Fault]:
        if not isinstance(value, str) or not is_settled(value):
            return ()
        if not value:
            return (wrong("it is empty, but required"),)
        zone = _ZONE_BEFORE.match(value)
        if "TZ" in value and (has_no_zone or zone is None):
            return (wrong(f"{given(value)} must not hold a time zone", hint="write it into `timeZone`"),)
        reason = _wrong_schedule(value[zone.end() :] if zone else value)
        return (wrong(f"{given(value)} is no cron schedule: {reason}"),) if reason else ()

    return check


def _wrong_schedule(text: str) -> str:
    if text.startswith("@every "):
        return "" if _DURATION.fullmatch(text[len("@every ") :]) else "@every needs a duration such as 1h30m"
    if text.startswith("@"):
        return "" if text in _MACROS else f"known are {', '.join(sorted(_MACROS))} and @every <duration>"
    parts = text.split()
    if len(parts) != len(_FIELDS):
        wanted = "minute, hour, day of the month, month, day of the week"
        return f"it has {len(parts)} fields, 5 are needed ({wanted})"
    for field, part in zip(_FIELDS, parts, strict=True):
        for piece in filter(None, part.split(",")):
            if reason := _wrong_range(field, piece):
                return reason
    return ""


def _wrong_range(field: _Field, text: str) -> str:
    span, slash, step = text.partition("/")
    if slash and not (_NUMBER.fullmatch(step) and int(step) > 0):
        return f"`{text}` has no number above 0 behind '/'"
    low, hyphen, high = span.partition("-")
    if low in ("*", "?"):
        return ""
    start = field.number(low)
    end = field.number(high) if hyphen else (field.high if slash else start)
    if start is None or end is None:
        return f"`{text}` cannot be read as {field.name}"
    if start < field.low or end > field.high:
        return f"`{text}` is no {field.name}, which goes from {field.low} to {field.high}"
    return f"`{text}` ends before it begins" if start > end else ""


def time_zone(value: Any) -> Iterable[Fault]:
    """Refuses what is no name in the time zone database."""
    if not isinstance(value, str) or not is_settled(value):
        return ()
    if not value or value.lower() == "local":
        return (wrong(f"{given(value)} is no time zone such as Europe/Berlin or Etc/UTC"),)
    if all(map(_ZONE.fullmatch, value.split("/"))) and value in _zones():
        return ()
    from gitlint_ops.model.errors import did_you_mean

    near = did_you_mean(value, _zones())
    hint = f"did you mean {near}?" if near else ""
    return (wrong(f"{given(value)} is no known time zone", hint=hint),)


def _zones() -> frozenset[str]:
    """The names of the time zone database, release 2025b."""
    from gitlint_ops.resources import schemas_folder

    return frozenset((schemas_folder() / "time-zones.txt").read_text("ascii").split())
