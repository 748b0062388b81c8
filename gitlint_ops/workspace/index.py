"""The index: what the next commit would hold."""

from __future__ import annotations

from gitlint_ops.workspace import git
from gitlint_ops.workspace.blobs import BlobTree
from gitlint_ops.workspace.tree import Entry


class IndexTree(BlobTree):
    """The staged files; of a merge conflict, our side."""

    def changed_since(self, base: str | None) -> frozenset[str]:
        tree = git.base_tree(self._git, base, git.head_commit(self._git))
        if tree is None:
            return frozenset(self.entries())
        index = git.index_of(self._git, self.repository.index_file)
        return git.differing(lambda: tree.diff_to_index(index))

    def _scan(self) -> dict[str, Entry]:
        return git.staged(git.index_of(self._git, self.repository.index_file))
