"""Finding what a kustomization names: files below its folder, other folders anywhere.

Source: api/internal/loader/fileloader.go, loadrestrictions.go
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from gitlint_ops.build.kustomize.faults import (
    OURS,
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
    """Why a reference leads nowhere, in a sentence that goes on after its name.

    `absent`: what it names may well exist, but is not here to be read.
    """

    reason: str
    hint: str = ""
    absent: bool = False

    def as_fault(self, entry: Entry, kind: str = "") -> BuildFault:
        text = f"{kind} {entry.text}".strip()
        return fault(f"{text} {self.reason}", entry.place, rule=REFERENCE_MISSING, hint=self.hint)


class ReleaseDefaults(Struct, frozen=True):
    """What charts are rendered with where their entries do not say: an overlay's namespace, a version."""

    namespace: str = ""
    kubernetes: str = ""


class Folder(Struct, frozen=True):
    """A kustomization's folder; `chain` are the folders that led to it, the build's own first.

    Paths are real ones (no symbolic links) from the repository's root. In a repository that a
    reference leads to, the chain starts anew: `outer` is the folder that refers to it, and `reference`
    is what it says.
    """

    tree: Tree
    path: str
    chain: tuple[str, ...] = ()
    restricted: bool = True
    outer: Folder | None = None
    reference: str = ""
    releases: ReleaseDefaults = ReleaseDefaults()

    @property
    def depth(self) -> int:
        """How many kustomizations led here, in this repository and those before."""
        return len(self.chain) + (self.outer.depth + 1 if self.outer is not None else 0)

    def entered(self, tree: Tree, path: str, reference: str) -> Folder:
        """The folder of another repository that a reference leads to.

        Kustomize clones it into a folder of its own, and always restricts what it may load.
        """
        return Folder(tree, path, (), restricted=True, outer=self, reference=reference)

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
            chain = (*self.chain, self.path)
            return Folder(self.tree, found, chain, self.restricted, self.outer, self.reference)
        if self.tree.is_file(found):
            return NotFound("is a file, not a folder")
        return self._missing(name)

    def passed(self, folder: Folder) -> str | None:
        """What on the way here leads in a circle if `folder` is taken in."""
        if folder.outer is not self:
            return self.cycle_with(folder.path)
        repeated = self.repeats(folder.reference)
        if repeated is None and self._has_passed(folder):
            return f"{folder.tree.name}/{folder.path}"
        return repeated

    def references(self) -> Iterator[tuple[str, Tree, tuple[str, ...]]]:
        """The references that led here, the nearest first, with the folders on the way in each repository."""
        held: Folder | None = self
        while held is not None:
            yield held.reference, held.tree, (*held.chain, held.path)
            held = held.outer

    def repeats(self, reference: str) -> str | None:
        """The reference on the way here that begins as `reference` does, which kustomize forbids."""
        return next((one for one, _, _ in self.references() if one and one.startswith(reference)), None)

    def _has_passed(self, folder: Folder) -> bool:
        """Whether a folder of another repository is on the way here, under whatever address."""
        return any(
            tree is folder.tree and folder.path in folders
            for reference, tree, folders in self.references()
            if reference
        )

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
            return NotFound(
                "is an absolute path; paths are relative to the kustomization (kustomize: new root "
                f"'{name}' cannot be absolute)"
            )
        if "\0" in name:
            return NotFound("is no path: it has a NUL character")
        path = posixpath.normpath(posixpath.join(self.path, name))
        if path == ".." or path.startswith("../"):
            return NotFound(f"lies outside the repository ({OURS}nothing outside of it is read)")
        try:
            return self.tree.resolve("" if path == "." else path)
        except Unreadable as error:
            return NotFound(error.reason)

    def _missing(self, name: str) -> NotFound:
        """What to say of a path that does not exist: a name of another case, or a near one."""
        if "://" in name:
            return NotFound("does not exist")  # an address was tried as a path, as kustomize does
        path = posixpath.normpath(posixpath.join(self.path, name))
        unfetched = self.tree.unfetched(path)
        if unfetched:
            return NotFound(unfetched, absent=True)
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
