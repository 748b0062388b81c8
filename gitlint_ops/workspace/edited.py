"""A repository as it would be with some files changed."""

from __future__ import annotations

from collections.abc import Mapping

from gitlint_ops.workspace.tree import Entry, Tree


class EditedTree(Tree):
    """Another tree with other bytes in files that it has; names, links and revision are the same.

    `replaced` goes by resolved paths: an edited file is another behind all links to it.
    """

    def __init__(self, tree: Tree, replaced: Mapping[str, bytes]) -> None:
        super().__init__(tree.repository, tree.max_bytes)
        self._tree = tree
        self._replaced = replaced

    def entries(self) -> Mapping[str, Entry]:
        return self._tree.entries()

    def folders(self) -> frozenset[str]:
        return self._tree.folders()

    def unlisted(self) -> tuple[tuple[str, str], ...]:
        return self._tree.unlisted()

    def unfetched(self, path: str) -> str:
        return self._tree.unfetched(path)

    def resolve(self, path: str) -> str:
        return self._tree.resolve(path)

    def is_file(self, path: str) -> bool:
        return self._tree.is_file(path)

    def is_folder(self, path: str) -> bool:
        return self._tree.is_folder(path)

    def read(self, path: str) -> bytes:
        held = self._replaced.get(self._tree.resolve(path))
        return self._tree.read(path) if held is None else held

    def changed_since(self, base: str | None) -> frozenset[str]:
        return self._tree.changed_since(base)

    def _scan(self) -> dict[str, Entry]:
        return dict(self._tree.entries())

    def _load(self, entry: Entry) -> bytes:
        return self.read(entry.path)

    def _link_target(self, entry: Entry) -> str:
        return self._tree._link_target(entry)
