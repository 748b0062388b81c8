"""IP addresses, blocks of them, and ports.

Sources: k8s.io/kubernetes/pkg/apis/core/validation/validation.go and
k8s.io/apimachinery/pkg/util/validation/ip.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gitlint_ops.validate.core.checks import Check, Release, between, is_absent, is_settled, text, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import port_name
from gitlint_ops.validate.values import given

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

PORT: Check = between(1, 65535)

_PORT_NAME = text(port_name)

_STRICT_SINCE: Release = (1, 36)


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


def an_address(release: Release) -> Check:
    """Refuses what is no IP address; since 1.36 also one with leading zeros, or of IPv4 within IPv6."""
    is_strict = release >= _STRICT_SINCE

    def check(value: Any) -> Iterable[Fault]:
        if is_absent(value):
            return (wrong("it is empty, but an IP address is required"),)
        if not isinstance(value, str) or not is_settled(value):
            return ()
        found = address(value)
        if found is None:
            return (wrong(f"{given(value)} is no IP address"),)
        if is_strict and not _is_canonical(value, found):
            return (wrong(f"{given(value)} is ambiguous", hint=f"write {_plain(found)}"),)
        return ()

    return check


def if_given(check: Check) -> Check:
    """A check of what may be empty."""
    return lambda value: () if is_absent(value) else check(value)


def cidr(release: Release) -> Check:
    """Refuses what is no CIDR; since 1.36 also one with leading zeros or bits beyond its prefix."""
    is_strict = release >= _STRICT_SINCE

    def check(value: Any) -> Iterable[Fault]:
        if is_absent(value):
            return (wrong("it is empty, but a CIDR is required"),)
        if not isinstance(value, str) or not is_settled(value):
            return ()
        found = block(value.strip())
        if found is None:
            hint = "one address is written with /32 (IPv4) or /128 (IPv6)" if address(value) else ""
            return (wrong(f"{given(value)} is no CIDR such as 10.0.0.0/8", hint=hint),)
        host, _, bits = value.strip().partition("/")
        if is_strict and (bits != str(found.prefixlen) or not _is_canonical(host, found.network_address)):
            return (wrong(f"{given(value)} is ambiguous", hint=f"write {found}"),)
        if is_strict and address(host) != found.network_address:
            said = f"{given(value)} has bits beyond its prefix length"
            return (wrong(said, hint=f"write {found}"),)
        return ()

    return check


def _is_canonical(value: str, found: IPv4Address | IPv6Address) -> bool:
    """Whether all programs read a text as the same address."""
    if ":" in value:
        return found.version == 4 or found.ipv4_mapped is None
    return _without_zeros(value) == value


def _plain(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return found.ipv4_mapped or found if found.version == 6 else found


def _without_zeros(value: str) -> str:
    if ":" in value:
        return value
    host, slash, bits = value.partition("/")
    return ".".join(part.lstrip("0") or part[:1] for part in host.split(".")) + slash + bits
