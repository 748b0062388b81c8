"""LimitRanges and ResourceQuotas.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    both,
    duplicates,
    each,
    fields,
    filled,
    mapping,
    one_of,
    wrong,
)
from gitlint_ops.validate.core.resources import amount, limit_range_item, named_amounts
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given

_SCOPES = (
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
)
_EXCLUDING = (("Terminating", "NotTerminating"), ("BestEffort", "NotBestEffort"))

_RESOURCES = frozenset(
    {
        "cpu",
        "memory",
        "ephemeral-storage",
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "persistentvolumeclaims",
        "configmaps",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_PREFIXES = ("hugepages-", "requests.hugepages-")


def _known(hard: Any) -> Iterator[Fault]:
    for name in mapping(hard):
        if isinstance(name, str) and "/" not in name and name not in _RESOURCES:
            if name.startswith(_PREFIXES) or "$" in name:
                continue
            said = f"unknown resource `{name}`: quotas know {', '.join(sorted(_RESOURCES))}"
            yield wrong(said, name, at_key=True)


_COUNTED = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "persistentvolumeclaims",
        "configmaps",
        "services.nodeports",
        "services.loadbalancers",
    }
)


def _whole_numbers(hard: Any) -> Iterator[Fault]:
    for name, held in mapping(hard).items():
        found = amount(held) if name in _COUNTED else None
        if found is not None and found != found.to_integral_value():
            yield wrong(f"{given(held)} is no whole number, which {name} needs", name)


def _scopes(value: Any) -> Iterator[Fault]:
    for one, other in _EXCLUDING:
        if isinstance(value, list) and one in value and other in value:
            yield wrong(f"{one} and {other} must not both be given")


_QUOTA_SCOPES = both(each(one_of(*_SCOPES)), _scopes)

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def _scope_values(value: Any) -> Iterator[Fault]:
    operator, values = value.get("operator"), value.get("values")
    if operator in _OPERATORS[:2] and not values:
        yield wrong(f"operator {operator} needs `values`", at_key=True)
    if operator in _OPERATORS[2:] and values:
        yield wrong(f"operator {operator} takes no values", "values", at_key=True)


_SCOPE_REQUIREMENT = fields(
    {"scopeName": both(filled, one_of(*_SCOPES)), "operator": both(filled, one_of(*_OPERATORS))},
    _scope_values,
)
_SCOPE_SELECTOR = fields({"matchExpressions": each(_SCOPE_REQUIREMENT)})

resource_quota: Check = fields(
    {
        "spec": fields(
            {
                "hard": both(named_amounts, _known, _whole_numbers),
                "scopes": _QUOTA_SCOPES,
                "scopeSelector": _SCOPE_SELECTOR,
            }
        )
    }
)
"""A ResourceQuota."""

_LIMITS = both(each(limit_range_item), duplicates("type", rule="schema-violation"))

limit_range: Check = fields({"spec": fields({"limits": _LIMITS})})
"""A LimitRange."""
