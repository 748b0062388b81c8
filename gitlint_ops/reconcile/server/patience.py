"""Whether a request is made again, and after how long."""

from __future__ import annotations

from gitlint_ops.reconcile.server.answers import answer_of
from gitlint_ops.reconcile.server.line import Asked, Reply, Silence
from gitlint_ops.reconcile.server.pace import pause

MOST_ATTEMPTS = 8
"""Of one request, where the server asks for patience by Retry-After."""

FEW_ATTEMPTS = 4
"""Where it does not, or where there is no answer at all."""

_BUSY = frozenset({429, 502, 503, 504})
_WEBHOOK = b"failed calling webhook"


def seconds_to_next(asked: Asked, answer: Reply | Silence, attempt: int) -> float | None:
    """Seconds until the attempt after this one (the first is 0), None where there is to be none."""
    if isinstance(answer, Silence):
        if answer.late or answer.final or attempt + 1 >= FEW_ATTEMPTS:
            return None
        # The server may have closed what was kept open: that is tried again at once.
        return pause(attempt - 1) if attempt else 0.0
    if answer.status == 409:
        return pause(attempt) if attempt + 1 < FEW_ATTEMPTS and _is_race(asked, answer) else None
    if answer.status < 429:
        return None
    if answer.status in _BUSY or answer.retry_after:
        most = MOST_ATTEMPTS if answer.retry_after else FEW_ATTEMPTS
        return pause(attempt, answer.retry_after) if asked.patient and attempt + 1 < most else None
    # A webhook that fails fails again; other inner errors (a change of etcd's leader) may be over.
    once_more = answer.status == 500 and attempt == 0 and _WEBHOOK not in answer.data
    return pause(attempt) if asked.patient and once_more else None


def _is_race(asked: Asked, answer: Reply) -> bool:
    """Whether a conflict is one with another request at the same time, which ends by itself."""
    said = answer_of(answer)
    if said.reason == "AlreadyExists":
        # To a server-side apply only a race says so; to what gets a name by chance, chance.
        details = said.body.get("details")
        return asked.method == "PATCH" or (isinstance(details, dict) and "retryAfterSeconds" in details)
    return said.reason == "Conflict" and not any(
        one.get("reason") == "FieldManagerConflict" for one in said.causes
    )
