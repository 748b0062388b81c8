"""Endpoints and EndpointSlices: where the traffic of a Service is sent.

Sources: k8s.io/kubernetes/pkg/apis/discovery/validation/validation.go and
pkg/apis/core/validation/validation.go (endpoints)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from gitlint_ops.validate.core.addresses import PORT, address, an_address
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    both,
    each,
    fields,
    filled,
    is_settled,
    members,
    not_empty,
    one_of,
    requires,
    text,
    wrong,
)
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given


def endpoint_address(release: Release) -> Check:
    """An address that traffic can be sent to."""
    judge = an_address(release)

    def check(value: Any) -> Iterator[Fault]:
        yield from judge(value)
        found = address(value) if isinstance(value, str) else None
        if found is not None and (found.is_unspecified or found.is_loopback or found.is_link_local):
            yield wrong(f"{given(value)} is reserved: traffic cannot be sent to it")

    return check


def _addresses(release: Release) -> Check:
    judge = endpoint_address(release)

    def check(value: Any) -> Iterator[Fault]:
        version = {"IPv4": 4, "IPv6": 6}.get(str(value.get("addressType")))
        for index, endpoint in members(value, "endpoints") if version else ():
            held_addresses = endpoint.get("addresses")
            for at, held in enumerate(held_addresses if isinstance(held_addresses, list) else ()):
                path = ("endpoints", index, "addresses", at)
                yield from (replace(found, path=path) for found in judge(held))
                found = address(held) if isinstance(held, str) else None
                if found is not None and found.version != version:
                    yield wrong(f"{given(held)} is not of type {value['addressType']}", *path)

    return check


_SLICE_PORT = fields(
    {
        "name": text(dns_label),
        "protocol": one_of("TCP", "UDP", "SCTP", empty=False),
        "appProtocol": not_empty(qualified_name),
    }
)


def _distinct_names(value: Any) -> Iterator[Fault]:
    """Of several ports one at most goes without a name, which is the empty one."""
    seen: dict[str, int] = {}
    for index, port in members({"ports": value}, "ports"):
        name = port.get("name") or ""
        if not isinstance(name, str) or not is_settled(name):
            continue
        first = seen.setdefault(name, index)
        if first != index and name:
            yield wrong(f"duplicate name {given(name)}: item {first} has it too", index, "name")
        elif first != index:
            at = ("name",) if "name" in port else ()
            said = f"of several ports all but one need a `name`: item {first} has none either"
            yield wrong(said, index, *at, at_key=True)


def endpoint_slice(release: Release) -> Check:
    """An EndpointSlice."""
    endpoint = fields(
        {"nodeName": not_empty(dns_subdomain), "hostname": not_empty(dns_label)}, requires("addresses")
    )
    table: dict[str, Check] = {
        "addressType": one_of("IPv4", "IPv6", "FQDN", empty=False),
        "endpoints": each(endpoint),
        "ports": both(each(_SLICE_PORT), _distinct_names),
    }
    return fields(table, _addresses(release))


def _some_addresses(value: Any) -> Iterator[Fault]:
    if not value.get("addresses") and not value.get("notReadyAddresses"):
        yield wrong("`addresses` or `notReadyAddresses` is required", at_key=True)


_ENDPOINT_PORT = fields(
    {"name": text(dns_label), "port": PORT, "protocol": one_of("TCP", "UDP", "SCTP")}, requires("port")
)


def endpoints(release: Release) -> Check:
    """An Endpoints object."""
    endpoint = fields(
        {
            "ip": both(filled, endpoint_address(release)),
            "hostname": text(dns_label),
            "nodeName": text(dns_subdomain),
        }
    )
    table: dict[str, Check] = {
        "addresses": each(endpoint),
        "notReadyAddresses": each(endpoint),
        "ports": each(_ENDPOINT_PORT),
    }
    return fields({"subsets": each(fields(table, _some_addresses))})
