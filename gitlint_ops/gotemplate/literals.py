"""Texts and numbers as Go writes and reads them.

Source: strconv (quote.go, atoi.go, atof.go) of Go.
"""

from __future__ import annotations

import math
import re
import unicodedata

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPED = {value: f"\\{name}" for name, value in _ESCAPES.items()}
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))"
)
_PLAIN = re.compile(r"[ !#-\[\]-~]*\Z")

_DIGITS = {
    "0x": re.compile(r"(?:_?[0-9a-fA-F])+\Z"),
    "0o": re.compile(r"(?:_?[0-7])+\Z"),
    "0b": re.compile(r"(?:_?[01])+\Z"),
    "0": re.compile(r"(?:_?[0-7])+\Z"),
    "": re.compile(r"[0-9](?:_?[0-9])*\Z"),
}
_BASES = {"0x": 16, "0o": 8, "0b": 2, "0": 8, "": 10}
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_HEXADECIMAL = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+\Z")
_SPECIAL = re.compile(r"[+-]?(?:inf|infinity)\Z|nan\Z", re.IGNORECASE)
_MOST_DIGITS = 400


def to_bytes(text: str) -> bytes:
    """A text in UTF-8; bytes that are none stand in it as lone surrogates (PEP 383)."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """The inverse of `to_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def is_printable(character: str) -> bool:
    """Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space."""
    return character == " " or unicodedata.category(character)[0] in "LMNPS"


def quote(text: str, *, ascii_only: bool = False, mark: str = '"') -> str:
    """Go's strconv.Quote."""
    if mark == '"' and _PLAIN.match(text):
        return f'"{text}"'
    return mark + "".join(_quoted(one, mark, ascii_only) for one in text) + mark


def _quoted(character: str, mark: str, ascii_only: bool) -> str:
    if character in (mark, "\\"):
        return f"\\{character}"
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if is_printable(character) and (code < 128 or not ascii_only):
        return character
    if character in _ESCAPED:
        return _ESCAPED[character]
    if code < 32 or code == 127:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def unquote(written: str) -> str | None:
    """The value of a literal with its quotes; None where Go says "invalid syntax"."""
    mark, inner = written[0], written[1:-1]
    if mark == "`":
        return inner.replace("\r", "")
    pieces: list[bytes] = []
    position = 0
    while position < len(inner):
        if inner[position] == "\\":
            found = _ESCAPE.match(inner, position)
            piece = None if found is None else _unescaped(found, mark)
            if found is None or piece is None:
                return None
            pieces.append(piece)
            position = found.end()
        elif inner[position] in ("\n", mark):
            return None
        else:
            pieces.append(to_bytes(inner[position]))
            position += 1
    return from_bytes(b"".join(pieces))


def _unescaped(found: re.Match[str], mark: str) -> bytes | None:
    name, byte, short, long, octal = found.groups()
    if name is not None:
        if name in "'\"" and name != mark:
            return None
        return _ESCAPES.get(name, name).encode()
    if byte is not None:
        return bytes([int(byte, 16)])
    if octal is not None:
        return bytes([int(octal, 8)]) if int(octal, 8) < 256 else None
    code = int(short or long, 16)
    return chr(code).encode() if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else None


def character_code(written: str) -> int | None:
    """The number that a character constant such as 'a' is; None where it is malformed."""
    inner = written[1:-1]
    if len(inner) == 1 and inner not in "\\'\n":
        return ord(inner)
    found = _ESCAPE.fullmatch(inner)
    if found is None:
        return None
    if found[2] or found[5]:
        code = int(found[2], 16) if found[2] else int(found[5], 8)
        return code if code < 256 else None
    text = _unescaped(found, "'")
    return None if text is None else ord(text.decode())


def integer(text: str, base: int = 0) -> int | None:
    """Go's ParseInt without its range: with base 0, prefixes and underscores count as in Go's own source."""
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if len(digits) > _MOST_DIGITS:
        return None
    if base == 0:
        lower = digits[:2].lower()
        prefix = lower if lower in ("0x", "0o", "0b") else "0" if len(digits) > 1 and digits[0] == "0" else ""
        base, pattern, rest = _BASES[prefix], _DIGITS[prefix], digits[len(prefix) :]
        if not pattern.match(rest):
            return None
    else:
        rest = digits
        if not rest.isascii() or not rest.isalnum():
            return None
    try:
        value = int(rest.replace("_", ""), base)
    except ValueError:
        return None
    return -value if sign == "-" else value


def signed(text: str, base: int = 0) -> int | None:
    """A text as an int64; None where it is none or too large."""
    value = integer(text, base)
    return value if value is not None and -(2**63) <= value < 2**63 else None


def real(text: str) -> float | None:
    """Go's ParseFloat: None where it says "invalid syntax" or "value out of range"."""
    if len(text) > _MOST_DIGITS:
        return None
    if "_" in text:
        return _underscored(text)
    if _DECIMAL.match(text):
        value = float(text)
        return None if math.isinf(value) else value
    if _HEXADECIMAL.match(text):
        try:
            return float.fromhex(text)
        except OverflowError:
            return None
    return float(text) if _SPECIAL.match(text) else None


def _underscored(text: str) -> float | None:
    # Underscores stand between digits, or behind the base prefix.
    is_hexadecimal = "0x" in text[:3].lower()
    digit = "[0-9a-fA-F]" if is_hexadecimal else "[0-9]"
    bare = re.sub(r"\A([+-]?0[xX])_", r"\1", text)
    if re.search(rf"(?<!{digit})_|_(?!{digit})", bare):
        return None
    return real(bare.replace("_", ""))


def shortest(value: float) -> tuple[str, int]:
    """The fewest digits that read back as `value`, and where the point stands: 0.012 is ("12", -1)."""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole.lstrip("0")) if whole.strip("0") else len(fraction.lstrip("0")) - len(fraction)
    if not whole.strip("0"):
        digits = fraction.lstrip("0")
    return digits.rstrip("0") or "0", (point if digits.strip("0") else 1) + int(exponent or 0)


def float_text(value: float) -> str:
    """A float64 as %v prints it: 1e+06, 0.5, 3, +Inf."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    digits, point = shortest(value)
    sign = "-" if math.copysign(1, value) < 0 else ""
    if point - 1 < -4 or point - 1 >= 6:
        return sign + exponent_form(digits, point)
    return sign + point_form(digits, point)


def exponent_form(digits: str, point: int) -> str:
    """1.5e+06."""
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    power = point - 1
    return f"{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def point_form(digits: str, point: int) -> str:
    """1500000."""
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
