"""Disruption budgets and priorities.

Sources: k8s.io/kubernetes/pkg/apis/policy/validation/validation.go and
pkg/apis/scheduling/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import Check, both, fields, filled, number, one_of, wrong
from gitlint_ops.validate.core.rollouts import at_most_all
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given

_HIGHEST_PRIORITY = 1_000_000_000
_SYSTEM_PREFIX = "system-"
_SYSTEM_CLASSES = frozenset({"system-cluster-critical", "system-node-critical"})


def _one_bound(spec: Any) -> Iterator[Fault]:
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        said = "`minAvailable` and `maxUnavailable` must not both be given"
        yield wrong(said, "maxUnavailable", at_key=True)


def _user_defined(value: Any) -> Iterator[Fault]:
    metadata = value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str) or name in _SYSTEM_CLASSES:
        return
    if name.startswith(_SYSTEM_PREFIX):
        yield wrong(f"names that begin with {_SYSTEM_PREFIX} are reserved", "metadata", "name")
    found = number(value.get("value"))
    if found is not None and found > _HIGHEST_PRIORITY:
        yield wrong(f"expected at most {_HIGHEST_PRIORITY}, got {given(found)}", "value")


_BUDGET_SPEC = fields(
    {
        "minAvailable": at_most_all,
        "maxUnavailable": at_most_all,
        "selector": label_selector,
        "unhealthyPodEvictionPolicy": one_of("IfHealthyBudget", "AlwaysAllow", empty=False),
    },
    _one_bound,
)

disruption_budget: Check = fields({"spec": _BUDGET_SPEC})
"""A PodDisruptionBudget."""

priority_class: Check = fields(
    {"preemptionPolicy": both(filled, one_of("PreemptLowerPriority", "Never"))}, _user_defined
)
"""A PriorityClass."""
