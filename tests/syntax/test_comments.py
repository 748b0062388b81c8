from __future__ import annotations

from gitlint_ops.syntax.comments import comments


def test_comments_are_found_with_their_lines() -> None:
    data = b"# gitlint-ops: file x\na: 1  # gitlint-ops: ignore y -- why\n# other\nb: 2\n#gitlint-ops: end\n"

    assert list(comments(data)) == [
        (1, "gitlint-ops: file x"),
        (2, "gitlint-ops: ignore y -- why"),
        (5, "gitlint-ops: end"),
    ]


def test_strings_and_blocks_of_text_hold_no_comments() -> None:
    data = (
        b'a: "# gitlint-ops: no"\n'
        b"b: '\n # gitlint-ops: no\n '\n"
        b"c: |  # gitlint-ops: yes\n  # gitlint-ops: no\n  x # gitlint-ops: no\n\n"
        b"# gitlint-ops: too\n"
        b"d: plain#gitlint-ops: no\n"
    )

    assert [line for line, _ in comments(data)] == [5, 9]


def test_a_comment_behind_anything_that_is_written_counts() -> None:
    data = b"""
key: # gitlint-ops: key
  - [a, # gitlint-ops: flow
     b] # gitlint-ops: end
  - "q" # gitlint-ops: quoted
  - >- # gitlint-ops: folded
    x
--- # gitlint-ops: document
""".lstrip()

    assert [line for line, _ in comments(data)] == [1, 2, 3, 4, 5, 7]


def test_comments_survive_a_syntax_error_where_they_fill_a_line() -> None:
    data = (
        b"a: 1 # gitlint-ops: one\n# gitlint-ops: two\nb: [\nc: '# gitlint-ops: no\n  # gitlint-ops: three\n"
    )

    assert [line for line, _ in comments(data)] == [1, 2, 5]


def test_templates_keep_their_comment_lines() -> None:
    data = b"{% if x %}\n# gitlint-ops: ignore x\na: '{{ y }}' # gitlint-ops: not seen\n{% endif %}\n"

    assert list(comments(data)) == [(2, "gitlint-ops: ignore x")]


def test_line_breaks_and_encodings_change_nothing() -> None:
    text = "é: 1 # gitlint-ops: x\r\nb: 2 # gitlint-ops: é\r\n"

    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert list(comments(data)) == [(1, "gitlint-ops: x"), (2, "gitlint-ops: é")]
