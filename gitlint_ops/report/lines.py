"""JSON text that is quick to write and still readable line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct


class Encoded(Struct, frozen=True):
    """A list whose items are JSON text already, made one after the other to save memory."""

    items: Iterable[str]


def encode(value: Any, depth: int) -> str:
    """JSON with a line for each member of the outer `depth` levels; what lies deeper stays on its line.

    The standard library's indentation leaves its C encoder and takes some ten times as long. Text
    that UTF-8 cannot hold (a file name in another encoding) is written with JSON's own escapes.
    """
    return "".join((_encoded(value, depth, ""), "\n")).encode("utf-8", "backslashreplace").decode("utf-8")


def _encoded(value: Any, depth: int, indent: str) -> str:
    deeper = indent + "  "
    if depth and value and isinstance(value, Mapping):
        members = [
            f"{deeper}{encode_line(key)}: {_encoded(held, depth - 1, deeper)}" for key, held in value.items()
        ]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, Encoded):
        items = f",\n{deeper}".join(value.items)
        return f"[\n{deeper}{items}\n{indent}]" if items else "[]"
    if depth and value and isinstance(value, list):
        return (
            "[\n" + ",\n".join(deeper + _encoded(item, depth - 1, deeper) for item in value) + f"\n{indent}]"
        )
    return encode_line(value)


def encode_line(value: Any) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
