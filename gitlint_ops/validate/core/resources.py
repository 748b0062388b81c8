"""Amounts of CPU, memory and other resources, and where they stand.

Sources: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (resource requirements, LimitRange,
ResourceQuota) and pkg/apis/core/helper/helpers.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    both,
    fields,
    filled,
    is_settled,
    mapping,
    one_of,
    text,
    wrong,
)
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import qualified_name
from gitlint_ops.validate.quantities import quantity
from gitlint_ops.validate.values import given

_OF_CONTAINERS = frozenset({"cpu", "memory", "ephemeral-storage"})
_OF_PODS = frozenset({"cpu", "memory"})


def amount(value: Any) -> Decimal | None:
    """A quantity's value; None where it has none that can be known."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or not is_settled(value):
        return None
    try:
        return quantity(value)
    except ValueError:
        return None


def not_negative(value: Any) -> Iterable[Fault]:
    """Refuses a quantity below zero; whether it is one, the schema says."""
    # Most quantities need not be read to see that they are not negative.
    if not str(value).lstrip().startswith("-"):
        return ()
    found = amount(value)
    if found is not None and found < 0:
        return (wrong(f"{given(value)} is negative"),)
    return ()


def positive(value: Any) -> Iterable[Fault]:
    """Refuses a quantity that is not above zero."""
    found = amount(value)
    if found is not None and found <= 0:
        return (wrong(f"{given(value)} is not above zero"),)
    return ()


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_hugepages(name: str) -> bool:
    return name.startswith("hugepages-")


def container_resource(name: str) -> str:
    """Why a container cannot ask for this resource; "" where it can."""
    if reason := qualified_name(name):
        return reason
    if "/" not in name:
        known = name in _OF_CONTAINERS or _is_hugepages(name)
        return "" if known else f"containers know {', '.join(sorted(_OF_CONTAINERS))} and hugepages-<size>"
    if not _is_native(name) and (name.startswith("requests.") or qualified_name(f"requests.{name}")):
        return "it is no name of an extended resource"
    return ""


def _pod_resource(name: str) -> str:
    if name in _OF_PODS or _is_hugepages(name):
        return ""
    return "pods know cpu, memory and hugepages-<size>"


def _amounts(reason: Any) -> Check:
    def check(value: Any) -> Iterator[Fault]:
        for name, held in mapping(value).items():
            if not isinstance(name, str) or not is_settled(name):
                continue
            if why := reason(name):
                yield wrong(f"unknown resource `{name}`: {why}", name, at_key=True)
            faults = list(not_negative(held)) or list(_whole(name, held))
            yield from (wrong(found.message, name, hint=found.hint) for found in faults)

    return check


def _whole(name: str, held: Any) -> Iterator[Fault]:
    found = amount(held) if "/" in name else None
    if not _is_native(name) and found is not None and found != found.to_integral_value():
        yield wrong(f"{given(held)} is no whole number, which {name} needs")


def _requests_within_limits(value: Any) -> Iterator[Fault]:
    limits = mapping(value.get("limits"))
    for name, held in mapping(value.get("requests")).items():
        if not isinstance(name, str) or (name in _OF_CONTAINERS and limits.get(name, held) == held):
            continue
        asked = amount(0 if held is None else held)
        if asked is None:
            continue
        at_once = (not _is_native(name)) or _is_hugepages(name)
        if name not in limits:
            if at_once:
                yield wrong(f"requests of {name} need a limit of the same amount", "requests", name)
            continue
        # A quantity that is null is 0.
        most = amount(0 if limits[name] is None else limits[name])
        if most is not None and (asked > most or (at_once and asked != most)):
            relation = "equal to" if at_once else "at most"
            said = f"{given(held)} is asked for, but it must be {relation} the limit, {limits[name] or 0}"
            yield wrong(said, "requests", name)


def _hugepages_need_more(value: Any) -> Iterator[Fault]:
    names = {*mapping(value.get("limits")), *mapping(value.get("requests"))}
    if not names & {"cpu", "memory"} and any(isinstance(name, str) and _is_hugepages(name) for name in names):
        yield wrong("huge pages need requests or limits of cpu or memory beside them", at_key=True)


container_amounts: Check = _amounts(container_resource)
"""Quantities by resource that a container can ask for."""


def requirements(*, of_pod: bool = False) -> Check:
    """`resources` of a container, or of a whole pod."""
    amounts = _amounts(_pod_resource) if of_pod else container_amounts
    return fields({"limits": amounts, "requests": amounts}, _requests_within_limits, _hugepages_need_more)


_OTHER_RESOURCES = frozenset({"storage"})
_BOUNDS = ("min", "max", "default", "defaultRequest", "maxLimitRequestRatio")


def _limited_resource(name: str) -> str:
    if reason := qualified_name(name):
        return reason
    known = "/" in name or name in _OF_CONTAINERS | _OTHER_RESOURCES or _is_hugepages(name)
    return "" if known else f"known are {', '.join(sorted(_OF_CONTAINERS | _OTHER_RESOURCES))}"


def _limited_resources(limit: Any) -> Iterator[Fault]:
    """Resources that are unknown to the type of a limit; their amounts may be negative."""
    reason = container_resource if limit.get("type") in ("Pod", "Container") else _limited_resource
    for bound in _BOUNDS:
        for name in mapping(limit.get(bound)):
            if isinstance(name, str) and is_settled(name) and (why := reason(name)):
                yield wrong(f"unknown resource `{name}`: {why}", bound, name, at_key=True)


def named_amounts(value: Any) -> Iterator[Fault]:
    """Quantities by resource, whatever its name: limit ranges, quotas, capacities."""
    yield from _amounts(qualified_name)(value)


def _ordered(limit: Mapping[str, Any], lower: str, upper: str) -> Iterator[Fault]:
    bounds = mapping(limit.get(upper))
    for name, held in mapping(limit.get(lower)).items():
        # A quantity that is null is 0; one that is not there bounds nothing.
        low = amount(0 if held is None else held)
        high = amount(0 if bounds[name] is None else bounds[name]) if name in bounds else None
        if low is not None and high is not None and low > high:
            yield wrong(f"{given(held)} is above `{upper}` of {name}", lower, name)


def _limit_range_item(limit: Any) -> Iterator[Fault]:
    for lower, upper in (
        ("min", "max"),
        ("min", "default"),
        ("min", "defaultRequest"),
        ("default", "max"),
        ("defaultRequest", "max"),
        ("defaultRequest", "default"),
    ):
        yield from _ordered(limit, lower, upper)
    if limit.get("type") == "Pod":
        for name in ("default", "defaultRequest"):
            if limit.get(name):
                yield wrong(f"`{name}` must not be given for type Pod", name, at_key=True)
    if limit.get("type") == "PersistentVolumeClaim":
        given_storage = any("storage" in mapping(limit.get(name)) for name in ("min", "max"))
        if not given_storage:
            yield wrong("type PersistentVolumeClaim needs `min` or `max` of storage", at_key=True)


_LIMIT_TYPE = one_of("Pod", "Container", "PersistentVolumeClaim")


def _limit_type(value: Any) -> Iterable[Fault]:
    """A type of Kubernetes' own, or one with a domain before it."""
    return text(qualified_name)(value) if isinstance(value, str) and "/" in value else _LIMIT_TYPE(value)


limit_range_item: Check = fields(
    {
        "type": both(filled, _limit_type),
    },
    _limited_resources,
    _limit_range_item,
)
"""One item of a LimitRange's `limits`."""
