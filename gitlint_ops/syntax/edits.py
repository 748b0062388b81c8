"""Changes of a file's text that leave all else as it is, to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from gitlint_ops.syntax.lines import encoding_of
from gitlint_ops.syntax.span import Span

_MOST_COMPARED = 300
"""Lines among which those that stay are looked for: difflib takes cubic time at worst."""

# What YAML takes for a line break and editors do not, or the other way round.
_ODD_BREAKS = re.compile("\r(?!\n)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class NotEditable(Exception):
    """A text is in a form that is not edited; the message goes on after "because"."""


class Change(Struct, frozen=True, order=True):
    """New text in place of a span; an empty span is a place to put text in."""

    span: Span
    text: str


class EditableText(Struct, frozen=True):
    """A text by lines without their breaks; after a last break comes an empty line."""

    lines: tuple[str, ...]
    newline: str
    mark: bytes
    encoding: str

    def encoded(self, lines: Sequence[str]) -> bytes:
        """Other lines in the same encoding, with the same breaks."""
        return self.mark + self.newline.join(lines).encode(self.encoding)


def editable(data: bytes) -> EditableText:
    """The lines of a file, such that `encoded(lines)` gives its bytes again.

    Raises:
        NotEditable: it is no text, or not all of its lines end alike.
    """
    mark, encoding = encoding_of(data)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise NotEditable("the file is no valid text") from error
    breaks = text.count("\r\n")
    if _ODD_BREAKS.search(text) or breaks not in (0, text.count("\n")):
        raise NotEditable("the lines of the file do not all end alike")
    newline = "\r\n" if breaks else "\n"
    return EditableText(tuple(text.split(newline)), newline, mark, encoding)


def applied(data: bytes, changes: Iterable[Change]) -> bytes:
    """The bytes with all changes made; spans are those of the text as it was.

    Raises:
        NotEditable: as `editable`, or the changes overlap or lie outside of the text.
    """
    text = editable(data)
    pieces: list[str] = []
    whole = text.newline.join(text.lines)
    starts = [0]
    for line in text.lines:
        starts.append(starts[-1] + len(line) + len(text.newline))
    done = 0
    # Of two texts for one place the first that is given comes first.
    for change in sorted(changes, key=lambda one: one.span):
        start = _offset(text.lines, starts, change.span.line, change.span.column)
        end = _offset(text.lines, starts, change.span.end_line, change.span.end_column)
        if not done <= start <= end:
            raise NotEditable("two changes overlap")
        pieces += (whole[done:start], change.text)
        done = end
    pieces.append(whole[done:])
    return text.mark + "".join(pieces).encode(text.encoding)


def _offset(lines: Sequence[str], starts: Sequence[int], line: int, column: int) -> int:
    if not (0 < line <= len(lines) and 0 < column <= len(lines[line - 1]) + 1):
        raise NotEditable(f"there is no {line}:{column} in the file")
    return starts[line - 1] + column - 1


def changes_between(before: EditableText, after: Sequence[str]) -> tuple[Change, ...]:
    """What makes other lines of a text, as little as can be found.

    Where a line only gets longer or shorter, no more is said: what a line holds may be a secret.
    """
    found: list[Change] = []
    for first, last, start, stop in _differing(before.lines, after):
        if last - first == stop - start:
            pairs = zip(before.lines[first:last], after[start:stop], strict=True)
            found += (_within_line(first + n, old, new) for n, (old, new) in enumerate(pairs) if old != new)
        else:
            found.append(_of_lines(before, first, last, after[start:stop]))
    return tuple(found)


def _within_line(number: int, old: str, new: str) -> Change:
    """The change of a line, by whole words."""
    most = min(len(old), len(new))
    head = next((i for i in range(most) if old[i] != new[i]), most)
    while head and old[head - 1].isalnum() and (old[head : head + 1] + new[head : head + 1]).isalnum():
        head -= 1
    most -= head
    tail = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    while tail and old[-tail].isalnum() and _ends_in_word(old, new, tail):
        tail -= 1
    span = Span(number + 1, head + 1, number + 1, len(old) - tail + 1)
    return Change(span, new[head : len(new) - tail])


def _ends_in_word(old: str, new: str, tail: int) -> bool:
    """Whether what stands before the last `tail` characters of one of two lines goes on in them."""
    return any(line[-tail - 1 : -tail].isalnum() for line in (old, new))


def _differing(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of lines (from 0) of both texts that are not alike."""
    most = min(len(before), len(after))
    head = next((i for i in range(most) if before[i] != after[i]), most)
    most -= head
    tail = next((i for i in range(most) if before[-1 - i] != after[-1 - i]), most)
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(len(left), len(right)) > _MOST_COMPARED:
        yield head, head + len(left), head, head + len(right)
        return
    for tag, first, last, start, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            yield head + first, head + last, head + start, head + stop


def _of_lines(text: EditableText, first: int, last: int, new: Sequence[str]) -> Change:
    """The change of lines `first` to before `last`; the file's last line has no break to go with it."""
    if last < len(text.lines):
        joined = "".join(f"{line}{text.newline}" for line in new)
        return Change(Span(first + 1, 1, last + 1, 1), joined)
    end = len(text.lines), len(text.lines[-1]) + 1
    if first == 0:
        return Change(Span(1, 1, *end), text.newline.join(new))
    joined = "".join(f"{text.newline}{line}" for line in new)
    return Change(Span(first, len(text.lines[first - 1]) + 1, *end), joined)
