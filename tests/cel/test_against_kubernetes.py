"""Kubernetes' own CEL and ours agree, expression by expression and rule by rule.

The figures of docs/decisions/0012-cel-engine.md are those of these comparisons: `pytest --log-cli-level=INFO`
shows them.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.cel.kubernetes import KubernetesEnvironment, Unevaluable
from gitlint_ops.cel.program import EvaluationError
from gitlint_ops.validate.cel_rules import CelRules, RuleNode, rules_of

from .expressions import expressions
from .oracle import CHECKOUT, Answer, ask, find
from .random_objects import Objects

LOG = logging.getLogger(__name__)
SEED = 4
OBJECTS_EACH = 20
LEAST_EXPRESSIONS = 2_000
LEAST_BROKEN = 1_500

# A quantity that is written with a fraction or with more than 18 digits is never an integer there, whatever
# it comes to, and one above the greatest int64 is that; `format` prints a few values otherwise.
KNOWN_TO_DIFFER = {
    *(f"quantity('{one}').isInteger()" for one in ("0.5Gi", "1000m", "-.5Mi", "9223372036854775807")),
    *(f"quantity('{one}').asInteger()" for one in ("0.5Gi", "1000m", "-.5Mi", "9223372036854775807")),
    "quantity('16Ei').asApproximateFloat()",
    "'%s'.format([[1,'a']])",
    "'%s'.format([{'a':1}])",
    "'%e'.format([1.5])",
}


@pytest.fixture(scope="module")
def oracle() -> Path:
    found = find()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    expression: str
    theirs: Answer
    ours: object

    @property
    def outcome(self) -> str:
        if isinstance(self.ours, Unevaluable):
            return "unevaluated here"
        failed = isinstance(self.ours, EvaluationError)
        if "fault" in self.theirs:
            return "same" if failed else "different"
        return "different" if failed or not _same(self.theirs, self.ours) else "same"


def _same(theirs: Answer, ours: object) -> bool:
    said, kind = theirs["value"], theirs["type"]
    if kind == "bool":
        return ours is (said == "true")
    if kind in ("int", "uint"):
        return not isinstance(ours, bool) and ours == int(said)
    if kind == "double":
        return isinstance(ours, float) and math.isclose(ours, float(said), rel_tol=1e-15)
    assert kind == "string", f"{kind} is no scalar"
    return bool(ours == said)


@pytest.fixture(scope="module")
def compared(oracle: Path) -> list[Compared]:
    """What a server can compile; what it cannot, no definition and no policy contains."""
    asked = expressions()
    answers = ask(oracle, ({"expression": one} for one in asked))
    environment = KubernetesEnvironment(["self"])
    found = [
        Compared(expression, answer, _ours(environment, expression))
        for expression, answer in zip(asked, answers, strict=True)
        if "refused" not in answer
    ]
    LOG.info("%d expressions: %s", len(found), dict(Counter(one.outcome for one in found)))
    return found


def _ours(environment: KubernetesEnvironment, expression: str) -> object:
    try:
        return environment.compile(expression).evaluate({"self": None})
    except (EvaluationError, Unevaluable) as error:
        return error


def test_expressions_come_to_the_same(compared: list[Compared]) -> None:
    different = {one.expression for one in compared if one.outcome == "different"}

    assert len(compared) >= LEAST_EXPRESSIONS
    assert different == KNOWN_TO_DIFFER


def test_few_expressions_are_not_evaluated(compared: list[Compared]) -> None:
    left = [one.expression for one in compared if one.outcome == "unevaluated here"]

    assert len(left) < len(compared) * 0.07, left


@dataclass(frozen=True, slots=True)
class Judged:
    """One object, by which messages it breaks rules there and here."""

    schema: str
    body: str
    theirs: Counter[str]
    ours: Counter[str]
    unevaluated: bool


@pytest.fixture(scope="module")
def judged(oracle: Path) -> list[Judged]:
    found = list(_judged(oracle))
    broken = sum((one.theirs for one in found), Counter[str]())
    lost = sum((one.theirs - one.ours for one in found), Counter[str]())
    refused = sum(bool(one.theirs) for one in found)
    LOG.info(
        "%d objects of %d definitions, %d refused, for %d broken rules of which %d are not found here",
        *(len(found), len({one.schema for one in found}), refused, broken.total(), lost.total()),
    )
    return found


def _judged(oracle: Path) -> Iterator[Judged]:
    objects = Objects(SEED)
    schemas = list(_schemas_with_rules())
    bodies = [list(objects.of(schema, OBJECTS_EACH)) for _, schema, _ in schemas]
    questions = [
        {"schema": schema, "objects": some} for (_, schema, _), some in zip(schemas, bodies, strict=True)
    ]
    for (name, _, rules), some, answer in zip(schemas, bodies, ask(oracle, questions), strict=True):
        assert "refused" not in answer, answer
        for body, broken in zip(some, answer["broken"], strict=True):
            judge = CelRules()
            ours = Counter(_bare(fault.message) for fault in judge.faults(body, rules))
            theirs = Counter(_theirs(one["detail"]) for one in broken)
            yield Judged(name, json.dumps(body), theirs, ours, bool(judge.unevaluated))


def _schemas_with_rules() -> Iterator[tuple[str, Mapping[str, Any], RuleNode]]:
    for file in sorted((CHECKOUT / "schemas" / "crds").glob("*/*_*.json")):
        schema = json.loads(file.read_text())
        rules = rules_of(schema)
        if rules is not None:
            yield f"{file.parent.name}/{file.stem}", schema, rules


def _theirs(detail: str) -> str:
    """The message or the rule out of what a server says, which adds why an evaluation failed."""
    for mark in (" evaluating rule: ", "for rule: "):
        detail = detail.rpartition(mark)[2]
    return " ".join(detail.removeprefix("failed rule: ").split())


def _bare(message: str) -> str:
    return " ".join(re.split(r" \(the rule fails: | \(at `", message)[0].split()).removeprefix(
        "the rule does not hold: "
    )


def test_objects_are_refused_and_accepted_as_by_a_server(judged: list[Judged]) -> None:
    wrong = [one for one in judged if bool(one.ours) != bool(one.theirs) and not one.unevaluated]

    assert wrong == []
    assert sum(one.theirs.total() for one in judged) >= LEAST_BROKEN


def test_each_broken_rule_is_found_or_told_as_unevaluated(judged: list[Judged]) -> None:
    invented = [one for one in judged if one.ours - one.theirs]
    lost = [one for one in judged if one.theirs - one.ours and not one.unevaluated]

    assert invented + lost == []
