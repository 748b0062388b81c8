"""Whatever stands in an ApplicationSet, it is told of and never falls over."""

from __future__ import annotations

import time
from random import Random
from typing import Any

import pytest

from gitlint_ops.discover.applicationset import applications_of
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.workspace.sources import Sources

from .agreement import rendered, secrets
from .cases import CLUSTERS, Maker
from .conftest import Generate, told

JUNK: tuple[Any, ...] = (
    None,
    3,
    -1.5,
    True,
    "",
    "{{",
    "{{.x}}",
    "}}",
    [],
    [1],
    [None],
    {},
    {"": None},
    {"a": {"b": 1}},
)


def spoilt(held: Any, random: Random) -> Any:
    """The same with junk in some places."""
    if random.random() < 0.06:
        return random.choice(JUNK)
    if isinstance(held, dict):
        return {key: spoilt(one, random) for key, one in held.items()}
    return [spoilt(one, random) for one in held] if isinstance(held, list) else held


@pytest.mark.parametrize("seed", range(0, 800, 40))
def test_junk_in_any_field_breaks_nothing(seed: int) -> None:
    trees = SourceTrees(Sources([]))
    known = KnownObjects([rendered(one) for one in secrets(CLUSTERS)])
    for number in range(seed, seed + 40):
        body = Maker(number).application_set()
        body["spec"] = {key: spoilt(one, Random(number)) for key, one in body["spec"].items()}
        owner = Owner(OwnerKind.APPLICATION_SET, rendered(body), "fleet")

        found = applications_of(owner, (), known, trees, {"fleet": {"plugin": [1, {"a": 1}]}})

        assert all(one.rule for one in found.violations)


HOSTILE = (
    '{{repeat 100000 "x"}}',
    "{{range until 100000}}{{.}}{{end}}",
    '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}',
    '{{ regexMatch "(a+)+$" (printf "%sb" (repeat 30 "a")) }}',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_template_that_never_ends_costs_little(generate: Generate, text: str) -> None:
    elements = ", ".join(f"{{name: a{index}}}" for index in range(300))
    before = time.monotonic()

    found = generate(
        f"goTemplate: true\ngenerators: [{{list: {{elements: [{elements}]}}}}]\n"
        f"template: {{metadata: {{name: 'web-{text}'}}, spec: {{}}}}\n"
    )

    assert time.monotonic() - before < 10
    assert not found.complete


def test_a_matrix_that_explodes_is_told_and_not_followed(generate: Generate) -> None:
    def listed(key: str) -> str:
        return f"{{list: {{elements: [{', '.join(f'{{{key}: v{index}}}' for index in range(300))}]}}}}"

    inner = f"{{matrix: {{generators: [{listed('b')}, {listed('c')}]}}}}"
    found = generate(
        f"generators: [{{matrix: {{generators: [{listed('a')}, {inner}]}}}}]\n"
        "template: {metadata: {name: '{{a}}-{{b}}-{{c}}'}, spec: {}}\n"
    )

    [(path, message)] = told(found, "matrix-merge-misuse")
    assert path == "spec.generators[0].matrix.generators[1].matrix"
    assert "more than 10000 parameter sets" in message
    assert found.unchecked
