"""Laws that hold whatever is accepted."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.findings import Finding, State
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.triage.allowances import Annotation, PathAllowance
from gitlint_ops.triage.baseline import Baseline, Entry
from gitlint_ops.triage.suppressions import Accepted
from gitlint_ops.triage.triage import triage

from .made_findings import FILE, at, made

LINES = [
    "a: 1",
    "b: 2  # gitlint-ops: allow[tag-mutable] reason",
    "# gitlint-ops: allow[api-removed] reason",
    "c: 3",
]

findings = st.builds(
    made,
    rule=st.sampled_from(["tag-mutable", "api-removed"]),
    line=st.integers(1, 4),
    name=st.sampled_from(["web", "api"]),
    path=st.sampled_from(["a", "b"]),
    targets=st.sets(st.sampled_from(["e//a", "e//b", "e//c"]), min_size=1).map(
        lambda held: tuple(sorted(held))
    ),
    fingerprint=st.sampled_from(["sha256:1", "sha256:2"]),
)
accepted = st.builds(
    Accepted,
    comments=st.sampled_from([{}, {FILE: [(2, LINES[1][6:]), (3, LINES[2])]}]),
    lines=st.just(lambda _: LINES),
    annotations=st.dictionaries(
        st.tuples(st.sampled_from(["e//a", "e//b"]), st.just(ObjectKey("apps", "Deployment", "", "web"))),
        st.just(Annotation("tag-mutable: reason", at(1))),
    ),
    paths=st.sampled_from([(), (PathAllowance(("base/**",), ("api-removed",), "old", at(1)),)]),
)
baselines = st.sampled_from([Baseline(), Baseline((Entry("f", "r", "sha256:1"),))])


def places(finding: Finding) -> list[tuple[object, ...]]:
    return [
        (finding.rule, finding.location, finding.path, finding.fingerprint, one) for one in finding.targets
    ]


@given(st.lists(findings, max_size=15), accepted, baselines)
def test_every_place_is_told_once_for_every_target(
    held: list[Finding], allowed: Accepted, baseline: Baseline
) -> None:
    triaged = triage(held, accepted=allowed, baseline=baseline, today=date(2026, 6, 1))

    told = Counter(place for one in triaged for place in places(one.finding))
    assert set(told) == {place for one in held for place in places(one)}
    by_state = Counter((place, one.suppression) for one in triaged for place in places(one.finding))
    assert set(by_state.values()) <= {1}


@given(st.lists(findings, max_size=15), accepted, baselines)
def test_only_what_is_allowed_has_a_reason(
    held: list[Finding], allowed: Accepted, baseline: Baseline
) -> None:
    for one in triage(held, accepted=allowed, baseline=baseline, today=date(2026, 6, 1)):
        assert (one.state is State.SUPPRESSED) == (one.suppression is not None)


@given(
    st.lists(findings, max_size=10).flatmap(lambda held: st.tuples(st.just(held), st.permutations(held))),
    accepted,
    baselines,
)
def test_the_order_of_findings_does_not_change_the_outcome(
    orders: tuple[list[Finding], list[Finding]], allowed: Accepted, baseline: Baseline
) -> None:
    first, second = (
        triage(held, accepted=allowed, baseline=baseline, today=date(2026, 6, 1)) for held in orders
    )

    assert first == second
