"""HorizontalPodAutoscalers.

Source: k8s.io/kubernetes/pkg/apis/autoscaling/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    between,
    both,
    each,
    fields,
    filled,
    is_settled,
    mapping,
    members,
    number,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.resources import container_resource, not_negative, positive
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label, path_segment
from gitlint_ops.validate.values import given

_SOURCES = {
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
    "External": "external",
    "ContainerResource": "containerResource",
}

_REFERENCE = fields({"kind": text(path_segment, required=True), "name": text(path_segment, required=True)})


def _target(release: Release) -> Check:
    if release < (1, 35):
        return _REFERENCE
    return both(_REFERENCE, fields({}, _has_group))


def _has_group(value: Any) -> Iterator[Fault]:
    held = value.get("apiVersion")
    if (held is None or isinstance(held, str)) and is_settled(held) and (held or "").count("/") != 1:
        at = ("apiVersion",) if "apiVersion" in value else ()
        yield wrong("`apiVersion` must name an API group, such as apps/v1", *at, at_key=True)


def _bounds(spec: Any) -> Iterator[Fault]:
    low, high = number(spec.get("minReplicas")), number(spec.get("maxReplicas"))
    if low is not None and high is not None and 0 < high < low:
        yield wrong(f"expected at least minReplicas ({low}), got {given(high)}", "maxReplicas")
    if low == 0 and not any(
        metric.get("type") in ("Object", "External") for _, metric in members(spec, "metrics")
    ):
        yield wrong("scaling to 0 needs an Object or External metric", "minReplicas")


def _above_zero(value: Any) -> Iterable[Fault]:
    found = number(value)
    return (wrong(f"expected at least 1, got {given(value)}"),) if found is not None and found < 1 else ()


def _one_source(metric: Any) -> Iterator[Fault]:
    kind = metric.get("type")
    if not is_settled(kind) or kind not in _SOURCES:
        return
    wanted = _SOURCES[kind]
    if metric.get(wanted) is None:
        yield wrong(f"type {kind} needs `{wanted}`", "type")
    for name in _SOURCES.values():
        if name != wanted and metric.get(name) is not None:
            yield wrong(f"`{name}` must not be given with type {kind}", name, at_key=True)


def _target_with(*names: str, exclusive: bool = False) -> Check:
    def check(source: Any) -> Iterator[Fault]:
        target = source.get("target")
        if not isinstance(target, dict):
            return
        chosen = [name for name in names if target.get(name) is not None]
        listed = " or ".join(f"`{name}`" for name in names)
        if not chosen:
            yield wrong(f"{listed} is required", "target", at_key=True)
        elif exclusive and len(chosen) > 1:
            both_given = " and ".join(f"`{name}`" for name in chosen)
            yield wrong(f"{both_given} must not both be given", "target", chosen[1], at_key=True)

    return check


_TARGET = fields(
    {
        "type": one_of("Utilization", "Value", "AverageValue"),
        "value": positive,
        "averageValue": positive,
        "averageUtilization": _above_zero,
    },
    requires("type"),
)
_METRIC_NAME = fields({"name": text(path_segment, required=True)})

_METRIC = fields(
    {
        "type": one_of(*_SOURCES),
        "object": fields(
            {"target": _TARGET, "metric": _METRIC_NAME, "describedObject": _REFERENCE},
            _target_with("value", "averageValue"),
        ),
        "pods": fields({"target": _TARGET, "metric": _METRIC_NAME}, _target_with("averageValue")),
        "resource": fields(
            {"name": filled, "target": _TARGET},
            _target_with("averageUtilization", "averageValue", exclusive=True),
        ),
        "containerResource": fields(
            {
                "name": text(container_resource, required=True),
                "container": text(dns_label, required=True),
                "target": _TARGET,
            },
            _target_with("averageUtilization", "averageValue", exclusive=True),
        ),
        "external": fields(
            {"target": _TARGET, "metric": _METRIC_NAME},
            _target_with("value", "averageValue", exclusive=True),
        ),
    },
    requires("type"),
    _one_source,
)

_SCALING = fields(
    {
        "stabilizationWindowSeconds": between(0, 3600),
        "selectPolicy": one_of("Max", "Min", "Disabled", empty=False),
        "tolerance": not_negative,
        "policies": both(
            some("at least one policy"),
            each(
                fields(
                    {
                        "type": both(filled, one_of("Pods", "Percent")),
                        "value": _above_zero,
                        "periodSeconds": between(1, 1800),
                    }
                )
            ),
        ),
    }
)


def autoscaler(release: Release) -> Check:
    """A HorizontalPodAutoscaler of autoscaling/v2; scaling to 0 is still behind a feature gate."""
    spec = fields(
        {
            "minReplicas": between(1) if release < (1, 37) else between(0),
            "maxReplicas": _above_zero,
            "scaleTargetRef": _target(release),
            "metrics": each(_METRIC),
            "behavior": fields({"scaleUp": _SCALING, "scaleDown": _SCALING}),
        },
        _bounds,
    )
    return fields({"spec": spec})


def _bounds_v1(spec: Any) -> Iterator[Fault]:
    yield from (fault for fault in _bounds(mapping(spec)) if fault.path != ("minReplicas",))


def autoscaler_v1(release: Release) -> Check:
    """A HorizontalPodAutoscaler of autoscaling/v1, which knows only CPU."""
    spec = fields(
        {
            "minReplicas": between(1),
            "maxReplicas": _above_zero,
            "scaleTargetRef": _target(release),
            "targetCPUUtilizationPercentage": _above_zero,
        },
        _bounds_v1,
    )
    return fields({"spec": spec})
