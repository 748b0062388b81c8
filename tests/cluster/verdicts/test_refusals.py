"""What is said of real answers: the field that a person would edit, and why, in plain words."""

from __future__ import annotations

import pytest

from gitlint_ops.model.location import format_path
from gitlint_ops.reconcile.api import Api

from ..reconcile.live import Cluster
from .asked import Case, cases, verdicts

REFUSED = "dryrun-rejected"
SECRETS = ("hunter2", "aHVudGVyMi", "correct-horse", "20262027")


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_each_cause_is_told_at_its_field_and_nothing_else_is(case: Case, judged: Cluster, api: Api) -> None:
    # The server tells causes in no order of its own.
    found = sorted(verdicts(case, judged, api), key=lambda one: (format_path(one.path), one.message))

    expected = sorted(case.said.get("told", []), key=lambda one: (one["at"], one["says"]))
    told = [(one.rule, format_path(one.path)) for one in found]
    assert told == [(one.get("rule", REFUSED), one["at"]) for one in expected], [one.message for one in found]
    for one, violation in zip(expected, found, strict=True):
        assert one["says"] in violation.message
        assert one.get("hint", "") in violation.hint
    said = " ".join(f"{one.message} {one.hint}" for one in found)
    assert not [secret for secret in SECRETS if secret in said]
