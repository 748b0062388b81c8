"""What is wrong with a text that should be JSON, in words that do not depend on the parser."""

from __future__ import annotations

import json

_REASONS = {
    "Expecting property name": "a key must stand in double quotes",
    "Expecting value": "a value is missing, or a text without double quotes",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Extra data": "something follows behind the end",
    "Unterminated string": "a text is not closed by a double quote",
    "Invalid control character": "a text runs over the end of its line, or holds a tab",
    "Invalid \\": "a backslash is followed by what is no escape",
}
_TRAILING = "a comma stands before a closing bracket"


def json_reason(error: ValueError) -> str:
    """Where and why a text is no JSON."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    reason = next((ours for theirs, ours in _REASONS.items() if error.msg.startswith(theirs)), "")
    at = error.doc[error.pos : error.pos + 1]
    before = error.doc[: error.pos].rstrip()
    if at in ("]", "}") and before.endswith(","):
        reason = _TRAILING
    return f"line {error.lineno}, column {error.colno}: {reason or 'this is no JSON'}"
