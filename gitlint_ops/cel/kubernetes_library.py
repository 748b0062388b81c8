"""The functions that Kubernetes adds to CEL, as overloads for the engine.

Each row says: the function, the kinds of its arguments (the first of a method is its target), the
kind of its result, and what computes it. Values of Kubernetes' own types are maps (see opaque), and
only kinds that the engine can tell apart at run time are used.

Source: k8s.io/apiserver/pkg/cel/environment/base.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from gitlint_ops.cel import (
    format_functions,
    list_functions,
    network_functions,
    quantity_functions,
    url_functions,
    version_functions,
)
from gitlint_ops.cel.opaque import FORMAT, IP, QUANTITY, opaque

Row: TypeAlias = tuple[str, str, str, Callable[..., Any]]

_SCALARS = ("string", "int", "double", "bool")

_GLOBAL: tuple[Row, ...] = (
    ("quantity", "string", "dyn", quantity_functions.quantity),
    ("isQuantity", "string", "bool", quantity_functions.is_quantity),
    ("sign", "map", "int", quantity_functions.sign),
    ("ip", "string", "dyn", network_functions.ip),
    ("isIP", "string", "bool", network_functions.is_ip),
    ("ip.isCanonical", "string", "bool", network_functions.is_canonical),
    ("cidr", "string", "dyn", network_functions.cidr),
    ("isCIDR", "string", "bool", network_functions.is_cidr),
    ("semver", "string", "dyn", version_functions.semver),
    ("semver", "string bool", "dyn", version_functions.semver),
    ("isSemver", "string", "bool", version_functions.is_semver),
    ("isSemver", "string bool", "bool", version_functions.is_semver),
    ("url", "string", "dyn", url_functions.url),
    ("isURL", "string", "bool", url_functions.is_url),
    ("format.named", "string", "dyn", format_functions.named),
)

_METHODS: tuple[Row, ...] = (
    ("isInteger", "map", "bool", quantity_functions.is_integer),
    ("asInteger", "map", "int", quantity_functions.as_integer),
    ("asApproximateFloat", "map", "double", quantity_functions.as_approximate_float),
    ("add", "map map", "dyn", quantity_functions.add),
    ("add", "map int", "dyn", quantity_functions.add_integer),
    ("sub", "map map", "dyn", quantity_functions.sub),
    ("sub", "map int", "dyn", quantity_functions.sub_integer),
    ("major", "map", "int", version_functions.major),
    ("minor", "map", "int", version_functions.minor),
    ("patch", "map", "int", version_functions.patch),
    ("family", "map", "int", network_functions.family),
    ("isUnspecified", "map", "bool", network_functions.is_unspecified),
    ("isLoopback", "map", "bool", network_functions.is_loopback),
    ("isLinkLocalMulticast", "map", "bool", network_functions.is_link_local_multicast),
    ("isLinkLocalUnicast", "map", "bool", network_functions.is_link_local_unicast),
    ("isGlobalUnicast", "map", "bool", network_functions.is_global_unicast),
    ("containsIP", "map string", "bool", network_functions.contains_ip_text),
    ("containsIP", "map map", "bool", network_functions.contains_ip),
    ("containsCIDR", "map string", "bool", network_functions.contains_cidr_text),
    ("containsCIDR", "map map", "bool", network_functions.contains_cidr),
    ("ip", "map", "dyn", network_functions.address_of),
    ("prefixLength", "map", "int", network_functions.prefix_length),
    ("masked", "map", "dyn", network_functions.masked),
    ("getScheme", "map", "string", url_functions.scheme),
    ("getHost", "map", "string", url_functions.host),
    ("getHostname", "map", "string", url_functions.hostname),
    ("getPort", "map", "string", url_functions.port),
    ("getEscapedPath", "map", "string", url_functions.escaped_path),
    ("getQuery", "map", "dyn", url_functions.query),
    ("isSorted", "list", "bool", list_functions.is_sorted),
    ("sum", "list", "dyn", list_functions.total),
    ("max", "list", "dyn", list_functions.largest),
    ("min", "list", "dyn", list_functions.smallest),
    ("validate", "map string", "dyn", format_functions.validate),
)


def _compared(held: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    compare = quantity_functions.compare if QUANTITY in held else version_functions.compare
    return compare(held, other)


def _text(held: Mapping[str, Any]) -> str:
    return network_functions.ip_text(held) if IP in held else network_functions.cidr_text(held)


def _is_format(held: Mapping[str, Any]) -> bool:
    """Whether an optional format has a value; maps of other types are no optionals."""
    return not held or held[FORMAT] is not None


def _shared_methods() -> Iterator[Row]:
    """Methods that several types have, and those of the optionals that formats give."""
    yield "isGreaterThan", "map map", "bool", lambda held, other: _compared(held, other) > 0
    yield "isLessThan", "map map", "bool", lambda held, other: _compared(held, other) < 0
    yield "compareTo", "map map", "int", _compared
    yield "hasValue", "list", "bool", bool
    yield "hasValue", "map", "bool", lambda held: _is_format(held) and bool(held)
    yield "value", "list", "dyn", _present
    yield "value", "map", "dyn", _present
    yield "orValue", "list list", "dyn", lambda held, other: held or other
    yield "orValue", "map map", "dyn", lambda held, other: held or other
    for kind in (*_SCALARS, "map", "list"):
        yield "indexOf", f"list {kind}", "int", list_functions.index_of
        yield "lastIndexOf", f"list {kind}", "int", list_functions.last_index_of
        yield "includes", f"list {kind}", "bool", list_functions.includes


def _present(held: Any) -> Any:
    if not held:
        raise ValueError("optional.none() dereference")
    return held


def _inserted(held: Mapping[Any, Any], key: Any, value: Any) -> dict[Any, Any]:
    return {**held, key: value}


def functions() -> Iterator[tuple[Row, bool]]:
    """Every function, and whether it is a method."""
    yield from ((row, False) for row in _GLOBAL)
    yield ("string", "map", "string", _text), False
    for name in format_functions.FORMATS:
        yield (f"format.{name}", "", "dyn", partial(opaque, FORMAT, name)), False
    # The engine lacks its own step of transformMap for most kinds.
    for key in ("string", "int"):
        for value in (*_SCALARS, "map", "list"):
            yield ("cel.@mapInsert", f"map {key} {value}", "dyn", _inserted), False
    yield from ((row, True) for row in _METHODS)
    yield from ((row, True) for row in _shared_methods())
