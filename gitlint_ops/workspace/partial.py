"""A repository of which only a part is there, as operators hand it on to each other."""

from __future__ import annotations

from collections.abc import Callable

from gitlint_ops.workspace.tree import Entry, EntryKind, Tree


class PartialTree(Tree):
    """The files of another tree that are `kept`, by their paths; name and revision are the same.

    There are no links in it, as there are none in an archive that Flux makes.
    """

    def __init__(self, tree: Tree, kept: Callable[[str], bool]) -> None:
        super().__init__(tree.repository, tree.max_bytes)
        self._tree = tree
        self._kept = kept

    def changed_since(self, base: str | None) -> frozenset[str]:
        return self._tree.changed_since(base)

    def unfetched(self, path: str) -> str:
        return self._tree.unfetched(path)

    def _scan(self) -> dict[str, Entry]:
        return {
            path: entry
            for path, entry in self._tree.entries().items()
            if entry.kind is not EntryKind.SYMLINK and self._kept(path)
        }

    def _load(self, entry: Entry) -> bytes:
        return self._tree.read(entry.path)

    def _link_target(self, entry: Entry) -> str:
        return self._tree._link_target(entry)
