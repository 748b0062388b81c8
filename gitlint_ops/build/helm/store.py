"""Folders of the workspace that hold charts in place of the repositories that they come from."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence

from msgspec import Struct

from gitlint_ops.build.helm.metadata import CHART_FILE, metadata
from gitlint_ops.model.disclosure import without_logins
from gitlint_ops.model.version_ranges import newest_in, version
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

OCI = "oci://"
_USUAL = "charts"
_ARCHIVE = re.compile(r"(?P<name>.+)-(?P<version>v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?)\.tgz")


class ChartByName(Struct, frozen=True):
    """A chart of a repository of charts: an HTTP address, or one of `oci://`. `version` may be a range."""

    name: str
    repository: str
    version: str = ""

    @property
    def is_oci(self) -> bool:
        return self.repository.startswith(OCI)

    @property
    def shown_repository(self) -> str:
        """The address without what it says of a login."""
        return without_logins(self.repository)

    @property
    def said(self) -> str:
        """As people name it: "redis ^17 of https://charts.example"."""
        return f"{self.name}{f' {self.version}' if self.version else ''} of {self.shown_repository}"

    def pull(self, folder: str) -> str:
        """The command that puts the chart into a folder, packed."""
        words = ["helm", "pull"]
        if self.is_oci:
            words.append(f"{self.repository.rstrip('/')}/{self.name}")
        else:
            words += [self.name, "--repo", self.repository]
        words += ["--version", self.version] if self.version else []
        return without_logins(shlex.join([*words, "-d", folder]))


class ChartInTree(Struct, frozen=True):
    """A chart in a repository: a folder, or a packed file. `kept`: a copy of one that others maintain."""

    tree: Tree
    path: str
    kept: bool = False


class _Held(Struct, frozen=True):
    name: str
    version: str
    path: str


class ChartStore:
    """The charts in some folders of a repository, by name and version."""

    def __init__(self, tree: Tree | None, folders: Sequence[str]) -> None:
        self._tree = tree
        self.folders = tuple(posixpath.normpath(one) for one in folders)
        self._held: dict[str, list[_Held]] | None = None

    @property
    def folder(self) -> str:
        """The folder that new charts are put into, "" where there is none yet."""
        return self.folders[0] if self.folders else ""

    def advice(self, *charts: ChartByName) -> str:
        """The commands that put charts here, and what else is to be done the first time."""
        commands = " && ".join(one.pull(self.folder or _USUAL) for one in charts)
        said = f"`{commands}` puts it there"
        return said if self.folders else f"{said}; name the folder in gitlint-ops.yaml (`charts: [{_USUAL}]`)"

    def versions(self, name: str) -> tuple[str, ...]:
        """The versions of a chart that are here."""
        return tuple(one.version for one in self._charts().get(name, ()))

    def find(self, chart: ChartByName) -> ChartInTree | None:
        """The newest version of a chart that is meant, None where there is none here."""
        held = self._charts().get(chart.name)
        if not held or self._tree is None:
            return None
        exact = next((one for one in held if _is_same(one.version, chart.version)), None)
        if exact is None:
            wanted = newest_in(chart.version or "*", [one.version for one in held])
            exact = next((one for one in held if one.version == wanted), None)
        return ChartInTree(self._tree, exact.path, kept=True) if exact is not None else None

    def _charts(self) -> dict[str, list[_Held]]:
        if self._held is None:
            self._held = {}
            for one in self._found():
                self._held.setdefault(one.name, []).append(one)
        return self._held

    def _found(self) -> Iterator[_Held]:
        if self._tree is None or not self.folders:
            return
        folders: set[str] = set()
        for path, entry in self._tree.entries().items():
            above, _, name = path.rpartition("/")
            if entry.kind is not EntryKind.FILE or not self._holds(above):
                continue
            packed = _ARCHIVE.fullmatch(name)
            if packed is not None and not _is_within(above, folders):
                yield _Held(packed["name"], packed["version"], path)
            elif name == CHART_FILE and not _is_within(posixpath.dirname(above), folders):
                folders.add(above)
                yield from self._unpacked(path, above)

    def _unpacked(self, path: str, folder: str) -> Iterator[_Held]:
        assert self._tree is not None
        try:
            told = metadata({CHART_FILE: self._tree.read(path)})
        except Unreadable:
            return
        if told.name:
            yield _Held(told.name, told.version, folder)

    def _holds(self, folder: str) -> bool:
        return any(one in (".", folder) or folder.startswith(f"{one}/") for one in self.folders)


def _is_within(folder: str, charts: set[str]) -> bool:
    """Whether a folder is a chart's or lies in one: what is there is a part of that chart."""
    while folder:
        if folder in charts:
            return True
        folder = folder.rpartition("/")[0]
    return False


def _is_same(held: str, wanted: str) -> bool:
    left, right = version(held), version(wanted)
    return left is not None and left == right
