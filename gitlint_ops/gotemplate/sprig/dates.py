"""sprig's functions of dates. The zone "Local" is that of Argo CD's containers, UTC.

Source: date.go of github.com/Masterminds/sprig/v3.
"""

from __future__ import annotations

from gitlint_ops.gotemplate import literals
from gitlint_ops.gotemplate.faults import FunctionFault, Unverifiable
from gitlint_ops.gotemplate.formatting import duration
from gitlint_ops.gotemplate.signatures import Functions, simple, unknown
from gitlint_ops.gotemplate.sprig.layouts import in_layout, parse_in_layout
from gitlint_ops.gotemplate.sprig.moments import Moment, Time, parse_duration
from gitlint_ops.gotemplate.values import Int64, Value, wrapped

_NOW = "the time is known only at run time"
_HOUR = 3_600_000_000_000
_LONG_UNITS = (
    (_HOUR * 24 * 365, "y"),
    (_HOUR * 24 * 30, "mo"),
    (_HOUR * 24, "d"),
    (_HOUR, "h"),
    (60_000_000_000, "m"),
    (1_000_000_000, "s"),
)


def _moment(value: Value) -> Moment:
    """What sprig takes for a date; for all else it takes the time of the run."""
    if isinstance(value, Time):
        return value.moment
    if type(value) in (int, Int64):
        return Moment(int(value))
    raise Unverifiable(f"sprig takes no {type(value).__name__} for a date but the time of the run")


def _in_zone(layout: str, value: Value, zone: str) -> str:
    if zone not in ("UTC", "Local", ""):
        raise Unverifiable("what a time zone says is not evaluated here")
    return in_layout(layout, _moment(value).in_utc())


def _date(layout: str, value: Value) -> str:
    return _in_zone(layout, value, "UTC")


def _modified(text: str, value: Time) -> Time:
    nanoseconds = parse_duration(text)
    return value if nanoseconds is None else Time(value.moment.after(nanoseconds))


def _must_modify(text: str, value: Time) -> Time:
    if parse_duration(text) is None:
        raise FunctionFault(f"time: invalid duration {literals.quote(text)}")
    return _modified(text, value)


def _to_date(layout: str, text: str) -> Time:
    return Time(parse_in_layout(layout, text) or Moment())


def _must_to_date(layout: str, text: str) -> Time:
    moment = parse_in_layout(layout, text)
    if moment is None:
        problem = f"cannot parse {literals.quote(text)} as {literals.quote(layout)}"
        raise FunctionFault(f"parsing time {literals.quote(text)} as {literals.quote(layout)}: {problem}")
    return Time(moment)


def _duration(value: Value) -> str:
    seconds = 0
    if isinstance(value, str):
        number = literals.integer(value, 10)
        seconds = 0 if number is None else max(-(2**63), min(2**63 - 1, number))
    elif type(value) is Int64:
        seconds = value
    return duration(wrapped(seconds * 1_000_000_000))


def _rounded(value: Value) -> str:
    nanoseconds = 0
    if isinstance(value, str):
        nanoseconds = parse_duration(value) or 0
    elif type(value) is Int64:
        nanoseconds = int(value)
    elif isinstance(value, Time):
        raise Unverifiable(_NOW)
    nanoseconds = abs(nanoseconds)
    return next((f"{nanoseconds // size}{name}" for size, name in _LONG_UNITS if nanoseconds > size), "0s")


DATES: Functions = {
    "now": unknown("", _NOW),
    "ago": unknown("any", _NOW),
    "date": simple("string, any", _date),
    "date_in_zone": simple("string, any, string", _in_zone),
    "dateInZone": simple("string, any, string", _in_zone),
    "htmlDate": simple("any", lambda value: _date("2006-01-02", value)),
    "htmlDateInZone": simple("any, string", lambda value, zone: _in_zone("2006-01-02", value, zone)),
    "date_modify": simple("string, time", _modified),
    "dateModify": simple("string, time", _modified),
    "must_date_modify": simple("string, time", _must_modify),
    "mustDateModify": simple("string, time", _must_modify),
    "toDate": simple("string, string", _to_date),
    "mustToDate": simple("string, string", _must_to_date),
    "unixEpoch": simple("time", lambda value: str(value.moment.seconds)),
    "duration": simple("any", _duration),
    "durationRound": simple("any", _rounded),
}
