"""What `gitlint-ops fix` did, or would do, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from gitlint_ops.model.findings import Finding
from gitlint_ops.model.fixes import FixedFile, Fixes
from gitlint_ops.model.location import FileRef
from gitlint_ops.syntax.lines import encoding_of


def diff(files: Iterable[FixedFile], *, several: bool) -> str:
    """The changes as `git apply` takes them; `several`: paths begin with their repository's name."""
    return "".join(line for one in files for line in _diff_of(one, shown(one.file, several=several)))


def _diff_of(one: FixedFile, path: str) -> Iterator[str]:
    before, after = (_lines(data) for data in (one.before, one.after))
    for line in unified_diff(before, after, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[str]:
    """Lines with their breaks; a carriage return before a break is text to `git apply`."""
    _, encoding = encoding_of(data)
    text = data.decode(encoding, "replace")
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def fixes_text(done: Fixes, *, several: bool, would: bool) -> str:
    """What was done to each file, what was left and why, and the sum; `would`: nothing was written."""
    return "".join(f"{line}\n" for line in _text(done, several=several, would=would))


def _text(done: Fixes, *, several: bool, would: bool) -> Iterator[str]:
    for one in done.files:
        yield shown(one.file, several=several)
        yield from (f"  {rule}: {title}" for rule, title in one.fixes)
    for finding in done.left:
        yield from _left(finding, several=several)
    for file, reason in done.refused:
        yield f"{shown(file, several=several)}: left as it is, because {reason}"
    left = f"; {len(done.left)} left to you" if done.left else ""
    if not done.files:
        yield f"Nothing to fix{left}."
        return
    verb = "Would fix" if would else "Fixed"
    yield f"{verb} {_number(done.number, 'finding')} in {_number(len(done.files), 'file')}{left}."


def _left(finding: Finding, *, several: bool) -> Iterator[str]:
    at = finding.location
    yield f"{shown(at.file, several=several)}:{at.line}: left: {finding.message}"
    yield f"  hint: {finding.hint}"


def shown(file: FileRef, *, several: bool) -> str:
    """A file's path for people; control characters of its name are escaped."""
    path = f"{file.repo}/{file.path}" if several else file.path
    return path if path.isprintable() else path.encode("unicode_escape").decode()


def _number(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
