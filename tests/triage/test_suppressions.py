from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from gitlint_ops.model.findings import Finding, State, TriagedFinding
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.triage.allowances import Annotation, PathAllowance
from gitlint_ops.triage.baseline import Baseline
from gitlint_ops.triage.suppressions import Accepted, Hygiene
from gitlint_ops.triage.triage import triage

from .made_findings import FILE, HYGIENE_CARD, at, made

TODAY = date(2026, 6, 1)
KNOWN = frozenset({"tag-mutable", "tag-partial", "secret-plaintext", "suppression-hygiene"})
CONFIG = FileRef("shop-env", "worktree", "gitlint-ops.yaml")


def commented(text: str) -> Accepted:
    """What the comments of a file accept, with the comments found as the YAML reader would."""
    lines = text.splitlines()
    found = [
        (number, line[line.index("#") :]) for number, line in enumerate(lines, 1) if "gitlint-ops:" in line
    ]
    return Accepted(comments={FILE: found}, lines=lambda _: lines)


def run(
    findings: list[Finding], accepted: Accepted, *, unchecked: frozenset[str] = frozenset()
) -> tuple[TriagedFinding, ...]:
    hygiene = Hygiene(HYGIENE_CARD, KNOWN, lambda _, rule: rule not in unchecked)
    return triage(findings, accepted=accepted, baseline=Baseline(), today=TODAY, hygiene=hygiene)


def outcome(triaged: tuple[TriagedFinding, ...]) -> list[tuple[int, str, str]]:
    return [(one.finding.location.line, one.finding.rule, one.state.value) for one in triaged]


def complaints(triaged: tuple[TriagedFinding, ...]) -> list[tuple[int, str]]:
    return [
        (one.finding.location.line, one.finding.message)
        for one in triaged
        if one.finding.rule == "suppression-hygiene"
    ]


def test_a_comment_behind_the_value_allows_the_finding_on_its_line() -> None:
    text = "spec:\n  image: web:latest  # gitlint-ops: allow[tag-mutable] pinned by the registry\n"

    (triaged,) = run([made(line=2, column=10)], commented(text))

    assert triaged.state is State.SUPPRESSED
    assert triaged.suppression is not None
    assert triaged.suppression.reason == "pinned by the registry"
    assert triaged.suppression.at == at(2, 22, 78)


def test_a_comment_behind_a_value_does_not_reach_the_line_below() -> None:
    text = "a: x  # gitlint-ops: allow[secret-plaintext] a dummy\nb: y\n"
    findings = [made("secret-plaintext", 1, path="a"), made("secret-plaintext", 2, path="b")]

    assert outcome(run(findings, commented(text))) == [
        (1, "secret-plaintext", "suppressed"),
        (2, "secret-plaintext", "new"),
    ]


def test_a_comment_above_a_list_item_allows_findings_in_the_item_only() -> None:
    text = (
        "images:\n"
        "  # gitlint-ops: allow[tag-mutable] the vendor publishes no fixed tags\n"
        "  - name: vendor/agent\n"
        "    newTag: stable\n"
        "  - name: web\n"
        "    newTag: main\n"
    )
    findings = [made(line=4, column=13, path="a"), made(line=6, column=13, path="b")]

    assert outcome(run(findings, commented(text))) == [
        (4, "tag-mutable", "suppressed"),
        (6, "tag-mutable", "new"),
    ]


def test_a_comment_on_a_line_of_its_own_allows_the_finding_below() -> None:
    text = "spec:\n  # gitlint-ops: allow[tag-mutable] built on each commit\n  image: web:latest\n"

    assert outcome(run([made(line=3, column=10)], commented(text))) == [(3, "tag-mutable", "suppressed")]


def test_comments_may_be_stacked_and_go_on_over_lines() -> None:
    text = (
        "spec:\n"
        "  # gitlint-ops: allow[tag-mutable] built on each commit,\n"
        "  # as decided in June\n"
        "  # gitlint-ops: allow[tag-partial] the same\n"
        "  image: web:1\n"
    )

    assert outcome(run([made(line=5, column=10), made("tag-partial", 5, column=10)], commented(text))) == [
        (5, "tag-mutable", "suppressed"),
        (5, "tag-partial", "suppressed"),
    ]


