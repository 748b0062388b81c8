"""What the server refuses and the static run has passed is a gap, where both judged by the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from gitlint_ops.model.results import CheckResult, Coverage
from gitlint_ops.model.targets import Unchecked
from gitlint_ops.reconcile.api import Api
from gitlint_ops.reconcile.outcomes import Rehearsal
from gitlint_ops.reconcile.verdicts import gaps_of

from ..reconcile.live import Cluster
from .asked import asked, cases, rehearsal

CASES = {one.name: one for one in cases()}
SILENT = CheckResult((), (), (), Coverage(), (), 0.0, "")
PORT, WIDGET = "a port above the highest", "a number above the highest"


def answered(name: str, there: Cluster, api: Api) -> Rehearsal:
    return rehearsal(asked(CASES[name], there, api))


def test_a_gap_comes_with_a_report_that_names_no_object(judged: Cluster, api: Api) -> None:
    (gap,) = gaps_of(answered(PORT, judged, api), SILENT, owned=False)

    assert gap.violation.rule == "static-miss"
    assert "`gitlint-ops check` passes this, but the API server refuses it" in gap.violation.message
    assert "v1 Service, spec.ports[0].port: the API server refuses spec.ports[0].port (70000)" in gap.report
    assert "Kubernetes 1.37" in gap.report


def test_a_report_shows_no_secret(judged: Cluster, api: Api) -> None:
    (gap,) = gaps_of(answered("secret text that is a number", judged, api), SILENT)

    assert "20262027" not in gap.report + gap.violation.message


def test_another_release_of_kubernetes_is_no_gap(judged: Cluster, api: Api) -> None:
    found = answered(PORT, judged, api)

    assert gaps_of(replace(found, release="1.31"), SILENT) == ()
    assert gaps_of(replace(found, set=replace(found.set, kubernetes="1.34")), SILENT) == ()


def test_a_definition_that_only_the_server_has_is_no_gap(judged: Cluster, api: Api) -> None:
    found = answered(WIDGET, judged, api)

    assert gaps_of(found, SILENT, owned=False) == ()
    assert len(gaps_of(found, SILENT, owned=True)) == 1
    unread = replace(SILENT, coverage=Coverage(unvalidated=(("verdicts.example/v1 Widget", 1),)))
    assert gaps_of(found, unread, owned=True) == ()


@pytest.mark.parametrize(
    "name",
    [
        "a quota of memory",
        "a limit range's maximum",
        "a selector may not change",
        "an identity that may not patch",
        "a namespace that is not there",
        "the restricted standard of pods",
    ],
)
def test_what_only_a_server_knows_is_no_gap(judged: Cluster, api: Api, name: str) -> None:
    assert gaps_of(answered(name, judged, api), SILENT) == ()


def test_a_policy_that_the_static_run_did_not_evaluate_is_no_gap(judged: Cluster, api: Api) -> None:
    found = answered("a policy denies the tag", judged, api)
    unchecked: Mapping[str, CheckResult] = {
        kind: replace(
            SILENT,
            unchecked=(Unchecked("shop", f"the policy no-latest was not evaluated for {kind} objects: why"),),
        )
        for kind in ("Deployment", "Pod")
    }

    assert len(gaps_of(found, SILENT)) == 1
    assert gaps_of(found, unchecked["Deployment"]) == ()
    assert len(gaps_of(found, unchecked["Pod"])) == 1
