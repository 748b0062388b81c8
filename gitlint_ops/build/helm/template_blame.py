"""What a chart renders to, blamed on the lines of its templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitlint_ops.build.helm.chart import Chart
from gitlint_ops.build.helm.messages import TemplatePlace
from gitlint_ops.build.helm.metadata import CHART_FILE, metadata
from gitlint_ops.build.helm.output import Rendered
from gitlint_ops.build.helm.template_lines import TemplateLines
from gitlint_ops.build.helm.values import Values
from gitlint_ops.model.blame import Blame, Origin, Via
from gitlint_ops.model.findings import Note
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree, Unreadable

_MOST_NOTES = 5
_DEFINITION = re.compile(r"(?:charts/[^/]+/)*crds/")


class TemplateBlamer:
    """Finds the lines of a chart's templates that rendered documents come from."""

    def __init__(
        self, chart: Chart, sources: Sources, tree: Tree, entry: Origin, values: Values | None = None
    ) -> None:
        """`values` are those that the release was given, if they are known."""
        self._values = values
        self._chart = chart
        self._sources = sources
        self._tree = tree
        self._entry = entry
        self._templates: dict[str, TemplateLines] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def blame(self, one: Rendered) -> Blame:
        """The blame of a rendered document: its template over the entry, else the entry alone."""
        path = in_chart(one.template, self._chart)
        if not path or not self._chart.place(path):
            return self._entry
        if _DEFINITION.match(path):
            verbatim = self._of_definition(path, one)
            if verbatim is not None:
                return verbatim
        kind = str(one.body.get("kind", "")) if isinstance(one.body, dict) else ""
        number = self._numbers.get((path, kind), 0)
        self._numbers[path, kind] = number + 1
        return self._lines(path).blame(one.body, number, self._entry)

    def _lines(self, path: str) -> TemplateLines:
        held = self._templates.get(path)
        if held is None:
            file = self._tree.ref(self._chart.place(path))
            held = self._templates[path] = TemplateLines(
                file, self._chart.files[path], self._values, _charts_above(path)
            )
        return held

    def _of_definition(self, path: str, one: Rendered) -> Origin | None:
        """Helm prints the files of crds/ as they are, so what they say stands there."""
        file = self._tree.ref(self._chart.place(path))
        try:
            documents = self._sources.text(file, Typing.KUSTOMIZE).documents
        except Unreadable:
            return None
        held = [document for document in documents if document.body]
        if one.number < len(held) and held[one.number].body == one.body:
            ref = DocumentRef(file, held[one.number].index)
            return Origin(ref, (), Via.HELM_TEMPLATE, over=self._entry)
        return None


def _charts_above(path: str) -> tuple[str, ...]:
    """The charts within which a file stands: their values stand under their names."""
    names, parts = [], path.split("/")
    while len(parts) > 2 and parts[0] == "charts":
        names.append(parts[1])
        parts = parts[2:]
    return tuple(names)


def in_chart(template: str, chart: Chart) -> str:
    """The path within the chart of a template as helm names it, "" where the chart has no such file.

    Helm names the chart first, and charts within it by their names or aliases and not by their folders.
    """
    path = template.partition("/")[2]
    if path in chart.files:
        return path
    folder, parts = "", path.split("/")
    while len(parts) > 2 and parts[0] == "charts":
        folder, parts = f"{folder}{_subchart(folder, parts[1], chart)}/", parts[2:]
    found = folder + "/".join(parts)
    return found if found in chart.files else ""


def _subchart(above: str, name: str, chart: Chart) -> str:
    """The folder of the chart within another that goes by a name, as it lies in `charts/`."""
    listed = {
        path.removeprefix(above): data
        for path, data in chart.files.items()
        if path.startswith(above) and path.removeprefix(above) in (CHART_FILE, "requirements.yaml")
    }
    real = next((one.name for one in metadata(listed).dependencies if one.key == name), name)
    for path, data in chart.files.items():
        inner = path.removeprefix(above)
        parts = inner.split("/")
        is_chart = (
            path.startswith(above) and len(parts) == 3 and (parts[0], parts[2]) == ("charts", CHART_FILE)
        )
        if is_chart and metadata({CHART_FILE: data}).name == real:
            return f"charts/{parts[1]}"
    return f"charts/{name}"


def notes(places: tuple[TemplatePlace, ...], chart: Chart, tree: Tree) -> Iterator[Note]:
    """The templates that a message of helm names, where they lie in the repository."""
    found = [(in_chart(one.template, chart), one.line) for one in places]
    known = [(path, line) for path, line in found if path and chart.place(path)][-_MOST_NOTES:]
    for number, (path, line) in enumerate(known, start=1):
        file = tree.ref(chart.place(path))
        lines = chart.files[path].count(b"\n") + 1
        told = "this is at fault" if number == len(known) else "it is used here"
        yield Note(DocumentRef(file, PLAIN_TEXT), (min(line, lines),), told)
