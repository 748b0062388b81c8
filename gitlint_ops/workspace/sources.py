"""The text of the workspace's files: read once, parsed once, positions looked up late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef, Location
from gitlint_ops.syntax.documents import Document, Limits, Text, Typing, read
from gitlint_ops.syntax.lines import lines_of
from gitlint_ops.syntax.locate import Positions, positions
from gitlint_ops.syntax.span import Span
from gitlint_ops.workspace.tree import Tree, Unreadable

_LITERAL_HEADER = re.compile(r"\|[-+0-9]{0,2}(?:[ \t]+(?:#.*)?)?\Z")

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class Sources:
    """Files of all repositories of a run, for one process.

    What it returns is shared by all who ask: bodies must never be changed in place.
    """

    def __init__(self, trees: Iterable[Tree], limits: Limits | None = None) -> None:
        self._trees = {tree.name: tree for tree in trees}
        self._limits = limits or Limits()
        self._texts: dict[tuple[FileRef, Typing], Text] = {}
        self._positions: dict[DocumentRef, Positions] = {}
        self._lines: dict[FileRef, Sequence[str]] = {}

    @property
    def trees(self) -> tuple[Tree, ...]:
        return tuple(self._trees.values())

    def tree(self, repo: str) -> Tree:
        return self._trees[repo]

    def data(self, file: FileRef) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: it is missing, outside the repository, too large, no regular file, or a
                pointer of Git LFS.
        """
        data = self._trees[file.repo].read(file.path)
        if data.startswith(LFS_POINTER):
            raise Unreadable(file.path, "is a pointer of Git LFS: git does not hold what it points to")
        return data

    def text(self, file: FileRef, typing: Typing) -> Text:
        """The documents and problems of a YAML file (raises as `data` does)."""
        key = (file, typing)
        held = self._texts.get(key)
        if held is None:
            held = self._texts[key] = read(self.data(file), typing, self._limits)
        return held

    def document(self, ref: DocumentRef) -> Document | None:
        """A document already parsed under either typing, for its shape and not its values."""
        for typing in (Typing.KUSTOMIZE, Typing.KUBECTL):
            held = self._texts.get((ref.file, typing))
            for document in held.documents if held else ():
                if document.index == ref.index:
                    return document
        return None

    def parsed(self) -> Iterator[tuple[FileRef, Typing, Text]]:
        """All texts parsed so far."""
        for (file, typing), text in self._texts.items():
            yield file, typing, text

    def location(
        self, ref: DocumentRef, path: FieldPath, *, key: bool = False, line: int = 0
    ) -> tuple[Location, bool]:
        """Where a field stands, and whether it does (else the place is its nearest ancestor's).

        `key` asks for the mapping key in place of the value, `line` for that line of a literal
        block's text. In a file that is no YAML the path is `(line,)`, and `line` counts from there.
        """
        if ref.index == PLAIN_TEXT:
            first = path[0] if path and isinstance(path[0], int) else 1
            at = first + max(line - 1, 0)
            return Location(ref.file, at, 1, at, 1), True
        try:
            found = self._positions_of(ref).locate(path, key=key)
        except Unreadable:
            return Location(ref.file, 1, 1, 1, 1), False
        whole = spanned(ref.file, found.span)
        return (self._line_of_block(whole, line) if line and found.exact else whole), found.exact

    def _line_of_block(self, whole: Location, line: int) -> Location:
        """One line of a literal block; other scalars hide their lines, so that all of them stays."""
        header, number = self.line(whole) or "", whole.line + line
        if not _LITERAL_HEADER.match(header[whole.column - 1 :]) or number > whole.end_line:
            return whole
        text = self.lines(whole.file)[number - 1].rstrip()
        return Location(whole.file, number, len(text) - len(text.lstrip()) + 1, number, len(text) + 1)

    def lines(self, file: FileRef) -> Sequence[str]:
        """The lines of a file as the YAML reader counts them; none where it cannot be read."""
        held = self._lines.get(file)
        if held is None:
            try:
                held = lines_of(self.data(file))
            except Unreadable:
                held = ()
            self._lines[file] = held
        return held

    def line(self, location: Location) -> str | None:
        """The text of the first line of a location, or None where the file has gone."""
        lines = self.lines(location.file)
        return lines[location.line - 1] if 0 < location.line <= len(lines) else None

    def _positions_of(self, ref: DocumentRef) -> Positions:
        held = self._positions.get(ref)
        if held is None:
            held = positions(self.data(ref.file), ref.index, ref.embedded)
            self._positions[ref] = held
        return held


def spanned(file: FileRef, span: Span) -> Location:
    """A span of a file's text as a location."""
    return Location(file, span.line, span.column, span.end_line, span.end_column)
