"""Expressions of jqPathExpressions name the fields that gojq, which Argo CD runs, says; or are refused."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest

from gitlint_ops.reconcile.drift.ignored.jq import JqError, NotUnderstood, compiled

BODY: dict[str, Any] = {
    "spec": {
        "replicas": 3,
        "containers": [
            {"name": "web", "image": "a:1", "env": [{"name": "A", "value": "1"}, {"name": "B"}]},
            {"name": "side", "image": "b:2"},
        ],
    },
    "metadata": {"labels": {"a.b/c": "1", "app": "web"}},
    "webhooks": [{"clientConfig": {"caBundle": "x"}}, {"clientConfig": {}}],
}
ENV, IMAGES = ("spec", "containers", 0, "env"), [("spec", "containers", at, "image") for at in (0, 1)]
SECONDS = 5

# What gojq 0.12.19 answers to `path(...)`.
NAMED: list[tuple[str, list[tuple[str | int, ...]]]] = [
    (".spec.replicas", [("spec", "replicas")]),
    ('.spec["replicas"]', [("spec", "replicas")]),
    ('.metadata.labels["a.b/c"]', [("metadata", "labels", "a.b/c")]),
    ('.metadata.labels."a.b/c"', [("metadata", "labels", "a.b/c")]),
    (".spec.replicas, .metadata.labels.app", [("spec", "replicas"), ("metadata", "labels", "app")]),
    (".spec.containers[].image", [*IMAGES]),
    (".spec.containers[-1]", [("spec", "containers", 1)]),
    (".webhooks[]?.clientConfig.caBundle", [("webhooks", at, "clientConfig", "caBundle") for at in (0, 1)]),
    (".spec.initContainers[]?.image", []),
    (".spec.replicas?[0]?", []),
    (".spec?.x?.y?", [("spec", "x", "y")]),
    ('.spec.containers[] | select(.name == "side")', [("spec", "containers", 1)]),
    ('.spec.containers[] | select(.name == "web").env[] | select(.name == "B")', [(*ENV, 1)]),
    ('.spec.containers[] | select(.name | test("^s")) | .image', [IMAGES[1]]),
    ('.spec.containers[] | select(.env[]?.name == "A") | .image', [IMAGES[0]]),
    ('.spec.containers[] | select(has("env") | not)', [("spec", "containers", 1)]),
    ('.spec.containers[] | select(.name | startswith("w") | not) | .image', [IMAGES[1]]),
    (
        '.spec.containers[] | select((.name == "web" or .name == "x") and .image != null) | .image',
        [IMAGES[0]],
    ),
    ('.spec.containers[] | select(.image > "a:9") | .image', [IMAGES[1]]),
    (".spec | select(.replicas < .containers)", [("spec",)]),
    (
        '.. | select(type == "object" and has("caBundle")) | .caBundle',
        [("webhooks", 0, "clientConfig", "caBundle")],
    ),
]


@pytest.mark.parametrize(("expression", "paths"), NAMED)
def test_the_fields_are_those_that_gojq_names(expression: str, paths: list[tuple[str | int, ...]]) -> None:
    assert list(compiled(expression)(BODY)) == paths


@pytest.mark.parametrize("expression", [".spec.replicas[]", ".metadata.labels[].x", '.spec | has("a").b'])
def test_what_fails_in_jq_fails_here(expression: str) -> None:
    with pytest.raises((JqError, NotUnderstood)):
        compiled(expression)(BODY)


@pytest.mark.parametrize(
    "expression",
    ["del(.spec)", ".spec | map(.x)", ".. | .image? // empty", ".a as $x | $x", "input", '"a" | .b', ""],
)
def test_what_is_beyond_us_is_refused_and_not_guessed(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        compiled(expression)(BODY)


@pytest.mark.parametrize(
    "expression",
    [
        "|".join(["(.,.)"] * 300) + "|select(.q==1)",
        "|".join([".."] * 300) + "|select(.q?==1)",
        "|".join(["."] * 999),
        "(" * 900 + "." + ")" * 900,
        ".. | select(.. == .. or .. == .. or .. == .. )|" * 30 + ".x",
        '.. | select(.name? | test("(a+)+$"))',
        ".[0]" * 499,
    ],
)
def test_an_expression_that_would_never_end_is_given_up(expression: str) -> None:
    wide = {"name": "a" * 40 + "!", "items": [BODY] * 50}
    begun = time.monotonic()

    with contextlib.suppress(NotUnderstood, JqError):
        compiled(expression)(wide)

    assert time.monotonic() - begun < SECONDS
