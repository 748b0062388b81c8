"""Which repository of the workspace an address means, and what that holds at a ref.

Everything is read from git's objects as they lie on disk: nothing is fetched or checked out.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.addresses import repository_key
from gitlint_ops.workspace.disk import folder_name
from gitlint_ops.workspace.refs import (
    RefKind,
    Revision,
    branch_at,
    branch_names,
    default_name,
    revision_of,
    state_of,
    tag_names,
)
from gitlint_ops.workspace.tree import MAX_FILE_BYTES, Repository, Tree

if TYPE_CHECKING:
    import pygit2

    from gitlint_ops.workspace.config import RemoteRepository

_SHOWN_ID = 12

MAX_REMOTE_FILES = 3_000_000
"""Of all commits together; a list is kept of each, and one file can name thousands of commits."""


class Declared(Struct, frozen=True):
    """A repository that the configuration maps an address to; `folder` lies anywhere on disk."""

    url: str
    folder: str


def declared(repositories: Iterable[RemoteRepository], tree: Tree) -> tuple[Declared, ...]:
    """What the configuration of a repository maps; its folders are relative to that repository's root."""
    root = _folder_of(tree.repository)
    return tuple(Declared(one.url, str(Path(root, one.path))) for one in repositories)


class Clone(Struct, frozen=True):
    """A repository that is here, as found by an address; of its `remotes`, that of the address is first."""

    name: str
    address: str
    folder: str
    remotes: tuple[str, ...] = ()


