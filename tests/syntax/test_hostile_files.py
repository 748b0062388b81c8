"""A pull request may bring any bytes: reading is bounded and never raises."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.syntax.comments import comments
from gitlint_ops.syntax.documents import Limits, Text, Typing, read
from gitlint_ops.syntax.locate import positions
from gitlint_ops.syntax.template import templating

ALIAS_BOMB = b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 10)) for i in range(1, 12)
)
MERGE_BOMB = (
    b"m: &m {" + b", ".join(b"k%d: 1" % i for i in range(2000)) + b"}\n" + b"- {<<: *m}\n".join([b""] * 2000)
).replace(b"}\n- ", b"}\nlist:\n- ", 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ALIAS_BOMB, "grows past 1,000,000 values"),
        (MERGE_BOMB, "grows past 1,000,000 values"),
        (b"[" * 10_000, "more than 200 levels deep"),
        (b"{" * 10_000, "more than 200 levels deep"),
        (b"- " * 10_000, "more than 200 levels deep"),
        (b"{a: " * 10_000, "more than 200 levels deep"),
        (b"".join(b" " * i + b"a:\n" for i in range(1000)), "more than 200 levels deep"),
        (b"a: 1\n---\n" * 50_001, "more than 50,000 documents"),
        (b"#" * (10 * 1024 * 1024 + 1), "the file has 10 MiB"),
    ],
    ids=["aliases", "merges", "lists", "mappings", "dashes", "members", "indentation", "documents", "size"],
)
def test_a_bomb_is_a_problem(data: bytes, message: str) -> None:
    text = read(data, Typing.KUSTOMIZE)

    assert [message in problem.message for problem in text.problems] == [True]


def test_a_document_before_a_bomb_survives() -> None:
    text = read(b"a: 1\n---\n" + ALIAS_BOMB, Typing.KUBECTL)

    assert [document.body for document in text.documents] == [{"a": 1}]


def test_limits_are_the_callers() -> None:
    limits = Limits(file_bytes=100, nodes=12, depth=2)

    assert read(b"[[1]]", Typing.KUBECTL, limits).problems == ()
    assert "2 levels" in read(b"[[[1]]]", Typing.KUBECTL, limits).problems[0].message
    assert (
        "12 values" in read(b"[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2]", Typing.KUBECTL, limits).problems[0].message
    )


def test_two_hundred_levels_are_read_without_recursion() -> None:
    (document,) = read(b"[" * 200 + b"]" * 200, Typing.KUBECTL).documents

    depth = 0
    body = document.body
    while body:
        body, depth = body[0], depth + 1
    assert depth == 199


def test_a_million_undefined_aliases_are_told_in_a_few_problems() -> None:
    (document,) = read(b"- *a\n" * 100_000, Typing.KUBECTL).documents

    assert len(document.problems) == 50


PIECES = [*"ab:- \n\t\r[]{}&*!|>'\"%@`#?,~<.0\\", "---\n", "{{", "}}", "&a ", "*a", "\ufeff", "é", "\0"]
YAML_LIKE = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(
    st.one_of(st.binary(max_size=80), YAML_LIKE.map(str.encode), YAML_LIKE.map(lambda t: t.encode("utf-16")))
)
def test_no_bytes_make_reading_raise(data: bytes) -> None:
    for typing in Typing:
        assert isinstance(read(data, typing), Text)
    templating(data)
    list(comments(data + b"# gitlint-ops: x"))
    positions(data, 0).locate(("a", 0, "b"))
    positions(data, 0, ("a",)).locate(("a", 0, "b"), key=True)


@given(YAML_LIKE)
def test_what_is_read_has_no_loops_and_is_plain_data(text: str) -> None:
    for document in read(text.encode(), Typing.KUSTOMIZE).documents:
        assert_plain(document.body, sys.getrecursionlimit())


def assert_plain(value: object, budget: int) -> None:
    assert budget
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value)
        for held in value.values():
            assert_plain(held, budget - 1)
    elif isinstance(value, list):
        for held in value:
            assert_plain(held, budget - 1)
    else:
        assert value is None or isinstance(value, str | int | float | bool)
