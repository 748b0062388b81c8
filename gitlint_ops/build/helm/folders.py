"""Charts that nothing here delivers, rendered by themselves with their own values."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from gitlint_ops.build.helm.locks import chart_folders
from gitlint_ops.build.helm.metadata import CHART_FILE, FILE_SCHEME, OLD_REQUIREMENTS, Metadata, metadata
from gitlint_ops.build.helm.refusals import RENDER_FAILED
from gitlint_ops.build.helm.request import ChartRequest, RenderedChart
from gitlint_ops.build.helm.result import result_of
from gitlint_ops.build.helm.source import render_chart_source
from gitlint_ops.build.helm.store import ChartInTree
from gitlint_ops.build.helm.values import layer_of_file
from gitlint_ops.build.site import Site
from gitlint_ops.discover.roles import is_delivered
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.workspace.tree import Tree, Unreadable

_ASKED = "execution error at ("
_NAMESPACE = "default"


def chart_targets(
    tree: Tree, rendered: Collection[tuple[str, str]], kept: Sequence[str] = ()
) -> Iterator[BuildTarget]:
    """The charts of a repository that nothing renders, without libraries, examples and parts of others.

    `rendered` are files, by repository and path, that deliveries and kustomizations have read. `kept` are
    folders of charts that come from elsewhere.
    """
    held = {folder: _metadata(tree, folder) for folder in chart_folders(tree)}
    parts = {_folder(folder, one.repository) for folder, about in held.items() for one in about.dependencies}
    for folder, about in held.items():
        file = posixpath.join(folder, CHART_FILE)
        own = tree.repository.holds(file) and is_delivered(file, "") and not about.is_library
        if own and folder not in parts and (tree.name, file) not in rendered and not _is_kept(folder, kept):
            yield BuildTarget(tree.name, folder, TargetKind.HELM)


def _metadata(tree: Tree, folder: str) -> Metadata:
    files: dict[str, bytes] = {}
    for name in (CHART_FILE, OLD_REQUIREMENTS):
        with contextlib.suppress(Unreadable):
            files[name] = tree.read(posixpath.join(folder, name))
    return metadata(files)


def _folder(chart: str, repository: str) -> str:
    """The folder of a dependency, "" where it comes from elsewhere."""
    if not repository.startswith(FILE_SCHEME):
        return ""
    return posixpath.normpath(posixpath.join(chart, repository.removeprefix(FILE_SCHEME)))


def _is_kept(folder: str, kept: Sequence[str]) -> bool:
    return any(folder == one or folder.startswith(f"{one}/") for one in map(posixpath.normpath, kept))


def build_chart_folder(target: BuildTarget, site: Site) -> BuildResult:
    """What a chart renders to with its own values. Never raises: what is wrong is told in the result.

    Where it has values for its tests (`ci/*-values.yaml`, as chart-testing takes them), the first of
    those are given too. What a chart asks for by `required` is for its users to give: then it is unchecked.
    """
    tree = site.sources.tree(target.repo)
    file = f"{target.path}/{CHART_FILE}" if target.path else CHART_FILE
    values = tuple(layer_of_file(tree.ref(path), site.sources) for path in _tried(tree, target.path)[:1])
    request = ChartRequest(
        target=target.id,
        on=DocumentRef(tree.ref(file)),
        at=("name",),
        chart=ChartInTree(tree, target.path),
        release=target.path.rpartition("/")[2] or "release-name",
        namespace=_NAMESPACE,
        values=values,
        kubernetes=target.kubernetes,
        skip_tests=True,
    )
    return result_of(
        target, request, _without_asked(request, render_chart_source(request, site)), site.sources
    )


def _tried(tree: Tree, folder: str) -> list[str]:
    prefix = f"{folder}/ci/" if folder else "ci/"
    return [path for path in tree.entries() if path.startswith(prefix) and path.endswith("-values.yaml")]


def _without_asked(request: ChartRequest, made: RenderedChart) -> RenderedChart:
    """A chart that asks for values is for its users to complete."""
    asks = [one for one in made.violations if one.rule == RENDER_FAILED and _ASKED in one.message]
    if not asks:
        return made
    reason = f"the chart asks for values that nothing here gives: {asks[0].message}"
    return replace(
        made,
        status=Status.UNCHECKED,
        violations=tuple(one for one in made.violations if one not in asks),
        unchecked=(request.unchecked(reason),),
        reason=reason,
    )
