"""The definitions that a user names in the configuration (`schemas.crds`), pinned or as they are.

A folder with a lock (`gitlint-ops schemas pin`) is what the lock says; of other folders and files the
CustomResourceDefinitions are read. A schema is read when the first object of its kind is met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.location import FieldPath, Location
from gitlint_ops.model.objects import api_group
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.validate.compiled import Schema
from gitlint_ops.validate.crds import CustomSchema
from gitlint_ops.validate.definitions import NoDefinition, definition, is_definition
from gitlint_ops.validate.json_schemas import UnusableSchema, decode_schema
from gitlint_ops.validate.own_sources import LOCK_NAME
from gitlint_ops.validate.pin_lock import (
    MAX_LOCK_BYTES,
    Lock,
    PinnedDefinition,
    decode_lock,
    place_of,
    sha256,
)
from gitlint_ops.validate.pins import by_stability
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

STALE = "crd-pin-stale"

_ENDINGS = (".yaml", ".yml", ".json")


class LockedFolder(Struct, frozen=True):
    """A folder of the repository with a lock: its path, the lock, and the lock's text."""

    path: str
    lock: Lock
    data: bytes

    def inside(self, file: str) -> str:
        """The path in the repository of a file that the lock names."""
        return f"{self.path}/{file}" if self.path else file


class _Locked(Struct, frozen=True):
    """A pinned kind, and where its entry stands in the lock."""

    folder: LockedFolder
    number: int
    entry: PinnedDefinition


class OwnPins:
    """What some files and folders of a repository define, those named first going before."""

    def __init__(self, tree: Tree, places: Sequence[str]) -> None:
        self._tree = tree
        self.folders = tuple(one for path in places if (one := locked_folder(tree, path)) is not None)
        apart = {one.path for one in self.folders}
        self._loose = tuple(path for path in places if path not in apart)
        self._sources: dict[tuple[str, str], Mapping[str, Any] | None] = {}
        self.faults: list[Violation] = []

    def defines(self, group: str, kind: str) -> bool:
        """Whether the kind is pinned here, in whichever versions."""
        return (group, kind) in self._locked or (group, kind) in self._definitions

    def kinds(self) -> Iterator[tuple[str, str]]:
        """Group and kind of all that is pinned."""
        yield from self._locked
        yield from self._definitions

    def versions(self, group: str, kind: str) -> tuple[str, ...]:
        """The versions of the kind that are served and have a schema, the most stable first."""
        locked = self._locked.get((group, kind))
        if locked is not None:
            return by_stability(one.name for one in locked.entry.versions if one.served and one.sha256)
        return by_stability(self._definitions.get((group, kind), ()))

    def serves(self, group: str, kind: str) -> tuple[str, ...] | None:
        """The versions that a kind's pinned definition serves; None where no lock pins it."""
        locked = self._locked.get((group, kind))
        return by_stability(one.name for one in locked.entry.versions if one.served) if locked else None

    def scope(self, group: str, kind: str) -> str:
        """The scope of a pinned kind; without a lock it is not kept, and namespaced is the rule."""
        locked = self._locked.get((group, kind))
        return locked.entry.scope if locked else "Namespaced"

    def source(self, group: str, version: str, kind: str) -> Mapping[str, Any] | None:
        """The structural schema of a version that is served; None where there is none to be used."""
        key = (f"{group}/{version}", kind)
        if key not in self._sources:
            locked = self._locked.get((group, kind))
            if locked is None:
                self._sources[key] = self._definitions.get((group, kind), {}).get(version)
            else:
                self._sources[key] = self._from_lock(locked, version)
        return self._sources[key]

    def file(self, group: str, version: str, kind: str) -> str:
        """The path of what a version is judged by, as messages name it."""
        locked = self._locked.get((group, kind))
        return locked.folder.inside(locked.entry.file(version)) if locked else ", ".join(self._loose)

    def locked(self) -> Iterator[tuple[LockedFolder, int, PinnedDefinition]]:
        """Every kind that a lock pins, with its number in that lock."""
        for one in self._locked.values():
            yield one.folder, one.number, one.entry

    def loose(self) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
        """Group, kind and served versions of what is defined without a lock, and where it is looked for."""
        for (group, kind), versions in self._definitions.items():
            if (group, kind) not in self._locked:
                yield group, kind, tuple(versions), ", ".join(self._loose)

    def place(self, folder: LockedFolder, path: FieldPath) -> Location:
        """Where a field of a lock stands."""
        return place_of(folder.data, path, self._tree.ref(folder.inside(LOCK_NAME)))

    @cached_property
    def _locked(self) -> Mapping[tuple[str, str], _Locked]:
        found: dict[tuple[str, str], _Locked] = {}
        for folder in self.folders:
            for number, entry in enumerate(folder.lock.definitions):
                found.setdefault(entry.key, _Locked(folder, number, entry))
        return found

    def _from_lock(self, locked: _Locked, version: str) -> Mapping[str, Any] | None:
        held = next((one for one in locked.entry.versions if one.name == version), None)
        if held is None or not held.served or not held.sha256:
            return None
        path = locked.folder.inside(locked.entry.file(version))
        try:
            data = self._tree.read(path)
            if sha256(data) != held.sha256:
                raise UnusableSchema("is not what the lock says: it was changed by other means than pinning")
            return decode_schema(data)
        except Unreadable as error:
            reason = error.reason
        except UnusableSchema as error:
            reason = str(error)
        at = ("definitions", locked.number, "versions", locked.entry.versions.index(held))
        said = f"the pinned schema {path} {reason}"
        hint = "`gitlint-ops schemas verify` looks at all of them; restore the file, or pin again"
        place = self.place(locked.folder, at)
        # Without the file nothing judges the kind: a change of it must not switch validation off unseen.
        self.faults.append(Violation(place, (), said, hint=hint, rule=STALE, severity=Severity.ERROR))
        return None

    @cached_property
    def _definitions(self) -> Mapping[tuple[str, str], Mapping[str, Mapping[str, Any]]]:
        """The served versions of the definitions in folders and files without a lock."""
        found: dict[tuple[str, str], Mapping[str, Mapping[str, Any]]] = {}
        for path in self._loose_files():
            for one in _definitions_in(self._tree, path):
                served = {held.name: held.schema for held in one.versions if held.served and held.schema}
                found.setdefault((one.group, one.kind), served)
        return found

    def _loose_files(self) -> Iterator[str]:
        for place in self._loose:
            if self._tree.is_file(place):
                yield place
                continue
            for path, entry in self._tree.entries().items():
                inside = not place or path.startswith(f"{place}/")
                if inside and entry.kind is EntryKind.FILE and path.lower().endswith(_ENDINGS):
                    yield path


