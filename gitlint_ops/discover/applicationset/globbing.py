"""Which folders and files of a repository the patterns of the git generator mean.

Folders are matched by Go's `path.Match`, files as `git ls-files` does (`*` goes across folders) unless the
controller is told to glob files in the new way, where `**` does and `*` does not. Matching time grows with
pattern times path, as every piece between two stars is atomic but the last.

Sources: filterPaths in applicationset/generators/repo_path_utils.go, LsFiles in util/git/client.go,
match_pathspec in git's dir.c, doublestar v4
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import TypeAlias

Matcher: TypeAlias = Callable[[str], bool]

MAX_PATTERN = 1000
_MAX_ALTERNATIVES = 200
_NEVER = r"(?!)"


class BadPattern(ValueError):
    """A pattern that is refused; the text says why, as the end of a sentence about it."""


def folder_matcher(pattern: str) -> Matcher:
    """Folders by `path.Match`: `*` and `?` stay within a name. A malformed pattern matches nothing."""
    _bounded(pattern)
    compiled = re.compile("/".join(_joined(_pieces(part, "[^/]")) for part in pattern.split("/")) + r"\Z")
    return lambda path: compiled.match(path) is not None


def pathspec_matcher(pattern: str) -> Matcher:
    """Files by git's pathspecs; a folder's name means all files in it.

    Raises:
        BadPattern: it leads out of the repository, or has magic that is not known here.
    """
    _bounded(pattern)
    if pattern.startswith(":(glob)"):
        return doublestar_matcher(pattern[7:])
    if pattern.startswith(":"):
        raise BadPattern("has a magic prefix of git, which is not evaluated here")
    literal = _within(pattern)
    if literal in ("", "."):
        return lambda _: True
    compiled = re.compile(_joined(_pieces(literal, ".")) + r"\Z", re.DOTALL)
    above = literal if literal.endswith("/") else f"{literal}/"
    return lambda path: path == literal or path.startswith(above) or compiled.match(path) is not None


def doublestar_matcher(pattern: str) -> Matcher:
    """Files by the new way: `**` for any folders, `{a,b}` for one of several.

    Raises:
        BadPattern: it leads out of the repository, or has too many alternatives.
    """
    _bounded(pattern)
    found = [re.compile(_with_folders(_within(one)) + r"\Z") for one in _alternatives(pattern)]
    return lambda path: any(one.match(path) is not None for one in found)


def _bounded(pattern: str) -> None:
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"is longer than {MAX_PATTERN} characters")


def _within(pattern: str) -> str:
    """The pattern from the root of the repository."""
    if pattern.startswith("/"):
        raise BadPattern("starts with a slash, and so leads out of the repository for git")
    normal = posixpath.normpath(pattern) if pattern else ""
    if normal == ".." or normal.startswith("../"):
        raise BadPattern("leads out of the repository")
    return f"{normal}/" if pattern.endswith("/") and normal not in ("", ".") else normal


def _pieces(pattern: str, character: str) -> list[str]:
    """What stands between the stars of a name, as regular expressions; "*" itself is what splits them."""
    found = [""]
    position = 0
    while position < len(pattern):
        letter = pattern[position]
        position += 1
        if letter == "*":
            found.append("")
        elif letter == "?":
            found[-1] += character
        elif letter == "[":
            members, position = _class(pattern, position, character)
            found[-1] += members
        elif letter == "\\":
            found[-1] += re.escape(pattern[position]) if position < len(pattern) else _NEVER
            position += 1
        else:
            found[-1] += re.escape(letter)
    return [character, *found]


def _joined(pieces: list[str]) -> str:
    character, first, *later = pieces
    if not later:
        return first
    middle = "".join(f"(?>{character}*?{piece})" for piece in later[:-1] if piece)
    return f"{first}{middle}{character}*{later[-1]}"


def _class(pattern: str, start: int, character: str) -> tuple[str, int]:
    """The regular expression of what follows "[", and where it ends."""
    position = start
    negated = pattern[position : position + 1] in ("^", "!")
    position += negated
    ranges: list[str] = []
    first = True
    while position < len(pattern) and (pattern[position] != "]" or first):
        first = False
        low, position = _member(pattern, position)
        high = low
        if pattern[position : position + 1] == "-" and pattern[position + 1 : position + 2] not in ("", "]"):
            high, position = _member(pattern, position + 1)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
    if position >= len(pattern):
        return _NEVER, position
    held = "".join(ranges)
    if not held:
        return (character if negated else _NEVER), position + 1
    slash = "(?!/)" if character != "." else ""
    return f"{slash}[{'^' if negated else ''}{held}]", position + 1


def _member(pattern: str, position: int) -> tuple[str, int]:
    if pattern[position] == "\\" and position + 1 < len(pattern):
        position += 1
    return pattern[position], position + 1


def _with_folders(pattern: str) -> str:
    """Names with `**` between slashes for any folders."""
    runs: list[list[str]] = [[]]
    for part in pattern.split("/"):
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(_joined(_pieces(part, "[^/]")))
    first, *later = runs
    text = "/".join(first)
    if not later:
        return text
    text += "/" if first else ""
    for run in later[:-1]:
        if run:
            text += f"(?>(?:[^/]+/)*?{'/'.join(run)}/)"
    last = "/".join(later[-1]) if later[-1] else "[^/]+"
    return f"{text}(?:[^/]+/)*?{last}"


def _alternatives(pattern: str) -> Iterator[str]:
    """The pattern with one of what its braces list, for each choice; nested braces are not told apart."""
    parts = re.split(r"\{([^{}]*)\}", pattern)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MAX_ALTERNATIVES:
        raise BadPattern("has too many alternatives")
    for chosen in product(*choices):
        yield "".join(chosen)
