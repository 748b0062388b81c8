"""A commit, without a checkout."""

from __future__ import annotations

from gitlint_ops.workspace import git
from gitlint_ops.workspace.blobs import BlobTree
from gitlint_ops.workspace.tree import MAX_FILE_BYTES, Entry, Repository


class CommitTree(BlobTree):
    """The files of one commit; bare repositories will do."""

    def __init__(self, repository: Repository, max_bytes: int = MAX_FILE_BYTES) -> None:
        super().__init__(repository, max_bytes)
        self._commit = git.commit_of(self._git, repository.revision)

    def changed_since(self, base: str | None) -> frozenset[str]:
        if base is None and not self._commit.parent_ids:
            return frozenset(self.entries())
        tree = git.base_tree(self._git, base or f"{self.revision}~1", self._commit)
        assert tree is not None
        return git.differing(lambda: tree.diff_to_tree(git.tree_of(self._commit)))

    def _scan(self) -> dict[str, Entry]:
        return git.tree_entries(git.tree_of(self._commit))
