"""Definitions from files, folders and charts on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gitlint_ops.build.helm.chart import Chart, ChartUnreadable, chart_of, read_chart
from gitlint_ops.build.helm.program import Helm, HelmFailed, HelmUnusable
from gitlint_ops.build.helm.render import ChartRenderer, Release
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.location import FileRef
from gitlint_ops.pinning.archives import ENDINGS, chart_files
from gitlint_ops.pinning.found import Gathering, Taken, taken
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.validate.pin_lock import PinSource
from gitlint_ops.workspace.disk import read_file
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.tree import MAX_FILE_BYTES, WORKTREE, EntryKind, Tree, Unreadable

_YAML = (".yaml", ".yml", ".json")
_MAX_ARCHIVE_BYTES = 50_000_000
_LINES_OF_HELM = 3


class Asked(Struct, frozen=True):
    """What is to be taken: the path as typed, from the folder `cwd`.

    `origin` is the path as the lock keeps it; `values` are files of values in both ways, typed and kept,
    that a chart is rendered with, for the release `kubernetes` ("1.34").
    """

    path: str
    cwd: str
    origin: str
    name: str
    values: tuple[tuple[str, str], ...] = ()
    kubernetes: str = ""


def take_local(asked: Asked, helm: Helm) -> Taken:
    """The definitions in a file, a folder or a chart.

    Raises:
        UsageError: it cannot be read, or holds none.
    """
    full = Path(os.path.realpath(Path(asked.cwd, asked.path)))
    if asked.path.lower().endswith(ENDINGS) and full.is_file():
        files = chart_files(_bytes(full, asked.path, _MAX_ARCHIVE_BYTES), asked.path)
        return _of_chart(_made(asked.path, files), asked, helm)
    (repository,) = open_workspace([asked.path], cwd=asked.cwd).repositories
    tree = open_tree(repository)
    scope = repository.scopes[0] if repository.scopes else ""
    if not tree.is_folder(scope):
        return _of_file(tree, scope, asked)
    if tree.is_file(_inside(scope, "Chart.yaml")):
        try:
            chart = read_chart(tree, scope)
        except ChartUnreadable as error:
            raise UsageError(f"the chart {asked.path} cannot be read: {error}") from error
        return _of_chart(chart, asked, helm)
    return _of_folder(tree, scope, asked)


def _of_file(tree: Tree, path: str, asked: Asked) -> Taken:
    found = Gathering()
    try:
        found.read(tree.read(path), FileRef("", WORKTREE, asked.path))
    except Unreadable as error:
        raise UsageError(f"{asked.path} {error.reason}") from error
    source = PinSource(_name(asked), "file", found.digest, path=asked.origin)
    return taken(source, found, asked.path)


def _of_folder(tree: Tree, scope: str, asked: Asked) -> Taken:
    found = Gathering()
    for path, entry in tree.entries().items():
        inside = not scope or path.startswith(f"{scope}/")
        if inside and entry.kind is EntryKind.FILE and path.lower().endswith(_YAML):
            shown = _inside(asked.path.rstrip("/"), path[len(scope) + 1 :] if scope else path)
            try:
                found.read(tree.read(path), FileRef("", WORKTREE, shown), strict=False)
            except Unreadable as error:
                found.notes.append(f"{shown} {error.reason}")
    source = PinSource(_name(asked), "folder", found.digest, path=asked.origin)
    return taken(source, found, asked.path)


def _of_chart(chart: Chart, asked: Asked, helm: Helm) -> Taken:
    """The definitions in `crds/`, and those that the templates render to where there is a helm."""
    found = Gathering()
    for path, data in sorted(chart.files.items()):
        if _is_crd_file(path):
            found.read(data, FileRef("", WORKTREE, _inside(asked.path.rstrip("/"), path)))
    rendered = _render(chart, asked, helm, found)
    source = PinSource(
        _name(asked),
        "chart",
        found.digest,
        path=asked.origin,
        chart=_title(chart),
        rendered=rendered,
        values=tuple(kept for _, kept in asked.values),
    )
    return taken(source, found, asked.path)


def _is_crd_file(path: str) -> bool:
    """Whether helm installs a file as it is: those in `crds/` of the chart and of its parts."""
    parts = path.split("/")
    while parts[:1] == ["charts"] and len(parts) > 2:
        parts = parts[2:]
    return parts[0] == "crds" and path.lower().endswith(_YAML)


def _render(chart: Chart, asked: Asked, helm: Helm, found: Gathering) -> bool:
    """Add what the templates render to; False, and a note, where they cannot be rendered."""
    if not any(b"CustomResourceDefinition" in data or _includes(path) for path, data in chart.files.items()):
        return False
    if not helm.path:
        found.notes.append(f"the chart's templates were not rendered: {helm.absent}")
        return False
    values = tuple(_bytes(Path(asked.cwd, one), one, MAX_FILE_BYTES) for one, _ in asked.values)
    release = Release(name="release", values=values, kubernetes=asked.kubernetes, include_crds=True)
    try:
        out = ChartRenderer(helm).render(chart, release)
    except (HelmFailed, HelmUnusable) as error:
        said = " ".join(str(error).split("\n")[:_LINES_OF_HELM]).strip()
        if not found.definitions:
            raise UsageError(f"the chart {asked.path} does not render: {said}") from error
        found.notes.append(f"the chart's templates do not render: {said}")
        return False
    if b"CustomResourceDefinition" not in out:
        found.notes.append(
            "many charts make definitions only with a value such as crds.enabled: --values FILE"
        )
    found.read(out, FileRef("", WORKTREE, f"{asked.path} (rendered)"))
    return True


def _includes(path: str) -> bool:
    """Whether a file may bring definitions that its own text does not show: an archived part."""
    return path.startswith("charts/") and path.lower().endswith(ENDINGS)


def _made(shown: str, files: Mapping[str, bytes]) -> Chart:
    try:
        return chart_of(shown, files)
    except ChartUnreadable as error:
        raise UsageError(f"the chart {shown} cannot be read: {error}") from error


def _title(chart: Chart) -> str:
    """The chart's name and version, "" for what cannot be read."""
    documents = read(chart.files.get("Chart.yaml", b""), Typing.KUBECTL).documents
    body = documents[0].body if documents and isinstance(documents[0].body, dict) else {}
    return " ".join(_texts((body.get("name"), body.get("version"))))


def _texts(values: Sequence[object]) -> Iterator[str]:
    return (one for one in values if isinstance(one, str) and one)


def _name(asked: Asked) -> str:
    return asked.name or asked.path.rstrip("/").rpartition("/")[2] or asked.path


def _bytes(full: Path, shown: str, most: int) -> bytes:
    try:
        return read_file(os.path.realpath(full), shown, most)
    except Unreadable as error:
        raise UsageError(f"{shown} {error.reason}") from error


def _inside(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
