from __future__ import annotations

import pytest

from gitlint_ops.model.blame import Origin, Via, with_blame
from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.structure import with_value
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs

from .conftest import Judge, built, documents_of

RULE = "selector-template-mismatch"
OVERLAY = DocumentRef(FileRef("repo", "worktree", "over/patch.yaml"), 0)
SELECTED: FieldPath = ("spec", "selector", "matchLabels")
CARRIED: FieldPath = ("spec", "template", "metadata", "labels")


def deployment(selector: str = "matchLabels: {app: web}", labels: str = "{app: web, tier: front}") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector:
    {selector}
  template:
    metadata:
      labels: {labels}
    spec: {{containers: [{{name: web, image: web}}]}}
"""


def overlaid(cards: dict[str, Card], path: FieldPath, value: str, via: Via = Via.PATCH) -> Violation:
    """The verdict on a Deployment of a base, one field of which an overlay sets."""
    (document,) = documents_of({"base/web.yaml": deployment()})
    body = with_value(document.body, path, value)
    blame = with_blame(Origin(document.ref, (), Via.RESOURCE), path, Origin(OVERLAY, path, via))
    target = built((), "over")
    workload = RenderedObject(object_key(body), body["apiVersion"], body, blame, target.target.id)
    results = (type(target)(target.target, target.status, (workload,)),)
    (found,) = run_rules([cards[RULE]], RuleInputs(results))
    return found


@pytest.mark.parametrize("via", [Via.PATCH, Via.TRANSFORMER, Via.REPLACEMENT])
def test_a_label_that_an_overlay_changed_is_at_fault_and_not_the_base(
    via: Via, cards: dict[str, Card]
) -> None:
    found = overlaid(cards, (*CARRIED, "app"), "wbe", via)

    assert found.path == (*CARRIED, "app")
    assert found.message == "the selector wants app=web, the pods carry app=wbe"
    assert [(note.path, note.message) for note in found.related] == [
        ((*SELECTED, "app"), "the selector wants app=web")
    ]


def test_an_entry_that_an_overlay_added_to_the_selector_is_at_fault(cards: dict[str, Card]) -> None:
    found = overlaid(cards, (*SELECTED, "track"), "stable")

    assert found.path == (*SELECTED, "track")
    assert found.message == "the selector wants track=stable, the pods carry no label track"
    assert [note.path for note in found.related] == [CARRIED]
    assert found.hint


def test_all_that_differs_is_told_once(judge: Judge) -> None:
    web = deployment("matchLabels: {app: wbe, tier: front, zone: a}")

    assert judge(RULE, {"web.yaml": web}) == [
        "web.yaml:6: the selector wants app=wbe and zone=a, the pods carry app=web and no label zone"
    ]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("{key: app, operator: In, values: [db]}", "app In (db), the pods carry app=web"),
        ("{key: app, operator: NotIn, values: [web]}", "app NotIn (web), the pods carry app=web"),
        ("{key: zone, operator: Exists}", "zone Exists, the pods carry no label zone"),
        ("{key: tier, operator: DoesNotExist}", "tier DoesNotExist, the pods carry tier=front"),
    ],
)
def test_expressions_of_the_selector_are_judged(expression: str, told: str, judge: Judge) -> None:
    web = deployment(f"matchExpressions: [{expression}]")

    assert judge(RULE, {"web.yaml": web}) == [f"web.yaml:6: the selector wants {told}"]


@pytest.mark.parametrize(
    "selector",
    [
        "matchLabels: {app: web}",
        "matchLabels: {app: '${APP}'}",
        "matchExpressions: [{key: app, operator: In, values: [db, web]}]",
        "matchExpressions: [{key: app, operator: NotIn, values: [db]}]",
        "matchExpressions: [{key: zone, operator: NotIn, values: [a]}]",
        "matchExpressions: [{key: tier, operator: Exists}]",
        "matchExpressions: [{key: zone, operator: DoesNotExist}]",
        "matchExpressions: [{key: zone, operator: Misspelt}]",
        "matchLabels: ",
    ],
)
def test_a_selector_that_its_template_fulfils_or_that_cannot_be_read_is_silent(
    selector: str, judge: Judge
) -> None:
    assert judge(RULE, {"web.yaml": deployment(selector)}) == []
