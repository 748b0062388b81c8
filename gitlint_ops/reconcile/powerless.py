"""Accounts of operators that may apply nothing on a server: told once for each target, not of each object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gitlint_ops.reconcile.api import Answer
from gitlint_ops.reconcile.judging import FORBIDDEN, NOT_ALLOWED
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsed

FEWEST = 3
"""Objects from which on an account that may apply none of them is taken for another than is meant."""

_JUDGED = frozenset({Outcome.ACCEPTED, Outcome.REJECTED, Outcome.PREREQUISITE})


def told_once(objects: Sequence[Rehearsed]) -> Iterator[Rehearsed]:
    """The objects, of those that powerless accounts may not apply only the first of a target rejected."""
    powerless = _powerless(objects)
    told: set[tuple[str, str]] = set()
    for one in objects:
        user = _refused_as(one)
        if user not in powerless:
            yield one
        elif (user, one.entry.target) in told:
            note = f"{user} may apply nothing of it here, which is told of one object"
            yield replace(one, outcome=Outcome.UNVERIFIABLE, note=note)
        else:
            told.add((user, one.entry.target))
            yield replace(one, answer=_of_all(one, user, powerless[user]))


def _powerless(objects: Sequence[Rehearsed]) -> dict[str, int]:
    """The accounts that were refused whatever they asked, with the number of objects."""
    refused = Counter(filter(None, map(_refused_as, objects)))
    judged = Counter(_user(one) for one in objects if one.outcome in _JUDGED and one.answer is not None)
    return {user: number for user, number in refused.items() if number >= FEWEST and number == judged[user]}


def _user(one: Rehearsed) -> str:
    identity = one.entry.applier.identity
    return identity.user if identity is not None else ""


def _refused_as(one: Rehearsed) -> str:
    """The account that may not do what was asked as it, "" where the refusal is another, or there is none."""
    answer = one.answer
    if one.outcome is not Outcome.REJECTED or answer is None or answer.status != FORBIDDEN:
        return ""
    return _user(one) if NOT_ALLOWED.search(answer.message) else ""


def _of_all(one: Rehearsed, user: str, number: int) -> Answer:
    """A refusal that says what is the matter with the account, and is about no object of its own."""
    assert one.answer is not None
    resource = f"{one.kind.plural}.{one.kind.group}".strip(".") if one.kind else one.entry.object.kind
    said = (
        f"{user} may apply none of the {number:,} objects that are applied as it: give it rights, or say "
        "which account the operator runs as (its workload among the objects here, or serviceAccountName)"
    )
    message = f'{resource} "{one.entry.object.key.name}" is forbidden: {said}'
    return replace(one.answer, body={**one.answer.body, "message": message})
