from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.syntax import events
from gitlint_ops.syntax.documents import DUPLICATE_KEY, YAML_INVALID, Problem, Span, Text, Typing, read


def test_empty_documents_are_counted_and_left_out() -> None:
    text = read(b"# only a comment\n---\na: 1\n---\n---\n# more\nb: 2\n---\n~\n", Typing.KUBECTL)

    assert [(d.index, d.line, d.body) for d in text.documents] == [(0, 3, {"a": 1}), (2, 7, {"b": 2})]


def test_aliases_share_what_they_repeat() -> None:
    body = read(b"base: &base {image: web}\none: *base\ntwo: [*base]\n", Typing.KUBECTL).documents[0].body

    assert body["one"] is body["base"]
    assert body["two"][0] is body["base"]


def test_a_redefined_anchor_means_the_new_value_from_there_on() -> None:
    text = read(b"a: &x 1\nb: *x\nc: &x 2\nd: *x\n", Typing.KUSTOMIZE)

    assert text.documents[0].body == {"a": 1, "b": 1, "c": 2, "d": 2}
    assert text.documents[0].problems == ()


def test_anchors_end_with_their_document() -> None:
    text = read(b"a: &x 1\n---\nb: *x\n", Typing.KUSTOMIZE)

    assert [problem.span for problem in fatal(text)] == [Span(3, 4, 3, 6)]


@pytest.mark.parametrize("typing", Typing)
def test_keys_written_below_a_merge_win_over_it(typing: Typing) -> None:
    data = b"x: &x {a: 1, b: 1}\ny-: &y {b: 2, c: 2}\nz: {<<: [*x, *y], c: 3}\n"

    assert read(data, typing).documents[0].body["z"] == {"a": 1, "b": 1, "c": 3}


def test_kubectl_lets_a_merge_win_over_what_stands_above_it() -> None:
    data = b"z: {a: 1, <<: {a: 2}}\n"

    assert read(data, Typing.KUBECTL).documents[0].body == {"z": {"a": 2}}
    assert read(data, Typing.KUSTOMIZE).documents[0].body == {"z": {"a": 1}}


def test_a_merge_is_no_duplicate_key() -> None:
    text = read(b"z:\n  <<: {a: 1}\n  a: 2\n", Typing.KUSTOMIZE)

    assert text.documents[0].problems == ()


def test_of_duplicate_keys_the_last_counts_and_both_are_shown() -> None:
    text = read(b"---\nmetadata:\n  labels: {a: b}\n  name: x\n  labels: {c: d}\n", Typing.KUBECTL)

    (problem,) = text.documents[0].problems
    assert text.documents[0].body == {"metadata": {"labels": {"c": "d"}, "name": "x"}}
    assert (problem.rule, problem.span, problem.fatal) == (DUPLICATE_KEY, Span(5, 3, 5, 9), False)
    assert problem.related == ((Span(3, 3, 3, 9), "first here"),)


def test_duplicate_keys_stop_kustomize() -> None:
    (problem,) = read(b"a: 1\na: 2\n", Typing.KUSTOMIZE).documents[0].problems

    assert problem.fatal


def test_different_spellings_of_one_key_are_duplicates_where_the_tool_reads_them_as_one() -> None:
    data = b"a:\n  y: 1\n  'true': 2\n"

    assert [p.span.line for p in read(data, Typing.KUBECTL).documents[0].problems] == [3]
    assert read(data, Typing.KUSTOMIZE).documents[0].problems == ()


def test_documents_before_a_syntax_error_survive() -> None:
    text = read(b"a: 1\n---\nb: 2\n---\nc: [1, 2\nd: 3\n", Typing.KUBECTL)

    assert [document.body for document in text.documents] == [{"a": 1}, {"b": 2}]
    assert [problem.span.line for problem in text.problems] == [5]


def test_documents_before_an_unreadable_byte_survive() -> None:
    text = read(b"a: 1\n---\nb: \xff\n", Typing.KUBECTL)

    assert [document.body for document in text.documents] == [{"a": 1}]
    assert places(text) == [(3, 4)]


