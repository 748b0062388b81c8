"""Checks of deliveries and environments never fail, whatever stands in the fields of objects."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import OWNER_KINDS, Cluster, Delivery, Expansion, Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.structure import with_value
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.engine import CRASHED, run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.loader import load_cards, load_examples
from gitlint_ops.syntax.documents import Typing, read

CARDS = tuple(
    card
    for card in load_cards([rules_folder()])
    if not card.stage and not {"delivery", "environment"}.isdisjoint(card.subject.split(", "))
)
BODIES = tuple(
    body
    for card in CARDS
    for file in (*load_examples(card).bad, *load_examples(card).good)
    for document in read(file.text.encode(), Typing.KUBECTL).documents
    for body in [document.body]
    if isinstance(body, dict) and "kind" in body and "metadata" in body
)
JUNK = st.sampled_from(
    [None, True, 0, -1.5, "", "a: b", "x/y/z:1", [], [[]], [None], {}, {"": None}, {"name": []}]
)
CLUSTERS = tuple(
    Cluster(name, environment, f"https://{name}.example", {"region": name}, declared=True)
    for name, environment in (("eu-1", "production"), ("eu-2", "production"), ("eu-3", "staging"))
)


def paths(body: Any, at: FieldPath = ()) -> Iterator[FieldPath]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in members:
        yield (*at, key)
        yield from paths(value, (*at, key))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_no_check_fails_whatever_stands_in_a_field(data: st.DataObject) -> None:
    bodies = data.draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=6))
    broken = copy.deepcopy(bodies[0])
    for _ in range(data.draw(st.integers(1, 3))):
        chosen = list(paths(broken))
        if chosen:
            broken = with_value(broken, data.draw(st.sampled_from(chosen)), data.draw(JUNK))

    found = run_rules(CARDS, inputs([broken, *bodies], bodies))

    assert [one.message for one in found if one.rule == CRASHED] == []


def inputs(broken: list[Any], bodies: list[Any]) -> RuleInputs:
    results = [result(cluster, broken if index == 1 else bodies) for index, cluster in enumerate(CLUSTERS)]
    deliveries = [
        delivery for one, cluster in zip(results, CLUSTERS, strict=True) for delivery in made(one, cluster)
    ]
    held = Deliveries(Expansion(tuple(deliveries), CLUSTERS))
    return RuleInputs(tuple(results), deliveries=held)


def result(cluster: Cluster, bodies: list[Any]) -> BuildResult:
    folder = f"apps/web/overlays/{cluster.environment}"
    target = BuildTarget(
        "repo",
        folder,
        TargetKind.ARGO_APPLICATION,
        cluster.environment,
        cluster.name,
        owner=f"repo//{cluster.name}/a",
    )
    objects = tuple(rendered(body, index, folder, target.id) for index, body in enumerate(bodies))
    return BuildResult(target, Status.BUILT, objects)


def rendered(body: Any, index: int, folder: str, target: str) -> RenderedObject:
    held = body if isinstance(body, dict) else {}
    ref = DocumentRef(FileRef("repo", "worktree", f"{folder}/all.yaml"), index)
    version = held.get("apiVersion")
    return RenderedObject(
        object_key(held),
        version if isinstance(version, str) else "",
        held,
        Origin(ref, (), Via.RESOURCE),
        target,
    )


def made(one: BuildResult, cluster: Cluster) -> Iterator[Delivery]:
    for held in one.objects:
        kind = OWNER_KINDS.get((held.key.group, held.key.kind), OwnerKind.APPLICATION)
        owner = Owner(kind, held, "repo", cluster.name)
        yield Delivery(owner, cluster.name, "", None if kind is OwnerKind.APPLICATION_SET else one)
