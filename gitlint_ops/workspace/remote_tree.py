"""A commit of another repository, with the submodules that are here in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.addresses import joined_address
from gitlint_ops.workspace.git_tree import CommitTree
from gitlint_ops.workspace.tree import MAX_FILES, Entry, EntryKind, Repository, Tree, Unreadable, parents

if TYPE_CHECKING:
    from gitlint_ops.workspace.remotes import Clone, Remotes

_SECTION = re.compile(r'\[\s*submodule\s+"(?P<name>[^"]*)"\s*\]\s*(?:[#;].*)?\Z', re.IGNORECASE)
_SETTING = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9-]*)\s*=\s*(?P<value>.*)\Z")
_MAX_RULES_BYTES = 1_000_000


class RemoteTree(CommitTree):
    """What kustomize would clone: it checks out submodules too, unless it is told not to."""

    def __init__(
        self, repository: Repository, remotes: Remotes, clone: Clone, *, submodules: bool, max_bytes: int
    ) -> None:
        super().__init__(repository, max_bytes)
        self._remotes = remotes
        self._clone = clone
        self._wanted = submodules
        self._grafts: dict[str, Tree] = {}
        self._absent: dict[str, str] = {}

    def unfetched(self, path: str) -> str:
        for above in (path, *parents(path)):
            if above in self._absent:
                return self._absent[above]
        return ""

    def _scan(self) -> dict[str, Entry]:
        found = super()._scan()
        links = [one for one in found.values() if one.kind is EntryKind.SUBMODULE]
        if not links or not self._wanted:
            return found
        urls = self._urls(found)
        for link in links:
            self._graft(link, urls.get(link.path, ""))
        for path, tree in self._grafts.items():
            inner = tree.entries()
            if len(found) + len(inner) > MAX_FILES:
                raise UsageError(f"the commit and its submodules hold more than {MAX_FILES:,} files")
            del found[path]
            moved = (replace(one, path=f"{path}/{one.path}") for one in inner.values())
            found.update({one.path: one for one in moved})
        return found

    def _graft(self, link: Entry, url: str) -> None:
        """Put a submodule's files in its place, or note why that cannot be done."""
        is_relative = url.startswith(("./", "../"))
        address = joined_address(self._clone.address, url) if is_relative else url
        clone = self._remotes.clone(address) if address else None
        if clone is None:
            self._absent[link.path] = (
                f"lies in the submodule '{link.path}', of which the repository "
                f"{address or '(without a URL)'} is not in the workspace"
            )
        elif not self._remotes.holds(clone, link.blob):
            self._absent[link.path] = (
                f"lies in the submodule '{link.path}', and the clone '{clone.name}' has no commit "
                f"{link.blob} (`git fetch origin {link.blob}` there brings it)"
            )
        else:
            self._grafts[link.path] = self._remotes.tree(clone, link.blob, link.blob)

    def _urls(self, found: dict[str, Entry]) -> dict[str, str]:
        """The submodules' addresses by path, from `.gitmodules`."""
        entry = found.get(".gitmodules")
        if entry is None or entry.kind is not EntryKind.FILE:
            return {}
        try:
            text = super()._load(entry)[:_MAX_RULES_BYTES].decode("utf-8", "replace")
        except Unreadable:
            return {}
        return {one["path"]: one["url"] for one in _sections(text) if "path" in one and "url" in one}

    def _load(self, entry: Entry) -> bytes:
        inner = self._inside(entry)
        return inner[0]._load(inner[1]) if inner else super()._load(entry)

    def _link_target(self, entry: Entry) -> str:
        inner = self._inside(entry)
        return inner[0]._link_target(inner[1]) if inner else super()._link_target(entry)

    def _inside(self, entry: Entry) -> tuple[Tree, Entry] | None:
        """The submodule that holds an entry, and the entry as that knows it."""
        for above in parents(entry.path) if self._grafts else ():
            if above in self._grafts:
                return self._grafts[above], replace(entry, path=entry.path[len(above) + 1 :])
        return None


def _sections(text: str) -> Iterator[dict[str, str]]:
    """The settings of each submodule.

    Source: https://git-scm.com/docs/git-config#_syntax
    """
    current: dict[str, str] | None = None
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith("["):
            if current is not None:
                yield current
            current = {} if _SECTION.match(stripped) else None
            continue
        setting = _SETTING.match(stripped)
        if current is not None and setting:
            value = setting["value"].strip()
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            current[setting["key"].lower()] = value[1:-1] if quoted else value
    if current is not None:
        yield current
