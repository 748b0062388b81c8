"""One value printed with one verb of Go's fmt.

Source: fmt (print.go, format.go) of Go.
"""

from __future__ import annotations

import math

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.gotemplate.faults import Budget, Unverifiable
from gitlint_ops.gotemplate.formatting import duration, plain, sorted_keys
from gitlint_ops.gotemplate.literals import float_text, is_printable, quote, to_bytes
from gitlint_ops.gotemplate.values import Byte, Duration, Object, Uint64, Value, is_nil, ordered, type_name

_BASES = {"d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_DIGITS = {10: "d", 2: "b", 8: "o", 16: "x"}


class Flags(Struct, frozen=True):
    """What stands between the percent sign and the verb."""

    sharp: bool = False
    zero: bool = False
    plus: bool = False
    minus: bool = False
    space: bool = False
    width: int | None = None
    precision: int | None = None
    go_syntax: bool = False

    def with_width(self, width: int | None) -> Flags:
        return replace(self, width=width)

    def with_precision(self, precision: int) -> Flags:
        return replace(self, precision=precision)

    def left(self) -> Flags:
        """Padded on the right, and with blanks."""
        return replace(self, minus=True, zero=False)


def with_verb(value: Value, verb: str, flags: Flags, budget: Budget) -> str:
    """A value as `verb` prints it."""
    budget.make((flags.width or 0) + (flags.precision or 0))
    if verb in "vw":
        flags = replace(flags, go_syntax=flags.sharp, sharp=False, plus=False)
    if verb == "w" and value is not None:
        # %w is for errors, which templates do not have.
        return f"%!w({type_name(value)}={_argument(value, 'v', flags, budget)})"
    return _argument(value, verb, flags, budget)


def _argument(value: Value, verb: str, flags: Flags, budget: Budget) -> str:
    if value is None:
        return _padded("<nil>", flags) if verb in "Tv" else f"%!{verb}(<nil>)"
    if verb == "T":
        return _text(type_name(value), "s", flags) or ""
    if verb == "p" and isinstance(value, list | dict):
        raise Unverifiable("an address in memory is known only at run time")
    shown = _shown(value, verb, flags, budget)
    if shown is None:
        return f"%!{verb}({type_name(value)}={_argument(value, 'v', flags, budget)})"
    return shown


def _shown(value: Value, verb: str, flags: Flags, budget: Budget) -> str | None:
    """None where the verb is not for such a value."""
    budget.spend(1)
    if isinstance(value, bool):
        return _padded("true" if value else "false", flags) if verb in "tv" else None
    if isinstance(value, str):
        return _text(value, verb, flags)
    if isinstance(value, list):
        return _list(value, verb, flags, budget)
    if isinstance(value, dict):
        return _map(value, verb, flags, budget)
    if isinstance(value, float):
        return _float(value, verb, flags)
    if isinstance(value, Object | Duration) and verb in "vsxXq" and not flags.go_syntax:
        return _text(duration(value) if isinstance(value, Duration) else value.shown(), verb, flags)
    if isinstance(value, int):
        return _integer(value, verb, flags)
    if verb == "v" and not flags.go_syntax and flags.width is None:
        return plain(value, budget)
    raise Unverifiable(f"%{verb} of a value of type {type_name(value)} is not evaluated here")


def _padded(text: str, flags: Flags, *, zero: bool | None = None) -> str:
    missing = (flags.width or 0) - len(text)
    if missing <= 0:
        return text
    if flags.minus:
        return text + " " * missing
    return ("0" if (flags.zero if zero is None else zero) else " ") * missing + text


def _element(value: Value, verb: str, flags: Flags, budget: Budget) -> str:
    if value is None:
        return "interface {}(nil)" if flags.go_syntax else "<nil>"
    return _argument(value, verb, flags, budget)


def _list(value: list[Value], verb: str, flags: Flags, budget: Budget) -> str:
    items = [_element(one, verb, flags, budget) for one in ordered(value)]
    if not flags.go_syntax:
        return f"[{' '.join(items)}]"
    return f"{type_name(value)}(nil)" if is_nil(value) else f"{type_name(value)}{{{', '.join(items)}}}"


def _map(value: dict[str, Value], verb: str, flags: Flags, budget: Budget) -> str:
    items = [
        f"{_element(key, verb, flags, budget)}:{_element(value[key], verb, flags, budget)}"
        for key in sorted_keys(value)
    ]
    if not flags.go_syntax:
        return f"map[{' '.join(items)}]"
    return f"{type_name(value)}(nil)" if is_nil(value) else f"{type_name(value)}{{{', '.join(items)}}}"


# Texts.


def _text(value: str, verb: str, flags: Flags) -> str | None:
    cut = value if flags.precision is None else value[: flags.precision]
    if verb == "q" or (verb == "v" and flags.go_syntax):
        if flags.sharp and _fits_backquotes(cut):
            return _padded(f"`{cut}`", flags)
        return _padded(quote(cut, ascii_only=flags.plus), flags)
    if verb in "vs":
        return _padded(cut, flags)
    return _hexadecimal(value, verb, flags) if verb in "xX" else None


def _fits_backquotes(text: str) -> bool:
    return all(
        (one == "\t" or (ord(one) >= 32 and one not in "`\x7f\ufeff")) and not 0xDC80 <= ord(one) <= 0xDCFF
        for one in text
    )


def _hexadecimal(value: str, verb: str, flags: Flags) -> str:
    data = to_bytes(value)[: flags.precision]
    prefix = f"0{verb}" if flags.sharp and data else ""
    pairs = [f"{one:02{verb}}" for one in data]
    written = prefix + (f" {prefix}".join(pairs) if flags.space else "".join(pairs))
    return _padded(written, flags)


# Numbers.


def _integer(value: int, verb: str, flags: Flags) -> str | None:
    unsigned = isinstance(value, Uint64 | Byte)
    if verb == "v":
        return (
            _based(value, replace(flags, sharp=True), "x")
            if flags.go_syntax and unsigned
            else _based(value, flags, "d")
        )
    if verb in _BASES:
        return _based(value, flags, verb)
    code = value if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else 0xFFFD
    if verb == "c":
        return _padded(chr(code), flags)
    if verb == "q":
        return _padded(quote(chr(code), ascii_only=flags.plus, mark="'"), flags)
    return _code_point(value, flags) if verb == "U" else None


def _code_point(value: int, flags: Flags) -> str:
    number = value % 2**64
    text = f"U+{number:0{max(flags.precision or 0, 4)}X}"
    if flags.sharp and number <= 0x10FFFF and is_printable(chr(number)):
        text += f" '{chr(number)}'"
    return _padded(text, flags, zero=False)


def _based(value: int, flags: Flags, verb: str) -> str:
    base = _BASES[verb]
    sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
    if flags.precision == 0 and value == 0:
        return " " * (flags.width or 0)
    least = flags.precision or 0
    if flags.precision is None and flags.zero and not flags.minus and flags.width is not None:
        least = flags.width - len(sign)
    digits = f"{abs(value):{'X' if verb == 'X' else _DIGITS[base]}}".rjust(least, "0")
    prefix = "0o" if verb == "O" else ""
    if flags.sharp:
        marks = {2: "0b", 8: "" if digits.startswith("0") else "0", 16: f"0{verb}", 10: ""}
        prefix += marks[base]
    return _padded(sign + prefix + digits, flags, zero=False)


def _float(value: float, verb: str, flags: Flags) -> str | None:
    if verb not in "vgGeEfF":
        if verb in "xX" and math.isfinite(value) and flags == Flags():
            return _hexadecimal_float(value, verb)
        if verb in "bxX":
            raise Unverifiable(f"%{verb} of a float64 is not evaluated here")
        return None
    if flags.sharp and math.isfinite(value):
        raise Unverifiable(f"%#{verb} of a float64 is not evaluated here")
    text = _digits(abs(value), verb, flags.precision)
    sign = "-" if math.copysign(1, value) < 0 else "+" if flags.plus else " " if flags.space else ""
    if math.isnan(value):
        return _padded(("+" if flags.plus else " " if flags.space else "") + "NaN", flags, zero=False)
    if math.isinf(value):
        return _padded((sign or "+") + "Inf", flags, zero=False)
    if flags.zero and not flags.minus and flags.width is not None and sign:
        return sign + _padded(text, flags.with_width(flags.width - len(sign)))
    return _padded(sign + text, flags)


def _hexadecimal_float(value: float, verb: str) -> str:
    mantissa, _, exponent = value.hex().partition("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    text = f"{mantissa}p{exponent[0]}{exponent[1:].zfill(2)}"
    return text.upper() if verb == "X" else text


def _digits(value: float, verb: str, precision: int | None) -> str:
    if not math.isfinite(value):
        return ""
    if verb in "vgG":
        text = float_text(value) if precision is None else f"{value:.{precision}g}"
        return text.upper() if verb == "G" else text
    return f"{value:.{6 if precision is None else precision}{'f' if verb == 'F' else verb}}"
