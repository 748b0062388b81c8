from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.findings import Edit, Finding, Related, Replacement, Severity
from gitlint_ops.model.location import FileRef
from gitlint_ops.triage.merge import merge

from .made_findings import FILE, at, made


def test_a_fault_of_a_base_is_one_finding_with_all_its_targets() -> None:
    overlays = [f"shop-env//overlays/{number:02}" for number in range(40)]

    merged = merge(made(targets=(overlay,)) for overlay in reversed(overlays))

    assert [one.targets for one in merged] == [tuple(overlays)]


def test_names_that_overlays_change_do_not_split_a_fault() -> None:
    merged = merge(
        made(message=f"Deployment {name} has one replica", name=name, targets=(f"env//{name}",))
        for name in ("prod-web", "dev-web")
    )

    assert [(one.message, one.targets) for one in merged] == [
        ("Deployment dev-web has one replica", ("env//dev-web", "env//prod-web"))
    ]


def test_two_faults_of_one_target_at_one_place_stay_two() -> None:
    merged = merge(
        made(message=f"lacks {field}", targets=(target,))
        for target in ("env//a", "env//b")
        for field in ("name", "image")
    )

    assert [(one.message, one.targets) for one in merged] == [
        ("lacks image", ("env//a", "env//b")),
        ("lacks name", ("env//a", "env//b")),
    ]


def test_one_entry_that_breaks_many_objects_of_a_target_is_one_finding() -> None:
    merged = merge(
        made(message=f"{name}: label is too long", name=name, targets=("env//a",)) for name in ("web", "api")
    )

    assert [one.message for one in merged] == ["api: label is too long"]


def test_different_fields_at_one_line_stay_apart() -> None:
    merged = merge([made(path="spec.a", fingerprint="sha256:1"), made(path="spec.b", fingerprint="sha256:2")])

    assert [one.path for one in merged] == ["spec.a", "spec.b"]


def test_the_same_line_of_two_repositories_stays_apart() -> None:
    other = FileRef("shop-api", "worktree", FILE.path)

    merged = merge([made(), made(file=other)])

    assert [one.location.file.repo for one in merged] == ["shop-api", "shop-env"]


def test_the_chains_of_all_targets_are_joined_without_repeats_and_before_other_places() -> None:
    base = Related(at(3), "written here", in_chain=True)
    patch = Related(at(4), "patched here", in_chain=True)
    note = Related(at(9), "first use")

    (merged,) = merge(
        [
            made(targets=("env//a",), related=(base, note)),
            made(targets=("env//b",), related=(patch, base, note)),
        ]
    )

    assert merged.related == (base, patch, note)


def test_the_highest_severity_of_any_target_counts() -> None:
    (merged,) = merge(
        [
            made(targets=("env//a",), severity=Severity.NOTE),
            made(targets=("env//b",), severity=Severity.ERROR),
        ]
    )

    assert merged.severity is Severity.ERROR


def pinned(tag: str) -> Edit:
    return Edit("pin the tag", (Replacement(at(7), tag),))


def test_an_edit_on_which_targets_disagree_is_dropped() -> None:
    agreed = merge([made(targets=(one,), edit=pinned("1.2")) for one in ("env//a", "env//b")])
    differing = merge([made(targets=(one,), edit=pinned(one)) for one in ("env//a", "env//b")])

    assert [one.edit for one in (*agreed, *differing)] == [pinned("1.2"), None]


def test_findings_come_in_the_order_of_file_line_and_rule() -> None:
    later = FileRef("shop-env", "worktree", "z.yaml")

    merged = merge([made("a", 1, file=later), made("b", 12), made("b", 2), made("a", 12)])

    assert [(one.location.file.path, one.location.line, one.rule) for one in merged] == [
        (FILE.path, 2, "b"),
        (FILE.path, 12, "a"),
        (FILE.path, 12, "b"),
        ("z.yaml", 1, "a"),
    ]


findings = st.builds(
    made,
    rule=st.sampled_from(["tag-mutable", "api-removed"]),
    line=st.integers(1, 3),
    message=st.sampled_from(["lacks web", "lacks api", "is wrong"]),
    name=st.sampled_from(["web", "api"]),
    path=st.sampled_from(["spec", "spec.image"]),
    targets=st.sampled_from([(), ("env//a",), ("env//b",), ("env//c",)]),
    severity=st.sampled_from(Severity),
    related=st.sampled_from(
        [(), (Related(at(3), "x", True),), (Related(at(4), "y"), Related(at(3), "x", True))]
    ),
)


def reach(found: Finding) -> set[tuple[object, ...]]:
    return {
        (found.rule, found.location, found.path, found.fingerprint, target)
        for target in found.targets or ("",)
    }


@given(st.lists(findings, max_size=12).flatmap(lambda held: st.tuples(st.just(held), st.permutations(held))))
def test_the_order_of_findings_does_not_matter(given_orders: tuple[list[Finding], list[Finding]]) -> None:
    first, second = given_orders

    assert merge(first) == merge(second)


@given(st.lists(findings, max_size=12))
def test_merging_loses_no_place_and_no_target_and_adds_none(held: list[Finding]) -> None:
    merged = merge(held)

    named = {place for one in held for place in reach(one) if place[-1]}
    assert {place for one in merged for place in reach(one) if place[-1]} == named
    assert {(one.rule, one.location, one.path) for one in merged} == {
        (one.rule, one.location, one.path) for one in held
    }


@given(st.lists(findings.filter(lambda found: found.targets), max_size=12))
def test_merging_twice_changes_nothing(held: list[Finding]) -> None:
    once = merge(held)

    assert merge(once) == once
