"""The index finds what a look at every resource finds, whatever is asked and whatever has changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gitlint_ops.build.kustomize.go_regex import GoRegex, RegexFault
from gitlint_ops.build.kustomize.identity import Scopes
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.selection import SelectionIndex, beginning, required_part
from gitlint_ops.build.kustomize.selectors import Selector
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef

ORIGIN = Origin(DocumentRef(FileRef("repo", "worktree", "a.yaml"), 0), (), Via.RESOURCE)
SCOPES = Scopes(lambda _version, _kind: None)

names = st.sampled_from(("a", "ab", "abc", "a.b", "b-c", "web-1", "web", ""))
kinds = st.sampled_from(("Pod", "Secret", "ConfigMap"))
labels = st.dictionaries(st.sampled_from(("app", "tier")), st.sampled_from(("a", "b")))
patterns = st.sampled_from(
    (
        "a",
        "a.*",
        "ab?",
        "^web$",
        "[ab].*",
        "(a|b).*",
        "a|web",
        "web-[0-9]",
        ".*b.*c*",
        r"a\.b",
        "a{0}.*",
        "x",
        "^a?b",
    )
)


def resource(kind: str, name: str, labelled: dict[str, str]) -> Resource:
    metadata = {"name": name, "labels": labelled}
    return Resource({"apiVersion": "v1", "kind": kind, "metadata": metadata}, ORIGIN)


resources = st.lists(st.builds(resource, kinds, names, labels), max_size=8)
selectors = st.fixed_dictionaries(
    {},
    optional={
        "name": patterns,
        "kind": st.one_of(kinds, st.just(".*Map"), st.just("Pod|Secret")),
        "labelSelector": st.sampled_from(
            ("app=a", "app in (a, b),tier!=a", "!app", "tier", "tier notin (a)")
        ),
    },
)


@settings(max_examples=300)
@given(st.lists(st.tuples(resources, selectors), max_size=4), st.booleans())
def test_an_index_kept_over_steps_selects_what_a_look_at_all_selects(
    steps: list[tuple[list[Resource], dict[str, str]]], renames: bool
) -> None:
    index = SelectionIndex()
    held: list[Resource] = []
    for added, written in steps:
        held = [*held[1:], *added]
        if renames and held:
            held[-1] = replace(held[-1].remembered(), body=resource("Pod", "web", {"app": "b"}).body)
        selector = Selector.parse(written)

        found = [one for one in index.candidates(held, selector) if selector.selects(held[one], SCOPES)]

        assert found == [at for at, one in enumerate(held) if selector.selects(one, SCOPES)]


@given(resources, names)
def test_resources_are_found_by_the_names_and_kinds_that_they_had(held: list[Resource], name: str) -> None:
    renamed = [
        replace(one.remembered(), body={**one.body, "kind": "Job", "metadata": {"name": "new"}})
        for one in held
    ]
    index = SelectionIndex()

    assert list(index.named(renamed, name)) == [at for at, one in enumerate(held) if one.name == name]
    assert list(index.of_kind(renamed, "Pod")) == [at for at, one in enumerate(held) if one.gvk.kind == "Pod"]
    assert list(index.of_kind(renamed, "Job")) == list(range(len(held)))


@pytest.mark.parametrize(
    ("pattern", "start", "part"),
    [
        ("web", "web", "web"),
        ("^web-.*", "web-", "web-"),
        ("web?", "we", "we"),
        ("we*b", "w", "w"),
        ("a|b", "", ""),
        ("[a-z]+-db", "", "-db"),
        ("[[:alpha:]x]y", "", ""),
        (r"\x41b", "", ""),
        (r"a\.bcd", "a", "bcd"),
        ("a{0,2}b", "", ""),
        ("(?i)web", "", ""),
        (".*", "", ""),
    ],
)
def test_what_a_pattern_asks_of_every_text(pattern: str, start: str, part: str) -> None:
    assert (beginning(pattern), required_part(pattern)) == (start, part)


@settings(max_examples=300)
@given(st.text("abz-.*+?[]^$\\x4{,}1|():d", max_size=8), st.text("abz-.14d", max_size=6))
def test_no_text_that_matches_lacks_what_the_pattern_asks_for(pattern: str, text: str) -> None:
    try:
        matches = GoRegex(pattern).matches_all(text)
    except (RegexFault, re.error):
        return
    if matches:
        assert text.startswith(beginning(pattern))
        assert required_part(pattern) in text
