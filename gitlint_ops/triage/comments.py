"""The allowances in the comments of one file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.triage.allowances import Allowance, from_comment
from gitlint_ops.triage.anchors import anchor_lines, document_line, item_lines, line_below


class FileComments:
    """Finds the allowances that speak of a place; `allowances` are all that are written."""

    def __init__(self, file: FileRef, comments: Iterable[tuple[int, str]], lines: Sequence[str]) -> None:
        self._lines = lines
        self._at_line: defaultdict[int, list[Allowance]] = defaultdict(list)
        self._above_line: defaultdict[int, list[Allowance]] = defaultdict(list)
        written: list[Allowance] = []
        for line, text in comments:
            allowances = from_comment(text, _place(file, line, text.strip(), lines))
            written.extend(allowances)
            self._at_line[line].extend(allowances)
            below = line_below(line, lines) if allowances else None
            if below is not None:
                self._above_line[below].extend(allowances)
        self.allowances = tuple(written)

    def about(self, place: Location) -> Iterator[Allowance]:
        """Those on or above its line or its key's line, above a list item around it, or above its
        object's first line.
        """
        for line in anchor_lines(place, self._lines):
            yield from self._at_line.get(line, ())
            yield from self._above_line.get(line, ())
        if not self._above_line:
            return
        for line in item_lines(place.line, self._lines):
            yield from self._above_line.get(line, ())
        first = document_line(place.line, self._lines)
        if first is not None:
            yield from self._above_line.get(first, ())


def _place(file: FileRef, line: int, text: str, lines: Sequence[str]) -> Location:
    """The span of a comment, which ends its line; the line alone where its text is not known."""
    held = lines[line - 1] if 0 < line <= len(lines) else ""
    column = held.rfind(text) + 1
    if column < 1:
        return Location(file, line, 1, line, 1)
    return Location(file, line, column, line, column + len(text))