def test_one_comment_allows_several_rules_and_no_other() -> None:
    text = "image: web:1  # gitlint-ops: allow[tag-mutable, tag-partial] agreed\n"
    rules = ("tag-mutable", "tag-partial", "secret-plaintext")

    assert outcome(run([made(rule, 1) for rule in rules], commented(text))) == [
        (1, "secret-plaintext", "new"),
        (1, "tag-mutable", "suppressed"),
        (1, "tag-partial", "suppressed"),
    ]


def test_a_comment_above_the_key_allows_what_its_value_breaks() -> None:
    text = "spec:\n  # gitlint-ops: allow[tag-mutable] agreed\n  containers:\n  - name: web\n    image: web\n"

    assert outcome(run([made(line=4, column=3)], commented(text))) == [(4, "tag-mutable", "suppressed")]


def test_a_comment_above_the_parent_does_not_allow_what_is_wrong_with_its_first_key() -> None:
    text = "a: 1\n# gitlint-ops: allow[tag-mutable] agreed\nspec:\n  imaeg: web\n"
    at_key = replace(made(), location=at(4, 3, 8))

    assert outcome(run([at_key], commented(text)))[-1] == (4, "tag-mutable", "new")


@pytest.mark.parametrize(
    "head",
    [
        "# gitlint-ops: allow[tag-mutable] a sandbox\napiVersion: v1\n",
        "# gitlint-ops: allow[tag-mutable] a sandbox\n---\napiVersion: v1\n",
        "---\n# gitlint-ops: allow[tag-mutable] a sandbox\napiVersion: v1\n",
    ],
)
def test_a_comment_at_the_start_of_a_document_speaks_of_all_of_it(head: str) -> None:
    text = head + "kind: Pod\nspec:\n  image: web:latest\n---\napiVersion: v1\nspec:\n  image: web:latest\n"
    first = head.count("\n") + 3

    triaged = run(
        [made(line=first, column=10), made(line=first + 4, column=10, fingerprint="sha256:2")],
        commented(text),
    )

    assert outcome(triaged) == [(first, "tag-mutable", "suppressed"), (first + 4, "tag-mutable", "new")]


def test_a_comment_above_the_first_key_of_what_is_no_object_means_that_key() -> None:
    text = "# gitlint-ops: allow[secret-plaintext] a dummy\npassword: x\ntoken: y\n"
    findings = [made("secret-plaintext", 2, path="password"), made("secret-plaintext", 3, path="token")]

    assert [state for _, _, state in outcome(run(findings, commented(text)))] == ["suppressed", "new"]


def test_an_allowance_holds_through_its_last_day() -> None:
    text = "image: x  # gitlint-ops: allow[tag-mutable] until=2026-06-01 until the move\n"

    (triaged,) = run([made(line=1)], commented(text))

    assert triaged.suppression is not None
    assert (triaged.suppression.until, triaged.suppression.reason) == ("2026-06-01", "until the move")


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("allow[tag-mutable]", "allows tag-mutable without a reason"),
        ("allow[tag-mutable] until=2027-01-31", "allows tag-mutable without a reason"),
        ("allow[tag-mutable] --", "allows tag-mutable without a reason"),
        ("allow[tag-mutable] until=2026-05-31 move", "the allowance of tag-mutable ended on 2026-05-31"),
        ("allow[tag-mutable] until=soon move", "'soon' is no date, so tag-mutable is not allowed"),
        ("allow[tag-mutabel] agreed", "allows 'tag-mutabel', and there is no such rule"),
        ("allow tag-mutable agreed", "this does not say what to allow"),
        ("allow[] agreed", "this does not say what to allow"),
    ],
)
def test_a_faulty_allowance_is_a_finding_at_the_comment_and_allows_nothing(
    comment: str, complaint: str
) -> None:
    triaged = run([made(line=1)], commented(f"image: x  # gitlint-ops: {comment}\n"))

    assert complaints(triaged) == [(1, complaint)]
    assert {one.state for one in triaged} == {State.NEW}


def test_a_misspelt_rule_is_guessed() -> None:
    triaged = run([], commented("image: x  # gitlint-ops: allow[tag-mutabel] agreed\n"))

    assert [one.finding.hint for one in triaged] == ["did you mean 'tag-mutable'?"]


