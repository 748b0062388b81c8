"""The page of gaps is of all that is rehearsed: the examples, and the corpora where they are there."""

from __future__ import annotations

import pytest

from tools.gaps import BEGIN, END, UNEXPLAINED, cause, repositories

from ..apiserver import CHECKOUT

CORPUS = CHECKOUT.parent / "shared" / "corpus"
PAGE = CHECKOUT / "docs" / "explanation" / "gaps.md"


def measured() -> str:
    """What tools/gaps.py has written into the page."""
    _, _, part = PAGE.read_text().partition(BEGIN)
    return part.partition(END)[0]


@pytest.mark.parametrize("name", dict(repositories(CORPUS)))
def test_the_page_has_a_row_of_each_repository(name: str) -> None:
    assert f"| {name} |" in measured()


def test_the_page_has_no_gap_that_is_not_explained() -> None:
    assert UNEXPLAINED not in measured()
    assert cause("something that nobody has seen") == UNEXPLAINED
