"""One run of `gitlint-ops reconcile` on a scenario, and what it should have said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.loader import load_cards

from ...cli.command_line import Ran, place, run
from .scenario import Mark, Scenario

GROUP = "reconcile"
RULES = frozenset(card.id for card in load_cards([rules_folder()]) if card.group == GROUP)
ERRORS = frozenset(
    card.id for card in load_cards([rules_folder()]) if card.group == GROUP and card.severity.value == "error"
)


def reconciled(scenario: Scenario, folder: Path, server: Sequence[str] = ()) -> Ran:
    """The command on a copy of the workspace; `server` leads to the one that lives."""
    root = scenario.copied(folder)
    chosen = () if scenario.owned else server
    return run("reconcile", root, "--format", "json", *chosen, *scenario.options)


def told(ran: Ran) -> dict[str, list[str]]:
    """The messages of this group's findings by rule and place."""
    found: dict[str, list[str]] = {}
    for one in ran.findings if ran.out.startswith("{") else ():
        found.setdefault(f"{one['rule']} {place(one['location'])}", []).append(_whole(one))
    return found


def _whole(finding: dict[str, object]) -> str:
    return " ".join(str(finding.get(one) or "") for one in ("message", "hint", "path"))


def wrongs(scenario: Scenario, ran: Ran, also: frozenset[str] = frozenset()) -> Iterator[str]:
    """All that a run said and should not have said, and the reverse; `also` are rules that may be told."""
    if not ran.out.startswith("{"):
        yield f"no report, exit {ran.code}: {ran.err[-2000:]}"
        return
    found = told(ran)
    yield from _findings(scenario.marks, found, also)
    yield from _texts(scenario, ran)
    expected = scenario.said.get("exit", 1 if any(one.rule in ERRORS for one in scenario.marks) else 0)
    if ran.code != expected:
        yield f"exit {ran.code} and not {expected}; unchecked: {ran.report['unchecked']}"


def _findings(marks: Sequence[Mark], found: dict[str, list[str]], also: frozenset[str]) -> Iterator[str]:
    places = {one.place for one in marks}
    for mark in marks:
        said = found.get(mark.place, [])
        if not said:
            yield f"not told: {mark.place} ({mark.text})"
        elif not any(mark.text in one for one in said):
            yield f"{mark.place} without {mark.text!r}: {said}"
    for where, said in found.items():
        if where not in places and where.partition(" ")[0] not in also:
            yield f"told for nothing: {where}: {said}"


def _texts(scenario: Scenario, ran: Ran) -> Iterator[str]:
    yield from (f"shown: {one}" for one in scenario.said.get("never", ()) if one in ran.out + ran.err)
    servers = ran.report["rehearsals"]
    for part, said in (("unchecked", ran.report["unchecked"]), ("notes", servers), ("changes", servers)):
        held = json.dumps(said)
        yield from (f"{part} without {one}" for one in scenario.said.get(part, ()) if one not in held)
