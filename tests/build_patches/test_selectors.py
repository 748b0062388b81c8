"""Label selectors, and the selection of resources by id."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.build.kustomize.identity import Scopes
from gitlint_ops.build.kustomize.label_selectors import LabelSelectorFault, matches_selector
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.selectors import Selector, SelectorFault

from .conftest import Texts

LABELS = {"app": "web", "tier": "front", "n": "3", "empty": ""}


@pytest.mark.parametrize(
    ("selector", "outcome"),
    [
        ("", True),
        ("app", True),
        ("!app", False),
        ("missing", False),
        ("! missing", True),
        ("app=web", True),
        ("app==web", True),
        (" app = web , tier=front", True),
        ("app=web,tier=back", False),
        ("app!=web", False),
        ("missing!=web", True),
        ("app in (web, db)", True),
        ("app notin (web,db)", False),
        ("missing notin (web)", True),
        ("empty in (,x)", True),
        ("empty=", True),
        ("in in (x)", False),
        ("n>2", True),
        ("n<3", False),
        ("app>2", False),
        ("example.com/app", False),
    ],
)
def test_label_selectors(selector: str, outcome: bool) -> None:
    assert matches_selector(selector, LABELS) is outcome


@pytest.mark.parametrize(
    "selector",
    [
        "app=",
        "=web",
        "app=web,",
        "app in web",
        "app in (web",
        "app web",
        "app=we b",
        "!app=web",
        "-app",
        "n>x",
        "a/b/c",
        ",",
    ],
)
def test_what_is_no_selector_is_a_fault(selector: str) -> None:
    if selector == "app=":
        assert not matches_selector(selector, LABELS)
        return
    with pytest.raises(LabelSelectorFault):
        matches_selector(selector, LABELS)


RESOURCES = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web, replicas: 3}}
---
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {expose: "true"}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ({}, ["Deployment", "Service", "Namespace"]),
        ({"kind": "Deployment"}, ["Deployment"]),
        ({"kind": "Dep"}, []),
        ({"kind": "Deployment|Service"}, ["Deployment", "Service"]),
        ({"name": "w.*"}, ["Deployment", "Service"]),
        ({"group": "apps"}, ["Deployment"]),
        ({"version": "v1", "kind": "Service"}, ["Service"]),
        ({"namespace": "default"}, ["Service"]),
        ({"namespace": "shop"}, ["Deployment"]),
        ({"labelSelector": "app=web"}, ["Deployment"]),
        ({"labelSelector": "replicas=3"}, ["Deployment"]),
        ({"annotationSelector": "expose"}, ["Service"]),
    ],
)
def test_targets(texts: Texts, schema: MergeSchema, target: dict[str, Any], names: list[str]) -> None:
    selector, scopes = Selector.parse(target), Scopes(schema.is_namespaced)
    assert [one.gvk.kind for one in texts.resources(RESOURCES) if selector.selects(one, scopes)] == names


def test_the_first_name_and_the_present_one_select(texts: Texts, schema: MergeSchema) -> None:
    web = texts.resources(RESOURCES)[1]
    renamed = web.remembered()
    renamed = renamed.with_field(("metadata", "name"), "middle", web.blame).remembered()  # type: ignore[arg-type]
    renamed = renamed.with_field(("metadata", "name"), "prod-web", web.blame)  # type: ignore[arg-type]
    scopes = Scopes(schema.is_namespaced)
    selected = [
        Selector.parse({"name": name}).selects(renamed, scopes) for name in ("web", "middle", "prod-web")
    ]
    assert selected == [True, False, True]


@pytest.mark.parametrize(("field", "text"), [("name", "web("), ("labelSelector", "app in web")])
def test_the_field_at_fault_is_named(field: str, text: str) -> None:
    with pytest.raises(SelectorFault) as raised:
        Selector.parse({field: text})
    assert raised.value.field == field