class OwnSchemas:
    """The schemas of what a user pinned, for one release; `object_meta` as in `PinnedSchemas`."""

    def __init__(self, pins: OwnPins, object_meta: Mapping[str, Any]) -> None:
        self._pins = pins
        self._object_meta = object_meta
        self._schemas: dict[tuple[str, str], Schema | None] = {}

    def defines(self, group: str, kind: str) -> bool:
        """Whether the user pinned the kind: then no other pin judges it, whatever its version."""
        return self._pins.defines(group, kind)

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of exactly this group, version and kind, where it is pinned, served and usable."""
        wanted = (api_version, kind)
        if wanted not in self._schemas:
            group, _, version = api_version.rpartition("/")
            source = self._pins.source(group, version, kind)
            scope = self._pins.scope(group, kind)
            made = CustomSchema(source, self._object_meta, scope=scope) if source else None
            self._schemas[wanted] = made if made is not None and made.compiles else None
        return self._schemas[wanted]

    def versions(self, api_version: str, kind: str) -> tuple[str, ...]:
        """The versions of the kind in this group that have a schema, the most stable first."""
        return self._pins.versions(api_group(api_version), kind)

    def serves(self, group: str, kind: str) -> tuple[str, ...] | None:
        """The versions that a kind's pinned definition serves; None where no lock pins it."""
        return self._pins.serves(group, kind)

    def origin(self, api_version: str, kind: str) -> str:
        """The file that a kind is judged by."""
        group, _, version = api_version.rpartition("/")
        return self._pins.file(group, version, kind)


def locked_folder(tree: Tree, path: str) -> LockedFolder | None:
    """A folder with what its lock says, None where it has none.

    Raises:
        UsageError: there is a lock, and it cannot be used.
    """
    inside = f"{path}/{LOCK_NAME}" if path else LOCK_NAME
    if not tree.is_file(inside):
        return None
    try:
        data = tree.read(inside)
    except Unreadable as error:
        raise UsageError(f"{inside} {error.reason}") from error
    if len(data) > MAX_LOCK_BYTES:
        raise UsageError(f"{inside} is too large for a lock of pins: {len(data):,} bytes")
    return LockedFolder(path, decode_lock(data, tree.ref(inside)), data)


def _definitions_in(tree: Tree, path: str) -> Iterator[Any]:
    """The definitions in a file; what is wrong with the others is told where they are checked."""
    try:
        data = tree.read(path)
    except Unreadable:
        return
    if b"CustomResourceDefinition" not in data:
        return
    for document in read(data, Typing.KUBECTL).documents:
        for body in unlisted(document.body):
            if is_definition(body):
                try:
                    yield definition(body)
                except NoDefinition:
                    continue


def unlisted(body: Any) -> Iterator[Any]:
    """A document's object, or those of the List that it is, one level deep as kubectl takes them."""
    items = body.get("items") if isinstance(body, Mapping) else None
    if isinstance(items, list) and str(body.get("kind", "")).endswith("List"):
        yield from items
    else:
        yield body
