"""A real API server accepts and rejects what we accept and reject."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.model.location import format_path

from .agreement import Case, Judge, Judged, matrix
from .client import Client
from .corpora import filled_in_later, objects
from .mutations import mutations
from .seeds import seeds

CHECKOUT = Path(__file__).resolve().parents[2]

# Of one sort to one object. tools/agreement.py makes more of them and reports on all.
CHANGES = 2
VALID = "as it is"
LEAST_CHANGES = 2_000
LEAST_KINDS = 40

# What must not get worse; tools/agreement.py exits with 1 below what issue 4 asks for: 0.97 and 0.005.
LEAST_CAUGHT = 0.98
MOST_ALARMED = 0.003


@pytest.fixture(scope="module")
def judged(judge: Judge) -> list[Judged]:
    """The valid objects and their changes, in one go: definitions are judged before they are created."""
    cases = [Case(VALID, f"{body['kind']} {body['metadata']['name']}", body) for body in seeds()]
    cases += [
        Case(one.label, f"{body['kind']} {body['metadata']['name']} {format_path(one.path)}", one.body)
        for body in seeds()
        for one in mutations([body], CHANGES)
    ]
    return judge.judge(cases)


@pytest.fixture(scope="module")
def changed(judged: list[Judged]) -> list[Judged]:
    return [one for one in judged if one.case.label != VALID]


def told(judged: list[Judged]) -> str:
    """Disagreements, one a line, for whom a test fails."""
    return "\n".join(
        f"{one.case.label}: {one.case.where}: {one.server.message or one.ours}"
        for one in judged
        if not one.agreed or one.crash
    )


def test_both_accept_the_valid_objects(judged: list[Judged]) -> None:
    valid = [one for one in judged if one.case.label == VALID]

    assert len(valid) == len(seeds())
    assert told(valid) == ""


def test_there_are_enough_changes_of_enough_kinds(changed: list[Judged]) -> None:
    assert len(changed) >= LEAST_CHANGES
    assert len({one.case.kind for one in changed}) >= LEAST_KINDS


def test_no_changed_object_breaks_the_validator(changed: list[Judged]) -> None:
    assert [f"{one.case.where}: {one.crash}" for one in changed if one.crash] == []


def test_what_the_server_rejects_is_rejected_here(changed: list[Judged]) -> None:
    lost = [one for one in changed if not one.server.accepted]

    assert matrix(changed).caught >= LEAST_CAUGHT, told(lost)


def test_what_the_server_accepts_is_accepted_here(changed: list[Judged]) -> None:
    alarms = [one for one in changed if one.server.accepted]

    assert matrix(changed).alarmed <= MOST_ALARMED, told(alarms)


def test_the_objects_of_the_clean_example_are_accepted_by_both(judge: Judge) -> None:
    cases = [
        Case("clean", one.key.name, one.body)
        for one in objects(CHECKOUT / "examples" / "clean")
        if not filled_in_later(one.body)
    ]

    assert told(judge.judge(cases)) == ""


def test_an_object_that_only_an_apply_rejects_counts_as_rejected(client: Client) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "twice"}}

    verdict = client.dry_run({**account, "secrets": [{"name": "a"}, {"name": "a"}]})

    assert not verdict.accepted
    assert verdict.one_way
    assert "duplicate entries" in verdict.message
