"""Whether the files of pins are what their locks say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from gitlint_ops.resources import schemas_folder
from gitlint_ops.validate.crds import CustomSchema
from gitlint_ops.validate.json_schemas import UnusableSchema, decode_schema
from gitlint_ops.validate.own_pins import LockedFolder
from gitlint_ops.validate.own_sources import LOCK_NAME
from gitlint_ops.validate.pin_lock import sha256
from gitlint_ops.validate.schemas import CoreSchemas, available_versions
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

_AGAIN = "restore it from git, or pin its source again"


def faults_of(tree: Tree, folder: LockedFolder) -> Iterator[str]:
    """What is wrong in a folder of pins: one line each, with the file and what to do."""
    meta = CoreSchemas(available_versions()[-1]).object_meta()
    told = folder.lock.files()
    for path, digest in sorted(told.items()):
        inside = folder.inside(path)
        reason = _reason(tree, inside, digest, meta)
        if reason:
            yield f"{inside}: {reason}"
    yield from _extra(tree, folder, told)
    yield from _twice(folder)


def _reason(tree: Tree, path: str, digest: str, meta: Mapping[str, object]) -> str:
    if path not in tree.entries():
        return f"the lock names it, and it is not there; {_AGAIN}"
    try:
        data = tree.read(path)
    except Unreadable as error:
        return f"it {error.reason}; {_AGAIN}"
    if sha256(data) != digest:
        return f"it is not what the lock says: it was changed by other means than pinning; {_AGAIN}"
    try:
        compiles = CustomSchema(decode_schema(data), meta).compiles
    except UnusableSchema as error:
        return f"it {error}"
    return (
        ""
        if compiles
        else "no validator can be made of it: the definition holds a pattern or type that is none"
    )


def _extra(tree: Tree, folder: LockedFolder, told: Mapping[str, str]) -> Iterator[str]:
    prefix = folder.inside("")
    for path, entry in tree.entries().items():
        inner = path.removeprefix(prefix)
        if path.startswith(prefix) and inner.endswith(".json") and inner not in told and inner != LOCK_NAME:
            what = "file" if entry.kind is EntryKind.FILE else "link"
            yield f"{path}: the lock does not name this {what}, and it is not used; remove it"


def _twice(folder: LockedFolder) -> Iterator[str]:
    met: set[tuple[str, str]] = set()
    sources = {one.name for one in folder.lock.sources}
    for entry in folder.lock.definitions:
        if entry.key in met:
            yield f"{folder.inside(LOCK_NAME)}: {entry.kind}.{entry.group} stands in it twice; pin it again"
        met.add(entry.key)
        if entry.source not in sources:
            yield f"{folder.inside(LOCK_NAME)}: the source '{entry.source}' is not in it; pin it again"


def shipped_faults() -> tuple[int, tuple[str, ...]]:
    """How many shipped schemas there are, and what is wrong with them: a damaged installation."""
    folder = schemas_folder() / "crds"
    files = json.loads((folder / "lock.json").read_bytes())["files"]
    wrong = tuple(
        f"{path}: it is not what the lock says; install gitlint-ops again"
        for path, entry in files.items()
        if not (folder / path).is_file() or sha256((folder / path).read_bytes()) != entry["sha256"]
    )
    return len(files), wrong
