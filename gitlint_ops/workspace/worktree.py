"""A git working tree: the tracked files and those that git does not ignore, as they lie on disk."""

from __future__ import annotations

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace import disk, git
from gitlint_ops.workspace.blobs import MAX_LINK_BYTES
from gitlint_ops.workspace.plain import PlainTree
from gitlint_ops.workspace.tree import (
    MAX_FILE_BYTES,
    Entry,
    EntryKind,
    Repository,
    folders_above,
    parents,
    path_text,
)


class WorkTree(PlainTree):
    """One walk of the folder; git is only asked about what the index does not name.

    What a sparse checkout leaves out is not listed, but can be read: a kustomization that is checked
    out may refer to it, and git holds it. Submodules and other repositories in it are not entered. What
    lies in a submodule that is checked out can be read all the same, as a kustomization may refer to it.

    libgit2 differs from git in one rule: where a nested `.gitignore` takes back (`!kept.tmp`) by a name
    what a wildcard further up ignores, it keeps ignoring it. Such a file counts once it is added.
    """

    def __init__(self, repository: Repository, max_bytes: int = MAX_FILE_BYTES) -> None:
        super().__init__(repository, max_bytes)
        self._git = git.open_git(repository.root)
        self._tracked = git.Tracked()
        self._left_out: dict[str, Entry] | None = None

    def changed_since(self, base: str | None) -> frozenset[str]:
        from pygit2.enums import DiffOption

        entries = self.entries()
        tree = git.base_tree(self._git, base, git.head_commit(self._git))
        if tree is None:
            return frozenset(entries)
        index = git.index_of(self._git)
        flags = (
            DiffOption.INCLUDE_UNTRACKED
            | DiffOption.RECURSE_UNTRACKED_DIRS
            | DiffOption.IGNORE_SUBMODULES
            | DiffOption.SKIP_BINARY_CHECK
        )
        unstaged = git.differing(lambda: index.diff_to_workdir(flags))
        # libgit2 takes what a sparse checkout leaves out for deleted.
        unstaged -= self._tracked.skipped - entries.keys()
        return unstaged | git.differing(lambda: tree.diff_to_index(index))

    def _scan(self) -> dict[str, Entry]:
        self._tracked = self._read_index()
        tracked, submodules = self._tracked.files, self._tracked.submodules
        folders = folders_above(tracked)
        ignored = self._git.path_is_ignored
        listing = disk.list_files(
            self.repository.root,
            disk.Choice(
                wants_file=lambda path: path in tracked or not ignored(path),
                wants_folder=lambda path: (
                    path in folders or (path not in submodules and not self._is_ignored_folder(path))
                ),
                holds_repository=lambda path: path in folders,
                reads_rules=lambda path: disk.require_own_rules(path, self.repository.root),
            ),
        )
        self._listing = listing
        for path in submodules:
            listing.entries[path] = Entry(path, EntryKind.SUBMODULE)
        return listing.entries

    def _is_ignored_folder(self, path: str) -> bool:
        # libgit2 opens the rules in the folder itself too, before the walk has seen them.
        disk.require_own_rules(f"{self._on_disk(path)}/.gitignore", self.repository.root)
        return self._git.path_is_ignored(path)

    def _read_index(self) -> git.Tracked:
        try:
            return git.tracked(git.index_of(self._git))
        except UsageError:
            # A sparse or split index. Without it the ignore rules alone decide, which differs only
            # for files that are committed although a rule ignores them.
            return git.Tracked()

    def _entry(self, path: str) -> Entry | None:
        entry = super()._entry(path)
        if entry is None and path in self._tracked.skipped:
            return self._sparse().get(path)
        if entry is None and self._is_in_submodule(path) and ".git" not in path.split("/"):
            kind = disk.kind_on_disk(self._on_disk(path))
            return Entry(path, kind) if kind else None
        return entry

    def _is_folder(self, path: str) -> bool:
        if super()._is_folder(path) or (self._tracked.skipped and path in folders_above(self._sparse())):
            return True
        in_submodule = path in self._tracked.submodules or self._is_in_submodule(path)
        return in_submodule and disk.is_real_folder(self._on_disk(path))

    def _is_in_submodule(self, path: str) -> bool:
        return bool(self._tracked.submodules) and any(
            above in self._tracked.submodules for above in parents(path)
        )

    def _sparse(self) -> dict[str, Entry]:
        """What the sparse checkout leaves out, as the index holds it."""
        if self._left_out is None:
            held = git.staged(git.index_of(self._git))
            self._left_out = {path: held[path] for path in self._tracked.skipped if path in held}
        return self._left_out

    def _load(self, entry: Entry) -> bytes:
        return git.blob_bytes(self._git, entry, self.max_bytes) if entry.blob else super()._load(entry)

    def _link_target(self, entry: Entry) -> str:
        if entry.blob:
            return path_text(git.blob_bytes(self._git, entry, MAX_LINK_BYTES))
        return super()._link_target(entry)

    def _submodule_state(self) -> str:
        return "is not checked out (git submodule update --init)"

    def _why_absent(self, path: str) -> str:
        submodule = self._submodule_of(path)
        if submodule and submodule != path and disk.exists(self._on_disk(f"{submodule}/.git")):
            return disk.what_is_there(self._on_disk(path)) or "does not exist"
        return super()._why_absent(path)

    def _why_left_out(self, path: str) -> str:
        for above in parents(path):
            if above not in self.folders() and disk.exists(self._on_disk(f"{above}/.git")):
                return f"lies in another git repository, '{above}'"
        if disk.exists(self._on_disk(path)):
            return "is ignored by git, so no commit holds it"
        return super()._why_left_out(path)
