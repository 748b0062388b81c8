"""Services.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (services)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.addresses import PORT, address, an_address, cidr, port_or_name
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    between,
    both,
    duplicates,
    each,
    fields,
    filled,
    is_absent,
    is_settled,
    members,
    one_of,
    requires,
    text,
    wrong,
)
from gitlint_ops.validate.core.selectors import labels
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_FAMILY = one_of("IPv4", "IPv6")


def _target_port(value: Any) -> Iterable[Fault]:
    # 0 and "" count as not given: the target is the port itself.
    return () if value in (0, "") else port_or_name(value)


_PORT = fields(
    {
        "name": text(dns_label),
        "port": PORT,
        "targetPort": _target_port,
        "nodePort": between(0, 65535),
        "protocol": one_of("TCP", "UDP", "SCTP"),
        "appProtocol": text(qualified_name),
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
        number = port.get("nodePort")
        if not number or not is_settled(number):
            continue
        path = ("ports", index, "nodePort")
        if _type(spec) == "ClusterIP":
            said = "`nodePort` needs type NodePort or LoadBalancer"
            yield wrong(said, *path, at_key=True)
        known = (port.get("protocol") or "TCP", number)
        if known in seen:
            yield wrong(f"duplicate nodePort {number}", *path)
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


def _affinity(spec: Any) -> Iterator[Fault]:
    if spec.get("sessionAffinityConfig") is not None and spec.get("sessionAffinity") in (None, "None"):
        said = "`sessionAffinityConfig` needs sessionAffinity: ClientIP"
        yield wrong(said, "sessionAffinityConfig", at_key=True)


def _differ(value: Any) -> Iterator[Fault]:
    for index, held in enumerate(value if isinstance(value, list) else ()):
        if held in value[:index]:
            yield wrong(f"duplicate {given(held)}", index)


def _cluster_ip(value: Any) -> Iterable[Fault]:
    return () if value == "None" else an_address(value)


def service(release: Release) -> Check:
    """A Service."""
    near = ("PreferSameZone", "PreferSameNode") if release >= (1, 34) else ()
    table: dict[str, Check] = {
        "type": one_of(*_TYPES),
        "ports": both(each(_PORT), duplicates("name")),
        "selector": labels,
        "clusterIP": _cluster_ip,
        "clusterIPs": each(_cluster_ip),
        "externalIPs": each(_endpoint_address),
        "ipFamilies": both(each(_FAMILY), _differ),
        "ipFamilyPolicy": one_of("SingleStack", "PreferDualStack", "RequireDualStack"),
        "sessionAffinity": one_of("None", "ClientIP"),
        "sessionAffinityConfig": fields({"clientIP": fields({"timeoutSeconds": between(1, 86400)})}),
        "externalTrafficPolicy": one_of("Cluster", "Local"),
        "internalTrafficPolicy": one_of("Cluster", "Local"),
        "trafficDistribution": one_of("PreferClose", *near),
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
        _affinity,
    )
    return fields({"spec": fields(table, *crossing)})


def _endpoint_address(value: Any) -> Iterator[Fault]:
    """An address that traffic can be sent to."""
    yield from an_address(value)
    found = address(value) if isinstance(value, str) else None
    if found is not None and (found.is_unspecified or found.is_loopback or found.is_link_local):
        yield wrong(f"{given(value)} is reserved: traffic cannot be sent to it")


def _addresses(value: Any) -> Iterator[Fault]:
    version = {"IPv4": 4, "IPv6": 6}.get(str(value.get("addressType")))
    if version is None:
        return
    for index, endpoint in members(value, "endpoints"):
        held_addresses = endpoint.get("addresses")
        for at, held in enumerate(held_addresses if isinstance(held_addresses, list) else ()):
            for found in _endpoint_address(held):
                yield wrong(found.message, "endpoints", index, "addresses", at)
            is_address = address(held) if isinstance(held, str) else None
            if is_address is not None and is_address.version != version:
                said = f"{given(held)} is not of type {value['addressType']}"
                yield wrong(said, "endpoints", index, "addresses", at)


_SLICE_PORT = fields(
    {
        "name": text(dns_label),
        "port": between(0, 65535),
        "protocol": one_of("TCP", "UDP", "SCTP"),
        "appProtocol": text(qualified_name),
    }
)

endpoint_slice: Check = fields(
    {
        "addressType": one_of("IPv4", "IPv6", "FQDN"),
        "endpoints": each(fields({"nodeName": text(dns_subdomain)}, requires("addresses"))),
        "ports": both(each(_SLICE_PORT), duplicates("name", rule="schema-violation")),
    },
    _addresses,
)
"""An EndpointSlice."""


def _some_addresses(value: Any) -> Iterator[Fault]:
    if not value.get("addresses") and not value.get("notReadyAddresses"):
        yield wrong("`addresses` or `notReadyAddresses` is required", at_key=True)


_ENDPOINT = fields(
    {"ip": both(filled, _endpoint_address), "hostname": text(dns_label), "nodeName": text(dns_subdomain)}
)
_ENDPOINT_PORT = fields(
    {"name": text(dns_label), "port": PORT, "protocol": one_of("TCP", "UDP", "SCTP")}, requires("port")
)

endpoints: Check = fields(
    {
        "subsets": each(
            fields(
                {
                    "addresses": each(_ENDPOINT),
                    "notReadyAddresses": each(_ENDPOINT),
                    "ports": each(_ENDPOINT_PORT),
                },
                _some_addresses,
            )
        )
    }
)
"""An Endpoints object."""
