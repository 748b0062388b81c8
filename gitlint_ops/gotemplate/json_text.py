"""Values as Go's encoding/json writes them, and JSON as it reads it.

Source: encoding/json (encode.go, decode.go, indent.go) of Go.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from gitlint_ops.gotemplate.faults import Budget, Unverifiable
from gitlint_ops.gotemplate.formatting import sorted_keys
from gitlint_ops.gotemplate.literals import exponent_form, point_form, shortest
from gitlint_ops.gotemplate.values import INVALID, Object, Value, from_data, is_nil, ordered

_DEEPEST = 100
_NESTED = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile('[\x00-\x1f"\\\\\u2028\u2029\udc80-\udcff]')
_ESCAPED_FOR_HTML = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029\udc80-\udcff]')


class NotJson(Exception):
    """A text is no JSON, or a value cannot be written as JSON; Go's reason."""


def write_json(value: Value, budget: Budget, *, indent: str = "", escapes_html: bool = True) -> str:
    """A value in JSON; with `indent`, in lines.

    Raises:
        NotJson: it holds infinity or what is not a number.
    """
    writer = _Writer(budget, indent, _ESCAPED_FOR_HTML if escapes_html else _ESCAPED)
    text = writer.written(value, "\n" if indent else "")
    budget.make(len(text))
    return text


class _Writer:
    def __init__(self, budget: Budget, indent: str, escaped: re.Pattern[str]) -> None:
        self._budget = budget
        self._indent = indent
        self._escaped = escaped

    def written(self, value: Value, line: str) -> str:
        self._budget.spend(1)
        if value is INVALID or is_nil(value):
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return self._map(value, line)
        if isinstance(value, list):
            inner = line and line + self._indent
            return self._enclosed("[]", [self.written(one, inner) for one in ordered(value)], line)
        if isinstance(value, float):
            return json_number(value)
        if isinstance(value, Object):
            return self.written(value.json(), line)
        if isinstance(value, complex):
            raise NotJson("json: unsupported type: complex128")
        return str(int(value))

    def _map(self, value: dict[str, Value], line: str) -> str:
        inner = line and line + self._indent
        colon = ": " if line else ":"
        members = [f"{self._text(key)}{colon}{self.written(value[key], inner)}" for key in sorted_keys(value)]
        return self._enclosed("{}", members, line)

    def _enclosed(self, marks: str, parts: list[str], line: str) -> str:
        self._budget.make(sum(len(one) + len(line) + 4 for one in parts))
        if not parts or not line:
            return f"{marks[0]}{','.join(parts)}{marks[1]}"
        inner = line + self._indent
        return f"{marks[0]}{inner}{f',{inner}'.join(parts)}{line}{marks[1]}"

    def _text(self, text: str) -> str:
        return f'"{self._escaped.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    return "\\ufffd" if "\udc80" <= character <= "\udcff" else f"\\u{ord(character):04x}"


def json_number(value: float) -> str:
    """A float64 as JSON has it: 1000000, 1e+21, 1e-7.

    Raises:
        NotJson: it is infinite or no number.
    """
    if not math.isfinite(value):
        name = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        raise NotJson(f"json: unsupported value: {name}")
    digits, point = shortest(value)
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value != 0 and not 1e-6 <= abs(value) < 1e21:
        return sign + re.sub(r"e-0(\d)\Z", r"e-\1", exponent_form(digits, point))
    return sign + point_form(digits, point)


def read_json(text: str, budget: Budget) -> Value:
    """What a JSON text says.

    Raises:
        NotJson: it is none.
    """
    budget.make(len(text))
    if _is_deep(text):
        raise Unverifiable("JSON that is nested so deeply is not evaluated here")
    clean = text if text.isascii() else re.sub("[\udc80-\udcff]", "\ufffd", text)
    try:
        data = json.loads(clean, parse_int=_number, parse_float=_number, parse_constant=_no_number)
    except ValueError as problem:
        raise NotJson(str(problem)) from problem
    return from_data(data, budget)


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"json: cannot unmarshal number {text[:30]} into Go value of type float64")
    return value


def _no_number(text: str) -> Any:
    raise ValueError(f"invalid character '{text[0]}' looking for beginning of value")


def _is_deep(text: str) -> bool:
    depth = 0
    for found in _NESTED.finditer(text):
        depth += (found[0] in "[{") - (found[0] in "]}")
        if depth > _DEEPEST:
            return True
    return False
