"""A chart with the charts that it depends on, as `helm dependency build` puts them into it.

Argo CD and Flux do that before they render a chart of a git repository. What lies in the workspace is
taken from there; what would be fetched is not fetched.

Source: argo-cd util/helm/helm.go; fluxcd/source-controller internal/helm/chart/dependency_manager.go;
helm.sh/helm internal/resolver/resolver.go
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from msgspec import Struct, field

from gitlint_ops.build.helm.archives import MAX_FILES, Allowance, UnreadableArchive, unpacked_chart
from gitlint_ops.build.helm.chart import Chart, ChartUnreadable, read_archive, read_chart, with_files
from gitlint_ops.build.helm.metadata import CHART_FILE, FILE_SCHEME, Dependency, metadata
from gitlint_ops.build.helm.store import ChartByName, ChartInTree, ChartStore
from gitlint_ops.model.location import FieldPath, FileRef
from gitlint_ops.model.version_ranges import satisfies, version
from gitlint_ops.workspace.tree import Tree, Unreadable, clean

_MAX_DEPTH = 8
_MAX_CHARTS = 500


class Lacking(Struct, frozen=True):
    """A dependency that is not here. `surely`: it cannot be had anywhere, so that rendering fails."""

    dependency: Dependency
    reason: str
    surely: bool
    path: FieldPath
    chart: ChartByName | None = None


class Completed(Struct, frozen=True):
    """A chart with its dependencies, and those that are not here. `read` are the files it is made of."""

    chart: Chart
    lacking: tuple[Lacking, ...] = ()
    read: frozenset[FileRef] = field(default_factory=frozenset)


def completed(chart: Chart, tree: Tree, store: ChartStore) -> Completed:
    """The chart with all its dependencies that the workspace holds.

    Raises:
        ChartUnreadable: one of them cannot be read, or they take each other in.
    """
    return _completed(chart, tree, _Way(store))


class _Way(Struct):
    """How a chart was come to: how deep, and how many were taken in on all ways."""

    store: ChartStore
    depth: int = 0
    taken: int = 0


def _completed(chart: Chart, tree: Tree, way: _Way) -> Completed:
    way.taken += 1
    if way.depth > _MAX_DEPTH or way.taken > _MAX_CHARTS:
        raise ChartUnreadable("its charts depend on each other too deeply, or in a circle")
    wanted = metadata(chart.files)
    present = _present(chart.files) if wanted.dependencies else frozenset()
    files: dict[str, bytes] = {}
    places: dict[str, str] = {}
    lacking: list[Lacking] = []
    read = _files_of(chart, tree)
    for one in wanted.dependencies:
        if one.name in present:
            continue
        way.depth += 1
        taken = _taken(one, chart, tree, way)
        way.depth -= 1
        if isinstance(taken, Lacking):
            lacking.append(taken)
            continue
        prefix = f"charts/{one.name}"
        files |= {f"{prefix}/{path}": data for path, data in taken.chart.files.items()}
        # Places are told by path alone, so those of another repository have none here.
        own = all(file.repo == tree.name for file in taken.read)
        places |= {f"{prefix}/{path}": taken.chart.place(path) if own else "" for path in taken.chart.files}
        lacking += taken.lacking
        read |= taken.read
    if len(files) > MAX_FILES:
        raise ChartUnreadable(f"with the charts that it depends on it holds more than {MAX_FILES} files")
    if files:
        chart = with_files(chart, files, places)
    return Completed(chart, tuple(lacking), frozenset(read))


def _present(files: Mapping[str, bytes]) -> frozenset[str]:
    """The names of the charts in `charts/`."""
    found: set[str] = set()
    allowance = Allowance()
    for path, data in files.items():
        parts = path.split("/")
        if parts[0] != "charts":
            continue
        if len(parts) == 3 and parts[2] == CHART_FILE:
            found.add(metadata({CHART_FILE: data}).name)
        elif len(parts) == 2 and path.endswith(".tgz"):
            try:
                found.add(metadata(unpacked_chart(data, allowance)).name)
            except UnreadableArchive as error:
                raise ChartUnreadable(f"{path} {error}") from error
    return frozenset(found)


def _taken(one: Dependency, chart: Chart, tree: Tree, way: _Way) -> Completed | Lacking:
    if one.repository.startswith(FILE_SCHEME):
        return _of_path(one, chart, tree, way)
    if not one.repository:
        return Lacking(one, f"charts/{one.name} is not there", surely=True, path=one.path)
    by_name = ChartByName(one.name, one.repository, one.version)
    held = way.store.find(by_name)
    if held is None:
        return Lacking(one, "it is not in the workspace", surely=False, path=one.path, chart=by_name)
    return _completed(read_found(held), held.tree, way)


def read_found(found: ChartInTree) -> Chart:
    """The chart of a folder or packed file.

    Raises:
        ChartUnreadable: it cannot be read.
    """
    tree = found.tree
    return read_archive(tree, found.path) if tree.is_file(found.path) else read_chart(tree, found.path)


def _of_path(one: Dependency, chart: Chart, tree: Tree, way: _Way) -> Completed | Lacking:
    named = one.repository.removeprefix(FILE_SCHEME)
    path = (*one.path, "repository")
    if chart.packed or named.startswith("/"):
        return Lacking(one, f"{one.repository} leads out of the repository", surely=False, path=path)
    try:
        folder = "/".join(clean(posixpath.join(chart.folder, named)))
        folder = tree.resolve(folder)
    except Unreadable as error:
        return Lacking(one, f"{named} {error.reason}", surely=False, path=path)
    if not tree.is_file(f"{folder}/{CHART_FILE}" if folder else CHART_FILE):
        told = "holds no Chart.yaml" if tree.is_folder(folder) else "does not exist"
        return Lacking(one, f"{folder or '.'} {told}", surely=True, path=path)
    found = read_chart(tree, folder)
    held = metadata(found.files).version
    parsed = version(held)
    if parsed is not None and satisfies(parsed, one.version or "*") is False:
        reason = f"{folder} is version {held}, which is outside of '{one.version}'"
        return Lacking(one, reason, surely=True, path=(*one.path, "version"))
    return _completed(found, tree, way)


def _files_of(chart: Chart, tree: Tree) -> frozenset[FileRef]:
    if chart.packed:
        return frozenset({tree.ref(chart.folder)})
    return frozenset(tree.ref(place) for path in chart.files if (place := chart.place(path)))
