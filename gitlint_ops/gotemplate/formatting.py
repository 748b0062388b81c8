"""Values as Go's fmt prints them with %v, and how print and println join them."""

from __future__ import annotations

from collections.abc import Iterable

from gitlint_ops.gotemplate.faults import Budget
from gitlint_ops.gotemplate.literals import float_text
from gitlint_ops.gotemplate.values import INVALID, Duration, Object, Value, ordered


def plain(value: Value, budget: Budget) -> str:
    """What %v prints."""
    if isinstance(value, str):
        return value
    budget.spend(1)
    if value is None or value is INVALID:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [plain(one, budget) for one in ordered(value)]
        return _made(f"[{' '.join(items)}]", budget)
    if isinstance(value, dict):
        members = [f"{key}:{plain(value[key], budget)}" for key in sorted_keys(value)]
        return _made(f"map[{' '.join(members)}]", budget)
    return _scalar(value)


def _scalar(value: Value) -> str:
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, complex):
        imaginary = float_text(value.imag)
        sign = "" if imaginary[0] in "+-" else "+"
        return f"({float_text(value.real)}{sign}{imaginary}i)"
    if isinstance(value, Object):
        return value.shown()
    return duration(value) if isinstance(value, Duration) else str(int(value))


def _made(text: str, budget: Budget) -> str:
    budget.make(len(text))
    return text


def sorted_keys(members: Iterable[str]) -> list[str]:
    """In the order of their bytes in UTF-8."""
    return sorted(members, key=lambda one: one.encode("utf-8", "surrogateescape"))


def printed(value: Value, budget: Budget) -> str:
    """What an action writes for its value."""
    return "<no value>" if value is None or value is INVALID else plain(value, budget)


def joined(values: list[Value], budget: Budget) -> str:
    """Go's Sprint: a space between neighbours of which neither is a text."""
    pieces: list[str] = []
    after_text = True
    for value in values:
        is_text = isinstance(value, str)
        if not (is_text or after_text):
            pieces.append(" ")
        pieces.append(plain(value, budget))
        after_text = is_text
    return _made("".join(pieces), budget)


def line(values: list[Value], budget: Budget) -> str:
    """Go's Sprintln."""
    return _made(" ".join(plain(one, budget) for one in values) + "\n", budget)


def duration(nanoseconds: int) -> str:
    """A time.Duration: 1h2m3.5s."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest == 0:
        return "0s"
    for unit, size in (("ns", 1), ("µs", 1_000), ("ms", 1_000_000)):
        if rest < size * 1_000 and size * 1_000 <= 1_000_000_000:
            return f"{sign}{_fraction(rest, size)}{unit}"
    minutes, seconds = divmod(rest, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{_fraction(seconds, 1_000_000_000)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else sign + text


def _fraction(number: int, unit: int) -> str:
    whole, rest = divmod(number, unit)
    return f"{whole}.{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else str(whole)
