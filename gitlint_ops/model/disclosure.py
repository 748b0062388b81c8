"""What a report must not repeat of its input: it is kept and passed on more widely than a repository."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gitlint_ops.model.location import FieldPath

HIDDEN = "********"
LEFT_OUT = "(hidden)"
"""What stands in a message in the place of a value of a live or rehearsed object."""


# A user name alone can be a token. Addresses of ssh take no password, and name the user `git`.
_LOGIN = re.compile(r"(https?://)([^/@\s\"'`]{1,500})@", re.IGNORECASE)
_KEY = re.compile(r"[-._a-zA-Z0-9]+\Z")


def without_logins(text: str) -> str:
    """A text without what stands before the hosts of its HTTP addresses."""
    return _LOGIN.sub(r"\1", text) if "@" in text else text


def with_logins_covered(text: str) -> str:
    """The same with every character covered, so that all columns stay."""
    return _LOGIN.sub(lambda found: f"{found[1]}{'*' * len(found[2])}@", text) if "@" in text else text


def hides(message: str) -> bool:
    """Whether a message leaves out a value, which the line that it is about may hold."""
    return LEFT_OUT in message or HIDDEN in message


def is_shown(body: Any) -> bool:
    """Whether values of an object may stand in a message."""
    return not (isinstance(body, Mapping) and body.get("kind") == "Secret")


def without_secret_key(text: str, kind: str, path: FieldPath) -> str:
    """A text without a key of a Secret that cannot be one, for keys that were lines of a file."""
    if kind != "Secret" or len(path) < 2 or path[0] not in ("data", "stringData"):
        return text
    key = str(path[1])
    if not key or _KEY.match(key):
        return text
    return text.replace(json.dumps(key)[1:-1], HIDDEN).replace(key, HIDDEN)
