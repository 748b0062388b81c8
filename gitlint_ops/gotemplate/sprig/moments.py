"""Points in time with the zone that they are shown in, and durations.

Source: time (time.go, format.go) of Go.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from gitlint_ops.gotemplate.faults import Unverifiable
from gitlint_ops.gotemplate.values import Object, Value, wrapped

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"([0-9]{0,40})(?:\.([0-9]{0,40}))?([^0-9.]+)")
_ZERO_SECONDS = -62_135_596_800


class Moment(Struct, frozen=True):
    """Seconds and nanoseconds since 1970 in UTC, shown `offset` seconds to the east of it."""

    seconds: int = _ZERO_SECONDS
    nanoseconds: int = 0
    offset: int = 0
    zone: str = "UTC"

    def clock(self) -> datetime:
        """What calendar and clock say there.

        Raises:
            Unverifiable: the year is beyond Python's.
        """
        try:
            return _EPOCH + timedelta(seconds=self.seconds + self.offset)
        except OverflowError:
            raise Unverifiable("a date so far away is not evaluated here") from None

    def after(self, nanoseconds: int) -> Moment:
        """The moment so much later."""
        seconds, rest = divmod(self.nanoseconds + nanoseconds, 1_000_000_000)
        return Moment(self.seconds + seconds, rest, self.offset, self.zone)

    def in_utc(self) -> Moment:
        return Moment(self.seconds, self.nanoseconds)


class Time(Object):
    """A time.Time."""

    __slots__ = ("moment",)

    go_type = "time.Time"

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and self.moment == other.moment

    def __hash__(self) -> int:
        return hash(self.moment)

    def shown(self) -> str:
        """2006-01-02 15:04:05.999999999 -0700 MST."""
        from gitlint_ops.gotemplate.sprig.layouts import in_layout

        return in_layout("2006-01-02 15:04:05.999999999 -0700 MST", self.moment)

    def json(self) -> str:
        """RFC 3339."""
        from gitlint_ops.gotemplate.sprig.layouts import in_layout

        return in_layout("2006-01-02T15:04:05.999999999Z07:00", self.moment)

    def call(self, name: str, given: list[Value]) -> Value:
        """The plainest of its methods."""
        clock = self.moment.clock()
        simple = {
            "Year": clock.year,
            "Day": clock.day,
            "Hour": clock.hour,
            "Minute": clock.minute,
            "Second": clock.second,
            "YearDay": clock.timetuple().tm_yday,
            "Unix": wrapped(self.moment.seconds),
            "String": self.shown(),
        }
        if name in simple and not given:
            return simple[name]
        raise Unverifiable(f"the method {name} of a time is not evaluated here")


def parse_duration(text: str) -> int | None:
    """Go's ParseDuration in nanoseconds: "1h30m"; None where it is none."""
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = 0, 0
    while position < len(rest):
        found = _PART.match(rest, position)
        if found is None or found[3] not in _UNITS or not (found[1] or found[2]):
            return None
        unit = _UNITS[found[3]]
        total += int(found[1] or 0) * unit
        if found[2]:
            total += int(float(int(found[2])) * (unit / 10.0 ** len(found[2])))
        position = found.end()
    if not rest or total > 2**63 - (sign > 0):
        return None
    return sign * total
