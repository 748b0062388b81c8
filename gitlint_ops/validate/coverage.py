"""How much of a run's objects was judged: in full, in part, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.results import Measure
from gitlint_ops.validate.values import is_filled_later

ENCRYPTED = "values that SOPS encrypts"
FILLED_LATER = "values that are filled in later (${...})"
UNEVALUATED = "rules in CEL that could not be evaluated"
POLICIES = "admission policies that could not be evaluated"

VALIDATED = ""
UNVALIDATED = "no schema"

# Texts of any content: no API server looks at what a variable stands for here.
_FREE = frozenset({"annotations", "args", "command", "data", "stringData"})


class Tally:
    """Counts objects by what `reason_of` says: VALIDATED, UNVALIDATED, else why one was judged in part.

    None is said of what is no object to an API server.
    """

    def __init__(self, reason_of: Callable[[RenderedObject], str | None]) -> None:
        self._reason_of = reason_of
        self.reasons: Counter[str] = Counter()

    def measure(self, objects: Iterable[RenderedObject]) -> Measure:
        """The figures of one target, which count for the run as well."""
        reasons = Counter(map(self._reason_of, objects))
        partly = {one: count for one, count in reasons.items() if one not in (None, VALIDATED, UNVALIDATED)}
        self.reasons.update({one: count for one, count in partly.items() if one is not None})
        return Measure(reasons[VALIDATED], reasons[UNVALIDATED], sum(partly.values()))


def unknown_values(body: Mapping[str, Any]) -> str:
    """Why some values of an object cannot be known here, "" where all can."""
    try:
        # Most objects have none, and encoding one costs less than a walk through it.
        text = msgspec.json.encode(body)
        if b"ENC[" not in text and b"${" not in text:
            return ""
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError):
        pass
    return _unknown(body)


def _unknown(value: Any) -> str:
    """Encrypted values weigh more than variables: nobody without the key can ever judge them."""
    found = ""
    waiting = [(value, False)]
    while waiting:
        held, is_free = waiting.pop()
        if isinstance(held, Mapping):
            waiting += ((below, is_free or name in _FREE) for name, below in held.items())
        elif isinstance(held, list):
            waiting += ((below, is_free) for below in held)
        elif isinstance(held, str) and is_filled_later(held):
            if held.startswith("ENC["):
                return ENCRYPTED
            found = found if is_free else FILLED_LATER
    return found
