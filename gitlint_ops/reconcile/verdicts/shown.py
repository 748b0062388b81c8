"""What of values a message may show: short ones, and none that are secret."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.disclosure import is_shown
from gitlint_ops.model.location import FieldPath
from gitlint_ops.reconcile.verdicts.comparing import ABSENT
from gitlint_ops.validate.values import is_sensitive

HIDDEN = "(hidden)"

_CHARACTER = re.compile(r"invalid character '(?:\\.[^']*|[^']|')'")
"""As Go's decoder of JSON tells one character of what it read."""

_LONGEST = 60
_LONGEST_SAID = 600
_SHORTEST_SECRET = 4
_MOST_SECRETS = 500
_MOST_NODES = 50_000


def shown(value: Any, body: Any, path: FieldPath) -> str:
    """A plain value as a message shows it, "" for one that says nothing there, or is too long."""
    if value is None or value == ABSENT or isinstance(value, dict | list):
        return ""
    if is_hidden(body, path):
        return HIDDEN
    if isinstance(value, str):
        return (
            json.dumps(value, ensure_ascii=False) if 0 < len(value) <= _LONGEST and "\n" not in value else ""
        )
    return json.dumps(value)


def is_hidden(body: Any, path: FieldPath) -> bool:
    """Whether the value at a path must not be told."""
    if not is_shown(body):
        return path[:1] in (("data",), ("stringData",), ("metadata",)) and path[1:2] != ("name",)
    return is_sensitive(body, path)


def without_secrets(text: str, body: Any) -> str:
    """A text without the values of a body that must not be told, and of bounded length."""
    for value in sorted(_secrets(body), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    if not is_shown(body):
        text = _CHARACTER.sub(f"invalid character {HIDDEN}", text)
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SAID else f"{line[: _LONGEST_SAID - 1]}…"


def walked(body: Any) -> Iterator[tuple[FieldPath, Any]]:
    """All plain values of a body with their paths, in their order."""
    waiting: list[tuple[FieldPath, Any]] = [((), body)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        path, held = waiting.pop()
        if isinstance(held, dict):
            waiting += [((*path, key), one) for key, one in reversed(list(held.items()))]
        elif isinstance(held, list):
            waiting += [((*path, at), held[at]) for at in reversed(range(len(held)))]
        else:
            yield path, held


def _secrets(body: Any) -> set[str]:
    """The values that are secret, in every form in which a server may quote them."""
    found: set[str] = set()
    is_secret = not is_shown(body)
    for path, value in walked(body):
        if len(found) >= _MOST_SECRETS:
            break
        if isinstance(value, bool) or value is None or not _is_secret(body, path, is_secret):
            continue
        found |= {form for form in _forms(str(value)) if len(form) >= _SHORTEST_SECRET}
    return found


def _is_secret(body: Any, path: FieldPath, is_secret: bool) -> bool:
    if is_secret:
        return path[:1] in (("data",), ("stringData",))
    # Names of other objects (`secretName`) are no secrets: only what is called the value of one is.
    return path[-1:] == ("value",) and is_sensitive(body, path)


def _forms(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield base64.b64encode(value.encode()).decode()
    try:
        yield base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return
