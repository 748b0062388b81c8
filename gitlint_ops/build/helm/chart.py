"""The files of a chart, taken from the tree under check and not from the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.helm.archives import UnreadableArchive, unpacked_chart
from gitlint_ops.build.helm.value_schemas import (
    NAME,
    UnreadableSchema,
    archived_references,
    outside_reference,
)
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable, clean

MAX_FILES = 5_000
MAX_BYTES = 50_000_000


class ChartUnreadable(Exception):
    """The files of a chart cannot all be had; the message says which and why."""


class Chart(Struct, frozen=True):
    """A chart's files by their path within it.

    `folder` is where it lies in the repository; `digest` tells its content and nothing else. `withheld`
    are schemas that helm is not given, by path, as they lead out of themselves to what is said.
    `places` are the paths in the repository of files that lie elsewhere, "" for those of archives;
    `packed`: all of it is an archive, and `folder` is that file.
    """

    folder: str
    files: Mapping[str, bytes]
    digest: str
    withheld: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)
    packed: bool = False

    def place(self, path: str) -> str:
        """The path in the repository of a file of the chart, "" where it has none of its own."""
        found = self.places.get(path)
        if found is None:
            found = "" if self.packed else f"{self.folder}/{path}" if self.folder else path
        return found

    def write(self, folder: Path) -> None:
        """Put the files into an empty folder on disk."""
        for path, data in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def read_chart(tree: Tree, folder: str) -> Chart:
    """The chart of a folder; links within the repository count as what they lead to.

    Raises:
        ChartUnreadable: a file cannot be read, or there is too much of it.
    """
    files: dict[str, bytes] = {}
    total = 0
    for inner, path in _paths(tree, folder):
        try:
            data = tree.read(path)
            name = "/".join(clean(inner))
        except Unreadable as error:
            raise ChartUnreadable(f"{path} {error.reason}") from error
        total += len(data)
        if len(files) >= MAX_FILES or total > MAX_BYTES:
            raise ChartUnreadable(f"it holds more than {MAX_FILES} files or {MAX_BYTES // 1_000_000} MB")
        files[name] = data
    return chart_of(folder, files)


def chart_of(folder: str, files: Mapping[str, bytes]) -> Chart:
    """The chart that some files make, by their path within it.

    Raises:
        ChartUnreadable: an archive among them holds a schema that leads out of it.
    """
    withheld = _withheld(files)
    kept = {path: data for path, data in files.items() if path not in withheld}
    return Chart(folder, kept, _digest(kept), withheld)


def read_archive(tree: Tree, path: str) -> Chart:
    """The chart in a packed file (`helm package` makes them).

    Raises:
        ChartUnreadable: it cannot be read or unpacked.
    """
    try:
        files = unpacked_chart(tree.read(path))
    except Unreadable as error:
        raise ChartUnreadable(f"{path} {error.reason}") from error
    except UnreadableArchive as error:
        raise ChartUnreadable(f"{path} {error}") from error
    return replace(chart_of(path, files), packed=True)


def with_files(chart: Chart, files: Mapping[str, bytes], places: Mapping[str, str]) -> Chart:
    """The chart with more files, or others in their place; `places` as in `Chart`.

    Raises:
        ChartUnreadable: an archive among them holds a schema that leads out of it.
    """
    made = chart_of(chart.folder, {**chart.files, **files})
    withheld = {**chart.withheld, **made.withheld}
    return replace(made, withheld=withheld, places={**chart.places, **places}, packed=chart.packed)


def _withheld(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """Schemas that lead out of themselves; an archive that holds such a schema cannot be mended."""
    try:
        for path, reference in archived_references(files):
            raise ChartUnreadable(f"{path} holds a schema that refers to {reference}, which is not fetched")
        schemas = {path: data for path, data in files.items() if path.rpartition("/")[2] == NAME}
        told = {path: outside_reference(data) for path, data in schemas.items()}
    except UnreadableSchema as error:
        raise ChartUnreadable(f"a schema or archive of it {error}") from error
    return {path: reference for path, reference in told.items() if reference}


def _paths(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    """The path of each file within the chart, and in the repository."""
    pending = [("", folder, 0)]
    while pending:
        inner, here, links = pending.pop()
        prefix = f"{here}/" if here else ""
        for path, entry in tree.entries().items():
            if not path.startswith(prefix):
                continue
            name = inner + path[len(prefix) :]
            if entry.kind is EntryKind.FILE:
                yield name, path
            elif entry.kind is EntryKind.SYMLINK and tree.is_folder(path):
                if links >= 5:
                    raise ChartUnreadable(f"{path} leads through too many symlinks to folders")
                pending.append((f"{name}/", tree.resolve(path), links + 1))
            elif entry.kind is EntryKind.SYMLINK:
                yield name, path


def _digest(files: Mapping[str, bytes]) -> str:
    told = hashlib.sha256()
    for path in sorted(files):
        told.update(f"{len(path.encode())} {path} {len(files[path])}\n".encode())
        told.update(files[path])
    return told.hexdigest()
