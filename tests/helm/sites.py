"""Repositories with charts, and charts of them rendered as operators do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.request import ChartRequest, RenderedChart
from gitlint_ops.build.helm.source import render_chart_source
from gitlint_ops.build.helm.store import ChartByName, ChartInTree
from gitlint_ops.build.helm.values import ValuesLayer, layer_of_file
from gitlint_ops.build.site import DeliverySettings, Site
from gitlint_ops.model.blame import Origin, Via, at, chain
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

RELEASE = """\
apiVersion: example.dev/v1
kind: Release
metadata:
  name: shop
spec:
  chart: web
"""


class Workshop:
    """One repository on disk, whose charts are rendered for the object in `release.yaml`."""

    def __init__(self, root: Path, helm: Helm, settings: DeliverySettings) -> None:
        self.tree = open_tree(open_workspace([str(root)], cwd=str(root)).repositories[0])
        self.sources = Sources([self.tree])
        self.site = Site(self.sources, helm, settings)

    def object(self, path: str = "release.yaml") -> RenderedObject:
        """The object in a file."""
        file = self.tree.ref(path)
        body = self.sources.text(file, Typing.KUBECTL).documents[0].body
        blame = Origin(DocumentRef(file), (), Via.RESOURCE)
        return RenderedObject(object_key(body), body["apiVersion"], body, blame, "repo//")

    def layer(self, path: str) -> ValuesLayer:
        return layer_of_file(self.tree.ref(path), self.sources)

    def request(self, chart: str | ChartByName = "chart", **fields: Any) -> ChartRequest:
        where = ChartInTree(self.tree, chart) if isinstance(chart, str) else chart
        given: Mapping[str, Any] = {"release": "shop", "chart": where, **fields}
        return ChartRequest(target="repo//shop", on=self.object(), at=("spec", "chart"), **given)

    def render(self, chart: str | ChartByName = "chart", **fields: Any) -> RenderedChart:
        return render_chart_source(self.request(chart, **fields), self.site)

    def line(self, violation: Violation) -> str:
        """Where a violation is told: "file:line"."""
        on = violation.on
        if isinstance(on, RenderedObject):
            return self.place(on, violation.path)
        assert isinstance(on, DocumentRef)
        found, _ = self.sources.location(on, violation.path, key=violation.at_key)
        return f"{found.file.path}:{found.line}"

    def place(self, on: RenderedObject, path: FieldPath) -> str:
        """Where a field of an object is blamed: "file:line"."""
        first = next(chain(at(on.blame, path)))
        found, _ = self.sources.location_of(first)
        return f"{found.file.path}:{found.line}"
