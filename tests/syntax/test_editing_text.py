"""Edits change what they name, and not a byte beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.syntax.edits import Change, NotEditable, applied, changes_between, editable
from gitlint_ops.syntax.span import Span

LINES = st.lists(st.text("ab #-é", max_size=4), min_size=1, max_size=12)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_the_changes_between_two_texts_lead_from_the_one_to_the_other(
    before: list[str], after: list[str], newline: str, mark: bytes
) -> None:
    data = mark + newline.join(before).encode()
    text = editable(data)
    # Of a text without any break nobody can say how its lines end.
    expected = mark + text.newline.join(after).encode()

    assert applied(data, changes_between(text, after)) == expected


@given(LINES, LINES)
def test_the_changes_are_in_order_and_do_not_overlap(before: list[str], after: list[str]) -> None:
    changes = changes_between(editable("\n".join(before).encode()), after)

    ends = [(one.span.end_line, one.span.end_column) for one in changes]
    starts = [(one.span.line, one.span.column) for one in changes]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


def test_a_text_that_is_put_in_leaves_line_ends_and_mark_alone() -> None:
    data = b"\xef\xbb\xbfbases:\r\n- caf\xc3\xa9\r\n"

    assert applied(data, [Change(Span(1, 1, 1, 6), "resources"), Change(Span(2, 3, 2, 3), "../")]) == (
        b"\xef\xbb\xbfresources:\r\n- ../caf\xc3\xa9\r\n"
    )


def test_what_does_not_change_is_in_no_change() -> None:
    changes = changes_between(editable(b"a\n- b\n  c\nd\n"), ["a", "- path: b", "    c", "d", ""])

    assert changes == (Change(Span(2, 3, 2, 3), "path: "), Change(Span(3, 3, 3, 3), "  "))


@pytest.mark.parametrize("data", [b"a\r\nb\n", b"a\rb", "a\u2028b".encode(), b"\xff\xfe\x00\xd8", b"\xff"])
def test_a_text_whose_lines_are_not_sure_is_not_edited(data: bytes) -> None:
    with pytest.raises(NotEditable):
        editable(data)


@pytest.mark.parametrize(
    "changes",
    [
        [Change(Span(1, 1, 1, 3), "x"), Change(Span(1, 2, 1, 4), "y")],
        [Change(Span(3, 1, 3, 1), "x")],
        [Change(Span(1, 9, 1, 9), "x")],
        [Change(Span(1, 3, 1, 1), "x")],
    ],
    ids=["overlapping", "below the end", "behind the line", "backwards"],
)
def test_changes_that_do_not_fit_are_refused(changes: list[Change]) -> None:
    with pytest.raises(NotEditable):
        applied(b"abcd\nefgh", changes)
