"""The comments of a file, and those that speak to this program."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from yaml import YAMLError
from yaml.tokens import BlockEndToken, ScalarToken

from gitlint_ops.syntax.events import tokens
from gitlint_ops.syntax.lines import decoded, lines_of

MARKER = "gitlint-ops:"

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_WHOLE_LINE = re.compile(r"[ \t]*#")


def comments(data: bytes) -> Iterator[tuple[int, str]]:
    """Line (from 1) and text behind the `#` of each YAML comment that contains `gitlint-ops:`.

    A `#` in a string or a block of text is no comment. Behind a syntax error, and so in templates,
    lines that start with `#` count.
    """
    if MARKER in decoded(data):
        yield from _comments(data, MARKER)


def all_comments(data: bytes) -> Iterator[tuple[int, str]]:
    """Line and text, as above, of every YAML comment."""
    return _comments(data, "")


def _comments(data: bytes, marker: str) -> Iterator[tuple[int, str]]:
    lines = lines_of(data)
    wanted = deque(number for number, line in enumerate(lines) if "#" in line and marker in line)
    for number, start in _free_ends(data, lines, wanted):
        before, sign, comment = lines[number][start:].partition("#")
        if sign and not before.strip() and marker in comment:
            yield number + 1, comment.strip()


def _free_ends(data: bytes, lines: Sequence[str], wanted: deque[int]) -> Iterator[tuple[int, int]]:
    """Each wanted line, and the column behind its last token, where a comment can start."""
    end = (-1, 0)
    try:
        for token in tokens(data):
            if isinstance(token, BlockEndToken):
                continue  # stands where the next token does
            start, stop = token.start_mark, token.end_mark
            yield from _until(start.line, end, wanted)
            if isinstance(token, ScalarToken) and token.style in ("|", ">"):
                # Only the line with the sign may bear a comment; it belongs to the token's span.
                header = _BLOCK_HEADER.match(lines[start.line], start.column)
                behind = header.end() if header else start.column
                yield from _until(start.line + 1, (start.line, behind), wanted)
            while wanted and wanted[0] < stop.line:
                wanted.popleft()
            end = (stop.line, stop.column)
    except YAMLError:
        yield from _until(end[0] + 1, end, wanted)
        yield from ((number, 0) for number in wanted if _WHOLE_LINE.match(lines[number]))
    else:
        yield from _until(len(lines), end, wanted)


def _until(line: int, end: tuple[int, int], wanted: deque[int]) -> Iterator[tuple[int, int]]:
    while wanted and wanted[0] < line:
        number = wanted.popleft()
        yield number, end[1] if number == end[0] else 0
