"""JSON as it is spelled: a JSON patch tests texts and numbers by their bytes.

What it tests was written by Go, which escapes `<`, `>` and `&`. A patch in YAML is turned into JSON
by Go, too; one in JSON is taken as it stands, and then `"<"` and `1.0` equal nothing.

Source: gopkg.in/evanphx/json-patch.v4 patch.go equal, encoding/json
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from gitlint_ops.build.kustomize.node_texts import Shortened
from gitlint_ops.syntax.scalars import through_json

_MOST_EXACT = 2**53
_LEAST_SHORTENED = 10**6
_LONG_NUMBER = re.compile(rb"[\[:,]-?[0-9]{7}")
_TEXT = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?')
_ESCAPED = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def spelled(text: str) -> Any:
    """What a valid JSON text holds; texts and numbers are the characters that they are written with."""
    quoted_twice = _TEXT.sub(lambda found: found[0] if found[2] else json.dumps(found[1]), text)
    return json.loads(quoted_twice, parse_float=str, parse_int=str)


def equals_spelled(found: Any, wanted: Any) -> bool:
    """Whether a value, as Go writes it, is what is spelled."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(equals_spelled(found[key], wanted[key]) for key in found)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(equals_spelled, found, wanted))
    if isinstance(wanted, str):
        return not isinstance(found, dict | list) and _go_json(found) == wanted
    return found is wanted  # true, false or null


def with_floats(body: Any) -> Any:
    """A body as a JSON patch leaves it; the same one where it has no long numbers.

    Its numbers were floats meanwhile, which hold 53 bits, and are written as such.
    """
    return _rounded(body) if _may_hold_long_numbers(body) else body


def _may_hold_long_numbers(body: Any) -> bool:
    try:
        return _LONG_NUMBER.search(msgspec.json.encode(body, enc_hook=str)) is not None
    except (OverflowError, ValueError):
        return True


def _rounded(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _rounded(value) for key, value in body.items()}
    if isinstance(body, list):
        return [_rounded(value) for value in body]
    if not isinstance(body, int) or abs(body) < _LEAST_SHORTENED:
        return body
    number = through_json(float(body)) if abs(body) > _MOST_EXACT else body
    return Shortened(number) if isinstance(number, int) else number


def _go_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    for char, escape in _ESCAPED.items():
        text = text.replace(char, escape)
    return text
