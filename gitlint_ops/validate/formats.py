"""The formats that the API server holds texts and numbers of custom resources to, as patterns and bounds.

A pattern lets pass whatever the API server's own check might: days that a month has not, any URI that
begins like one. Formats that are not listed here are ignored, as unknown ones are by the API server.

Source: k8s.io/kube-openapi/pkg/validation/strfmt and
k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})"
_HEX = "[0-9a-fA-F]"

BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"
DATE = f"^{_DATE}$"
DATE_TIME = f"^{_DATE}[tT]{_TIME}([tT].*)?$"
DURATION = (
    r"^[+-]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"
    r"|[0-9]\s*(?i:ns|us|µs|ms|s|m|h|hr|d|w|wk|(nano|micro|milli|sec|min|hour|day|week)[a-zµ]*)([^A-Za-zµ]|$)"
)
IPV4 = rf"^{_BYTE}(\.{_BYTE}){{3}}$"
IPV6 = "^[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*$"
CIDR = "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
URI = "^(/|[A-Za-z][A-Za-z0-9+.-]*:)"
UUID = f"^{_HEX}{{8}}-?({_HEX}{{4}}-?){{3}}{_HEX}{{12}}$"

SAID: Mapping[str, str] = {
    BASE64: "base64",
    DATE: "date such as 2026-01-31",
    DATE_TIME: "time such as 2026-01-31T12:00:00Z",
    DURATION: "duration such as 1h30m",
    IPV4: "IPv4 address",
    IPV6: "IPv6 address",
    CIDR: "block of addresses such as 10.0.0.0/8",
    URI: "URI",
    UUID: "UUID",
}
"""What a text is that fits a pattern."""

# Hyphens in the names do not count.
_PATTERNS: Mapping[str, str] = {
    "byte": BASE64,
    "cidr": CIDR,
    "date": DATE,
    "datetime": DATE_TIME,
    "duration": DURATION,
    "ipv4": IPV4,
    "ipv6": IPV6,
    "uri": URI,
    "uuid": UUID,
}

_BITS = {"int32": 32, "int64": 64}


def pattern_of(node: Mapping[str, Any]) -> str:
    """The pattern that the format of a structural schema stands for, "" where it stands for none."""
    held = node.get("format")
    if not isinstance(held, str) or node.get("type", "string") != "string":
        return ""
    return _PATTERNS.get(held.replace("-", ""), "")


def bounds_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """The least and the greatest whole number that a schema of type integer takes, of 64 bits at most."""
    if node.get("type") != "integer":
        return {}
    bits = _BITS.get(str(node.get("format")), 64)
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return {
        "minimum": _number(node.get("minimum"), low, max),
        "maximum": _number(node.get("maximum"), high, min),
    }


def _number(held: Any, bound: int, choose: Any) -> Any:
    return choose(held, bound) if isinstance(held, (int, float)) and not isinstance(held, bool) else bound
