"""Ingresses, their classes and NetworkPolicies.

Source: k8s.io/kubernetes/pkg/apis/networking/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.addresses import PORT, address, block, cidr, port_or_name
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    at_most_items,
    both,
    each,
    exactly_one,
    fields,
    filled,
    is_absent,
    is_settled,
    mapping,
    not_empty,
    number,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import (
    dns_1035_label,
    dns_label,
    dns_subdomain,
    path_segment,
    port_name,
    wildcard_subdomain,
)
from gitlint_ops.validate.values import given

_CLASS_ANNOTATION = "kubernetes.io/ingress.class"

# --- Ingress

_NOT_IN_PATHS = ("//", "/./", "/../", "%2f", "%2F")
_NOT_AT_ENDS = ("/..", "/.")


def _host(value: Any) -> Iterable[Fault]:
    if not isinstance(value, str) or not value or not is_settled(value):
        return ()
    if address(value) is not None:
        return (wrong(f"{given(value)} is an address; a DNS name is required"),)
    if value.startswith("*"):
        named = value.startswith("*.")
        reason = wildcard_subdomain(value) if named else "a wildcard is written as *.example.com"
    else:
        reason = dns_subdomain(value)
    return (wrong(f"{given(value)} is no host: {reason}"),) if reason else ()


def _path(value: Any) -> Iterator[Fault]:
    path, kind = value.get("path"), value.get("pathType")
    if not is_settled(path) or not is_settled(kind) or not (path is None or isinstance(path, str)):
        return
    is_strict = kind in ("Exact", "Prefix")
    if not path:
        if is_strict:
            yield wrong(f"pathType {kind} needs `path`", *(("path",) if "path" in value else ()), at_key=True)
        return
    if not path.startswith("/"):
        yield wrong(f"{given(path)} must begin with '/'", "path")
    elif is_strict:
        bad = [part for part in _NOT_IN_PATHS if part in path]
        bad += [end for end in _NOT_AT_ENDS if path.endswith(end)]
        if bad:
            yield wrong(f"{given(path)} must not hold '{bad[0]}' with pathType {kind}", "path")


def _service_port(value: Any) -> Iterator[Fault]:
    port = mapping(value.get("port"))
    named, numbered = not is_absent(port.get("name")), port.get("number") not in (None, 0)
    if named == numbered:
        both_given = "`name` and `number` must not both be given"
        said = both_given if named else "`port.name` or `port.number` is required"
        yield wrong(said, *(("port",) if "port" in value else ()), at_key=True)


def _backend(release: Release) -> Check:
    name = dns_label if release >= (1, 36) else dns_1035_label
    service = fields(
        {
            "name": text(name, required=True),
            "port": fields({"name": text(port_name), "number": _port_if_given}),
        },
        _service_port,
    )
    resource = fields(
        {
            "apiGroup": not_empty(dns_subdomain),
            "kind": text(path_segment, required=True),
            "name": text(path_segment, required=True),
        },
        requires("kind"),
        requires("name"),
    )
    return fields({"service": service, "resource": resource}, exactly_one(("service", "resource"), "backend"))


def _port_if_given(value: Any) -> Iterable[Fault]:
    return () if value == 0 else PORT(value)


def _rules_or_default(spec: Any) -> Iterator[Fault]:
    if not spec.get("rules") and spec.get("defaultBackend") is None:
        yield wrong("`rules` or `defaultBackend` is required", at_key=True)


def _same_class(value: Any) -> Iterator[Fault]:
    annotations = mapping(mapping(value.get("metadata")).get("annotations"))
    old, new = annotations.get(_CLASS_ANNOTATION), mapping(value.get("spec")).get("ingressClassName")
    if isinstance(old, str) and isinstance(new, str) and old != new and is_settled(old) and is_settled(new):
        said = f"annotation {_CLASS_ANNOTATION} ({old}) and `ingressClassName` ({new}) differ"
        yield wrong(said, "spec", "ingressClassName")


def ingress(release: Release) -> Check:
    """An Ingress."""
    backend = _backend(release)
    path = fields(
        {
            "pathType": both(filled, one_of("Exact", "Prefix", "ImplementationSpecific")),
            "backend": backend,
        },
        _path,
    )
    rule = fields({"host": _host, "http": fields({"paths": both(some("at least one path"), each(path))})})
    spec = fields(
        {
            "rules": each(rule),
            "defaultBackend": backend,
            "tls": each(fields({"hosts": each(both(filled, _host)), "secretName": text(dns_subdomain)})),
            "ingressClassName": not_empty(dns_subdomain),
        },
        _rules_or_default,
    )
    return fields({"spec": spec}, _same_class)


def _scoped(parameters: Any) -> Iterator[Fault]:
    scope, namespace = parameters.get("scope") or "Cluster", parameters.get("namespace")
    if scope == "Namespace" and is_absent(namespace):
        yield wrong("scope Namespace needs `namespace`", "scope")
    if scope == "Cluster" and namespace is not None:
        yield wrong("`namespace` needs scope: Namespace", "namespace", at_key=True)


# --- NetworkPolicy


def _port_range(value: Any) -> Iterator[Fault]:
    end, port = number(value.get("endPort")), value.get("port")
    if end is None or not is_settled(port):
        return
    first = number(port)
    if first is None:
        yield wrong("`endPort` needs a numeric `port`", "endPort", at_key=True)
    elif end < first:
        yield wrong(f"expected at least port ({first}), got {given(end)}", "endPort")


_POLICY_PORT = fields(
    {"protocol": one_of("TCP", "UDP", "SCTP", empty=False), "port": port_or_name, "endPort": PORT},
    _port_range,
)


def _one_peer(value: Any) -> Iterator[Fault]:
    chosen = [name for name in ("podSelector", "namespaceSelector") if value.get(name) is not None]
    if value.get("ipBlock") is None and not chosen:
        yield wrong("`podSelector`, `namespaceSelector` or `ipBlock` is required", at_key=True)
    elif value.get("ipBlock") is not None and chosen:
        yield wrong(f"`ipBlock` and `{chosen[0]}` must be two peers", "ipBlock", at_key=True)


def _exceptions_inside(value: Any) -> Iterator[Fault]:
    whole = value.get("cidr")
    outer = block(whole) if isinstance(whole, str) else None
    exceptions = value.get("except")
    for index, held in enumerate(exceptions if isinstance(exceptions, list) else ()):
        inner = block(held) if isinstance(held, str) else None
        if outer is None or inner is None:
            continue
        if inner.version != outer.version or not (
            inner.prefixlen > outer.prefixlen and inner.network_address in outer
        ):
            yield wrong(f"{given(held)} must lie within `cidr` ({whole}) and be smaller", "except", index)


def network_policy(release: Release) -> Check:
    """A NetworkPolicy."""
    blocks = cidr(release)
    ip_block = fields({"cidr": both(filled, blocks), "except": each(blocks)}, _exceptions_inside)
    peer = fields(
        {"podSelector": label_selector, "namespaceSelector": label_selector, "ipBlock": ip_block},
        _one_peer,
    )
    spec = fields(
        {
            "podSelector": label_selector,
            "policyTypes": both(at_most_items(2), each(both(filled, one_of("Ingress", "Egress")))),
            "ingress": each(fields({"ports": each(_POLICY_PORT), "from": each(peer)})),
            "egress": each(fields({"ports": each(_POLICY_PORT), "to": each(peer)})),
        }
    )
    return fields({"spec": spec})


_CLASS_PARAMETERS = fields(
    {
        "apiGroup": not_empty(dns_subdomain),
        "kind": text(path_segment, required=True),
        "name": text(path_segment, required=True),
        "namespace": text(dns_label),
        "scope": one_of("Cluster", "Namespace", empty=False),
    },
    _scoped,
)

_LONGEST_CONTROLLER = 250


def _controller(value: Any) -> Iterable[Fault]:
    if not isinstance(value, str) or not value or not is_settled(value):
        return ()
    domain, _, path = value.partition("/")
    if len(value) > _LONGEST_CONTROLLER:
        return (wrong(f"it has {len(value)} characters, at most {_LONGEST_CONTROLLER} are allowed"),)
    if not path or dns_subdomain(domain) or not _URL_PATH.fullmatch(path):
        return (wrong(f"{given(value)} is not of the form <domain>/<path>, such as k8s.io/ingress-nginx"),)
    return ()


_URL_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")

ingress_class: Check = fields(
    {"spec": fields({"controller": _controller, "parameters": _CLASS_PARAMETERS}, requires("controller"))},
    requires("spec"),
)
"""An IngressClass."""

_PARENT = fields(
    {
        "group": text(dns_subdomain),
        "resource": text(path_segment, required=True),
        "name": text(path_segment, required=True),
        "namespace": text(path_segment),
    },
    requires("resource"),
    requires("name"),
)

ip_address: Check = fields({"spec": fields({"parentRef": _PARENT}, requires("parentRef"))}, requires("spec"))
"""An IPAddress."""


def _one_of_a_family(value: Any) -> Iterator[Fault]:
    found = [block(held) for held in value if isinstance(held, str)] if isinstance(value, list) else []
    if len(found) == 2 and found[0] and found[1] and found[0].version == found[1].version:
        yield wrong("it may hold only one block of each IP family", 1)


def service_cidr(release: Release) -> Check:
    """A ServiceCIDR."""
    blocks = both(
        some("at least one block"), at_most_items(2), each(both(filled, cidr(release))), _one_of_a_family
    )
    return fields({"spec": fields({"cidrs": blocks}, requires("cidrs"))}, requires("spec"))
