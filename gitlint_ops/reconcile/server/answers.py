"""What an API server says, out of the bytes of its replies; and what we say in its place."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec

from gitlint_ops.reconcile.api import Answer
from gitlint_ops.reconcile.server.line import Reply

_CHARACTERS_OF_TEXT = 500


def answer_of(reply: Reply) -> Answer:
    """The answer in a reply; of what is no object of JSON, the text as `message`."""
    try:
        read = msgspec.json.decode(reply.data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        read = None
    if not isinstance(read, dict):
        read = {"message": reply.data[:_CHARACTERS_OF_TEXT].decode(errors="replace").strip()}
    return Answer(reply.status, read, reply.warnings)


def status_of_ours(status: HTTPStatus, reason: str, message: str) -> dict[str, Any]:
    """A Status as the server would write it."""
    return {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": int(status)}
