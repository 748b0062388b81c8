"""A rendered chart as the result of a target: which files it was made of, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gitlint_ops.build.helm.request import ChartRequest, RenderedChart
from gitlint_ops.build.helm.store import ChartInTree
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.targets import BuildResult, BuildTarget
from gitlint_ops.workspace.sources import Sources


def result_of(
    target: BuildTarget,
    request: ChartRequest,
    rendered: RenderedChart,
    sources: Sources,
    read: Iterable[FileRef] = (),
) -> BuildResult:
    """The result of a target that is one chart; `read` are files that were read beside it."""
    entry = request.entry
    made = BuildResult(
        _placed(target, request, sources),
        rendered.status,
        objects=rendered.objects,
        violations=rendered.violations,
        unchecked=rendered.unchecked,
        complete=rendered.complete,
        reason=rendered.reason,
    )
    files = rendered.files | frozenset(read)
    own = frozenset(one for one in files if sources.is_checked(one))
    return replace(
        made,
        inputs=frozenset(one.path for one in own if one.repo == made.target.repo),
        beside=frozenset((one.repo, one.path) for one in own if one.repo != made.target.repo),
        elsewhere=dict.fromkeys(sorted(files - own), (entry.source, entry.source_path)),
    )


def _placed(target: BuildTarget, request: ChartRequest, sources: Sources) -> BuildTarget:
    """The target at its chart, where that lies in a repository under check."""
    chart = request.chart
    if isinstance(chart, ChartInTree) and chart.tree in sources.trees:
        return replace(target, repo=chart.tree.name, path=chart.path)
    return target
