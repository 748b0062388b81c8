"""The lines on which a comment can speak of a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitlint_ops.model.location import Location

MAX_LINES = 20_000
"""How far the start of a document, or the end of a comment, is looked for: a bound for hostile files."""

_BLANK = re.compile(r"\s*(?:#.*)?\Z")
_MARKERS = ("---", "...")
_OBJECT_KEYS = ("apiVersion:", "kind:")


def anchor_lines(location: Location, lines: Sequence[str]) -> Iterator[int]:
    """The finding's own line, and its key's where the value starts below the key."""
    yield location.line
    yield from _key_line(location, lines)


def line_below(line: int, lines: Sequence[str]) -> int | None:
    """The line that a comment on `line` speaks of, beside its own.

    Behind a value it has none: the neighbour below may break the same rule. A comment on a line
    of its own speaks of the next line that is neither comment nor `---`.
    """
    if not _is_comment(_text(lines, line)):
        return None
    for below in range(line + 1, min(line + MAX_LINES, len(lines)) + 1):
        text = _text(lines, below)
        if not _is_comment(text) and not text.startswith(_MARKERS):
            return below
    return None


def document_line(line: int, lines: Sequence[str]) -> int | None:
    """The first line of the object's document around `line`, if it is one that any object has.

    What stands above `apiVersion:` speaks of the whole object; above another first key (of a
    values file, say) it may well mean that key alone.
    """
    first = _first_line(line, lines)
    return first if _text(lines, first).startswith(_OBJECT_KEYS) else None


def item_lines(line: int, lines: Sequence[str]) -> Iterator[int]:
    """The first lines of the list items around `line`, the innermost first."""
    depth = _depth(_text(lines, line), " ")
    for number in range(line, max(0, line - MAX_LINES), -1):
        text = _text(lines, number)
        if _BLANK.match(text):
            continue
        if text.startswith(_MARKERS):
            return
        indented = _depth(text, " ")
        if indented < depth or number == line:
            depth = indented
            if text.lstrip(" ").startswith("- "):
                yield number


def _key_line(location: Location, lines: Sequence[str]) -> Iterator[int]:
    """The line above that ends in the key whose value begins at `location`, if there is one."""
    text = _text(lines, location.line)
    if text[: location.column - 1].strip(" -") or _is_key(location, text):
        return
    above = location.line - 1
    while above > max(0, location.line - MAX_LINES) and _BLANK.match(_text(lines, above)):
        above -= 1
    key = _text(lines, above)
    depth, key_depth = _depth(text, " "), _depth(key, " -")
    is_item = text.lstrip(" ").startswith("-")
    if _ends_in_key(key) and (key_depth < depth or (is_item and key_depth == depth)):
        yield above


def _is_key(location: Location, text: str) -> bool:
    """Whether the location is that of a key, and so has no key of its own."""
    return location.line == location.end_line and text[location.end_column - 1 :].lstrip(" ")[:1] == ":"


def _ends_in_key(text: str) -> bool:
    """Whether a line is a key without a value; an anchor or tag may stand behind the key."""
    words = text.partition(" #")[0].split()
    while words and words[-1][0] in "&!":
        words.pop()
    return bool(words) and words[-1].endswith(":") and words[0][0] != "#"


def _first_line(line: int, lines: Sequence[str]) -> int:
    """The first line of the document around `line` that holds more than a comment."""
    first = line
    for number in range(line, max(0, line - MAX_LINES), -1):
        text = _text(lines, number)
        if text.startswith(_MARKERS):
            break
        if not _BLANK.match(text):
            first = number
    return first


def _is_comment(text: str) -> bool:
    return text.lstrip("\ufeff \t").startswith("#")


def _depth(text: str, indentation: str) -> int:
    return len(text) - len(text.lstrip(indentation))


def _text(lines: Sequence[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""
