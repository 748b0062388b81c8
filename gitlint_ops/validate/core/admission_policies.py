"""ValidatingAdmissionPolicies and their bindings; their expressions are judged elsewhere.

Source: k8s.io/kubernetes/pkg/apis/admissionregistration/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.validate.core.admission import REQUEST_VARIABLES, RULE, match_conditions
from gitlint_ops.validate.core.checks import (
    Check,
    below,
    both,
    duplicates,
    each,
    fields,
    filled,
    is_absent,
    is_settled,
    mapping,
    members,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_1035_label, dns_subdomain, path_segment, qualified_name
from gitlint_ops.validate.typed_values import RESERVED
from gitlint_ops.validate.values import given

_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")

_RESOURCES = {
    "resourceRules": each(RULE),
    "excludeResourceRules": each(RULE),
    "matchPolicy": one_of("Exact", "Equivalent", empty=False),
    "namespaceSelector": label_selector,
    "objectSelector": label_selector,
}


def _says_something(spec: Any) -> Iterator[Fault]:
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        yield wrong("`validations` or `auditAnnotations` is required", at_key=True)


def _api_version(text: str) -> str:
    group, slash, version = text.rpartition("/")
    if reason := dns_subdomain(group) if slash else "":
        return reason
    return dns_1035_label(version)


def _kind(text: str) -> str:
    return dns_1035_label(text.lower())


def _identifier(name: str) -> str:
    return "" if _IDENTIFIER.fullmatch(name) and name not in RESERVED else "it is no identifier of CEL"


def _annotation_keys(value: Any) -> Iterator[Fault]:
    """An audit annotation's key is written behind the name of its policy."""
    name = mapping(value.get("metadata")).get("name")
    if not isinstance(name, str) or not name or not is_settled(name):
        return
    for index, annotation in members(value.get("spec"), "auditAnnotations"):
        key = annotation.get("key")
        reason = qualified_name(f"{name}/{key}") if isinstance(key, str) and key and is_settled(key) else ""
        if reason:
            yield wrong(f"{given(key)} is not allowed: {reason}", "spec", "auditAnnotations", index, "key")


def _one_line(value: Any) -> Iterator[Fault]:
    message = value.get("message")
    if isinstance(message, str) and "\n" in message.strip():
        yield wrong("it must be one line", "message")
    expression = value.get("expression")
    if isinstance(expression, str) and "\n" in expression.strip() and is_absent(message):
        yield wrong("an expression of several lines needs `message`", at_key=True)


def _expressions(value: Any) -> Iterator[Fault]:
    """Each expression knows the variables that are declared before it, and `params` where there are any."""
    spec = mapping(value.get("spec"))
    declared = [*REQUEST_VARIABLES, "namespaceObject", *(["params"] if spec.get("paramKind") else [])]
    conditions = match_conditions(*declared[len(REQUEST_VARIABLES) :])(spec.get("matchConditions"))
    yield from below(("spec", "matchConditions"), conditions)
    known: set[str] = set()
    for index, variable in members(spec, "variables"):
        found = _of(variable, "expression", declared, known)
        yield from below(("spec", "variables", index), found)
        known.add(str(variable.get("name")))
    for index, validation in members(spec, "validations"):
        found = [
            *_of(validation, "expression", declared, known, "BOOL"),
            *_of(validation, "messageExpression", declared, known, "STRING"),
        ]
        yield from below(("spec", "validations", index), found)
    for index, annotation in members(spec, "auditAnnotations"):
        found = _of(annotation, "valueExpression", declared, known, "STRING", "NULL")
        yield from below(("spec", "auditAnnotations", index), found)


def _of(
    holder: Mapping[str, Any], name: str, declared: list[str], known: set[str], *results: str
) -> list[Fault]:
    """The faults of one expression; `known` are the variables of the policy itself."""
    held = holder.get(name)
    if not isinstance(held, str) or not held.strip() or not is_settled(held):
        return []
    from gitlint_ops.validate.core.expressions import compiles

    names = (*declared, "variables") if known else declared
    found = [*below((name,), compiles(names, *results)(held))]
    if found or not all(map(is_settled, known)):
        return found
    named = _VARIABLE.findall(_TEXT.sub("''", held))
    return [wrong(f"no variable {one} is declared before it", name) for one in named if one not in known]


_VARIABLE = re.compile(r"(?<![\w.])variables\s*\.\s*([A-Za-z_]\w*)")
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


policy: Check = fields(
    {
        "spec": fields(
            {
                "failurePolicy": one_of("Fail", "Ignore", empty=False),
                "paramKind": fields(
                    {"apiVersion": text(_api_version, required=True), "kind": text(_kind, required=True)},
                    requires("apiVersion"),
                    requires("kind"),
                ),
                "matchConstraints": fields(_RESOURCES, requires("resourceRules")),
                "validations": each(
                    fields(
                        {
                            "expression": filled,
                            "reason": one_of(
                                "Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge", empty=False
                            ),
                        },
                        _one_line,
                    )
                ),
                "variables": each(fields({"name": text(_identifier, required=True), "expression": filled})),
                "auditAnnotations": both(
                    each(fields({"key": filled, "valueExpression": filled})),
                    duplicates("key", rule="schema-violation"),
                ),
            },
            requires("matchConstraints"),
            _says_something,
        )
    },
    _annotation_keys,
    _expressions,
    requires("spec"),
)
"""A ValidatingAdmissionPolicy."""


def _one_parameter(value: Any) -> Iterator[Fault]:
    if is_absent(value.get("name")) == (value.get("selector") is None):
        yield wrong("exactly one of `name` and `selector` is required", at_key=True)


def _not_told_twice(value: Any) -> Iterator[Fault]:
    if isinstance(value, list) and "Deny" in value and "Warn" in value:
        yield wrong("Deny and Warn must not both be given")


binding: Check = fields(
    {
        "spec": fields(
            {
                "policyName": text(dns_subdomain, required=True),
                "paramRef": fields(
                    {
                        "name": text(path_segment),
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
