"""The text of the workspace's files: read once, parsed once, positions looked up late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef, Location
from gitlint_ops.syntax.documents import Document, Limits, Text, Typing, read
from gitlint_ops.syntax.lines import lines_of
from gitlint_ops.syntax.locate import Positions, positions
from gitlint_ops.syntax.span import Span
from gitlint_ops.workspace.tree import Tree, Unreadable

if TYPE_CHECKING:
    from gitlint_ops.workspace.remotes import Declared, Remotes

_LITERAL_HEADER = re.compile(r"\|[-+0-9]{0,2}(?:[ \t]+(?:#.*)?)?\Z")

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class Sources:
    """Files of all repositories of a run, for one process.

    What it returns is shared by all who ask: bodies must never be changed in place.
    """

    def __init__(
        self, trees: Iterable[Tree], limits: Limits | None = None, *, declared: Sequence[Declared] = ()
    ) -> None:
        self._trees = {tree.name: tree for tree in trees}
        self._declared = declared
        self._remotes: Remotes | None = None
        self._limits = limits or Limits()
        self._texts: dict[tuple[FileRef, Typing], Text] = {}
        self._positions: dict[DocumentRef, Positions] = {}
        self._lines: dict[FileRef, Sequence[str]] = {}

    @property
    def trees(self) -> tuple[Tree, ...]:
        return tuple(self._trees.values())

    def edited(self, replaced: Mapping[FileRef, bytes]) -> Sources:
        """The same files with other bytes in some of them; what was parsed of the rest is shared."""
        from gitlint_ops.workspace.edited import EditedTree

        by_repo: dict[str, dict[str, bytes]] = {}
        for file, data in replaced.items():
            by_repo.setdefault(file.repo, {})[file.path] = data
        trees = [EditedTree(one, by_repo[one.name]) if one.name in by_repo else one for one in self.trees]
        made = Sources(trees, self._limits, declared=self._declared)
        made._remotes = self._remotes
        made._texts = {
            (file, typing): text
            for (file, typing), text in self._texts.items()
            if self._real_path(file) not in by_repo.get(file.repo, ())
        }
        return made

    def with_tree(self, tree: Tree) -> Sources:
        """The same files but for a repository of which another tree is given; what was parsed is shared."""
        made = Sources((*(one for one in self.trees if one.name != tree.name), tree), self._limits)
        made._declared, made._remotes, made._texts = self._declared, self._remotes, self._texts
        return made

    def _real_path(self, file: FileRef) -> str:
        try:
            return self.tree(file.repo).resolve(file.path)
        except Unreadable:
            return file.path

    @property
    def remotes(self) -> Remotes:
        """What addresses of repositories mean here; most runs never ask."""
        if self._remotes is None:
            from gitlint_ops.workspace.remotes import Remotes

            self._remotes = Remotes(self.trees, self._declared)
        return self._remotes

    def tree(self, repo: str) -> Tree:
        """A repository of the run, or a commit of another that was opened before, by its name."""
        found = self._trees.get(repo) or (self._remotes.named(repo) if self._remotes else None)
        if found is None:
            raise KeyError(repo)
        return found

    def is_checked(self, file: FileRef) -> bool:
        """Whether a file is of a repository that the run checks, at the revision that it checks."""
        return file.repo in self._trees

    def twin(self, file: FileRef) -> FileRef | None:
        """The same file in a repository that the run checks, where it has the same text."""
        there = self.tree(file.repo)
        for tree in self._trees.values():
            if (tree.repository.root or tree.repository.git_dir) == there.repository.root:
                try:
                    if tree.read(file.path) == there.read(file.path):
                        return tree.ref(tree.resolve(file.path))
                except Unreadable:
                    continue
        return None

    def data(self, file: FileRef) -> bytes:
        """The bytes of a file.

        Raises:
            Unreadable: it is missing, outside the repository, too large, no regular file, or a
                pointer of Git LFS.
        """
        data = self.tree(file.repo).read(file.path)
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

    def location_of(self, origin: Origin, *, key: bool = False, line: int = 0) -> tuple[Location, bool]:
        """Where what set a field stands, and whether it does (as `location`, but for one surprise).

        Of a key that stands twice in a strategic merge patch, kustomize takes the first.
        """
        first = origin.via is Via.PATCH
        return self.location(origin.source, origin.source_path, key=key, line=line, first=first)

    def location(
        self, ref: DocumentRef, path: FieldPath, *, key: bool = False, line: int = 0, first: bool = False
    ) -> tuple[Location, bool]:
        """Where a field stands, and whether it does (else the place is its nearest ancestor's).

        `key` asks for the mapping key in place of the value, `line` for that line of a literal
        block's text. In a file that is no YAML the path is `(line,)`, and `line` counts from there.
        Of a key that stands twice in a mapping the last counts, or with `first` the first, unless
        the document is a list (JSON patches are read by another reader).
        """
        if ref.index == PLAIN_TEXT:
            start = path[0] if path and isinstance(path[0], int) else 1
            at = start + max(line - 1, 0)
            return Location(ref.file, at, 1, at, 1), True
        try:
            found = self._positions_of(ref).locate(path, key=key, first=first)
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
            held = positions(self.data(ref.file), ref.index, ref.embedded, ref.part)
            self._positions[ref] = held
        return held


def spanned(file: FileRef, span: Span) -> Location:
    """A span of a file's text as a location."""
    return Location(file, span.line, span.column, span.end_line, span.end_column)
