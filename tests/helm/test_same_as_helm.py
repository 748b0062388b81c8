"""Charts render to the documents of `helm template`, and values are composed as helm composes them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.request import ChartRequest
from gitlint_ops.build.helm.source import render_chart_source
from gitlint_ops.build.helm.store import ChartInTree
from gitlint_ops.build.helm.values import (
    SetKind,
    Setting,
    composed,
    layer_of_mapping,
)
from gitlint_ops.build.site import Site
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.targets import Status
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
CHARTS = sorted(CORPUS.glob("**/Chart.yaml"))
NOWHERE = Origin(DocumentRef(FileRef("repo", "worktree", "values.yaml")), (), Via.HELM_VALUES)


def documents(output: bytes) -> list[Any]:
    """The objects that helm printed, lists unwrapped."""
    return [each for one in read(output, Typing.KUBECTL).documents for each in unwrapped(one.body)]


def unwrapped(body: Any) -> Iterator[Any]:
    items = body.get("items") if isinstance(body, dict) else None
    if isinstance(items, list) and str(body.get("kind")).endswith("List"):
        for one in items:
            yield from unwrapped(one)
    elif body:
        yield body


@pytest.mark.skipif(not CHARTS, reason="no ../shared/corpus beside the checkout")
def test_every_chart_of_the_corpora_renders_as_helm_renders_it(helm: str, tmp_path: Path) -> None:
    """Values that a chart cannot do without are missing to both, and so are dependencies."""
    differing: list[str] = []
    for number, file in enumerate(CHARTS):
        root = Path(shutil.copytree(file.parent, tmp_path / str(number)))
        tree = open_tree(open_workspace([str(root)], cwd=str(root)).repositories[0])
        on = DocumentRef(tree.ref("Chart.yaml"))
        request = ChartRequest("t", on, ("name",), ChartInTree(tree, ""), "shop", kubernetes="1.31")
        made = render_chart_source(request, Site(Sources([tree]), Helm(helm)))

        command = [helm, "template", "shop", str(root), "--include-crds", "--kube-version=1.31"]
        ran = subprocess.run(command, capture_output=True, check=False)
        if ran.returncode:
            same = made.status is not Status.BUILT
        else:
            same = [one.body for one in made.objects] == documents(ran.stdout)
        if not same:
            differing.append(f"{file.parent.relative_to(CORPUS)}: {made.reason} {ran.stderr.decode()[:200]}")
    assert differing == []


KEYS = st.sampled_from(["a", "b", "c", "list"])
SCALARS = st.sampled_from([None, True, 0, 7, 1.5, "", "text", "1"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
VALUES = st.dictionaries(KEYS, TREES, max_size=3)
SETTINGS = st.tuples(
    st.sampled_from(["set", "set-string"]),
    st.sampled_from(
        ["a=1", "a.b=x,c=2", "b.c={x,1}", "list[0]=y", "c=null", "a=true", "c.d.e=01", "b\\.x=1"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(layers=st.lists(VALUES, max_size=3), options=st.lists(SETTINGS, max_size=3))
def test_values_are_composed_as_helm_composes_them(
    helm: str, tmp_path_factory: pytest.TempPathFactory, layers: list[Any], options: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("composed")
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (folder / "templates/a.yaml").write_text("values: {{ toJson .Values }}\n")
    command = [helm, "template", str(folder)]
    for number, layer in enumerate(layers):
        (folder / f"{number}.json").write_text(json.dumps(layer))
        command.append(f"--values={folder}/{number}.json")
    command += [f"--{option}={text}" for option, text in options]
    ran = subprocess.run(command, capture_output=True, check=False)
    if ran.returncode:
        return  # what helm refuses is never composed

    held = tuple(layer_of_mapping(one, NOWHERE, str(number)) for number, one in enumerate(layers))
    made = composed(held, [Setting(SetKind(option), text, NOWHERE) for option, text in options], NOWHERE)

    (printed,) = documents(ran.stdout)
    assert without_nulls(made.body) == without_nulls(printed["values"])


def without_nulls(body: Any) -> Any:
    """Mappings without members that are null: some versions of helm print them, others take them away."""
    if isinstance(body, dict):
        return {key: without_nulls(one) for key, one in body.items() if one is not None}
    return [without_nulls(one) for one in body] if isinstance(body, list) else body
