"""The rules in CEL that CustomResourceDefinitions set for their resources (x-kubernetes-validations).

An object is judged as one that is created, for which rules that compare with the old object do not
apply; where its former body is known, these are judged as on an update.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.cel.kubernetes import KubernetesEnvironment, Unevaluable
from gitlint_ops.cel.program import EvaluationError, named_variables
from gitlint_ops.model.location import FieldPath
from gitlint_ops.validate.defaulting import defaulted
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.transitions import adds_lists, aligned, counts_order, former_field, former_items
from gitlint_ops.validate.typed_values import typed
from gitlint_ops.validate.values import is_filled_later

RULE = "cel-rule-violation"

_LONGEST = 80
"""Characters shown of an expression."""

MOST_EVALUATIONS = 2_000
"""Evaluations per object; a list may be long, and rules may stand at each of its items."""

_VARIABLES = ("self", "oldSelf")
_WORD = re.compile(r"[A-Za-z_]\w*")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[([0-9]+)\]")

# Values of these formats are no texts to CEL, and the engine takes neither from Python.
_TIMES = frozenset({"date", "date-time", "duration"})


class Rule(Struct, frozen=True):
    """One rule as its definition writes it; `optional` is the field `optionalOldSelf`."""

    expression: str
    message: str = ""
    message_expression: str = ""
    field_path: str = ""
    optional: bool = False


class RuleNode(Struct, frozen=True):
    """The rules at one node of a structural schema, and those below it; `node` types the values there.

    `times` are the names of fields below whose values cannot be handed to the engine.
    """

    node: Mapping[str, Any]
    rules: tuple[Rule, ...] = ()
    properties: Mapping[str, RuleNode] = {}
    others: RuleNode | None = None
    items: RuleNode | None = None
    branches: tuple[RuleNode, ...] = ()
    is_object: bool = False
    times: frozenset[str] = frozenset()


class Unevaluated(Struct, frozen=True):
    """A rule that could not be judged here, and why; `of` is the kind whose definition sets it."""

    of: str
    expression: str
    reason: str

    @property
    def said(self) -> str:
        """As reports say it, without the lines of the expression."""
        line = " ".join(self.expression.split())
        short = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
        return f"a rule in CEL of {self.of} was not evaluated (`{short}`): {self.reason.splitlines()[0]}"


class CelRules:
    """Judges custom resources by the rules of their structural schemas; `unevaluated` counts the others.

    `left_out` is the sum of these counts.
    """

    def __init__(self) -> None:
        self.unevaluated: dict[Unevaluated, int] = {}
        self.left_out = 0
        self._of = ""
        self._environment = KubernetesEnvironment(_VARIABLES)

    def faults(
        self, body: Mapping[str, Any], rules: RuleNode, former: Mapping[str, Any] | None = None
    ) -> tuple[Fault, ...]:
        """The rules that a body breaks, which its schema accepts; `former` is the body before the change."""
        self._of = f"{body.get('apiVersion')} {body.get('kind')}"
        filled = defaulted(body, rules.node)
        old = None if former is None else defaulted(former, rules.node)
        found: list[Fault] = []
        for count, (rule, (value, was), path, node) in enumerate(_applied(rules, (filled, old), ())):
            if count >= MOST_EVALUATIONS:
                self._leave_out(rule, f"more than {MOST_EVALUATIONS} evaluations for one object")
                break
            fault = self._judged(rule, value, was, path, node)
            if fault is not None:
                found.append(_within(fault, body))
        return tuple(found)

    def _judged(self, rule: Rule, value: Any, was: Any, path: FieldPath, node: RuleNode) -> Fault | None:
        expression = _bound(rule.expression, rule, was)
        if not expression:
            return None
        values = {
            "self": typed(value, node.node, node.is_object),
            "oldSelf": typed(was, node.node, node.is_object),
        }
        try:
            if _reads_times(rule, node):
                raise Unevaluable("it reads a time or a duration")
            if self._holds(expression, values, (value, was), node):
                return None
            said = self._message(rule, values)
        except EvaluationError as error:
            said = f"{_plain_message(rule)} (the rule fails: {_spoken(error)})"
        except Unevaluable as error:
            self._leave_out(rule, str(error))
            return None
        if _is_open(value) or _is_open(was):
            self._leave_out(rule, "it reads a value that is filled in later")
            return None
        return Fault(RULE, (*path, *_steps(rule.field_path)), said)

    def _holds(
        self, expression: str, values: Mapping[str, Any], held: tuple[Any, Any], node: RuleNode
    ) -> bool:
        """Whether a rule holds; `held` are the value and the former one as they are written.

        Where the order of a list means nothing to the API server, it compares without it and counts
        positions with it. Here the former lists are tried in both orders.
        """
        holds = self._truth(expression, values)
        value, was = held
        if was is None or "oldSelf" not in expression:
            return holds
        if adds_lists(expression, was):
            raise Unevaluable("it adds lists, which the API server joins by their type")
        ordered = aligned(was, value, node.node)
        if ordered == was:
            return holds
        other = self._truth(expression, {**values, "oldSelf": typed(ordered, node.node, node.is_object)})
        if other == holds:
            return holds
        counts = counts_order(expression, was, ordered)
        if counts is None:
            raise Unevaluable("it compares lists both with and without their order")
        return holds if counts else other

    def _truth(self, expression: str, values: Mapping[str, Any]) -> bool:
        held = self._environment.compile(expression).evaluate(values)
        if not isinstance(held, bool):
            raise Unevaluable("it gives neither true nor false")
        return held

    def _message(self, rule: Rule, values: Mapping[str, Any]) -> str:
        plain = _plain_message(rule)
        expression = rule.message_expression
        former = "oldSelf" in named_variables(expression, _VARIABLES)
        # The API server hands no optional to messages, which fail there when they ask for one.
        if not expression or (former and (rule.optional or values["oldSelf"] is None)):
            return plain
        try:
            said = self._environment.compile(expression).evaluate(values)
        except (EvaluationError, Unevaluable):
            return plain
        return said.strip() if isinstance(said, str) and said.strip() and "\n" not in said else plain

    def _leave_out(self, rule: Rule, reason: str) -> None:
        self.left_out += 1
        one = Unevaluated(self._of, rule.expression, reason)
        self.unevaluated[one] = self.unevaluated.get(one, 0) + 1


def rules_of(structural: Mapping[str, Any]) -> RuleNode | None:
    """The rules of a definition's schema, None where it has none."""
    return _node(structural, structural, True)


