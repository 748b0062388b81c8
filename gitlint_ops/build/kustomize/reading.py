"""Reading what one kustomization names, and noting what was read and what could not be checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.kustomize.elsewhere import LeftOut, file_elsewhere
from gitlint_ops.build.kustomize.faults import REFERENCE_MISSING, BuildFault, Place, fault
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.build.kustomize.loader import Folder
from gitlint_ops.build.kustomize.notes import as_noted
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.resource_loading import (
    Piece,
    is_list,
    pieces,
    resources_of,
    unparsable,
)
from gitlint_ops.discover.remote import is_url
from gitlint_ops.model.blame import Origin, Via, origin
from gitlint_ops.model.disclosure import without_logins
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FileRef
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import Unchecked
from gitlint_ops.model.wording import clipped
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.locate import positions
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

_DIVIDER = re.compile(rb"\n---.*\n")


def place_of(resource: Resource) -> Place:
    """Where a resource was written."""
    source = origin(resource.blame)
    return Place(source.source, source.source_path)


class Known(Protocol):
    """What became known of a folder."""

    @property
    def violations(self) -> Iterable[Violation]: ...
    @property
    def unchecked(self) -> Iterable[Unchecked]: ...
    @property
    def inputs(self) -> AbstractSet[str]: ...
    @property
    def included(self) -> AbstractSet[str]: ...
    @property
    def elsewhere(self) -> Mapping[FileRef, Place]: ...
    @property
    def references(self) -> AbstractSet[str]: ...
    @property
    def complete(self) -> bool: ...
    @property
    def takes_defaults(self) -> bool: ...


class Record(Struct):
    """What became known while a folder was accumulated.

    `inputs` and `included` are paths in the folder's own repository. `elsewhere` are files of others,
    with the entry by which this one came to them, and `references` the entries that led to others.
    Not `complete`: resources were left out, so that something missing may be among them.
    `takes_defaults`: a chart was rendered with what those who take the folder in hand down to it.
    """

    violations: list[Violation] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    elsewhere: dict[FileRef, Place] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)
    complete: bool = True
    takes_defaults: bool = False

    def add(self, other: Known) -> None:
        """Take over what became known of a base or component."""
        self.violations += other.violations
        self.unchecked += other.unchecked
        self.inputs |= other.inputs
        self.included |= other.included
        self.elsewhere = {**other.elsewhere, **self.elsewhere} if other.elsewhere else self.elsewhere
        self.references |= other.references
        self.complete = self.complete and other.complete
        self.takes_defaults = self.takes_defaults or other.takes_defaults

    def add_from(self, folder: Folder, place: Place, other: Known) -> None:
        """Take over what became known of a folder in another repository, which the entry at `place` names.

        What does nothing there is not told: it is for those to mend who keep that repository.
        """
        for file in (*(folder.tree.ref(path) for path in other.inputs), *other.elsewhere):
            self.elsewhere.setdefault(file, place)
        self.references |= {folder.reference, *other.references}
        for one in other.unchecked:
            reason = f"in {folder.tree.name}, {one.reason}"
            self.unchecked.append(replace(one, reason=reason, on=place.document, path=place.path))
        self.complete = self.complete and other.complete
        self.takes_defaults = self.takes_defaults or other.takes_defaults

    def leave_out(self, place: Place, reason: str, *, resources: bool) -> None:
        """Note that something was not taken in; `resources`: it would have given resources."""
        self.unchecked.append(Unchecked("", clipped(without_logins(reason)), place.document, place.path))
        if resources:
            self.complete = False

    def leave_out_everywhere(self, reason: str) -> None:
        """Note that resources were not taken in, for a reason that no entry of the repository gives."""
        self.unchecked.append(Unchecked("", reason))
        self.complete = False


class FileCache(Struct):
    """Resources by file: each is loaded once for all overlays."""

    held: dict[FileRef, tuple[Resource, ...]] = field(default_factory=dict)


class Reader(Struct, frozen=True):
    """The files that the kustomization of one folder may name."""

    sources: Sources
    cache: FileCache
    folder: Folder
    record: Record
    missing: Callable[[BuildFault], BuildFault]
    """Turns the fault of one missing file into that of all that are missing beside it."""

    def locate(self, entry: Entry) -> FileRef:
        """The file of an entry.

        Raises:
            LeftOut: it is fetched from the network, and is not in the workspace.
            BuildFault: there is none.
        """
        found = self.folder.file(entry.text)
        if isinstance(found, FileRef):
            self.record.inputs.add(found.path)
            return found
        if is_url(entry.text):
            file = file_elsewhere(entry, self.sources)
            self.record.elsewhere.setdefault(file, entry.place)
            return file
        if found.absent:
            raise LeftOut(f"{entry.text} {found.reason}")
        raise self.missing(found.as_fault(entry))

    def data(self, entry: Entry) -> tuple[FileRef, bytes]:
        """A file's bytes (raises as `locate` does)."""
        file = self.locate(entry)
        try:
            return file, self.sources.data(file)
        except Unreadable as error:
            raise _unreadable(entry, error) from error

    def pieces(
        self, entry: Entry, typing: Typing = Typing.KUSTOMIZE, *, may_repeat: bool = False
    ) -> tuple[Piece, ...]:
        """The documents of a YAML file (raises as `locate` does, and where it is no YAML).

        `may_repeat`: keys may stand twice, as in a patch, of which kustomize takes the first.
        """
        file = self.locate(entry)
        try:
            text = self.sources.text(file, typing)
        except Unreadable as error:
            raise _unreadable(entry, error) from error
        broken = unparsable(text, file, may_repeat=may_repeat)
        if broken is not None:
            raise broken
        return tuple(pieces(text, DocumentRef(file)))

    def body(self, entry: Entry) -> tuple[Place, Any]:
        """The first document of a file, typed as `kubectl` would (raises as `pieces` does)."""
        found = self.pieces(entry, Typing.KUBECTL)
        if not found or found[0].document.index != 0:
            return Place(DocumentRef(self.locate(entry))), None
        return found[0].place, found[0].body

    def resources(self, entry: Entry) -> tuple[Resource, ...]:
        """The resources of a file (raises as `pieces` does, and where a document is no object)."""
        file = self.locate(entry)
        held = self.cache.held.get(file)
        if held is None:
            found = self.pieces(entry)
            undivided = len(found) != 1 or not is_list(found[0]) or not self._is_divided(file)
            resources = resources_of(found, undivided=undivided)
            held = self.cache.held[file] = tuple(map(as_noted, resources))
        return held

    def _is_divided(self, file: FileRef) -> bool:
        """Whether kustomize sees several documents in a file, be it that one holds comments only."""
        return _DIVIDER.search(self.sources.data(file)) is not None


