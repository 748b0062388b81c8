"""Finding what a kustomization names: files below its folder, other folders anywhere.

Source: api/internal/loader/fileloader.go, loadrestrictions.go
"""

from __future__ import annotations

import posixpath

from msgspec import Struct

from gitlint_ops.build.kustomize.faults import (
    REFERENCE_MISSING,
    BuildFault,
    fault,
    near_file,
)
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.discover.kustomize import FILE_NAMES
from gitlint_ops.model.location import FileRef
from gitlint_ops.workspace.tree import Tree, Unreadable


class NotFound(Struct, frozen=True):
    """Why a reference leads nowhere, in a sentence that goes on after its name."""

    reason: str
    hint: str = ""

    def as_fault(self, entry: Entry, kind: str = "") -> BuildFault:
        text = f"{kind} {entry.text}".strip()
        return fault(f"{text} {self.reason}", entry.place, rule=REFERENCE_MISSING, hint=self.hint)


class Folder(Struct, frozen=True):
    """A kustomization's folder; `chain` are the folders that led to it, the build's own first.

    Paths are real ones (no symbolic links) from the repository's root.
    """

    tree: Tree
    path: str
    chain: tuple[str, ...] = ()
    restricted: bool = True

    def file(self, name: str) -> FileRef | NotFound:
        """The file of a path that the kustomization names."""
        found = self._resolved(name)
        if isinstance(found, NotFound):
            return found
        if self.tree.is_file(found):
            if self.restricted and not is_within(posixpath.dirname(found), self.path):
                return NotFound(
                    "is not in or below the folder of its kustomization (kustomize: security; file is "
                    f"not in or below '{self.path or '.'}')"
                )
            return self.tree.ref(found)
        if self.tree.is_folder(found):
            return NotFound("is a folder, not a file")
        return self._missing(name)

    def folder(self, name: str) -> Folder | NotFound:
        """The folder of a base or component; cycles are the caller's to refuse."""
        found = self._resolved(name)
        if isinstance(found, NotFound):
            return found
        if self.tree.is_folder(found):
            return Folder(self.tree, found, (*self.chain, self.path), self.restricted)
        if self.tree.is_file(found):
            return NotFound("is a file, not a folder")
        return self._missing(name)

    def cycle_with(self, folder: str) -> str | None:
        """The folder on the way here that `folder` is or contains, which kustomize forbids."""
        return next((one for one in (self.path, *reversed(self.chain)) if is_within(one, folder)), None)

    def kustomization_files(self) -> tuple[FileRef, ...]:
        """Those of the three names that the folder has (a build allows one)."""
        paths = (posixpath.join(self.path, name) for name in FILE_NAMES)
        return tuple(self.tree.ref(self.tree.resolve(path)) for path in paths if self.tree.is_file(path))

    def _resolved(self, name: str) -> str | NotFound:
        if not name:
            return NotFound("an empty path names nothing (kustomize: new root cannot be empty)")
        if name.startswith("/"):
            return NotFound("is an absolute path; paths are relative to the kustomization")
        if "\0" in name:
            return NotFound("is no path: it has a NUL character")
        path = posixpath.normpath(posixpath.join(self.path, name))
        if path == ".." or path.startswith("../"):
            return NotFound("lies outside the repository")
        try:
            return self.tree.resolve("" if path == "." else path)
        except Unreadable as error:
            return NotFound(error.reason)

    def _missing(self, name: str) -> NotFound:
        """What to say of a path that does not exist: a name of another case, or a near one."""
        if "://" in name:
            return NotFound("does not exist")  # an address was tried as a path, as kustomize does
        path = posixpath.normpath(posixpath.join(self.path, name))
        parent = posixpath.dirname(path)
        siblings = {
            one.removeprefix(f"{parent}/") if parent else one
            for one in (*self.tree.entries(), *self.tree.folders())
            if posixpath.dirname(one) == parent and one
        }
        wanted = posixpath.basename(path)
        other_case = next((one for one in sorted(siblings) if one.lower() == wanted.lower()), None)
        if other_case is not None:
            return NotFound(
                "does not exist: names are case-sensitive", f"did you mean {_beside(name, other_case)!r}?"
            )
        near = near_file(wanted, sorted(siblings))
        return NotFound(self._why(path), f"did you mean {_beside(name, near)!r}?" if near else "")

    def _why(self, path: str) -> str:
        """Why there is no such file: ignored by git, in a submodule, or just missing."""
        try:
            self.tree.read(path)
        except Unreadable as error:
            return error.reason
        return "does not exist"


def _beside(name: str, other: str) -> str:
    """`name` with its last part replaced by `other`."""
    return posixpath.join(posixpath.dirname(name.rstrip("/")), other)


def is_within(path: str, folder: str) -> bool:
    """Whether a folder is another or below it."""
    return folder in ("", path) or path.startswith(f"{folder}/")
