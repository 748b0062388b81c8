"""Trees whose files are blobs of git's database: the index and commits."""

from __future__ import annotations

from gitlint_ops.workspace import git
from gitlint_ops.workspace.tree import MAX_FILE_BYTES, Entry, Repository, Tree, path_text

MAX_LINK_BYTES = 4096  # PATH_MAX of Linux


class BlobTree(Tree):
    """Reads blobs; git's filters are not applied, so line ends are as they were committed."""

    def __init__(self, repository: Repository, max_bytes: int = MAX_FILE_BYTES) -> None:
        super().__init__(repository, max_bytes)
        self._git = git.open_git(repository.root or repository.git_dir)

    def _load(self, entry: Entry) -> bytes:
        return git.blob_bytes(self._git, entry, self.max_bytes)

    def _link_target(self, entry: Entry) -> str:
        return path_text(git.blob_bytes(self._git, entry, MAX_LINK_BYTES))
