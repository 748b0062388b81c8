"""What helm printed for a chart, as resources blamed on its templates; and what it refused."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from gitlint_ops.build.helm.chart import Chart
from gitlint_ops.build.helm.messages import TemplatePlace, plain_message, template_places
from gitlint_ops.build.helm.output import Templates, parse, rendered
from gitlint_ops.build.helm.template_blame import TemplateBlamer, notes
from gitlint_ops.build.helm.values import Values
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.metadata import HELM_GENERATED
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.resource_loading import Piece, resources_of
from gitlint_ops.model.blame import Blame, Via, at, origin
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree


def resources_of_output(
    name: str, place: Place, chart: Chart, sources: Sources, tree: Tree, output: bytes, values: Values
) -> tuple[Resource, ...]:
    """The resources among what helm printed; `place` is the entry that asked for the chart.

    `values` are those that the entry gives.

    Raises:
        BuildFault: it is no YAML, or a document is no object.
    """
    text = parse(output)
    problems = (*text.problems, *(one for document in text.documents for one in document.problems))
    broken = next((one for one in problems if one.fatal), None)
    if broken is not None or text.templated:
        said = broken.message if broken is not None else "there are template actions left in it"
        template = Templates(output).at(broken.span.line if broken is not None else 1)
        raise fault(
            f"what the chart {name} renders to is no YAML that kustomize reads: {said}",
            place,
            related=notes((TemplatePlace(template, 1),), chart, tree),
        )
    blamer = TemplateBlamer(chart, sources, tree, place.origin(Via.GENERATOR), values)
    blames: list[Blame] = []
    pieces: list[Piece] = []
    for one in rendered(output, text):
        blames.append(blamer.blame(one))
        first = origin(blames[-1])
        # The number after the line finds the blame again; to a text that is no YAML it means nothing.
        line = first.source_path[0] if first.source.index == PLAIN_TEXT else 1
        pieces.append(Piece(DocumentRef(first.source.file, PLAIN_TEXT), (line, len(pieces)), one.body))
    found = resources_of(pieces, Via.HELM_TEMPLATE)
    return tuple(_marked(_blamed(one, blames), place) for one in found)


def _blamed(resource: Resource, blames: list[Blame]) -> Resource:
    _, number, *inner = origin(resource.blame).source_path
    assert isinstance(number, int)
    return replace(resource, blame=at(blames[number], tuple(inner)))


def _marked(resource: Resource, place: Place) -> Resource:
    """A resource with the annotation by which the namespace transformer knows and spares it."""
    return resource.with_field(
        ("metadata", "annotations", HELM_GENERATED), "true", place.origin(Via.GENERATOR)
    )


def does_not_render(name: str, place: Place, chart: Chart, tree: Tree, said: str) -> BuildFault:
    """The fault of a chart that helm refuses, with the templates that its message names."""
    return fault(
        f"the chart {name} does not render (helm: {plain_message(said)})",
        place,
        hint=_hint(said, chart),
        related=notes(template_places(said), chart, tree),
    )


_HINTS: Mapping[str, str] = {
    "missing in charts/ directory": "run `helm dependency build {folder}` and commit {folder}/charts",
    "incompatible with Kubernetes": "set kubeVersion here, or say the cluster's version in gitlint-ops.yaml",
}


def _hint(said: str, chart: Chart) -> str:
    found = next((hint for text, hint in _HINTS.items() if text in said), "")
    return found.format(folder=chart.folder or ".")


__all__ = ["does_not_render", "resources_of_output"]
