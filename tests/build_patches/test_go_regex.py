"""Go's regular expressions, which always end."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.build.kustomize.go_regex import GoRegex, RegexFault


@pytest.mark.parametrize(
    ("pattern", "whole", "not_whole"),
    [
        ("web", "web", "web2"),
        ("web.*", "web-2", "my-web"),
        ("web|db", "db", "webdb"),
        ("(web|db)-[0-9]+", "db-10", "db-x"),
        ("^web$", "web", "web2"),
        ("[^a-c]{2,3}", "xyz", "xyb"),
        ("(?i)WEB", "web", "wob"),
        (r"a\.b", "a.b", "axb"),
        (r"\w+\d", "ab1", "ab"),
        ("[[:alpha:]]*", "abc", "ab1"),
        ("(?P<name>a)+", "aa", "b"),
        ("a{0}b", "b", "ab"),
        (".*", "", "a\n"),
    ],
)
def test_patterns(pattern: str, whole: str, not_whole: str) -> None:
    regex = GoRegex(pattern)
    assert regex.matches_all(whole)
    assert not regex.matches_all(not_whole)
    assert regex.matches_in(f"<{whole}>") or pattern.startswith("^")


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[", "a**", "*a", "(?=a)", r"(a)\1", "a{1001}", "[z-a]", "x" * 1001 + "."]
)
def test_what_go_refuses_is_a_fault(pattern: str) -> None:
    with pytest.raises(RegexFault):
        GoRegex(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*.*)*b", "a?" * 100 + "a" * 100 + "b"])
def test_patterns_that_make_backtracking_explode_end_at_once(pattern: str) -> None:
    start = time.perf_counter()
    assert not GoRegex(pattern).matches_all("a" * 253)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("pattern", ["((a{1,100}){1,100}){1,100}", "(" * 100 + "a" + ")" * 100])
def test_patterns_that_blow_up_when_compiled_are_refused(pattern: str) -> None:
    start = time.perf_counter()
    with pytest.raises(RegexFault):
        GoRegex(pattern)
    assert time.perf_counter() - start < 1


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\.", "1", r"\b", "^"])
patterns = st.recursive(
    atoms,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{2,}", "*?"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        )
    ),
    max_leaves=6,
)


@given(patterns, st.text("ab1.", max_size=6))
def test_it_agrees_with_python_where_both_have_a_say(pattern: str, text: str) -> None:
    regex = GoRegex(pattern)
    assert regex.matches_all(text) == (re.fullmatch(pattern, text) is not None)
    assert regex.matches_in(text) == (re.search(pattern, text) is not None)
