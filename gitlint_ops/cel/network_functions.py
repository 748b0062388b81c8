"""The functions on IP addresses and networks that Kubernetes adds to CEL.

Source: k8s.io/apiserver/pkg/cel/library/ip.go and cidr.go, net/netip of Go
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from gitlint_ops.cel.opaque import CIDR, IP, opaque, text_of

_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}")
_BROADCAST = IPv4Address("255.255.255.255")
_LINK_LOCAL_MULTICAST = IPv4Network("224.0.0.0/24")


def ip(text: str) -> dict[str, Any]:
    """The address that a text writes; zones and IPv4 addresses mapped into IPv6 are refused.

    Raises:
        ValueError: it writes none.
    """
    return opaque(IP, str(_address(text)))


def is_ip(text: str) -> bool:
    try:
        _address(text)
    except ValueError:
        return False
    return True


def is_canonical(text: str) -> bool:
    return str(_address(text)) == text


def family(held: Mapping[str, Any]) -> int:
    return _held(held).version


def is_unspecified(held: Mapping[str, Any]) -> bool:
    return _held(held).is_unspecified


def is_loopback(held: Mapping[str, Any]) -> bool:
    return _held(held).is_loopback


def is_link_local_multicast(held: Mapping[str, Any]) -> bool:
    address = _held(held)
    if isinstance(address, IPv4Address):
        return address in _LINK_LOCAL_MULTICAST
    return address.packed[0] == 0xFF and address.packed[1] & 0x0F == 0x02


def is_link_local_unicast(held: Mapping[str, Any]) -> bool:
    return _held(held).is_link_local


def is_global_unicast(held: Mapping[str, Any]) -> bool:
    address = _held(held)
    return address != _BROADCAST and not (
        address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local
    )


def ip_text(held: Mapping[str, Any]) -> str:
    return text_of(held, IP)


def cidr(text: str) -> dict[str, Any]:
    """The network that a text writes, with the address as written.

    Raises:
        ValueError: it writes none.
    """
    address, length = _prefix(text)
    return opaque(CIDR, f"{address}/{length}")


def is_cidr(text: str) -> bool:
    try:
        _prefix(text)
    except ValueError:
        return False
    return True


def contains_ip(held: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _held(other) in _network(held)


def contains_ip_text(held: Mapping[str, Any], other: str) -> bool:
    return contains_ip(held, ip(other))


def contains_cidr(held: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    outer, inner = _network(held), _network(other)
    if outer.version != inner.version:
        return False
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def contains_cidr_text(held: Mapping[str, Any], other: str) -> bool:
    return contains_cidr(held, cidr(other))


def address_of(held: Mapping[str, Any]) -> dict[str, Any]:
    return opaque(IP, text_of(held, CIDR).partition("/")[0])


def prefix_length(held: Mapping[str, Any]) -> int:
    return _network(held).prefixlen


def masked(held: Mapping[str, Any]) -> dict[str, Any]:
    return opaque(CIDR, str(_network(held)))


def cidr_text(held: Mapping[str, Any]) -> str:
    return text_of(held, CIDR)


def _address(text: str) -> IPv4Address | IPv6Address:
    if "%" in text or "/" in text:
        raise ValueError(f'IP address "{text}" with zone value is not allowed')
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        raise ValueError(f'IPv4-mapped IPv6 address "{text}" is not allowed')
    return address


def _prefix(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    written, _, length = text.rpartition("/")
    address = _address(written)
    if not _LENGTH.fullmatch(length) or int(length) > address.max_prefixlen:
        raise ValueError(f'network address parse error during conversion from string: "{text}"')
    return address, int(length)


def _held(held: Mapping[str, Any]) -> IPv4Address | IPv6Address:
    return ip_address(text_of(held, IP))


def _network(held: Mapping[str, Any]) -> IPv4Network | IPv6Network:
    return ip_network(text_of(held, CIDR), strict=False)
