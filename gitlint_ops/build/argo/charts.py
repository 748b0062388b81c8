"""A Helm source: the chart and all that the Application gives it.

Sources: argo-cd reposerver/repository/repository.go (helmTemplate, getResolvedValueFiles), util/helm/cmd.go
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gitlint_ops.build.argo.application import SOURCE_PATH_MISSING, VALUES_REF_BROKEN, Rendering
from gitlint_ops.build.argo.source import ArgoSource, BuildEnvironment, build_environment
from gitlint_ops.build.argo.value_files import ValueFile, value_files
from gitlint_ops.build.helm.request import ChartLocation, ChartRequest, RenderedChart
from gitlint_ops.build.helm.source import render_chart_source
from gitlint_ops.build.helm.store import OCI, ChartByName, ChartInTree
from gitlint_ops.build.helm.values import (
    SetKind,
    Setting,
    ValuesLayer,
    layer_of_file,
    layer_of_mapping,
    layer_of_text,
)
from gitlint_ops.discover.source_trees import SourceTree
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.location import FieldPath, FileRef
from gitlint_ops.model.targets import Status
from gitlint_ops.workspace.tree import Unreadable

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")


def render_chart(source: ArgoSource, tree: SourceTree | None, folder: str, run: Rendering) -> None:
    """Render the chart of a source: that of a folder, or one of a repository of charts (`tree` is None)."""
    revision = tree.tree.revision if tree is not None else ""
    environment = build_environment(source, revision, run.namespace)
    where: ChartLocation
    if tree is not None:
        where = ChartInTree(tree.tree, folder)
    else:
        address = source.text("repoURL")
        repository = address if "://" in address else f"{OCI}{address}"
        where = ChartByName(source.text("chart"), repository, source.text("targetRevision"))
    request = _request(source, where, environment, run)
    values, partial = _values(source, where, environment, run)
    if values is None:
        return
    settings = tuple(_settings(source, where, environment, run))
    rendered = render_chart_source(
        replace(request, values=values, settings=settings, partial=partial), run.site
    )
    _take_over(source, rendered, tree, run)


def _request(
    source: ArgoSource, where: ChartLocation, environment: BuildEnvironment, run: Rendering
) -> ChartRequest:
    cluster = run.cluster
    served = [one for _, one in source.items("helm", "apiVersions") if isinstance(one, str)]
    return ChartRequest(
        target=run.found.target.id,
        on=source.owner.object,
        at=(*source.path, "path" if isinstance(where, ChartInTree) else "chart"),
        chart=where,
        release=source.text("helm", "releaseName") or environment.values["ARGOCD_APP_NAME"],
        namespace=source.text("helm", "namespace") or run.namespace,
        kubernetes=source.text("helm", "kubeVersion")
        or (cluster.kubernetes if cluster else "")
        or run.found.target.kubernetes,
        api_versions=tuple(served) or (cluster.api_versions if cluster else ()),
        include_crds=source.value("helm", "skipCrds") is not True,
        skip_tests=source.value("helm", "skipTests") is True,
        skip_schemas=source.value("helm", "skipSchemaValidation") is True,
        missing=SOURCE_PATH_MISSING,
    )


def _values(
    source: ArgoSource, where: ChartLocation, environment: BuildEnvironment, run: Rendering
) -> tuple[tuple[ValuesLayer, ...] | None, str]:
    """The values in the order in which helm takes them, and why some are not known, if so.

    None where a file is missing that Argo CD would stop at.
    """
    layers: list[ValuesLayer] = []
    partial = ""
    for entry in value_files(source, where, environment, run):
        if entry.lack:
            if entry.is_fault:
                return None, ""
            partial = partial or entry.lack
        elif entry.file is not None:
            _note_file(source, entry.file, entry.path, run)
            try:
                layers.append(layer_of_file(entry.file, run.site.sources, entry.text))
            except Unreadable as error:
                run.found.leave_out(source, entry.path, f"{entry.text} {error.reason}")
                partial = partial or "a values file cannot be read"
    layers += _inline(source)
    return tuple(layers), partial


def _note_file(source: ArgoSource, file: FileRef, path: FieldPath, run: Rendering) -> None:
    """Note that a file was read, and the entry that led there."""
    if run.site.sources.is_checked(file):
        run.found.read.add((file.repo, file.path))
    else:
        place = source.place(*path)
        run.found.elsewhere[file] = (place.document, place.path)


def _inline(source: ArgoSource) -> Iterator[ValuesLayer]:
    """`valuesObject`, or the text `values` where there is none."""
    held = source.value("helm", "valuesObject")
    if isinstance(held, Mapping):
        if held:
            yield layer_of_mapping(held, at(source.blame, ("helm", "valuesObject")), "valuesObject")
        return
    text = source.text("helm", "values")
    if text:
        found = origin(at(source.blame, ("helm", "values")))
        yield layer_of_text(text, found.source.text_at(found.source_path), "values")


def _settings(
    source: ArgoSource, where: ChartLocation, environment: BuildEnvironment, run: Rendering
) -> Iterator[Setting]:
    for index, one in source.items("helm", "parameters"):
        if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
            continue
        value = one.get("value", "")
        kind = SetKind.SET_STRING if one.get("forceString") is True else SetKind.SET
        text = _escaped(environment.fill(value if isinstance(value, str) else ""))
        place = origin(at(source.blame, ("helm", "parameters", index, "value")))
        yield Setting(kind, f"{one['name']}={text}", place)
    for index, one in source.items("helm", "fileParameters"):
        if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
            continue
        path = ("helm", "fileParameters", index, "path")
        for entry in value_files(source, where, environment, run, at=path):
            data = _file_of(source, entry, path, run)
            if data is not None:
                yield Setting(SetKind.SET_FILE, one["name"], origin(at(source.blame, path)), data)


def _file_of(source: ArgoSource, entry: ValueFile, path: FieldPath, run: Rendering) -> bytes | None:
    """What a file that a parameter names holds, None where it cannot be had: then that is told."""
    if entry.file is None:
        if not entry.lack:
            message = f"there is no file '{entry.text}' (ignoreMissingValueFiles does not count for it)"
            run.found.refuse(source, path, VALUES_REF_BROKEN, message)
        return None
    _note_file(source, entry.file, path, run)
    try:
        return run.site.sources.data(entry.file)
    except Unreadable as error:
        run.found.leave_out(source, path, f"{entry.text} {error.reason}")
        return None


def _escaped(value: str) -> str:
    """Commas would part values on helm's command line, but for those of a list in braces."""
    if value.startswith("{") and value.endswith("}"):
        return value
    return _UNESCAPED_COMMA.sub(r"\\,", value)


def _take_over(source: ArgoSource, rendered: RenderedChart, tree: SourceTree | None, run: Rendering) -> None:
    found = run.found
    found.objects += rendered.objects
    found.violations += rendered.violations
    found.unchecked += rendered.unchecked
    found.complete = found.complete and rendered.complete
    if rendered.status is Status.FAILED:
        found.failed = found.failed or rendered.reason or "the chart does not render"
    for file in rendered.files:
        _note_file(source, file, ("path" if tree is not None else "chart",), run)
    if tree is not None and tree.checked:
        found.included.add((tree.tree.name, posixpath.normpath(source.text("path") or ".")))
