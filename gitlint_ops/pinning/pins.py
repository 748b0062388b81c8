"""What a folder of pins holds once a source is taken in: its lock, and the files to write and remove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.errors import UsageError
from gitlint_ops.pinning.found import Taken
from gitlint_ops.validate.definitions import Definition, canonical
from gitlint_ops.validate.own_sources import LOCK_NAME
from gitlint_ops.validate.pin_lock import (
    Lock,
    PinnedDefinition,
    PinnedVersion,
    PinSource,
    encode_lock,
    sha256,
)


class Folder(Struct, frozen=True):
    """A folder of pins: its lock and the schemas that are new, by path; the lock's own file is apart.

    `notes` are the kinds that went from one source to another, which defines them differently.
    """

    lock: Lock
    fresh: Mapping[str, bytes]
    notes: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """What pinning does to a folder: files by path, and the kinds ("Kind.group") it is about.

    `written` holds every file that the sources gave, changed or not; the lock comes last.
    """

    written: Mapping[str, bytes]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    dropped: tuple[str, ...]


def pinned(before: Lock, takings: Iterable[Taken]) -> Folder:
    """The lock with what was taken in place of what the same sources gave before.

    A kind is held once: the source that was taken last has it.

    Raises:
        UsageError: the name of a source is that of another one already, or two of those that are
            taken at once define a kind differently.
    """
    lock, fresh, notes = before, dict[str, bytes](), list[str]()
    together = tuple(takings)
    _require_agreement(together)
    for one in together:
        _require_same(lock, one.source)
        entries = tuple(_entry(held, one.source.name, fresh) for held in one.definitions)
        keys = {entry.key for entry in entries}
        notes.extend(_moved(lock, entries))
        kept = (
            entry for entry in lock.definitions if entry.source != one.source.name and entry.key not in keys
        )
        lock = replace(
            lock,
            sources=(*(held for held in lock.sources if held.name != one.source.name), one.source),
            definitions=(*kept, *entries),
        )
    used = {entry.source for entry in lock.definitions}
    sources = tuple(one for one in lock.sources if one.name in used)
    return Folder(replace(lock, sources=sources), fresh, tuple(notes))


def change(before: Lock, after: Folder) -> Change:
    """From one lock to another."""
    old = {entry.key: entry for entry in before.definitions}
    new = {entry.key: entry for entry in after.lock.definitions}
    files = after.lock.files()
    return Change(
        written={
            **{path: data for path, data in after.fresh.items() if path in files},
            LOCK_NAME: encode_lock(after.lock),
        },
        removed=tuple(sorted(before.files().keys() - files.keys())),
        added=tuple(_named(one) for key, one in sorted(new.items()) if key not in old),
        changed=tuple(
            _named(one) for key, one in sorted(new.items()) if key in old and _differs(old[key], one)
        ),
        dropped=tuple(_named(one) for key, one in sorted(old.items()) if key not in new),
    )


def relative(path: str, folder: str) -> str:
    """A path as the lock in `folder` keeps it; both are from one root, and "/" begins no relative one."""
    here, there = PurePosixPath(folder).parts, PurePosixPath(path).parts
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "/".join((*[".."] * (len(here) - shared), *there[shared:])) or "."


def _require_agreement(takings: Iterable[Taken]) -> None:
    held: dict[str, tuple[Definition, str]] = {}
    for taken in takings:
        for one in taken.definitions:
            first, source = held.setdefault(f"{one.kind}.{one.group}", (one, taken.source.name))
            if first != one:
                raise UsageError(
                    f"{source} and {taken.source.name} define {one.name} differently",
                    hint="pin the one that your clusters have",
                )


def _moved(lock: Lock, entries: Iterable[PinnedDefinition]) -> Iterator[str]:
    before = {entry.key: entry for entry in lock.definitions}
    for entry in entries:
        held = before.get(entry.key)
        if held is not None and held.source != entry.source and _differs(held, entry):
            yield f"{_named(entry)} was pinned from {held.source}, which defines it differently"


def _require_same(lock: Lock, source: PinSource) -> None:
    for held in lock.sources:
        if held.name == source.name and (held.way, held.path, held.context) != (
            source.way,
            source.path,
            source.context,
        ):
            was = held.path or held.context
            raise UsageError(
                f"'{source.name}' is already the name of another source: {was}",
                hint="give this one another name with --name",
            )


def _entry(held: Definition, source: str, fresh: dict[str, bytes]) -> PinnedDefinition:
    entry = PinnedDefinition(held.group, held.kind, held.plural, held.scope, source, ())  # type: ignore[arg-type]  # one of the two, as `definition` sees to
    versions = []
    for one in held.versions:
        data = canonical(one.schema) if one.schema else b""
        if data:
            fresh[entry.file(one.name)] = data
        versions.append(PinnedVersion(one.name, one.served, one.storage, sha256(data) if data else ""))
    return replace(entry, versions=tuple(versions))


def _differs(old: PinnedDefinition, new: PinnedDefinition) -> bool:
    return replace(old, source=new.source) != new


def _named(entry: PinnedDefinition) -> str:
    return f"{entry.kind}.{entry.group}"
