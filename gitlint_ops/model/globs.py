"""Globs of the configuration, as `.gitignore` reads them.

`*` and `?` stay within a name, `[a-z]` and `[!a-z]` stand for one character, `**` between slashes for
any folders, none included. A glob without a slash, but for one at its end, matches at any depth; any
other starts at the root. What matches a folder matches all in it, and `a/**` matches `a` itself too.
Braces and a leading `!` mean nothing special.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_GLOB_LENGTH = 1000

_NO_SLASH = "[^/]"
_ANY_FOLDERS = "(?:[^/]+/)*?"


class Globs:
    """A list of globs, asked as one; matching time grows with pattern times path, never faster.

    Raises:
        ValueError: a glob is longer than 1,000 characters.
    """

    __slots__ = ("_pattern",)

    def __init__(self, globs: Iterable[str]) -> None:
        patterns = [_regex(glob) for glob in globs]
        self._pattern = re.compile("|".join(patterns), re.DOTALL) if patterns else None

    def match(self, path: str) -> bool:
        """Whether one of the globs matches the path, or a folder above it."""
        return self._pattern is not None and self._pattern.match(path) is not None


def globs_below(folder: str, globs: Iterable[str]) -> tuple[str, ...]:
    """Globs written from `folder`, as globs from the root that match the same files."""
    escaped = re.sub(r"([\\*?[])", r"\\\1", folder)
    return tuple(
        f"{escaped}/{glob.lstrip('/')}" if "/" in glob.rstrip("/") else f"{escaped}/**/{glob}"
        for glob in globs
    )


def _regex(glob: str) -> str:
    if len(glob) > MAX_GLOB_LENGTH:
        raise ValueError(f"a glob may have {MAX_GLOB_LENGTH} characters, this one has {len(glob)}")
    parts = [part for part in glob.split("/") if part not in ("", ".")]
    if not parts:
        return r"(?!)"
    if "/" not in glob.rstrip("/"):
        parts.insert(0, "**")
    while parts and parts[-1] == "**":
        parts.pop()
    return "".join(_joined(parts)) + "(?:/|\\Z)" if parts else ""


def _joined(parts: list[str]) -> Iterator[str]:
    """Runs of names with "any folders" between them.

    All runs but the last are atomic: the leftmost place that fits a run leaves the most for the rest,
    so a second try can never help. That is what bounds the time.
    """
    runs: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(part)
    first, *later = runs
    yield "/".join(_name(part) for part in first)
    if first and later:
        yield "/"
    for run in later[:-1]:
        if run:
            yield f"(?>{_ANY_FOLDERS}{'/'.join(_name(part) for part in run)}/)"
    if later:
        yield _ANY_FOLDERS + "/".join(_name(part) for part in later[-1])


def _name(glob: str) -> str:
    """One name's regular expression; here too every piece between two stars is atomic but the last."""
    pieces: list[str] = [""]
    position = 0
    while position < len(glob):
        character = glob[position]
        position += 1
        if character == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif character == "?":
            pieces[-1] += _NO_SLASH
        elif character == "[" and (end := _class_end(glob, position)):
            pieces[-1] += _character_class(glob[position:end])
            position = end + 1
        elif character == "\\" and position < len(glob):
            pieces[-1] += re.escape(glob[position])
            position += 1
        else:
            pieces[-1] += re.escape(character)
    first, *later = pieces
    if not later:
        return first
    middle = "".join(f"(?>{_NO_SLASH}*?{piece})" for piece in later[:-1])
    return f"{first}{middle}{_NO_SLASH}*{later[-1]}"


def _class_end(glob: str, start: int) -> int:
    """Where the class that starts behind "[" ends, or 0; a "]" in first place is a member."""
    first = start + (glob[start : start + 1] in ("!", "^"))
    return max(glob.find("]", first + 1), 0)


def _character_class(members: str) -> str:
    negated = members[:1] in ("!", "^")
    listed = members[1:] if negated else members
    ranges = "".join(_members(listed))
    if not ranges:
        return _NO_SLASH if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{ranges}]"


def _members(listed: str) -> Iterator[str]:
    position = 0
    while position < len(listed):
        low, high = listed[position], listed[position + 2 : position + 3]
        if listed[position + 1 : position + 2] == "-" and high:
            if low <= high:
                yield f"{re.escape(low)}-{re.escape(high)}"
            position += 3
        else:
            yield re.escape(low)
            position += 1
