"""What `gitlint-ops fix` made of a repository's files."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.findings import Finding
from gitlint_ops.model.location import FileRef


class FixedFile(Struct, frozen=True):
    """A file before and after; `fixes` are the rule and title of each edit, in the order they were made."""

    file: FileRef
    before: bytes
    after: bytes
    fixes: tuple[tuple[str, str], ...]


class Fixes(Struct, frozen=True):
    """All changed files, and the findings of the same rules that nothing was done about.

    `refused` are files whose edits are safe one by one and not together, each with the reason.
    """

    files: tuple[FixedFile, ...]
    left: tuple[Finding, ...]
    refused: tuple[tuple[FileRef, str], ...] = ()

    @property
    def number(self) -> int:
        return sum(len(one.fixes) for one in self.files)
