"""ValidatingAdmissionPolicies and their bindings; their expressions are judged elsewhere.

Source: k8s.io/kubernetes/pkg/apis/admissionregistration/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.admission import MATCH_CONDITIONS, RULE
from gitlint_ops.validate.core.checks import (
    Check,
    both,
    each,
    fields,
    filled,
    is_absent,
    one_of,
    requires,
    some,
    wrong,
)
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault

_RESOURCES = {
    "resourceRules": each(RULE),
    "excludeResourceRules": each(RULE),
    "matchPolicy": one_of("Exact", "Equivalent"),
    "namespaceSelector": label_selector,
    "objectSelector": label_selector,
}


def _says_something(spec: Any) -> Iterator[Fault]:
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        yield wrong("`validations` or `auditAnnotations` is required", at_key=True)


def _one_line(value: Any) -> Iterator[Fault]:
    message = value.get("message")
    if isinstance(message, str) and "\n" in message.strip():
        yield wrong("it must be one line", "message")
    expression = value.get("expression")
    if isinstance(expression, str) and "\n" in expression.strip() and is_absent(message):
        yield wrong("an expression of several lines needs `message`", at_key=True)


policy: Check = fields(
    {
        "spec": fields(
            {
                "failurePolicy": one_of("Fail", "Ignore"),
                "paramKind": fields({"apiVersion": filled, "kind": filled}),
                "matchConstraints": fields(_RESOURCES, requires("resourceRules")),
                "matchConditions": MATCH_CONDITIONS,
                "validations": each(
                    fields(
                        {
                            "expression": filled,
                            "reason": one_of("Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"),
                        },
                        _one_line,
                    )
                ),
                "variables": each(fields({"name": filled, "expression": filled})),
                "auditAnnotations": each(fields({"key": filled, "valueExpression": filled})),
            },
            requires("matchConstraints"),
            _says_something,
        )
    }
)
"""A ValidatingAdmissionPolicy."""


def _one_parameter(value: Any) -> Iterator[Fault]:
    if is_absent(value.get("name")) == (value.get("selector") is None):
        yield wrong("exactly one of `name` and `selector` is required", at_key=True)


def _not_told_twice(value: Any) -> Iterator[Fault]:
    if isinstance(value, list) and "Deny" in value and "Warn" in value:
        yield wrong("Deny and Warn exclude each other")


binding: Check = fields(
    {
        "spec": fields(
            {
                "policyName": filled,
                "paramRef": fields(
                    {
                        "parameterNotFoundAction": both(filled, one_of("Allow", "Deny")),
                        "selector": label_selector,
                    },
                    requires("parameterNotFoundAction"),
                    _one_parameter,
                ),
                "matchResources": fields(_RESOURCES),
                "validationActions": both(
                    some("at least one action"),
                    each(both(filled, one_of("Deny", "Warn", "Audit"))),
                    _not_told_twice,
                ),
            },
            requires("policyName"),
            requires("validationActions"),
        )
    }
)
"""A ValidatingAdmissionPolicyBinding."""
