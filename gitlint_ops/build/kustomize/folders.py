"""Kustomizations by folder, read once, and what their entries lead to.

Source: api/internal/target/kusttarget.go LoadKustFile
"""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization, read_kustomization
from gitlint_ops.build.kustomize.loader import Folder, NotFound
from gitlint_ops.build.kustomize.resource_loading import unparsable
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

MAX_DEPTH = 64
"""Bases nested deeper than this are refused; kustomize has no limit, and nobody comes near."""

_FOLDER_FIELDS = ("resources", "bases", "components", "generators", "transformers", "validators")


class NoKustomization(Exception):
    """A folder without a kustomization file."""


def too_deep(kustomization: Kustomization, *, lasting: bool = True) -> BuildFault:
    """The fault of bases nested too deeply, told at the kustomization that goes too far."""
    found = fault(
        f"more than {MAX_DEPTH} kustomizations stand upon each other from here on, or they form a circle "
        "(gitlint-ops: so many are not built)",
        kustomization.place,
    )
    found.lasting = lasting
    return found


class Folders:
    """The kustomizations of a repository, and of those that it refers to."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._held: dict[tuple[str, str], Kustomization | BuildFault] = {}
        self._depths: dict[str, int] = {}
        self._too_deep: dict[str, Folder] = {}

    def kustomization(self, folder: Folder) -> Kustomization:
        """The kustomization of a folder.

        Raises:
            NoKustomization: it has none.
            BuildFault: it has several, or its file is wrong.
        """
        key = (folder.tree.name, folder.path)
        held = self._held.get(key)
        if held is None:
            try:
                held = self._read(folder)
            except BuildFault as error:
                held = error
            self._held[key] = held
        if isinstance(held, BuildFault):
            raise held.again()
        return held

    def _read(self, folder: Folder) -> Kustomization:
        files = folder.kustomization_files()
        if not files:
            raise NoKustomization(folder.path)
        if len(files) > 1:
            places = [Place(DocumentRef(file)) for file in files]
            raise fault(
                f"the folder has {len(files)} kustomization files (kustomize: Found multiple kustomization "
                "files)",
                places[0],
                related=(place.note("another one") for place in places[1:]),
            )
        try:
            return self._parsed(files[0])
        except BuildFault as error:
            error.inputs = frozenset({files[0].path})
            raise

    def _parsed(self, file: FileRef) -> Kustomization:
        try:
            text = self._sources.text(file, Typing.KUBECTL)
        except Unreadable as error:
            raise BuildFault(f"{file.path}: {error.reason}") from error
        broken = unparsable(text, file)
        if broken is not None:
            raise broken
        # Only the first document counts, even if it is empty.
        first = next((one for one in text.documents if one.index == 0), None)
        return read_kustomization(first.body if first else None, DocumentRef(file))

    def depth(self, folder: Folder) -> int:
        """How many kustomizations stand upon each other below a folder, itself included.

        Found without recursion, so that no depth can exhaust the stack. Short cycles are left to the
        accumulation, which tells them better; long ones count as too deep.
        """
        pending: list[tuple[Folder, Iterator[Folder]]] = [(folder, iter(self._below(folder)))]
        opened = {folder.path: 0}
        deepest = [0]
        while pending:
            current, rest = pending[-1]
            found = next(rest, None)
            if found is None:
                self._depths[current.path] = deepest.pop() + 1
                self._note_too_deep(current)
                pending.pop()
                del opened[current.path]
                if deepest:
                    deepest[-1] = max(deepest[-1], self._depths[current.path])
            elif found.path in opened:
                if len(pending) - opened[found.path] > MAX_DEPTH:
                    deepest[-1] = max(deepest[-1], MAX_DEPTH)
            elif found.path in self._depths:
                deepest[-1] = max(deepest[-1], self._depths[found.path])
            else:
                opened[found.path] = len(pending)
                pending.append((found, iter(self._below(found))))
                deepest.append(0)
        return self._depths[folder.path]

    def last_straw(self, folder: Folder) -> Folder:
        """The lowest folder that stands upon too many, where `folder` does: one place for all above it."""
        return self._too_deep.get(folder.path, folder)

    def _note_too_deep(self, folder: Folder) -> None:
        if self._depths[folder.path] > MAX_DEPTH:
            below = (self._too_deep.get(one.path) for one in self._below(folder))
            self._too_deep[folder.path] = next((one for one in below if one is not None), folder)

    def _below(self, folder: Folder) -> list[Folder]:
        try:
            kustomization = self.kustomization(folder)
        except (BuildFault, NoKustomization):
            return []
        found = (self._folder_of(folder, one) for one in kustomization.entries(*_FOLDER_FIELDS))
        return [one for one in found if one is not None]

    @staticmethod
    def _folder_of(folder: Folder, entry: Entry) -> Folder | None:
        if "\n" in entry.text or entry.text.endswith((".yaml", ".yml")):
            return None
        found = folder.folder(entry.text)
        # The chain is of no use here, and would grow with the depth.
        return None if isinstance(found, NotFound) else Folder(found.tree, found.path, (), found.restricted)
