"""What speaks for a folder or file that nothing seems to deliver: scripts, pipelines, notes that name it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from gitlint_ops.discover.survey import Survey
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

_MAX_FILES = 20_000
_MAX_BYTES = 1_000_000
_DELIVERS = re.compile(rb"argoproj\.io/|kustomize\.toolkit\.fluxcd\.io/|fleet\.cattle\.io/|kind: *GitRepo\b")
_APPLIED = re.compile(rb"(?:apply|create|replace)\s+(?:-k|--kustomize)[ =]?((?:\{\{.{0,80}?\}\}|\S){1,300})")
_APPLIED_FILES = re.compile(
    rb"(?:apply|create|replace)\b[^\n|;&]{0,200}?\s(?:-[Rf]{1,2}|--filename)[ =]?"
    rb"((?:\{\{.{0,80}?\}\}|\S){1,300})"
)
_FILLED_IN = re.compile(rb"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|`[^`]*`|\*")
_PROSE = (".md", ".txt", ".rst", ".adoc")


def unmentioned(
    suspects: Mapping[str, Sequence[str]],
    found: Survey,
    tree: Tree,
    rendered: AbstractSet[str] = frozenset(),
    *,
    files: bool = False,
) -> tuple[str, ...]:
    """The suspects of which no file outside of them mentions a path; none if any could deliver all.

    Each suspect comes with the paths that mean it: a folder its own, a file also those of folders that
    hold it. Scripts, CI and other tools deliver too, and a comment that names one says that it is known.
    `rendered` are the files that deliveries read: templates among them have shown what they make.
    `files`: what scripts apply by the names of files counts as well.
    """
    entries = [one for one in tree.entries().values() if one.kind is EntryKind.FILE]
    if len(entries) > _MAX_FILES:
        return ()
    read = rendered | {one.ref.file.path for one in found.documents}
    left = set(suspects)
    wanted = {path: _Mentions(path) for paths in suspects.values() for path in paths}
    for entry in entries:
        data = _bytes(tree, entry.path)
        applied = _names_applied(entry.path, data, files)
        if "" in applied or _makes_deliveries(entry.path, data, read):
            return ()
        mentioned = {
            path
            for path, one in wanted.items()
            if posixpath.basename(path) in applied or one.is_in(entry.path, data)
        }
        left -= {one for one in left if not mentioned.isdisjoint(suspects[one])}
    return tuple(sorted(left))


def _names_applied(path: str, data: bytes, files: bool) -> frozenset[str]:
    """The last names of what a script applies by paths with variables, "" for any name."""
    if path.lower().endswith(_PROSE):
        return frozenset()
    return frozenset(_applied(data, (_APPLIED, _APPLIED_FILES) if files else (_APPLIED,)))


def _applied(data: bytes, patterns: Sequence[re.Pattern[bytes]]) -> Iterator[str]:
    for pattern in patterns:
        for found in pattern.finditer(data):
            path = _FILLED_IN.sub(b"\0", found[1]).strip(b"\"'/;&|)")
            if b"\0" in path:
                last = path.rpartition(b"/")[2]
                yield "" if b"\0" in last else last.decode("utf-8", "replace")
    if b"kustomize" in data and b"apply" in data and any(map(_builds_any, data.splitlines())):
        yield ""


def _builds_any(line: bytes) -> bool:
    """Whether a line of a script builds a folder that a variable names."""
    _, built, rest = line.partition(b"kustomize build ")
    folder = rest.partition(b"|")[0]
    return bool(built) and any(one in folder for one in (b"$", b"{{", b"*", b"`"))


def _bytes(tree: Tree, path: str) -> bytes:
    try:
        data = tree.read(path)
    except Unreadable:
        return b""
    return data if len(data) <= _MAX_BYTES else b""


def _makes_deliveries(path: str, data: bytes, read: AbstractSet[str]) -> bool:
    """Whether a file is a template of delivery objects, as charts of Applications are."""
    return path not in read and b"{{" in data and bool(_DELIVERS.search(data))


class _Mentions:
    """The ways in which a file can mention a path: from the root, or from the file's own folder."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._whole = _bounded(path)
        self._from: dict[str, re.Pattern[bytes]] = {}

    def is_in(self, path: str, data: bytes) -> bool:
        if path == self._path or path.startswith(f"{self._path}/"):
            return False
        above = posixpath.dirname(path)
        if above and self._path.startswith(f"{above}/"):
            held = self._from.get(above)
            if held is None:
                held = self._from[above] = _bounded(self._path[len(above) + 1 :])
            return bool(held.search(data))
        return bool(self._whole.search(data))


def _bounded(path: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w.-])" + re.escape(path.encode("utf-8", "surrogatepass")) + rb"(?![\w-])")
