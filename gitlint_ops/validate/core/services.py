"""Services.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (services)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.addresses import PORT, an_address, cidr, if_given, port_or_name
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    between,
    both,
    duplicates,
    each,
    fields,
    is_absent,
    is_settled,
    members,
    not_empty,
    number,
    one_of,
    text,
    wrong,
)
from gitlint_ops.validate.core.endpoints import endpoint_address
from gitlint_ops.validate.core.selectors import labels
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_FAMILY = one_of("IPv4", "IPv6", empty=False)


def _target_port(value: Any) -> Iterable[Fault]:
    # 0 and "" count as not given: the target is the port itself.
    return () if value in (0, "") else port_or_name(value)


_LOW, _HIGH = 30000, 32767
_RANGE_FLAG = "--service-node-port-range"


def _allocatable(port: Any, *path: str | int) -> Iterator[Fault]:
    """A port of the nodes that an API server hands out; a dry run does not ask for it."""
    found = number(port)
    if found and 0 < found <= 65535 and not _LOW <= found <= _HIGH:
        said = f"{given(port)} is outside of {_LOW} to {_HIGH}, the range of API servers by default"
        yield wrong(said, *path, hint=f"it is refused unless the flag {_RANGE_FLAG} gives another range")


_PORT = fields(
    {
        "name": text(dns_label),
        "port": PORT,
        "targetPort": _target_port,
        "nodePort": between(0, 65535),
        "protocol": one_of("TCP", "UDP", "SCTP"),
        "appProtocol": not_empty(qualified_name),
    }
)


def _type(spec: Any) -> Any:
    return spec.get("type") or "ClusterIP"


def _is_headless(spec: Any) -> bool:
    several = spec.get("clusterIPs")
    return spec.get("clusterIP") == "None" or (isinstance(several, list) and "None" in several)


def _needs_ports(spec: Any) -> Iterator[Fault]:
    if not spec.get("ports") and not _is_headless(spec) and _type(spec) in _TYPES[:3]:
        at = ("ports",) if "ports" in spec else ()
        yield wrong(f"a Service of type {_type(spec)} needs `ports`", *at, at_key=True)


def _several_ports_have_names(spec: Any) -> Iterator[Fault]:
    ports = members(spec, "ports")
    for index, port in ports if len(ports) > 1 else ():
        if is_absent(port.get("name")):
            yield wrong("of several ports each needs a `name`", "ports", index, at_key=True)


def _node_ports(spec: Any) -> Iterator[Fault]:
    seen: set[tuple[Any, Any]] = set()
    for index, port in members(spec, "ports"):
        held = port.get("nodePort")
        if not held or not is_settled(held):
            continue
        path = ("ports", index, "nodePort")
        if _type(spec) == "ClusterIP":
            said = "`nodePort` needs type NodePort or LoadBalancer"
            yield wrong(said, *path, at_key=True)
        known = (port.get("protocol") or "TCP", held)
        if known in seen:
            yield wrong(f"duplicate nodePort {held}", *path)
        elif _type(spec) in ("NodePort", "LoadBalancer"):
            yield from _allocatable(held, *path)
        seen.add(known)


def _cluster_address(spec: Any) -> Iterator[Fault]:
    kind, first = _type(spec), spec.get("clusterIP")
    several = spec.get("clusterIPs") or []
    if _is_headless(spec) and kind in ("NodePort", "LoadBalancer"):
        at = "clusterIP" if first == "None" else "clusterIPs"
        yield wrong(f"a Service of type {kind} cannot be headless (None)", at)
    elif kind == "ExternalName":
        for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(name):
                yield wrong(f"`{name}` must not be given for type ExternalName", name, at_key=True)
    elif isinstance(several, list) and several and not is_absent(first) and several[0] != first:
        yield wrong("its first item must be the same as `clusterIP`", "clusterIPs")


def _external_name(spec: Any) -> Iterator[Fault]:
    name = spec.get("externalName")
    if _type(spec) != "ExternalName" or not (name is None or isinstance(name, str)):
        return
    if not name:
        yield wrong("type ExternalName needs `externalName`", at_key=True)
    elif is_settled(name) and (reason := dns_subdomain(name.removesuffix("."))):
        yield wrong(f"{given(name)} is not allowed: {reason}", "externalName")


_ONLY_FOR_LOAD_BALANCERS = ("loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass")


def _load_balancer(spec: Any) -> Iterator[Fault]:
    if _type(spec) == "LoadBalancer" or not is_settled(_type(spec)):
        return
    for name in _ONLY_FOR_LOAD_BALANCERS:
        if spec.get(name) not in (None, [], ""):
            yield wrong(f"`{name}` needs type LoadBalancer", name, at_key=True)


def _traffic(spec: Any) -> Iterator[Fault]:
    policy, kind = spec.get("externalTrafficPolicy"), _type(spec)
    outside = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    if policy and not outside and is_settled(kind):
        said = "`externalTrafficPolicy` needs type NodePort or LoadBalancer, or external addresses"
        yield wrong(said, "externalTrafficPolicy", at_key=True)
    if spec.get("healthCheckNodePort") and not (kind == "LoadBalancer" and policy == "Local"):
        said = "`healthCheckNodePort` needs type LoadBalancer and externalTrafficPolicy: Local"
        yield wrong(said, "healthCheckNodePort", at_key=True)
    elif spec.get("healthCheckNodePort"):
        yield from _allocatable(spec["healthCheckNodePort"], "healthCheckNodePort")


def _differ(value: Any) -> Iterator[Fault]:
    for index, held in enumerate(value if isinstance(value, list) else ()):
        if held in value[:index]:
            yield wrong(f"duplicate {given(held)}", index)


def _cluster_ip(release: Release) -> Check:
    judge = an_address(release)
    return lambda value: () if value == "None" else judge(value)


def service(release: Release) -> Check:
    """A Service."""
    near = ("PreferSameZone", "PreferSameNode") if release >= (1, 34) else ()
    table: dict[str, Check] = {
        "type": one_of(*_TYPES),
        "ports": both(each(_PORT), duplicates("name")),
        "selector": labels,
        "clusterIP": if_given(_cluster_ip(release)),
        "clusterIPs": each(_cluster_ip(release)),
        "externalIPs": each(endpoint_address(release)),
        "loadBalancerClass": not_empty(qualified_name),
        "ipFamilies": both(each(_FAMILY), _differ),
        "ipFamilyPolicy": one_of("SingleStack", "PreferDualStack", "RequireDualStack", empty=False),
        "sessionAffinity": one_of("None", "ClientIP"),
        "sessionAffinityConfig": fields({"clientIP": fields({"timeoutSeconds": between(1, 86400)})}),
        "externalTrafficPolicy": one_of("Cluster", "Local"),
        "internalTrafficPolicy": one_of("Cluster", "Local", empty=False),
        "trafficDistribution": one_of("PreferClose", *near, empty=False),
        "loadBalancerSourceRanges": each(cidr(release)),
        "healthCheckNodePort": between(0, 65535),
    }
    crossing = (
        _needs_ports,
        _several_ports_have_names,
        _node_ports,
        _cluster_address,
        _external_name,
        _load_balancer,
        _traffic,
    )
    return fields({"spec": fields(table, *crossing)})