class Remotes:
    """The repositories of a run by their addresses, and their trees at commits; each is opened once."""

    def __init__(
        self, trees: Sequence[Tree], declared: Sequence[Declared] = (), max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        self._checked = tuple(trees)
        self._declared = tuple(declared)
        self._max_bytes = max_bytes
        self._clones: dict[str, Clone] | None = None
        self._handles: dict[str, pygit2.Repository] = {}
        self._trees: dict[tuple[str, str, bool], Tree | UsageError] = {}
        self._revisions: dict[tuple[str, tuple[str, ...], str], Revision | None] = {}
        self._spellings: dict[str, str] = {}
        self._files = 0
        self._meanings = {one.name: "" for one in trees}
        self._by_name: dict[str, Tree] = {}

    def clone(self, address: str) -> Clone | None:
        """The repository that an address means, None where it is not here."""
        if self._clones is None:
            self._clones = dict(self._found())
        return self._clones.get(repository_key(address))

    def spelling(self, address: str) -> str:
        """One address of a repository that a run calls by several: the first that was asked for."""
        key = repository_key(address)
        return self._spellings.setdefault(key, address) if key else address

    def named(self, name: str) -> Tree | None:
        """A tree that was opened before, by its name."""
        return self._by_name.get(name)

    def missing_folder(self, address: str) -> str:
        """The folder to which the configuration maps an address, as seen from the first repository."""
        key = repository_key(address)
        return next((self._shown(one.folder) for one in self._declared if repository_key(one.url) == key), "")

    def revision(self, clone: Clone, ref: str) -> Revision | None:
        """What a ref means there, None where the clone does not have it."""
        key = (clone.folder, clone.remotes, ref)
        if key not in self._revisions:
            self._revisions[key] = revision_of(self._git(clone.folder), ref, clone.remotes)
        return self._revisions[key]

    def tags(self, clone: Clone) -> tuple[str, ...]:
        """The names of a clone's tags."""
        return tag_names(self._git(clone.folder))

    def refs(self, clone: Clone) -> tuple[str, ...]:
        """The names of a clone's tags and branches, those of its remotes among them."""
        return (*self.tags(clone), *branch_names(self._git(clone.folder), clone.remotes))

    def default_branch(self, clone: Clone) -> str:
        """The branch that the first of the clone's remotes says is its default, "" where none does."""
        return default_name(self._git(clone.folder), clone.remotes)

    def branch_of(self, tree: Tree) -> str:
        """The branch that a tree under check is of: what is checked out, or has the commit as its tip."""
        if not tree.repository.git_dir:
            return ""
        return branch_at(self._git(_folder_of(tree.repository)), tree.revision)

    def fingerprint(self) -> str:
        """What changes whenever an address comes to mean another repository, or a ref another commit."""
        if self._clones is None:
            self._clones = dict(self._found())
        told = hashlib.sha256()
        for key, clone in sorted(self._clones.items()):
            told.update(
                f"{key} {clone.name} {clone.folder} {clone.remotes}\n".encode("utf-8", "surrogatepass")
            )
        for folder in sorted({one.folder for one in self._clones.values()}):
            told.update(state_of(self._git(folder)).encode("utf-8", "surrogatepass"))
        return told.hexdigest()

    def has_address(self, tree: Tree) -> bool:
        """Whether it is known under which address others reach a tree under check."""
        folder = _folder_of(tree.repository)
        if any(os.path.realpath(one.folder) == folder for one in self._declared):
            return True
        return bool(tree.repository.git_dir and self._remotes_of(folder))

    def holds(self, clone: Clone, commit: str) -> bool:
        """Whether a commit, given by its whole id, is there."""
        found = revision_of(self._git(clone.folder), commit, ())
        return found is not None and found.kind is RefKind.COMMIT

    def tree(self, clone: Clone, commit: str, label: str, *, submodules: bool = True) -> Tree:
        """The files of a commit, those of submodules that are here among them.

        `label` says how people know the commit; the tree is called by it, as in "shop@v1.2".

        Raises:
            UsageError: git cannot list them (a partial clone), or there are too many.
        """
        key = (clone.folder, commit, submodules)
        held = self._trees.get(key)
        if held is None:
            try:
                held = self._opened(clone, commit, label, submodules=submodules)
            except UsageError as error:
                held = error
            self._trees[key] = held
        if isinstance(held, UsageError):
            raise held
        self._by_name[held.name] = held
        return held

    def _opened(self, clone: Clone, commit: str, label: str, *, submodules: bool) -> Tree:
        from gitlint_ops.workspace.remote_tree import RemoteTree

        for one in self._checked:
            is_same = one.revision == commit and _folder_of(one.repository) == clone.folder
            if is_same and not _has_submodules(one):
                return one
        name = self._name(f"{clone.name}@{_short(label)}", f"{commit} {submodules}")
        repository = Repository(name, clone.folder, clone.folder, commit)
        tree = RemoteTree(repository, self, clone, submodules=submodules, max_bytes=self._max_bytes)
        self._files += len(tree.entries())
        if self._files > MAX_REMOTE_FILES:
            raise UsageError(f"all that is referred to holds more than {MAX_REMOTE_FILES:,} files")
        return tree

    def _name(self, name: str, meaning: str) -> str:
        """A name that no other tree has."""
        number, free = 1, name
        while self._meanings.setdefault(free, meaning) != meaning:
            number += 1
            free = f"{name}-{number}"
        return free

    def _git(self, folder: str) -> pygit2.Repository:
        from gitlint_ops.workspace import git

        if folder not in self._handles:
            self._handles[folder] = git.open_git(folder)
        return self._handles[folder]

    def _found(self) -> Iterator[tuple[str, Clone]]:
        """Addresses and what they mean, the weightiest last: own folders, remotes, the configuration."""
        repositories = [one.repository for one in self._checked if one.repository.git_dir]
        names = {_folder_of(one): one.name for one in repositories}
        for folder, name in reversed(names.items()):
            yield from self._addresses_of(folder, name)
        for one in reversed(self._declared):
            folder = os.path.realpath(one.folder)
            if folder not in names:
                names[folder] = _free(folder_name(folder), names.values())
            if self._is_readable(folder):
                first = self._remotes_of(folder)
                yield repository_key(one.url), self._clone(folder, names[folder], one.url, first)

    def _addresses_of(self, folder: str, name: str) -> Iterator[tuple[str, Clone]]:
        remotes = self._remotes_of(folder)
        own = f"file://{folder}"
        yield repository_key(own), Clone(name, own, folder)
        for _, url in reversed(remotes):
            if repository_key(url):
                yield repository_key(url), self._clone(folder, name, url, remotes)

    def _clone(self, folder: str, name: str, url: str, remotes: Sequence[tuple[str, str]]) -> Clone:
        """With the remote of that address first, then `origin`, then the others."""
        key = repository_key(url)
        ordered = sorted(remotes, key=lambda one: (repository_key(one[1]) != key, one[0] != "origin"))
        return Clone(name, url, folder, tuple(dict.fromkeys(one for one, _ in ordered)))

    def _remotes_of(self, folder: str) -> list[tuple[str, str]]:
        """Names and addresses as the clone's own configuration has them, `origin` first."""
        found = [
            (entry.name[len("remote.") : -len(".url")], entry.value or "")
            for entry in self._git(folder).config
            if entry.name.startswith("remote.") and entry.name.endswith(".url")
        ]
        return sorted(found, key=lambda one: one[0] != "origin")

    def _is_readable(self, folder: str) -> bool:
        try:
            self._git(folder)
        except UsageError:
            return False
        return True

    def _shown(self, folder: str) -> str:
        first = self._checked[0].repository if self._checked else None
        return os.path.relpath(folder, _folder_of(first)) if first else folder


def _folder_of(repository: Repository) -> str:
    return repository.root or repository.git_dir


def _has_submodules(tree: Tree) -> bool:
    from gitlint_ops.workspace.tree import EntryKind

    return any(one.kind is EntryKind.SUBMODULE for one in tree.entries().values())


def _short(label: str) -> str:
    from gitlint_ops.workspace.refs import is_full_id

    return label[:_SHOWN_ID] if is_full_id(label) else label


def _free(name: str, taken: Iterable[str]) -> str:
    held = set(taken)
    plain = name.removesuffix(".git") or "repository"
    number, free = 1, plain
    while free in held:
        number += 1
        free = f"{plain}-{number}"
    return free
