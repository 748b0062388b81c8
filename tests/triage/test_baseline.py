from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.location import FileRef
from gitlint_ops.triage.baseline import (
    Baseline,
    Entry,
    baseline_of,
    pruned,
    read_baseline,
    write_baseline,
)
from gitlint_ops.triage.suppressions import Accepted
from gitlint_ops.triage.triage import triage

from .made_findings import made

FILE = FileRef("shop-env", "worktree", ".gitlint-ops-baseline.json")


def states(lines: list[int], baseline: Baseline) -> list[tuple[int, str]]:
    found = triage(
        [made(line=line, fingerprint="sha256:aa") for line in lines],
        accepted=Accepted(),
        baseline=baseline,
        today=date(2026, 6, 1),
    )
    return [(one.finding.location.line, one.state.value) for one in found]


def test_a_known_finding_is_baselined_wherever_its_line_has_moved() -> None:
    known = baseline_of([made(line=7, fingerprint="sha256:aa")])

    assert states([70], known) == [(70, "baselined")]


def test_a_second_instance_of_a_known_finding_is_new() -> None:
    known = baseline_of([made(line=7, fingerprint="sha256:aa")])

    assert states([7, 8], known) == [(7, "baselined"), (8, "new")]


def test_the_file_has_a_line_for_each_entry() -> None:
    twice = [made(line=line, fingerprint="sha256:aa") for line in (1, 2)]

    text = write_baseline(baseline_of([made("api-removed", fingerprint="sha256:bb"), *twice]))

    assert text == (
        "{\n"
        '  "version": 1,\n'
        '  "findings": [\n'
        '    {"rule": "api-removed", "file": "base/deployment.yaml", "fingerprint": "sha256:bb"},\n'
        '    {"rule": "tag-mutable", "file": "base/deployment.yaml", "fingerprint": "sha256:aa",'
        ' "count": 2}\n'
        "  ]\n"
        "}\n"
    )


entries = st.builds(
    Entry,
    file=st.text(max_size=8),
    rule=st.sampled_from(["tag-mutable", "api-removed"]),
    fingerprint=st.sampled_from(["sha256:aa", "sha256:bb", "sha256:cc"]),
    count=st.integers(1, 3),
)


@given(st.lists(entries, max_size=5))
def test_what_is_written_is_read_again(held: list[Entry]) -> None:
    text = write_baseline(Baseline(tuple(held)))

    assert read_baseline(text.encode("utf-8", "surrogatepass"), FILE) == Baseline(tuple(sorted(held)))


def test_pruning_drops_what_is_mended_and_adds_nothing() -> None:
    known = Baseline((Entry("a", "r", "sha256:aa", 3), Entry("b", "r", "sha256:bb")))
    found = [
        made(fingerprint="sha256:aa"),
        made(line=8, fingerprint="sha256:aa"),
        made(fingerprint="sha256:cc"),
    ]

    assert pruned(known, found) == Baseline((Entry("a", "r", "sha256:aa", 2),))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"version": 1,\n "findings": [}', ".gitlint-ops-baseline.json:2:15: the baseline is no JSON"),
        ("[]", 'lacks the list "findings"'),
        ('{"version": 2, "findings": []}', "is of version 2, and 1 is wanted"),
        ('{"version": 1, "findings": ["x"]}', "entry 1 of the findings has no fingerprint"),
        ('{"version": 1, "findings": [{"fingerprint": "x", "count": 0}]}', "has a count of 0"),
        ('{"version": 1, "findings": [{"fingerprint": "x", "count": true}]}', "has a count of True"),
        ("\udcff", "is no JSON text in UTF-8"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_malformed_baseline_is_the_users_to_mend(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=r"\.gitlint-ops-baseline\.json") as caught:
        read_baseline(text.encode("utf-8", "surrogateescape"), FILE)

    assert complaint in str(caught.value)
