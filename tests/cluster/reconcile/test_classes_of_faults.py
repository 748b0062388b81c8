"""What of a rehearsal is tried by scenarios: each class of faults at least twice, and every rule."""

from __future__ import annotations

import pytest

from .rehearsed import RULES
from .scenario import scenarios

FEWEST = 2
FAULTS = {one.name: one for one in scenarios() if not one.name.startswith("correct-")}

# Which scenarios seed which class of fault, by the start of their names.
CLASSES = {
    "schema": ("schema-", "secret-", "huge-", "hook-rejected"),
    "a rule in CEL": ("cel-",),
    "an admission policy": ("policy-", "mutation-by-a-policy", "loop-of-"),
    "an admission webhook": ("webhook-",),
    "RBAC": ("rbac-",),
    "a quota or a limit": ("quota-", "limit-range-"),
    "an immutable field": ("immutable-",),
    "a conflict of field managers": ("conflict-",),
    "a missing prerequisite": ("prerequisite-",),
    "a collision of names": ("collision-",),
    "an edit by hand": (
        "drift-config",
        "drift-environment",
        "drift-field",
        "drift-image",
        "drift-label",
        "drift-port",
        "drift-scaled",
        "drift-secret",
        "drift-under",
        "drift-by-",
    ),
    "a deleted object": ("drift-object-deleted",),
    "an extra object": ("prune-",),
}
# A rule of ours about ourselves: its card's example is tried (test_examples_of_cards.py).
ELSEWHERE = frozenset({"static-miss"})


@pytest.mark.parametrize("what", CLASSES)
def test_each_class_of_faults_has_several_scenarios(what: str) -> None:
    assert len([name for name in FAULTS if name.startswith(CLASSES[what])]) >= FEWEST


def test_each_scenario_is_of_one_class() -> None:
    classes = {name: [what for what, starts in CLASSES.items() if name.startswith(starts)] for name in FAULTS}

    assert {name: found for name, found in classes.items() if len(found) != 1} == {}


def test_each_rule_is_told_in_a_scenario() -> None:
    marked = {mark.rule for one in FAULTS.values() for mark in one.marks}

    assert RULES - marked == ELSEWHERE
