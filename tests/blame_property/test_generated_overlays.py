"""On random trees of overlays, each scalar stands where its blame says, layer upon layer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..fidelity.overlays import TOP, random_tree
from .building import written
from .checking import Checker
from .layers import Layer, same_end

TREES = int(os.environ.get("BLAME_TREES", "150"))
"""How many random trees to look at; a longer run sets more."""


@pytest.mark.parametrize("part", range(5))
def test_the_text_at_each_place_is_the_value_or_the_entry_that_made_it(part: int, tmp_path: Path) -> None:
    wrong: list[str] = []
    for seed in range(part, TREES, 5):
        repository = written(tmp_path / str(seed), random_tree(Random(seed)))
        checker = Checker(repository.sources)
        checker.check(repository.build(TOP))
        wrong += (f"tree {seed}: {one}" for one in checker.wrong)

    assert wrong == []


BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: web:1.2
        args: [--one, --two]
        envFrom:
        - configMapRef: {name: settings}
      volumes:
      - name: data
        configMap: {name: settings}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {place: home}
spec:
  selector: {app: web}
  ports:
  - port: 80
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  host: web
  port: "80"
"""

_TEXTS = st.sampled_from(("one", "two", "three", "web"))
_MERGE = (
    "- target: {{kind: {kind}}}\n  patch: |-\n    kind: {kind}\n    metadata: {{name: any}}\n    {rest}\n"
)
_CONTAINER = "spec: {{template: {{spec: {{containers: [{{name: {name}, {rest}}}]}}}}}}"


def _merge(kind: str, rest: str) -> str:
    return "patches:\n" + _MERGE.format(kind=kind, rest=rest)


def _json(kind: str, operation: str) -> str:
    return f"patches:\n- target: {{kind: {kind}}}\n  patch: |-\n    - {operation}\n"


CHANGES: Mapping[str, Any] = {
    "prefix": _TEXTS.map(lambda text: f"namePrefix: {text}-\n"),
    "suffix": _TEXTS.map(lambda text: f"nameSuffix: -{text}\n"),
    "namespace": _TEXTS.map(lambda text: f"namespace: {text}\n"),
    "labels": _TEXTS.map(
        lambda text: f"labels:\n- pairs: {{app: {text}, team: {text}}}\n  includeSelectors: true\n"
    ),
    "annotations": _TEXTS.map(lambda text: f"commonAnnotations: {{place: {text}}}\n"),
    "image": _TEXTS.map(lambda text: f"images:\n- name: web\n  newTag: {text}\n"),
    "replicas": st.integers(1, 3).map(
        lambda count: _json("Deployment", f"{{op: replace, path: /spec/replicas, value: {count}}}")
    ),
    "data": _TEXTS.map(lambda text: _merge("ConfigMap", f"data: {{host: {text}, more: {text}}}")),
    "container": _TEXTS.map(
        lambda text: _merge("Deployment", _CONTAINER.format(name=text, rest=f"image: {text}, tty: true"))
    ),
    "whole mapping": _TEXTS.map(
        lambda text: _merge("Service", f"spec: {{selector: {{$patch: replace, only: {text}}}}}")
    ),
    "appended item": _TEXTS.map(
        lambda text: _json(
            "Deployment",
            f"{{op: add, path: /spec/template/spec/containers/0/args/-, value: --{text}}}",
        )
    ),
    "replacement": st.just(
        "replacements:\n- source: {kind: Service, fieldPath: metadata.name}\n  targets:\n"
        "  - select: {kind: ConfigMap}\n    fieldPaths: [data.host]\n"
    ),
}

changes = st.sampled_from(sorted(CHANGES)).flatmap(lambda name: CHANGES[name])


@given(st.lists(changes, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_each_layer_that_changes_a_value_is_named_before_those_below_it(made: list[str]) -> None:
    files = {"l0/kustomization.yaml": "resources: [all.yaml]\n", "l0/all.yaml": BASE}
    for number, change in enumerate(made, start=1):
        files[f"l{number}/kustomization.yaml"] = f"resources: [../l{number - 1}]\n{change}"
    with tempfile.TemporaryDirectory() as root:
        repository = written(Path(root), files)
        layers = [Layer.of(repository.build(f"l{number}")) for number in range(len(made) + 1)]

    for number, (below, above) in enumerate(pairwise(layers), start=1):
        own = f"l{number}/kustomization.yaml"
        for path, (value, places) in above.fields.items():
            old, old_places = below.fields.get(path, (None, []))
            told = f"{path} = {value!r} in layer {number} of {made}: {places}, before {old_places}"
            assert old_places == [] or same_end(places, old_places), told
            if value != old:
                assert places[0].source.file.path == own, told
