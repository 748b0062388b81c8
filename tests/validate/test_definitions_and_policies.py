"""Definitions and policies that the API server refuses or takes, as a real one of 1.37 said."""

from __future__ import annotations

import pytest

from gitlint_ops.validate.objects import Validator

from .definition_texts import crd, judged, policy, spec_of

REFUSED: list[tuple[str, str, str]] = [
    ("a definition without a type", crd("{properties: {}}"), "`type` is required"),
    ("a field of which nothing is said", spec_of("null"), "`type` is required"),
    ("a list of nothing", spec_of("{type: array}"), "a list needs `items`"),
    (
        "an int-or-string of one type",
        spec_of("{x-kubernetes-int-or-string: true, anyOf: [{type: integer}]}"),
        "not allowed below",
    ),
    (
        "a key that items may lack",
        spec_of(
            "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name],"
            " items: {type: object, properties: {name: {type: string}}}}"
        ),
        "must be required or have a default",
    ),
    (
        "a default that the schema refuses",
        spec_of("{type: integer, minimum: 5, default: 3}"),
        "no value that the schema takes",
    ),
    (
        "a wrong type below items",
        spec_of("{type: array, items: {type: string, maxLength: many}}"),
        "expected an integer",
    ),
    (
        "a column without a path",
        crd("{type: object}", "    additionalPrinterColumns: [{name: Age, type: date, jsonPath: ''}]"),
        "it is empty",
    ),
    (
        "a field to select by that is not there",
        crd("{type: object}", "    selectableFields: [{jsonPath: .spec.color}]"),
        "leads to no field",
    ),
    (
        "a scale that is not in the spec",
        crd(
            "{type: object}",
            "    subresources: {scale: {specReplicasPath: .replicas, statusReplicasPath: .status.replicas}}",
        ),
        "must begin with .spec.",
    ),
    (
        "a rule that is no expression",
        spec_of("{type: string, x-kubernetes-validations: [{rule: 'self =='}]}"),
        "does not compile: mismatched input",
    ),
    (
        "a rule that gives a text",
        spec_of("{type: string, x-kubernetes-validations: [{rule: \"'a'\"}]}"),
        "it gives string, not bool",
    ),
    (
        "a rule on a field that the schema has not",
        spec_of(
            "{type: object, properties: {a: {type: string}}, x-kubernetes-validations: [{rule: has(self.b)}]}"
        ),
        "the schema has no field b",
    ),
    (
        "a rule on a variable of policies",
        spec_of("{type: string, x-kubernetes-validations: [{rule: object == ''}]}"),
        "nothing declares object",
    ),
    (
        "a place that the schema has not",
        spec_of(
            "{type: object, properties: {a: {type: string}},"
            " x-kubernetes-validations: [{rule: 'true', fieldPath: .b}]}"
        ),
        ".b leads to no field",
    ),
    ("a policy's rule on nothing", policy(validations=[{"expression": "self.a"}]), "nothing declares self"),
    (
        "a message that is a number",
        policy(validations=[{"expression": "true", "messageExpression": "5"}]),
        "it gives int, not string",
    ),
    (
        "parameters that there are none of",
        policy(validations=[{"expression": "params.a == 1"}]),
        "nothing declares params",
    ),
    (
        "a variable that is declared nowhere",
        policy(variables=[{"name": "a", "expression": "1"}, {"name": "b", "expression": "variables.c"}]),
        "no variable c is declared",
    ),
    ("a variable with a hyphen", policy(variables=[{"name": "a-b", "expression": "1"}]), "no identifier"),
    (
        "an annotation twice",
        policy(auditAnnotations=[{"key": "a", "valueExpression": "'x'"}] * 2),
        "duplicate key",
    ),
    ("parameters of no kind", policy(paramKind={"apiVersion": "v1", "kind": "Config_Map"}), "lower-case"),
    (
        "a condition that does not end",
        policy(matchConditions=[{"name": "a", "expression": "has(object.metadata.name"}]),
        "missing ')'",
    ),
]


@pytest.mark.parametrize(
    ("text", "said"), [(text, said) for _, text, said in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_what_the_api_server_refuses_is_refused(text: str, said: str, newest: Validator) -> None:
    found = judged(text, newest)

    assert any(said in one for one in found), found


TAKEN: list[tuple[str, str]] = [
    ("a null among required fields", spec_of("{type: object, required: [null]}")),
    (
        "an unknown field of a schema below items",
        spec_of("{type: array, items: {type: string, colour: red}}"),
    ),
    (
        "functions of Kubernetes that the engine lacks",
        policy(validations=[{"expression": "authorizer.group('').resource('pods').check('get').allowed()"}]),
    ),
    (
        "a field of metadata",
        crd("{type: object, x-kubernetes-validations: [{rule: self.metadata.name == 'a'}]}"),
    ),
    (
        "any field where unknown ones are kept",
        spec_of(
            "{type: object, x-kubernetes-preserve-unknown-fields: true,"
            " x-kubernetes-validations: [{rule: has(self.b)}]}"
        ),
    ),
    (
        "an escaped field",
        spec_of(
            "{type: object, properties: {a-b: {type: string}},"
            " x-kubernetes-validations: [{rule: has(self.a__dash__b)}]}"
        ),
    ),
    (
        "a variable before a variable",
        policy(
            variables=[{"name": "a", "expression": "1"}, {"name": "b", "expression": "variables.a"}],
            validations=[{"expression": "variables.b == 1"}],
        ),
    ),
]


@pytest.mark.parametrize("text", [text for _, text in TAKEN], ids=[name for name, _ in TAKEN])
def test_what_the_api_server_takes_is_taken(text: str, newest: Validator) -> None:
    assert judged(text, newest) == []
