"""Dates in Go's layouts, which show how 2006-01-02 15:04:05 would be written.

Source: time/format.go of Go.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.gotemplate.faults import Unverifiable
from gitlint_ops.gotemplate.sprig.moments import Moment

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHUNK = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|_(?=2006)|_2|__2|3|4|5|PM|pm"
    r"|[-Z](?:070000|07:00:00|0700|07:00|07)|[.,]0+(?!\d)|[.,]9+(?!\d)"
)
_TWO = re.compile(r"[0-9]{2}")
_ONE_OR_TWO = re.compile(r"[0-9]{1,2}")
_FOUR = re.compile(r"[0-9]{4}")
_FRACTION = re.compile(r"[.,][0-9]+")
_ZONE_NAME = re.compile(r"ChST|MeST|WITA|[A-Z]{4}T(?![A-Z])|[A-Z]{3}T(?![A-Z])|[A-Z]{3}(?![A-Z])")
_MOST_CHARACTERS = 1_000


def in_layout(layout: str, moment: Moment) -> str:
    """A moment written as `layout` is."""
    clock = moment.clock()
    return _CHUNK.sub(lambda found: _written(found[0], clock, moment), layout)


def _written(chunk: str, clock: datetime, moment: Moment) -> str:
    if chunk[0] in "-Z" and len(chunk) > 1:
        return _offset(chunk, moment.offset)
    if chunk[0] in ".,":
        digits = f"{moment.nanoseconds:09d}"[: len(chunk) - 1].ljust(len(chunk) - 1, "0")
        kept = digits if chunk[1] == "0" else digits.rstrip("0")
        return chunk[0] + kept if kept else ""
    if chunk == "MST":
        return moment.zone or _offset("-0700", moment.offset)
    hour = clock.hour % 12 or 12
    month, weekday = _MONTHS[clock.month - 1], _DAYS[clock.weekday()]
    written = {
        "January": month,
        "Jan": month[:3],
        "Monday": weekday,
        "Mon": weekday[:3],
        "1": str(clock.month),
        "01": f"{clock.month:02d}",
        "2": str(clock.day),
        "_2": f"{clock.day:2d}",
        "02": f"{clock.day:02d}",
        "002": f"{clock.timetuple().tm_yday:03d}",
        "__2": f"{clock.timetuple().tm_yday:3d}",
        "15": f"{clock.hour:02d}",
        "3": str(hour),
        "03": f"{hour:02d}",
        "4": str(clock.minute),
        "04": f"{clock.minute:02d}",
        "5": str(clock.second),
        "05": f"{clock.second:02d}",
        "2006": f"{clock.year:04d}",
        "06": f"{clock.year % 100:02d}",
        "PM": "PM" if clock.hour >= 12 else "AM",
        "pm": "pm" if clock.hour >= 12 else "am",
    }
    return written.get(chunk, chunk)


def _offset(chunk: str, offset: int) -> str:
    if chunk[0] == "Z" and offset == 0:
        return "Z"
    sign, rest = ("-", -offset) if offset < 0 else ("+", offset)
    hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
    shape = chunk[1:]
    colon = ":" if ":" in shape else ""
    parts = [f"{hours:02d}", f"{minutes:02d}", f"{seconds:02d}"][: len(shape.replace(":", "")) // 2]
    return sign + colon.join(parts)


class _Read(Struct, frozen=True):
    """What has been read of a date."""

    year: int = 0
    month: int = 1
    day: int = 1
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanoseconds: int = 0
    half: str = ""
    offset: int | None = None
    zone: str = ""


class _Mismatch(Exception):
    pass


def parse_in_layout(layout: str, text: str) -> Moment | None:
    """The moment that a text in `layout` says, in UTC unless it names a zone; None where it is none."""
    if len(layout) > _MOST_CHARACTERS or len(text) > _MOST_CHARACTERS:
        raise Unverifiable("so long a date is not evaluated here")
    try:
        return _moment(_read_all(layout, text))
    except _Mismatch:
        return None


def _read_all(layout: str, text: str) -> _Read:
    read, behind = _Read(), 0
    chunks = list(_CHUNK.finditer(layout))
    for index, chunk in enumerate(chunks):
        text = _skipped(text, layout[behind : chunk.start()])
        behind = chunk.end()
        if chunk[0] == "_":
            text = _skipped(text, "_")
            continue
        following = chunks[index + 1][0] if index + 1 < len(chunks) else ""
        read, text = _read_chunk(read, chunk[0], text, following)
    if _skipped(text, layout[behind:]):
        raise _Mismatch
    return read


def _skipped(text: str, literal: str) -> str:
    """`text` behind a literal part of the layout; one of its spaces stands for any number."""
    position = 0
    while position < len(literal):
        if literal[position] == " ":
            if text and text[0] != " ":
                raise _Mismatch
            literal, position = literal[position:].lstrip(" "), 0
            text = text.lstrip(" ")
            continue
        if not text or text[0] != literal[position]:
            raise _Mismatch
        text = text[1:]
        position += 1
    return text


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.match(text)
    if found is None:
        raise _Mismatch
    return found[0], text[found.end() :]


def _number(text: str, padded: bool, least: int, most: int) -> tuple[int, str]:
    digits, rest = _taken(_TWO if padded else _ONE_OR_TWO, text)
    if not least <= int(digits) <= most:
        raise _Mismatch
    return int(digits), rest


def _named(names: tuple[str, ...], text: str, length: int | None) -> tuple[int, str]:
    for index, name in enumerate(names):
        wanted = name[:length]
        if text[: len(wanted)].lower() == wanted.lower():
            return index + 1, text[len(wanted) :]
    raise _Mismatch


def _read_chunk(read: _Read, chunk: str, text: str, following: str) -> tuple[_Read, str]:
    if chunk in ("January", "Jan"):
        number, rest = _named(_MONTHS, text, None if chunk == "January" else 3)
        return replace(read, month=number), rest
    if chunk in ("Monday", "Mon"):
        return read, _named(_DAYS, text, None if chunk == "Monday" else 3)[1]
    if chunk in ("2006", "06"):
        return _read_year(read, chunk, text)
    if chunk in ("PM", "pm"):
        if text[:2] not in (chunk, chunk.replace("P", "A").replace("p", "a")):
            raise _Mismatch
        return replace(read, half=text[:2].upper()), text[2:]
    if chunk == "MST":
        return _read_zone(read, text)
    if chunk[0] in "-Z":
        return _read_offset(read, chunk, text)
    if chunk[0] in ".,":
        return _read_fraction(read, chunk, text)
    if chunk in ("002", "__2"):
        raise Unverifiable("the day of the year is not read here")
    return _read_number(read, chunk, text, following)


_LIMITS = {
    "1": ("month", 1, 12),
    "2": ("day", 0, 99),
    "_2": ("day", 0, 99),
    "15": ("hour", 0, 23),
    "3": ("hour", 0, 12),
    "4": ("minute", 0, 59),
    "5": ("second", 0, 59),
}


def _read_number(read: _Read, chunk: str, text: str, following: str) -> tuple[_Read, str]:
    name, least, most = _LIMITS[chunk if chunk == "15" else chunk.lstrip("0")]
    if chunk == "_2" and text[:1] == " ":
        text = text[1:]
    number, text = _number(text, chunk[0] == "0", least, most)
    read = replace(read, **{name: number})
    # A fraction may follow seconds without being in the layout.
    if name == "second" and not following.startswith((".", ",")) and _FRACTION.match(text):
        return _read_fraction(read, ".9", text)
    return read, text


def _read_year(read: _Read, chunk: str, text: str) -> tuple[_Read, str]:
    digits, rest = _taken(_FOUR if chunk == "2006" else _TWO, text)
    year = int(digits)
    if chunk == "06":
        year += 1900 if year >= 69 else 2000
    return replace(read, year=year), rest


def _read_fraction(read: _Read, chunk: str, text: str) -> tuple[_Read, str]:
    found = _FRACTION.match(text)
    if chunk[1] == "9" and found is None:
        return read, text
    if chunk[1] == "0":
        length = len(chunk)
        if found is None or len(found[0]) < length or not text[1:length].isdigit():
            raise _Mismatch
        digits, rest = text[1:length], text[length:]
    else:
        assert found is not None
        digits, rest = found[0][1:], text[found.end() :]
    return replace(read, nanoseconds=int(digits[:9].ljust(9, "0"))), rest


def _read_offset(read: _Read, chunk: str, text: str) -> tuple[_Read, str]:
    if chunk[0] == "Z" and text[:1] == "Z":
        return replace(read, offset=0, zone="UTC"), text[1:]
    shape = re.sub(r"\d\d", "([0-9]{2})", chunk[1:])
    found = re.match(rf"[-+]{shape}", text)
    if found is None:
        raise _Mismatch
    parts = [int(one) for one in found.groups()]
    hours, minutes, seconds = [*parts, 0, 0][:3]
    if hours > 24 or minutes > 60 or seconds > 60:
        raise _Mismatch
    offset = hours * 3600 + minutes * 60 + seconds
    return replace(read, offset=-offset if text[0] == "-" else offset), text[found.end() :]


def _read_zone(read: _Read, text: str) -> tuple[_Read, str]:
    if text.startswith("UTC"):
        return replace(read, offset=0, zone="UTC"), text[3:]
    if text[:1] in ("+", "-") or text.startswith("GMT"):
        raise Unverifiable("this time zone is not read here")
    name, rest = _taken(_ZONE_NAME, text)
    return replace(read, zone=name), rest


def _moment(read: _Read) -> Moment:
    hour = read.hour
    if read.half == "PM" and hour < 12:
        hour += 12
    elif read.half == "AM" and hour == 12:
        hour = 0
    if read.year < 1:
        raise Unverifiable("a date without a year is not evaluated here")
    if not 1 <= read.day <= calendar.monthrange(read.year, read.month)[1]:
        raise _Mismatch
    clock = datetime(read.year, read.month, read.day, hour, read.minute, read.second, tzinfo=UTC)
    offset = read.offset or 0
    seconds = int((clock - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) - offset
    # An offset without a name that is that of UTC is UTC; a name alone says nothing of the offset.
    zone = "UTC" if offset == 0 and not read.zone else read.zone
    return Moment(seconds, read.nanoseconds, offset, zone)