def written_in(sources: Sources) -> Callable[[Origin], str | None]:
    """How to look up the text of a scalar as its file has it, quotes and all (its first line).

    The text is "" for a null that is left blank, and None where the value does not stand there as
    it is. Positions are looked up, which is slow: ask for the few values that need it.
    """

    def written(origin: Origin) -> str | None:
        if not origin.verbatim or origin.source.index == PLAIN_TEXT:
            return None
        if origin.source.embedded:
            return _written_in_text(sources, origin)
        location, exact = sources.location_of(origin)
        line = sources.line(location) if exact else None
        if line is None:
            return None
        end = location.end_column - 1 if location.end_line == location.line else len(line)
        return line[location.column - 1 : end]

    return written


def _written_in_text(sources: Sources, origin: Origin) -> str | None:
    """As above, for a text within a document: what it says once it is unquoted."""
    source = origin.source
    document = sources.document(DocumentRef(source.file, source.index))
    text = value_at(document.body, source.embedded) if document else None
    if not isinstance(text, str):
        return None
    first = origin.via is Via.PATCH
    inner = positions(text.encode("utf-8", "surrogatepass"), source.part)
    found = inner.locate(origin.source_path, first=first)
    if not found.exact:
        return None
    line = text.split("\n")[found.span.line - 1]
    end = found.span.end_column - 1 if found.span.end_line == found.span.line else len(line)
    return line[found.span.column - 1 : end]


def _unreadable(entry: Entry, error: Unreadable) -> BuildFault:
    return fault(f"{entry.text} {error.reason}", entry.place, rule=REFERENCE_MISSING)


def embedded_pieces(
    text: str, place: Place, typing: Typing = Typing.KUSTOMIZE, *, may_repeat: bool = False
) -> tuple[Piece, ...] | None:
    """The documents of a text that a field of a document holds; None where it is no YAML."""
    parsed = read(text.encode("utf-8", "surrogatepass"), typing)
    if unparsable(parsed, None, may_repeat=may_repeat) is not None:
        return None
    return tuple(pieces(parsed, place.document.text_at(place.path)))


def embedded_objects(entry: Entry, *, may_repeat: bool = False) -> tuple[Piece, ...] | None:
    """The objects that stand in an entry in place of a path; None where it is a path."""
    if "\n" not in entry.text and ":" not in entry.text:
        return None
    found = embedded_pieces(entry.text, entry.place, may_repeat=may_repeat)
    if found is None:
        return None
    try:
        resources_of(found)
    except BuildFault:
        return None
    return found


def embedded_resources(entry: Entry) -> tuple[Resource, ...] | None:
    """The resources that stand in an entry in place of a path; None where it is a path."""
    found = embedded_objects(entry)
    return None if found is None else resources_of(found)
