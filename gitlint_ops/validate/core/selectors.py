"""Label selectors, node selectors and the affinities that use them.

Sources: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go and
k8s.io/kubernetes/pkg/apis/core/validation/validation.go (affinity, tolerations, topology spread).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.validate.core.checks import (
    Check,
    Required,
    between,
    both,
    each,
    each_key,
    each_value,
    fields,
    filled,
    is_absent,
    is_settled,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label, label_value, qualified_name
from gitlint_ops.validate.values import given

_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")
_COMPARING = ("Gt", "Lt")

labels: Check = both(each_key(qualified_name), each_value(text(label_value)))
"""Labels, or a selector that is a mapping of labels."""


def _requirement(operators: tuple[str, ...]) -> Check:
    def check(value: Any) -> Iterator[Fault]:
        operator, values = value.get("operator"), value.get("values")
        if not is_settled(operator):
            return
        if operator == "" or (isinstance(operator, str) and operator not in operators):
            near = did_you_mean(operator, operators)
            hint = f"did you mean {near}?" if near else ""
            yield wrong(
                f"expected one of {', '.join(operators)}; got {given(operator)}", "operator", hint=hint
            )
        elif operator in _WITH_VALUES and not values:
            yield wrong(f"operator {operator} needs `values`", at_key=True)
        elif operator in _WITHOUT_VALUES and values:
            yield wrong(f"operator {operator} takes no values", "values", at_key=True)
        elif operator in _COMPARING and len(values or ()) != 1:
            yield wrong(f"operator {operator} takes exactly one value", "operator")

    return check


_LABEL_REQUIREMENT = fields(
    {"key": text(qualified_name, required=True), "values": each(text(label_value))},
    _requirement((*_WITH_VALUES, *_WITHOUT_VALUES)),
)

label_selector: Check = fields({"matchLabels": labels, "matchExpressions": each(_LABEL_REQUIREMENT)})
"""A LabelSelector; an empty one is legal here."""

_NODE_REQUIREMENT = fields(
    {"key": text(qualified_name, required=True)},
    _requirement((*_WITH_VALUES, *_WITHOUT_VALUES, *_COMPARING)),
)


def _one_value(value: Any) -> Iterator[Fault]:
    values = value.get("values")
    if value.get("operator") in _WITH_VALUES and isinstance(values, list) and len(values) > 1:
        yield wrong("exactly one value is allowed", "values")


_FIELD_REQUIREMENT = fields(
    {"key": both(filled, one_of("metadata.name"))}, _requirement(_WITH_VALUES), _one_value
)
_NODE_TERM = fields({"matchExpressions": each(_NODE_REQUIREMENT), "matchFields": each(_FIELD_REQUIREMENT)})


def _keys_need_a_selector(value: Any) -> Iterator[Fault]:
    for name in ("matchLabelKeys", "mismatchLabelKeys"):
        if value.get(name) and value.get("labelSelector") is None:
            yield wrong(f"`{name}` needs `labelSelector`", name, at_key=True)


def node_selector_of(term: Check) -> Check:
    """A NodeSelector whose terms are judged so."""
    return fields(
        {"nodeSelectorTerms": both(some("at least one term"), each(term))}, requires("nodeSelectorTerms")
    )


node_selector: Check = node_selector_of(_NODE_TERM)
"""A NodeSelector of an affinity."""

volume_node_selector: Check = node_selector_of(
    fields({"matchExpressions": each(both(_NODE_REQUIREMENT, fields({"values": each(text(label_value))})))})
)
"""A NodeSelector of a persistent volume, whose values are judged, too."""

_POD_TERM = fields(
    {
        "labelSelector": label_selector,
        "namespaceSelector": label_selector,
        "namespaces": each(text(dns_label)),
        "topologyKey": text(qualified_name, required=True),
    },
    _keys_need_a_selector,
)

_WEIGHT = between(1, 100)


def _pod_terms(value_of_weighted: str) -> Check:
    return fields(
        {
            "requiredDuringSchedulingIgnoredDuringExecution": each(_POD_TERM),
            "preferredDuringSchedulingIgnoredDuringExecution": each(
                fields({"weight": Required(_WEIGHT), value_of_weighted: _POD_TERM})
            ),
        }
    )


affinity: Check = fields(
    {
        "nodeAffinity": fields(
            {
                "requiredDuringSchedulingIgnoredDuringExecution": node_selector,
                "preferredDuringSchedulingIgnoredDuringExecution": each(
                    fields({"weight": _WEIGHT, "preference": _NODE_TERM})
                ),
            }
        ),
        "podAffinity": _pod_terms("podAffinityTerm"),
        "podAntiAffinity": _pod_terms("podAffinityTerm"),
    }
)
"""A pod's affinity."""


def _toleration(value: Any) -> Iterator[Fault]:
    operator = value.get("operator")
    if not is_settled(operator):
        return
    if operator == "Exists" and not is_absent(value.get("value")):
        yield wrong("`value` must be empty when the operator is Exists", "value", at_key=True)
    if is_absent(value.get("key")) and operator != "Exists":
        yield wrong("without `key` (every taint) the operator must be Exists", at_key=True)
    if value.get("tolerationSeconds") is not None and value.get("effect") != "NoExecute":
        yield wrong("`tolerationSeconds` needs effect NoExecute", "tolerationSeconds", at_key=True)


toleration: Check = fields(
    {
        "key": text(qualified_name),
        # Lt and Gt are still behind a feature gate that is off.
        "operator": one_of("Equal", "Exists"),
        "effect": one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
        "value": text(label_value),
    },
    _toleration,
)
"""One toleration."""


def _minimum_domains(value: Any) -> Iterator[Fault]:
    if value.get("minDomains") is not None and value.get("whenUnsatisfiable") != "DoNotSchedule":
        yield wrong("`minDomains` needs whenUnsatisfiable: DoNotSchedule", "minDomains", at_key=True)


spread_constraint: Check = fields(
    {
        "maxSkew": between(1),
        "minDomains": between(1),
        "topologyKey": filled,
        "whenUnsatisfiable": both(filled, one_of("DoNotSchedule", "ScheduleAnyway")),
        "nodeAffinityPolicy": one_of("Honor", "Ignore", empty=False),
        "nodeTaintsPolicy": one_of("Honor", "Ignore", empty=False),
        "labelSelector": label_selector,
    },
    _minimum_domains,
    _keys_need_a_selector,
)
"""One topology spread constraint."""


def selector_of(what: str) -> Check:
    """A label selector that must select something."""

    def check(value: Any) -> Iterator[Fault]:
        if isinstance(value, dict) and not value.get("matchLabels") and not value.get("matchExpressions"):
            yield wrong(f"an empty selector is not allowed for a {what}", at_key=True)

    return both(label_selector, check)