def test_an_allowance_that_serves_nothing_is_a_finding_where_its_rule_looked() -> None:
    text = "image: x  # gitlint-ops: allow[tag-mutable, tag-partial] agreed\n"

    triaged = run([made(line=1)], commented(text))
    elsewhere = run([made(line=1)], commented(text), unchecked=frozenset({"tag-partial"}))

    assert complaints(triaged) == [(1, "allows tag-partial, and nothing here breaks that rule")]
    assert complaints(elsewhere) == []


def test_prose_that_names_the_tool_is_no_allowance() -> None:
    assert run([], commented("a: 1  # see the docs of gitlint-ops: allow[x] is explained there\n")) == ()


def test_faults_of_allowances_cannot_be_allowed() -> None:
    text = "# gitlint-ops: allow[suppression-hygiene] no\nimage: x  # gitlint-ops: allow[tag-mutable]\n"

    assert [line for line, _ in complaints(run([made(line=2)], commented(text)))] == [1, 2]


def test_an_annotation_allows_the_findings_of_its_object_only() -> None:
    key = ObjectKey("apps", "Deployment", "", "web")
    annotation = Annotation(
        "tag-mutable: rebuilt daily; and tested; tag-partial until=2027-01-31: agreed", at(4)
    )
    findings = [
        made(targets=("env//a",)),
        made("tag-partial", targets=("env//a",)),
        made(line=9, name="api", targets=("env//a",)),
    ]

    triaged = run(findings, Accepted(annotations={("env//a", key): annotation}))

    assert [(one.finding.rule, one.suppression and one.suppression.reason) for one in triaged] == [
        ("tag-mutable", "rebuilt daily; and tested"),
        ("tag-partial", "agreed"),
        ("tag-mutable", None),
    ]


def test_an_annotation_of_one_overlay_leaves_the_finding_to_the_others() -> None:
    key = ObjectKey("apps", "Deployment", "", "web")
    accepted = Accepted(annotations={("env//dev", key): Annotation("tag-mutable: a sandbox", at(4))})

    triaged = run([made(targets=("env//dev", "env//prod")), made(targets=("env//test",))], accepted)

    assert [(one.state.value, one.finding.targets) for one in triaged] == [
        ("suppressed", ("env//dev",)),
        ("new", ("env//prod", "env//test")),
    ]


def test_an_annotation_without_a_reason_allows_nothing() -> None:
    key = ObjectKey("apps", "Deployment", "", "web")
    accepted = Accepted(annotations={("env//a", key): Annotation("tag-mutable", at(4))})

    triaged = run([made(targets=("env//a",))], accepted)

    assert complaints(triaged) == [(4, "allows tag-mutable without a reason")]
    assert outcome(triaged)[-1] == (7, "tag-mutable", "new")


def test_an_annotation_seen_in_many_targets_is_complained_about_once() -> None:
    key = ObjectKey("apps", "Deployment", "", "web")
    text = Annotation("tag-mutabel: agreed", at(4))
    accepted = Accepted(annotations={(f"env//{name}", key): text for name in "abc"})

    assert len(run([], accepted)) == 1


def test_the_configuration_allows_rules_in_paths() -> None:
    entry = PathAllowance(
        ("legacy/**", "base/*.yaml"), ("tag-mutable",), "to be replaced", at(3, file=CONFIG)
    )
    elsewhere = FileRef("shop-env", "worktree", "prod/base/deployment.yaml")

    triaged = run([made(), made(file=elsewhere)], Accepted(paths=(entry,)))

    assert [(one.finding.location.file.path, one.state.value) for one in triaged] == [
        ("base/deployment.yaml", "suppressed"),
        ("prod/base/deployment.yaml", "new"),
    ]


def test_a_comment_speaks_before_the_configuration_and_both_count_as_used() -> None:
    text = "image: x  # gitlint-ops: allow[tag-mutable] here\n"
    entry = PathAllowance(("**",), ("tag-mutable",), "everywhere", at(3, file=CONFIG))
    comments = commented(text)
    accepted = Accepted(comments=comments.comments, lines=comments.lines, paths=(entry,))

    assert [one.suppression and one.suppression.reason for one in run([made(line=1)], accepted)] == ["here"]
