"""A stretch of one file's text."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

Point: TypeAlias = tuple[int, int]
"""Line and column from 0, as the parser counts."""


class Span(Struct, frozen=True, order=True):
    """Lines and columns start at 1 and count characters; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)


def span_between(start: Point, end: Point) -> Span:
    return Span(start[0] + 1, start[1] + 1, end[0] + 1, end[1] + 1)
