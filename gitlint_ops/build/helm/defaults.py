"""The values that a chart sets itself: its values.yaml, and those of the charts within it."""

from __future__ import annotations

from typing import Any

from gitlint_ops.build.helm.chart import Chart
from gitlint_ops.build.helm.metadata import CHART_FILE, metadata
from gitlint_ops.build.helm.values import Values, merged
from gitlint_ops.model.blame import MapBlame, Origin, Via
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.tree import Tree

VALUES_FILE = "values.yaml"
_MAX_DEPTH = 8


def defaults(chart: Chart, tree: Tree, entry: Origin, prefix: str = "", depth: int = 0) -> Values:
    """The chart's own values, under the keys by which its charts are told theirs.

    `entry` is blamed for what lies in archives.
    """
    own = _file(chart, tree, entry, prefix)
    held = Values({}, entry)
    for key, folder in _subcharts(chart, prefix) if depth < _MAX_DEPTH else ():
        inner = defaults(chart, tree, entry, f"{folder}/", depth + 1)
        if inner.body:
            held = merged(held, Values({key: inner.body}, MapBlame(entry, {key: inner.blame})))
    return merged(held, own)


def _file(chart: Chart, tree: Tree, entry: Origin, prefix: str) -> Values:
    path = f"{prefix}{VALUES_FILE}"
    documents = read(chart.files.get(path, b""), Typing.KUBECTL).documents
    body: Any = documents[0].body if documents else None
    place = chart.place(path)
    blame = Origin(DocumentRef(tree.ref(place)), (), Via.HELM_VALUES) if place else entry
    return Values(body if isinstance(body, dict) else {}, blame)


def _subcharts(chart: Chart, prefix: str) -> list[tuple[str, str]]:
    """The unpacked charts in the `charts/` of one, each by its key among the values and its folder."""
    files = {path.removeprefix(prefix): data for path, data in chart.files.items() if path.startswith(prefix)}
    keys: dict[str, list[str]] = {}
    for one in metadata(files).dependencies:
        keys.setdefault(one.name, []).append(one.key)
    found: list[tuple[str, str]] = []
    for path, data in files.items():
        parts = path.split("/")
        if len(parts) == 3 and (parts[0], parts[2]) == ("charts", CHART_FILE):
            name = metadata({CHART_FILE: data}).name
            found += [(key, f"{prefix}charts/{parts[1]}") for key in keys.get(name, [name])]
    return found
