"""IP addresses, blocks of them, and ports.

Sources: k8s.io/kubernetes/pkg/apis/core/validation/validation.go and
k8s.io/apimachinery/pkg/util/validation/ip.go. Leading zeros, which releases treat differently,
are let pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gitlint_ops.validate.core.checks import Check, Release, between, is_settled, text, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import port_name
from gitlint_ops.validate.values import given

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

PORT: Check = between(1, 65535)

_PORT_NAME = text(port_name)


def port_or_name(value: Any) -> Iterable[Fault]:
    """A port's number, or the name of a container's port."""
    if isinstance(value, str) and value.isdigit():
        return (wrong(f"{given(value)} is no port's name", hint="write the number without quotes"),)
    if value == "":
        return (wrong("it is empty, but a port's number or name is required"),)
    return _PORT_NAME(value) if isinstance(value, str) else PORT(value)


def address(value: str) -> IPv4Address | IPv6Address | None:
    """The IP address, or None."""
    from ipaddress import ip_address

    try:
        return ip_address(_without_zeros(value))
    except ValueError:
        return None


def block(value: str) -> IPv4Network | IPv6Network | None:
    """The block of addresses ("10.0.0.0/8"), or None."""
    from ipaddress import ip_network

    if value.count("/") != 1 or not value.rpartition("/")[2].isdigit():
        return None
    try:
        return ip_network(_without_zeros(value), strict=False)
    except ValueError:
        return None


def an_address(value: Any) -> Iterable[Fault]:
    """Refuses what is no IP address."""
    if value is None:
        return (wrong("it is empty (null)"),)
    if not isinstance(value, str) or not value or not is_settled(value) or address(value) is not None:
        return ()
    return (wrong(f"{given(value)} is no IP address"),)


def cidr(release: Release) -> Check:
    """Refuses what is no CIDR; since 1.36 also one with bits beyond its prefix."""
    is_strict = release >= (1, 36)

    def check(value: Any) -> Iterable[Fault]:
        if value is None:
            return (wrong("it is empty (null)"),)
        if not isinstance(value, str) or not value or not is_settled(value):
            return ()
        found = block(value.strip())
        if found is None:
            hint = "one address is written with /32 (IPv4) or /128 (IPv6)" if address(value) else ""
            return (wrong(f"{given(value)} is no CIDR such as 10.0.0.0/8", hint=hint),)
        if is_strict and address(value.strip().partition("/")[0]) != found.network_address:
            said = f"{given(value)} has bits beyond its prefix length"
            return (wrong(said, hint=f"write {found}"),)
        return ()

    return check


def _without_zeros(value: str) -> str:
    if ":" in value:
        return value
    host, slash, bits = value.partition("/")
    return ".".join(part.lstrip("0") or part[:1] for part in host.split(".")) + slash + bits