def _node(said: Mapping[str, Any], node: Mapping[str, Any], is_object: bool = False) -> RuleNode | None:
    """What `said` demands of the values that `node` describes; under `allOf` the two differ."""
    properties = {
        name: found
        for name, field in _mapping(said.get("properties")).items()
        if name in _mapping(node.get("properties"))
        and (found := _node(_mapping(field), _mapping(node["properties"][name])))
    }
    others = _below(said, node, "additionalProperties")
    items = _below(said, node, "items")
    branches = tuple(
        found for one in _mappings(said.get("allOf")) if (found := _node(one, node, is_object)) is not None
    )
    rules = tuple(_rules(said.get("x-kubernetes-validations")))
    if not (rules or properties or others or items or branches):
        return None
    whole = is_object or node.get("x-kubernetes-embedded-resource") is True
    times = frozenset(_time_fields(node)) if rules else frozenset()
    return RuleNode(node, rules, properties, others, items, branches, whole, times)


def _below(said: Mapping[str, Any], node: Mapping[str, Any], key: str) -> RuleNode | None:
    if not isinstance(said.get(key), Mapping) or not isinstance(node.get(key), Mapping):
        return None
    return _node(said[key], node[key])


def _rules(held: Any) -> Iterator[Rule]:
    for rule in _mappings(held):
        expression = rule.get("rule")
        if isinstance(expression, str) and expression.strip():
            yield Rule(
                expression=expression,
                message=_text(rule.get("message")),
                message_expression=_text(rule.get("messageExpression")),
                field_path=_text(rule.get("fieldPath")),
                optional=rule.get("optionalOldSelf") is True,
            )


def _time_fields(node: Mapping[str, Any], name: str = "self") -> Iterator[str]:
    if node.get("format") in _TIMES and node.get("type") == "string":
        yield name
    for below, field in _mapping(node.get("properties")).items():
        yield from _time_fields(_mapping(field), below)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), Mapping):
            yield from _time_fields(node[key], name)


def _applied(
    rules: RuleNode, values: tuple[Any, Any], path: FieldPath
) -> Iterator[tuple[Rule, tuple[Any, Any], FieldPath, RuleNode]]:
    """Every rule with each value that it judges, and the former one (None where none corresponds).

    Nulls are judged by the rules around them.
    """
    value, old = values
    if value is None:
        return
    for rule in rules.rules:
        yield rule, values, path, rules
    for branch in rules.branches:
        yield from _applied(branch, values, path)
    if isinstance(value, dict):
        for name, held in value.items():
            below = rules.properties.get(name, rules.others)
            if below is not None:
                yield from _applied(below, (held, former_field(old, name, rules.node)), (*path, name))
    elif isinstance(value, list) and rules.items is not None:
        former = former_items(old, rules.node)
        for index, held in enumerate(value):
            yield from _applied(rules.items, (held, former(held)), (*path, index))


def has_transitions(rules: RuleNode) -> bool:
    """Whether a rule compares with the former object."""
    below = (*rules.properties.values(), rules.others, rules.items, *rules.branches)
    return any("oldSelf" in rule.expression for rule in rules.rules) or any(
        has_transitions(one) for one in below if one is not None
    )


def _bound(expression: str, rule: Rule, was: Any) -> str:
    """An expression of a rule for this former value, "" where it does not apply without one."""
    if "oldSelf" not in named_variables(expression, _VARIABLES):
        return expression
    if not rule.optional:
        return expression if was is not None else ""
    old = "optional.none()" if was is None else "optional.of(oldSelf)"
    return f"cel.bind(oldSelf, {old}, ({expression}\n))"


def _plain_message(rule: Rule) -> str:
    return rule.message.strip() or f"the rule does not hold: {rule.expression.strip()}"


def _spoken(error: EvaluationError) -> str:
    """The engine's words as Kubernetes has them."""
    return str(error).replace("Key not found in map : ", "no such key: ")


def _reads_times(rule: Rule, node: RuleNode) -> bool:
    if not node.times:
        return False
    words = set(_WORD.findall(rule.expression))
    return not node.times.isdisjoint(words - {"self"}) or node.node.get("format") in _TIMES


def _is_open(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_open(held) for held in value.values())
    if isinstance(value, list):
        return any(_is_open(held) for held in value)
    return is_filled_later(value)


def _steps(field_path: str) -> Iterator[str | int]:
    for name, quoted, index in _STEP.findall(field_path):
        yield int(index) if index else name or quoted


def _within(fault: Fault, body: Any) -> Fault:
    """A fault at the part of its path that the body writes; the rest has its value by default."""
    held = body
    for depth, key in enumerate(fault.path):
        if isinstance(held, dict) and key in held:
            held = held[key]
        elif isinstance(held, list) and isinstance(key, int) and key < len(held):
            held = held[key]
        else:
            missing = str(key) if isinstance(key, str) else ""
            said = f"{fault.message} (at `{missing}`)" if missing else fault.message
            return Fault(fault.rule, fault.path[:depth], said)
    return fault


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