# text, line and column, a word of the message, a word of the hint
FAULTS = [
    (b"a: 1\n\tb: 2\n", (2, 1), "a tab is used", "spaces"),
    (b"a:\n\t- b\n", (2, 1), "a tab is used", "spaces"),
    (b"a: b: c\n", (1, 5), "`key: value` cannot stand here", "quote a value"),
    (b"spec:\n  a: 1\n   b: 2\n", (3, 5), "`key: value` cannot stand here", "indentation"),
    (b"a: @me\n", (1, 4), "start with `@`", "quote"),
    (b"a: `me`\n", (1, 4), "backquote", "quote"),
    (b"a: %me\n", (1, 4), "start with `%`", "quote"),
    (b"a: 1\nwords\nb: 2\n", (2, 1), "no `key: value`", "`:`"),
    (b'a: "open\nb: 1\n', (1, 4), "never closed", "close the quote"),
    (b'a: "C:\\dir"\n', (1, 7), "backslash", "single quotes"),
    (b"a:\n  - x\n - y\n", (3, 2), "a key was expected", "neighbours"),
    (b"- a\nb: 1\n", (2, 1), "a list item", "indent"),
    (b"a: - b\n", (1, 4), "a list item cannot start here", "line of its own"),
    (b"a: *\n", (1, 5), "`*` must be followed", "quote"),
    (b"a: |x\n y\n", (1, 5), "text follows", "next line"),
    (b"a: *base\n", (1, 4), "no anchor `&base`", "define"),
    (b"a: &a\n  b: *a\n", (2, 6), "contains itself", "remove"),
    (b"a: {{ .Values.x }}\n", (1, 5), "`{{ ... }}` is a template's placeholder and no YAML", "chart"),
    (b"? - a\n: b\n", (1, 3), "where a key must stand", "plain key"),
    (b"a:\n  <<: 3\n", (2, 7), "merge key", "mapping"),
    (b"a: .nan\n", (1, 4), "JSON", "finite"),
    (b"a: !!int 3.5\n", (1, 4), "no int", "tag"),
    (b"a:\n  1: b\n", (2, 3), "a key must be text", "quote the key"),
    (b"a: 1\nb: \0\n", (2, 4), "NUL", "UTF-8"),
    (b"a: \x01\n", (1, 4), "U+0001", "escape"),
    (b"a: gr\xfc\xdfe\n", (1, 6), "0xFC is not UTF-8", "UTF-8"),
    ("a: 1".encode("utf-16-le"), (1, 2), "NUL", "UTF-16"),
    (b"%YAML 1.2\n---\na: 1\n", (1, 1), "version", "remove"),
]


@pytest.mark.parametrize(("data", "place", "message", "hint"), FAULTS)
def test_a_fault_has_its_place_and_plain_words(
    data: bytes, place: tuple[int, int], message: str, hint: str
) -> None:
    (problem,) = fatal(read(data, Typing.KUSTOMIZE))

    assert (problem.rule, problem.span.line, problem.span.column) == (YAML_INVALID, *place)
    assert message in problem.message
    assert hint in problem.hint


def test_an_unclosed_bracket_is_told_where_it_opens() -> None:
    (problem,) = fatal(read(b"a: [1,\n  2\nb: 3\n", Typing.KUBECTL))

    assert problem.span == Span(1, 4, 1, 5)
    assert problem.related == ((Span(3, 2, 3, 3), "noticed here"),)


def test_a_fault_at_the_end_is_on_the_last_line_that_has_text() -> None:
    (problem,) = fatal(read(b"a: 1\n? [b\n\n\n", Typing.KUBECTL))

    assert problem.span.line == 2


@pytest.mark.parametrize(
    "data",
    [
        "a: é\r\nb: [1,\r\n 2]\r\n".encode(),
        b"\xef\xbb\xbf" + "a: é\nb: [1, 2]\n".encode(),
        "a: é\nb: [1, 2]\n".encode("utf-16"),
        b"\xfe\xff" + "a: é\nb: [1, 2]\n".encode("utf-16-be"),
    ],
    ids=["CRLF", "UTF-8 with mark", "UTF-16 LE", "UTF-16 BE"],
)
def test_line_breaks_and_encodings_change_nothing(data: bytes) -> None:
    assert [d.body for d in read(data, Typing.KUSTOMIZE).documents] == [{"a": "é", "b": [1, 2]}]


def test_without_libyaml_the_slow_parser_reads_the_same(
    monkeypatch: pytest.MonkeyPatch, shared: Path
) -> None:
    files = sorted((shared / "corpus" / "home-ops").rglob("*.yaml"))[:60]
    texts = [
        b"a: !!str 1\nb: ! 2\nc: {d: , e: y}\nf: &x [*y]\n",
        b"a: 1\na: 2\n",
        *map(Path.read_bytes, files),
    ]
    fast = [read(data, Typing.KUSTOMIZE) for data in texts]

    monkeypatch.setattr(events, "CParser", None)

    assert [read(data, Typing.KUSTOMIZE) for data in texts] == fast


def fatal(text: Text) -> list[Problem]:
    found = [*text.problems, *(problem for document in text.documents for problem in document.problems)]
    return [problem for problem in found if problem.fatal]


def places(text: Text) -> list[tuple[int, int]]:
    return [(problem.span.line, problem.span.column) for problem in fatal(text)]
