"""The types of plain scalars, as the Go tools resolve them and not as YAML 1.1 or 1.2 would.

Source: resolve.go of go.yaml.in/yaml v2.4 and v3.0, convertToJSONableObject of sigs.k8s.io/yaml,
encoding/json. Numbers have passed through JSON, as both tools' do: 1.0 and 1e3 are integers.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from gitlint_ops.syntax.text import Typing
from gitlint_ops.syntax.timestamps import is_timestamp, rfc3339

Resolver: TypeAlias = Callable[[str], Any]

_INFINITY = float("inf")
_MAX_UINT64 = 2**64 - 1
_MIN_INT64 = -(2**63)

_COMMON_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), _INFINITY),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -_INFINITY),
    "<<": "<<",
}
_OLD_BOOLEANS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}

WORDS: Mapping[Typing, Mapping[str, Any]] = MappingProxyType(
    {
        Typing.KUSTOMIZE: MappingProxyType(_COMMON_WORDS),
        Typing.KUBECTL: MappingProxyType({**_COMMON_WORDS, **_OLD_BOOLEANS}),
    }
)
"""Plain scalars that are no text although no digit, sign or dot starts them; `<<` is only marked."""

_INTEGER = re.compile(r"(?P<sign>[+-]?)0(?:[xX](?P<x>[0-9a-fA-F]+)|[oO](?P<o>[0-7]+)|[bB](?P<b>[01]+))\Z")
_SIGN_INSIDE = re.compile(r"0(?:o(?P<o>[+-][0-7]+)|b(?P<b>[+-][01]+))\Z")
_DECIMAL = re.compile(r"[+-]?[0-9]+\Z")
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?\Z")
_DOTTED = re.compile(r"\.[0-9](?:_?[0-9])*(?:[eE][+-]?[0-9](?:_?[0-9])*)?\Z")


def number(text: str) -> int | float | None:
    """The number that go-yaml reads, not yet passed through JSON; None where it sees text.

    `08` and `1_0` are decimal, `010` and `0o10` octal. Integers beyond 64 bits are floats.
    """
    if text[:1] == ".":
        return _finite(float(text)) if _DOTTED.match(text) else None
    plain = text.replace("_", "")
    integer = _integer(plain)
    if integer is not None and _MIN_INT64 <= integer <= (_MAX_UINT64 if plain[0] != "+" else -_MIN_INT64 - 1):
        return integer
    return _finite(float(plain)) if _FLOAT.match(plain) else None


def _integer(plain: str) -> int | None:
    if _DECIMAL.match(plain):
        digits = plain.lstrip("+-")
        if len(digits) > 64:
            return None
        if digits[0] != "0" or len(digits) == 1:
            return int(plain)
        return int(plain, 8) if digits.isdigit() and not set(digits) & {"8", "9"} else None
    if len(plain) > 70:
        return None
    inside = _SIGN_INSIDE.match(plain)  # an accident of strconv.ParseInt: `0b-1` is -1
    if inside is not None:
        return int(inside["o"], 8) if inside["o"] else int(inside["b"], 2)
    match = _INTEGER.match(plain)
    if match is None:
        return None
    digits, base = (match["x"], 16) if match["x"] else (match["o"], 8) if match["o"] else (match["b"], 2)
    return int(match["sign"] + digits, base)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def through_json(value: float) -> int | float:
    """A float as the tools have it after JSON: integral ones that fit 64 bits are integers, but for -0."""
    if (
        not value.is_integer()
        or not _MIN_INT64 <= value <= _MAX_UINT64
        or (not value and math.copysign(1, value) < 0)
    ):
        return value
    # encoding/json prints the shortest digits and pads with zeros: 12345678901234567890.5 is
    # 12345678901234567000 afterwards, which int() of the float is not.
    digits = int(Decimal(repr(value)))
    return digits if _MIN_INT64 <= digits <= _MAX_UINT64 else value


def _resolve(text: str, words: Mapping[str, Any], timestamp: Resolver) -> Any:
    if text in words:
        return words[text]
    if text[0] not in "0123456789+-.":
        return text
    time = timestamp(text)
    if time is not None:
        return time
    found = number(text)
    if found is None:
        return text
    return through_json(found) if isinstance(found, float) else found


def _resolve_kubectl(text: str) -> Any:
    return _resolve(text, WORDS[Typing.KUBECTL], lambda text: text if is_timestamp(text) else None)


def _resolve_kustomize(text: str) -> Any:
    return _resolve(text, WORDS[Typing.KUSTOMIZE], rfc3339)


def resolver(typing: Typing) -> Resolver:
    """What a plain scalar without a tag is; NaN and infinities come back as floats."""
    return _resolve_kubectl if typing is Typing.KUBECTL else _resolve_kustomize


def is_plain_text(text: str) -> bool:
    """Whether go-yaml v2 reads these characters, written without quotes, as text."""
    if text in WORDS[Typing.KUBECTL]:
        return text == "<<"
    if text[0] not in "0123456789+-.":
        return True
    return number(text) is None and not is_timestamp(text)


_LONG = "tag:yaml.org,2002:"


def tagged(tag: str, text: str, typing: Typing) -> Any:
    """A scalar with an explicit tag; unknown tags are text.

    Raises:
        ValueError: the text is no such thing (`!!int 3.5`); the message is for the user.
    """
    name = tag_name(tag)
    if name == "binary":
        return _decoded(text)
    if name not in ("bool", "int", "float", "null", "timestamp"):
        return text
    found = _resolve(text, WORDS[typing], rfc3339 if name == "timestamp" else lambda _: None)
    kind = _kind(text, found)
    if kind == name or (name == "float" and kind == "int"):
        return text if name == "timestamp" and typing is Typing.KUBECTL else found
    raise ValueError(f"`{_shown(text)}` is no {name}, as its tag !!{name} says")


def tag_name(tag: str) -> str:
    """What stands behind the exclamation marks of a tag that YAML defines; "" for others."""
    return tag.removeprefix(_LONG) if tag.startswith(_LONG) else ""


def _kind(text: str, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "timestamp" if is_timestamp(text) else "str"
    raw = number(text)
    return "int" if isinstance(raw, int) else "float"


def _decoded(text: str) -> str:
    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the value tagged !!binary is no base64") from error
    return data.decode("utf-8", "replace")


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."


def key(text: str, typing: Typing) -> str | None:
    """What a plain scalar is as a key of a mapping; None where the tool refuses it.

    kubectl spells keys anew (`yes` is "true", `0x10` is "16") and refuses null, kustomize takes
    text only. Keys do not pass through JSON: `1e6` is "1e+06".
    """
    value = _resolve(text, WORDS[typing], lambda _: None)
    if value is None:
        return None
    if typing is Typing.KUSTOMIZE:
        return text if isinstance(value, str) and not is_timestamp(text) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text
    raw = number(text)
    if isinstance(raw, int):
        return str(raw) if raw < -_MIN_INT64 else None
    return go_float(value if raw is None else raw, single=True)


def go_float(value: float, *, single: bool = False) -> str:
    """Go's strconv.FormatFloat(value, 'g', -1, 64), or as float32 where `single`, as go-yaml prints it."""
    if single:
        value = _as_float32(value)
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    sign, digits, exponent = Decimal(_shortest_float32(value) if single else repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + exponent if text != "0" else 1
    return ("-" if sign else "") + _laid_out(text, point)


def _laid_out(digits: str, point: int) -> str:
    """Digits with the decimal point after `point` of them; with an exponent below 1e-4 and from 1e6 on."""
    power = point - 1
    if power < -4 or power >= 6:
        mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02}"
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _as_float32(value: float) -> float:
    try:
        (narrow,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return math.copysign(_INFINITY, value)
    return float(narrow)


def _shortest_float32(value: float) -> str:
    for precision in range(9):
        text = f"{value:.{precision}e}"
        if _as_float32(float(text)) == value:
            return text
    return repr(value)
