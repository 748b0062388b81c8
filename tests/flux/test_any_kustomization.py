"""No Kustomization makes the program fail, whatever stands in its fields."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitlint_ops.build.flux.kustomization import build_flux_kustomization
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.plain import plain_objects
from gitlint_ops.build.site import Site
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.delivery import Delivery, Expansion, Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.structure import with_value
from gitlint_ops.model.targets import BuildTarget, TargetKind
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.engine import CRASHED, run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.loader import load_cards
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from .conftest import write

CARDS = [one for one in load_cards([rules_folder()]) if one.group == "flux" and not one.stage]
FULL = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  prune: true
  wait: true
  sourceRef: {kind: GitRepository, name: fleet}
  targetNamespace: shop
  namePrefix: a-
  images: [{name: nginx, newTag: "2"}]
  patches: [{patch: "[]", target: {kind: Pod}}]
  components: [../parts]
  ignoreMissingComponents: true
  commonMetadata: {labels: {a: b}, annotations: {c: d}}
  dependsOn: [{name: apps}]
  healthChecks: [{kind: Kustomization, name: apps, namespace: flux-system}]
  postBuild: {substitute: {a: b}, substituteFrom: [{kind: ConfigMap, name: vars}], substituteStrategy: Always}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {url: https://git.example/fleet, ref: {branch: main}, ignore: "*.md", sparseCheckout: [apps]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: vars, namespace: flux-system}
data: {b: c}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: "${a}"}}
spec: {containers: [{name: web, image: nginx, args: ["${b}", "${c:=d}", "${"]}]}
"""
JUNK = st.sampled_from(
    [
        None,
        True,
        0,
        -1.5,
        "",
        "text",
        "a: b",
        "../..",
        "${x}",
        [],
        [[]],
        [None],
        {},
        {"": None},
        {"name": []},
        [{}],
    ]
)
BODIES: tuple[Any, ...] = tuple(yaml.safe_load_all(FULL))


def paths(body: Any, at: FieldPath = ()) -> Iterator[FieldPath]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in members:
        yield (*at, key)
        yield from paths(value, (*at, key))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    root: Path = tmp_path_factory.mktemp("any") / "fleet"
    write(root, {"apps/web.yaml": POD, "clusters/apps.yaml": FULL})
    return Sources([open_tree(open_workspace([str(root)], cwd="/").repositories[0])])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_field_makes_a_build_or_a_check_fail(sources: Sources, data: st.DataObject) -> None:
    bodies = copy.deepcopy(list(BODIES))
    for _ in range(data.draw(st.integers(1, 3))):
        which = data.draw(st.integers(0, len(bodies) - 1))
        found = [one for one in paths(bodies[which]) if one[0] in ("spec", "data", "metadata")]
        if found:
            bodies[which] = with_value(bodies[which], data.draw(st.sampled_from(found)), data.draw(JUNK))

    file = sources.trees[0].ref("clusters/apps.yaml")
    objects = [
        each for at, body in enumerate(bodies) for each in plain_objects(body, DocumentRef(file, at), (), "")
    ]
    owner = Owner(OwnerKind.FLUX_KUSTOMIZATION, objects[0], "fleet", "production")
    target = BuildTarget("fleet", "", TargetKind.FLUX_KUSTOMIZATION, owner=owner.id)
    result = build_flux_kustomization(owner, target, KnownObjects(objects), Site(sources, Helm()))

    expansion = Expansion(
        (Delivery(owner, "production", "", result),), known={"production": (*objects, *result.objects)}
    )
    inputs = RuleInputs((result,), deliveries=Deliveries(expansion))
    assert [one.message for one in run_rules(CARDS, inputs) if one.rule == CRASHED] == []
