"""A chart of a delivery object, rendered as its operator renders it: the same for Argo CD and Flux."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gitlint_ops.build.helm.chart import Chart, ChartUnreadable, with_files
from gitlint_ops.build.helm.defaults import VALUES_FILE, defaults
from gitlint_ops.build.helm.dependencies import Completed, Lacking
from gitlint_ops.build.helm.messages import TemplatePlace
from gitlint_ops.build.helm.metadata import CHART_FILE, metadata
from gitlint_ops.build.helm.output import Templates, documents, parse
from gitlint_ops.build.helm.program import HelmFailed, HelmUnusable
from gitlint_ops.build.helm.refusals import RENDER_FAILED, excused, refused
from gitlint_ops.build.helm.render import Release
from gitlint_ops.build.helm.request import ChartRequest, RenderedChart, Rendering
from gitlint_ops.build.helm.store import ChartByName, ChartInTree
from gitlint_ops.build.helm.template_blame import TemplateBlamer, notes
from gitlint_ops.build.helm.values import SetKind, Values, composed, layer_of_file, merged
from gitlint_ops.model.blame import Blame, at
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.removed_apis import NEWEST
from gitlint_ops.model.targets import Status
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.tree import Tree, Unreadable

if TYPE_CHECKING:
    from gitlint_ops.build.site import Site

NOT_VENDORED = "chart-not-vendored"


def render_chart_source(request: ChartRequest, site: Site) -> RenderedChart:
    """What a chart renders to. Never raises: what is wrong is told in the result."""
    found = request.chart
    if isinstance(found, ChartByName):
        held = site.store.find(found)
        if held is None:
            return _not_here(request, found, site)
        found = held
    try:
        return _rendered(request, found, site)
    except ChartUnreadable as error:
        return _left_out(request, f"the chart is not rendered: {error}")


def _not_here(request: ChartRequest, chart: ChartByName, site: Site) -> RenderedChart:
    """A chart that the operator fetches, with the command that puts it into the workspace."""
    others = site.store.versions(chart.name)
    here = f"; here are {', '.join(sorted(others))}" if others else ""
    return _left_out(
        request,
        f"the chart {chart.said} is not in the workspace{here}: {site.store.advice(chart)}",
        (_not_vendored(request, chart, site),),
    )


def _not_vendored(request: ChartRequest, chart: ChartByName, site: Site) -> Violation:
    """What is told of all such charts as one, at the first of them."""
    entry = request.entry
    return Violation(
        entry.source,
        entry.source_path,
        "this chart is fetched from elsewhere and is not in the workspace: what it renders to is not checked",
        hint=site.store.advice(chart),
        rule=NOT_VENDORED,
        cause=NOT_VENDORED,
    )


def _left_out(
    request: ChartRequest,
    reason: str,
    violations: tuple[Violation, ...] = (),
    files: frozenset[FileRef] = frozenset(),
) -> RenderedChart:
    return RenderedChart(
        Status.UNCHECKED,
        violations=violations,
        unchecked=(request.unchecked(reason),),
        files=files,
        complete=False,
        reason=reason,
    )


def _failed(violations: tuple[Violation, ...], files: frozenset[FileRef], reason: str) -> RenderedChart:
    return RenderedChart(Status.FAILED, violations=violations, files=files, complete=False, reason=reason)


def _rendered(request: ChartRequest, found: ChartInTree, site: Site) -> RenderedChart:
    missing = _missing(request, found)
    if missing is not None:
        return missing
    whole = site.completed(found)
    if whole.lacking:
        return _without_dependencies(request, whole, site)
    rendering = _rendering(request, whole.chart, found, site)
    if isinstance(rendering, RenderedChart):
        return rendering
    files = whole.read | frozenset(_files_of(request, found))
    if not site.helm.path:
        site.note_rendering(request.target, rendering)
        reason = f"Helm charts are not rendered: {site.helm.absent}"
        made = replace(_left_out(request, reason, files=files), rendering=rendering)
        return replace(made, unchecked=tuple(replace(one, on=None, path=()) for one in made.unchecked))
    try:
        output = site.charts.render(rendering.chart, rendering.release)
    except HelmFailed as error:
        excuse = excused(request, rendering, str(error))
        if excuse:
            return _left_out(request, excuse, files=files)
        told = refused(request, rendering, str(error))
        return replace(_failed(told, files, told[0].message), rendering=rendering)
    except HelmUnusable as error:
        return _left_out(request, f"the chart is not rendered: {error}", files=files)
    site.note_rendering(request.target, rendering)
    return replace(_objects(request, rendering, output, site), files=files, rendering=rendering)


def _missing(request: ChartRequest, found: ChartInTree) -> RenderedChart | None:
    """What is said of a path where there is no chart."""
    tree, path = found.tree, found.path
    if tree.is_file(path) or tree.is_file(f"{path}/{CHART_FILE}" if path else CHART_FILE):
        return None
    shown = path or "."
    told = f"{shown} has no {CHART_FILE}" if tree.is_folder(path) else f"{shown} is not there"
    if tree.unfetched(path):
        return _left_out(request, f"{shown} {tree.unfetched(path)}")
    return _failed(
        (request.violation(request.missing, f"there is no chart: {told} in {tree.name}"),), frozenset(), told
    )


def _without_dependencies(request: ChartRequest, whole: Completed, site: Site) -> RenderedChart:
    """A chart that depends on others that are not here: surely wrong, or not to be checked."""
    sure = [one for one in whole.lacking if one.surely]
    if sure:
        told = tuple(_lacking(request, one) for one in sure)
        return _failed(told, whole.read, told[0].message)
    names = ", ".join(
        one.chart.said if one.chart else f"{one.dependency.name} ({one.reason})" for one in whole.lacking
    )
    folder = whole.chart.folder or "."
    advice = (
        site.store.advice(*(one.chart for one in whole.lacking if one.chart))
        if whole.chart.packed
        else f"`helm dependency build {folder}` fetches what it needs; commit {folder}/charts"
    )
    fetched = next((one.chart for one in whole.lacking if one.chart), None)
    told = (replace(_not_vendored(request, fetched, site), hint=advice),) if fetched else ()
    reason = f"the chart {folder} depends on {names}, which is not in the workspace: {advice}"
    return _left_out(request, reason, told, whole.read)


def _lacking(request: ChartRequest, one: Lacking) -> Violation:
    name = one.dependency.name
    return request.violation(
        RENDER_FAILED,
        f"the chart depends on {name}, which cannot be had: {one.reason}",
        f"mend the dependency {name} in the chart",
    )


def _rendering(
    request: ChartRequest, chart: Chart, found: ChartInTree, site: Site
) -> Rendering | RenderedChart:
    tree = found.tree
    own = defaults(chart, tree, request.entry)
    if request.own_values:
        replaced = _with_own_values(request, chart, tree, site)
        if isinstance(replaced, RenderedChart):
            return replaced
        chart, own = replaced
    settings = [one for kind in SetKind for one in request.settings if one.kind is kind]
    release = Release(
        name=request.release,
        namespace=request.namespace,
        values=tuple(one.data for one in request.values),
        api_versions=request.api_versions,
        # helm by itself takes the cluster to be as old as it was when helm 3 came out.
        kubernetes=request.kubernetes or NEWEST["kubernetes"],
        include_crds=request.include_crds,
        skip_tests=request.skip_tests,
        skip_hooks=request.skip_hooks,
        skip_schemas=request.skip_schemas,
        settings=tuple((one.kind.value, one.text) for one in settings),
        texts=tuple(one.data for one in settings if one.kind is SetKind.SET_FILE),
    )
    unsafe = next(
        (one for one in settings if one.kind is SetKind.SET_FILE and set(one.text) & set(",=\\")), None
    )
    if unsafe is not None:
        return _left_out(request, f"the chart is not rendered: '{unsafe.text}' is no path of one value")
    given = composed(request.values, request.settings, request.entry)
    name = metadata(chart.files).name
    return Rendering(name, chart, tree, release, given, own, request.entry, found.kept)


def _with_own_values(
    request: ChartRequest, chart: Chart, tree: Tree, site: Site
) -> tuple[Chart, Values] | RenderedChart:
    """The chart with the files that were named merged in place of its values.yaml, as Flux does it."""
    held = Values({}, request.entry)
    for path in request.own_values:
        try:
            layer = layer_of_file(tree.ref(tree.resolve(path)), site.sources, path)
        except Unreadable as error:
            told = f"the values file {path} {error.reason}"
            return _failed((request.violation(request.missing, told),), frozenset(), told)
        held = merged(held, Values(layer.body, layer.blame))
    import json

    data = json.dumps(held.body, ensure_ascii=True, default=str).encode()
    made = with_files(chart, {VALUES_FILE: data}, {VALUES_FILE: ""})
    return made, merged(defaults(made, tree, request.entry), held)


def _files_of(request: ChartRequest, found: ChartInTree) -> Iterator[FileRef]:
    """The files of values that were read beside the chart."""
    yield from (found.tree.ref(path) for path in request.own_values)
    yield from (layer.file for layer in request.values if layer.file is not None)


def _objects(request: ChartRequest, rendering: Rendering, output: bytes, site: Site) -> RenderedChart:
    text = parse(output, Typing.KUBECTL)
    chart, tree = rendering.chart, rendering.tree
    problems = (*text.problems, *(one for document in text.documents for one in document.problems))
    broken = next((one for one in problems if one.fatal and not one.late), None)
    if broken is not None or text.templated:
        said = broken.message if broken is not None else "there are template actions left in it"
        template = Templates(output).at(broken.span.line if broken is not None else 1)
        message = f"what the chart renders to is no YAML: {said}"
        places = tuple(notes((TemplatePlace(template, 1),), chart, tree))
        told = replace(request.violation(RENDER_FAILED, message), related=places)
        return _failed((told,), frozenset(), message)
    blamer = TemplateBlamer(chart, site.sources, tree, request.entry)
    objects = tuple(
        made
        for _, one in documents(output, text)
        for made in _unwrapped(one.body, blamer.blame(one), request.target)
    )
    unknown = [
        f"values of the chart are not validated: {path} refers to {reference}, which is not fetched"
        for path, reference in chart.withheld.items()
    ] + ([request.partial] if request.partial else [])
    return RenderedChart(
        Status.UNCHECKED if unknown else Status.BUILT,
        objects=objects,
        unchecked=tuple(request.unchecked(one) for one in unknown),
        complete=not request.partial,
        reason=unknown[0] if unknown else None,
    )


def _unwrapped(body: object, blame: Blame, target: str) -> Iterator[RenderedObject]:
    """The object of a document, or those of a `List`."""
    if not isinstance(body, dict):
        return
    items = body.get("items")
    if isinstance(items, list) and str(body.get("kind", "")).endswith("List"):
        for index, item in enumerate(items):
            yield from _unwrapped(item, at(blame, ("items", index)), target)
        return
    yield RenderedObject(
        key=object_key(body),
        api_version=str(body.get("apiVersion", "")),
        body=body,
        blame=blame,
        target=target,
    )
