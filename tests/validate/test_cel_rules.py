"""What the rules in CEL of a CustomResourceDefinition say of its custom resources."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import pytest
import yaml

from gitlint_ops.validate.cel_rules import MOST_EVALUATIONS, CelRules, rules_of
from gitlint_ops.validate.objects import Validator
from gitlint_ops.validate.typed_values import escaped

from .conftest import object_of


def _rules(schema: str) -> Any:
    text = "type: object\nproperties:\n  spec:\n" + indent(dedent(schema).strip(), "    ")
    return rules_of(yaml.safe_load(text))


def _told(schema: str, spec: str, judge: CelRules | None = None) -> list[tuple[str, str]]:
    rules = _rules(schema)
    body = {"apiVersion": "a.b/v1", "kind": "A", "metadata": {"name": "web"}, "spec": yaml.safe_load(spec)}
    faults = (judge or CelRules()).faults(body, rules)
    return [(".".join(map(str, fault.path)), fault.message) for fault in faults]


def _scalar(kind: str, rule: str) -> str:
    return f"""
    type: object
    properties:
      x: {{{kind}}}
    x-kubernetes-validations:
    - rule: {rule!r}
      message: "no"
    """


def test_a_broken_rule_is_told_at_its_field_with_the_message_of_the_definition() -> None:
    schema = """
    type: object
    properties:
      min: {type: integer}
      max: {type: integer}
    x-kubernetes-validations:
    - rule: self.min <= self.max
      message: min must not be above max
      fieldPath: .min
    """
    assert _told(schema, "{min: 5, max: 3}") == [("spec.min", "min must not be above max")]
    assert _told(schema, "{min: 2, max: 3}") == []


def test_defaults_are_seen_and_what_is_missing_is_told_at_its_parent() -> None:
    schema = """
    type: object
    properties:
      min: {type: integer, default: 9}
      max: {type: integer}
    x-kubernetes-validations:
    - rule: self.min <= self.max
      message: too few
      fieldPath: .min
    """
    assert _told(schema, "{max: 3}") == [("spec", "too few (at `min`)")]


def test_a_rule_that_cannot_be_computed_refuses_the_object_as_the_api_server_does() -> None:
    schema = _scalar("type: integer", "self.x > 0")
    assert _told(schema, "{}") == [("spec", 'no (the rule fails: no such key: "x")')]


def test_messages_can_be_computed() -> None:
    schema = """
    type: object
    properties:
      x: {type: integer}
    x-kubernetes-validations:
    - rule: self.x > 3
      message: too small
      messageExpression: "'x is ' + string(self.x)"
    """
    assert _told(schema, "{x: 1}") == [("spec", "x is 1")]


@pytest.mark.parametrize(
    ("kind", "rule", "value"),
    [
        ("type: number", "type(self.x) == double", "1"),
        ("type: integer", "type(self.x) == int", "1"),
        ("type: string, format: byte", "self.x == b'hi'", "aGk="),
        ("x-kubernetes-int-or-string: true", "type(self.x) == int ? self.x == 80 : false", "80"),
        ("x-kubernetes-int-or-string: true", "self.x == '80%'", "80%"),
        ("type: object, additionalProperties: {type: number}", "self.x.all(k, self.x[k] == 1.0)", "{a: 1}"),
        ("type: object, properties: {a-b: {type: string}}", "self.x.a__dash__b == 'y'", "{a-b: y}"),
        ("type: object, properties: {in: {type: string}}", "self.x.__in__ == 'y'", "{in: y}"),
        ("type: array, items: {type: string}", "self.x.isSorted()", "[a, b]"),
        ("type: string, nullable: true", "has(self.x) && self.x == null", "null"),
        ("type: string", "!has(self.x)", "null"),
        ("type: string", "quantity(self.x).isGreaterThan(quantity('1Mi'))", "1Gi"),
    ],
)  # fmt: skip
def test_values_have_the_types_of_the_schema(kind: str, rule: str, value: str) -> None:
    assert _told(_scalar(kind, rule), f"{{x: {value}}}") == []


def test_rules_stand_at_items_keys_and_branches() -> None:
    schema = """
    type: object
    properties:
      ports:
        type: array
        items:
          type: object
          properties: {port: {type: integer}}
          x-kubernetes-validations: [{rule: self.port < 10, message: too high}]
      limits:
        type: object
        additionalProperties:
          type: integer
          x-kubernetes-validations: [{rule: self > 0, message: not positive}]
    allOf:
    - properties:
        limits:
          x-kubernetes-validations: [{rule: size(self) < 2, message: too many}]
    """
    told = _told(schema, "{ports: [{port: 1}, {port: 10}], limits: {a: 1, b: 0}}")
    assert told == [
        ("spec.limits", "too many"),
        ("spec.ports.1", "too high"),
        ("spec.limits.b", "not positive"),
    ]


def test_rules_about_a_change_do_not_apply_to_what_is_created() -> None:
    schema = """
    type: object
    properties: {x: {type: string}}
    x-kubernetes-validations:
    - {rule: self.x == oldSelf.x, message: immutable}
    - {rule: '!oldSelf.hasValue() && self.x == "a"', message: at first it is a, optionalOldSelf: true}
    """
    assert _told(schema, "{x: a}") == []
    assert _told(schema, "{x: b}") == [("spec", "at first it is a")]


def test_the_root_shows_no_more_than_the_name_of_an_object() -> None:
    rules = rules_of(
        {
            "type": "object",
            "x-kubernetes-validations": [
                {"rule": "self.metadata.name == 'web' && !has(self.metadata.labels)"}
            ],
        }
    )
    assert rules is not None
    body = {"metadata": {"name": "web", "labels": {}}}
    assert CelRules().faults(body, rules) == ()


@pytest.mark.parametrize(
    ("kind", "rule", "value"),
    [
        (
            "type: string, format: date-time",
            "timestamp(self.x) > timestamp('2020-01-01T00:00:00Z')",
            "2019-01-01",
        ),
        ("type: string", "self.x.nosuch()", "a"),
        ("type: string", "self.x == 'a'", "${X}"),
        ("type: string", "duration(self.x).getMilliseconds() > 1", "1s"),
    ],
)
def test_what_cannot_be_evaluated_is_counted_and_told_as_nothing(kind: str, rule: str, value: str) -> None:
    judge = CelRules()
    assert _told(_scalar(kind, rule), f"{{x: '{value}'}}", judge) == []
    assert [(one.of, one.expression) for one in judge.unevaluated] == [("a.b/v1 A", rule)]


def test_evaluations_of_one_object_are_bounded() -> None:
    judge = CelRules()
    schema = "type: array\nitems: {type: integer, x-kubernetes-validations: [{rule: self >= 0}]}"
    assert _told(schema, str([1] * (MOST_EVALUATIONS + 5)), judge) == []
    assert sum(judge.unevaluated.values()) == 1


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("a", "a"), ("a-b.c/d", "a__dash__b__dot__c__slash__d"), ("a__b", "a__underscores__b"), ("in", "__in__"),
     ("$ref", None), ("1a", None), ("é", None)],
)  # fmt: skip
def test_names_are_escaped_as_the_api_server_does(name: str, identifier: str | None) -> None:
    assert escaped(name) == identifier


def test_a_validator_tells_broken_rules_and_those_it_could_not_evaluate() -> None:
    rules = [{"rule": "self.min <= self.max", "message": "no"}, {"rule": "nosuch(self.min)"}]
    number = {"type": "integer"}
    spec = {"type": "object", "properties": {"min": number, "max": number}, "x-kubernetes-validations": rules}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    names = {"kind": "Queue", "plural": "queues"}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "queues.example.org"},
        "spec": {"group": "example.org", "names": names, "scope": "Namespaced", "versions": [version]},
    }
    queue = {
        "apiVersion": "example.org/v1",
        "kind": "Queue",
        "metadata": {"name": "a"},
        "spec": {"min": 2, "max": 1},
    }
    validator = Validator(definitions=[object_of(yaml.safe_dump(definition))])
    told = validator.validate(object_of(yaml.safe_dump(queue)))
    assert [(one.rule, one.path, one.message) for one in told] == [("cel-rule-violation", ("spec",), "no")]
    (said,) = validator.unevaluated()
    assert said.startswith("a rule in CEL of example.org/v1 Queue was not evaluated (`nosuch(self.min)`)")
