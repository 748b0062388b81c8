"""A plain folder, read as it lies on disk; pygit2 is never imported for it.

`.gitignore` files say nothing here. A folder without git is an export or a download: it holds what
was committed, and a committed file counts even where a pattern matches it.
"""

from __future__ import annotations

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace import disk
from gitlint_ops.workspace.tree import Entry, Tree, parents


class PlainTree(Tree):
    """The files beneath a folder; `.git` folders in it are skipped."""

    _listing = disk.Listing()

    def unlisted(self) -> tuple[tuple[str, str], ...]:
        self.entries()
        return tuple(self._listing.unlisted)

    def changed_since(self, base: str | None) -> frozenset[str]:
        raise UsageError(
            f"{self.repository.root} is no git repository: "
            f"what changed since {base or 'the last commit'} cannot be told",
            hint="leave out --changed-since to check all of it",
        )

    def _scan(self) -> dict[str, Entry]:
        self._listing = disk.list_files(self.repository.root, self._choice())
        return self._listing.entries

    def _choice(self) -> disk.Choice:
        return disk.Choice()

    def _load(self, entry: Entry) -> bytes:
        return disk.read_file(self._on_disk(entry.path), entry.path, self.max_bytes)

    def _link_target(self, entry: Entry) -> str:
        return disk.read_link(self._on_disk(entry.path), entry.path)

    def _on_disk(self, path: str) -> str:
        """The full path of an entry, or of what may lie at a resolved path."""
        return f"{self.repository.root}/{self._listing.renamed.get(path, path)}"

    def _why_absent(self, path: str) -> str:
        reason = super()._why_absent(path)
        if reason != "does not exist" or self._hides(path):
            return reason
        if ".git" in path.split("/"):
            return "lies in git's own folder"
        return disk.what_is_there(self._on_disk(path)) or self._why_left_out(path)

    def _why_left_out(self, path: str) -> str:
        for above in (path, *parents(path)):
            for folder, reason in self._listing.unlisted:
                if folder == above:
                    return f"lies in the folder '{folder}', which {reason}"
        return "does not exist"

    def _hides(self, path: str) -> bool:
        """Whether a folder on the way is a symlink on disk that no entry knows: never look behind it."""
        return any(
            disk.kind_on_disk(self._on_disk(above)) is not None
            for above in parents(path)
            if above not in self.folders()
        )


class PartialTree(PlainTree):
    """The folders of a plain folder that are its scopes; nothing beside them is listed or read."""

    def _choice(self) -> disk.Choice:
        return disk.Choice(wants_folder=self._is_part)

    def _is_part(self, folder: str) -> bool:
        return any(
            not part or folder == part or folder.startswith(f"{part}/") or part.startswith(f"{folder}/")
            for part in self.repository.scopes
        )
