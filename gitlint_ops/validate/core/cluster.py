"""What belongs to a whole cluster: nodes, runtime classes, aggregated APIs, requests for certificates.

Sources: k8s.io/kubernetes/pkg/apis/{core,node,certificates,coordination}/validation/validation.go and
k8s.io/kube-aggregator/pkg/apis/apiregistration/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.addresses import PORT, cidr, if_given
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    between,
    both,
    each,
    fields,
    filled,
    is_absent,
    is_settled,
    mapping,
    members,
    one_of,
    requires,
    text,
    wrong,
)
from gitlint_ops.validate.core.resources import container_amounts
from gitlint_ops.validate.core.selectors import labels, toleration
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.metadata import RULE as METADATA_RULE
from gitlint_ops.validate.name_syntax import (
    dns_1035_label,
    dns_label,
    dns_subdomain,
    label_value,
    qualified_name,
)
from gitlint_ops.validate.values import given

# --- nodes

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")

_TAINT = fields(
    {
        "key": text(qualified_name, required=True),
        "value": text(label_value),
        "effect": both(filled, one_of(*_EFFECTS)),
    }
)


def _taints_differ(spec: Any) -> Iterator[Fault]:
    seen = set()
    for index, taint in members(spec, "taints"):
        named = (str(taint.get("key")), str(taint.get("effect")))
        if named in seen:
            yield wrong("an earlier taint has this key and effect, too", "taints", index)
        seen.add(named)


def node(release: Release) -> Check:
    """A Node."""
    blocks = cidr(release)
    table: dict[str, Check] = {"taints": each(_TAINT), "podCIDR": if_given(blocks)}
    return fields({"spec": fields(table, _taints_differ)})


def _tolerations_differ(value: Any) -> Iterator[Fault]:
    held = value.get("tolerations")
    for index, one in enumerate(held if isinstance(held, list) else ()):
        if one in held[:index]:
            yield wrong("an earlier toleration is the same", "tolerations", index)


runtime_class: Check = fields(
    {
        "handler": text(dns_label, required=True),
        "overhead": fields({"podFixed": container_amounts}),
        "scheduling": fields({"nodeSelector": labels, "tolerations": each(toleration)}, _tolerations_differ),
    }
)
"""A RuntimeClass."""

# --- aggregated APIs


def _named_after(value: Any) -> Iterator[Fault]:
    spec = mapping(value.get("spec"))
    name = mapping(value.get("metadata")).get("name")
    version, group = spec.get("version") or "", spec.get("group") or ""
    if mapping(value.get("metadata")).get("generateName"):
        said = "the name of an APIService is fixed: it must not be generated"
        yield wrong(said, "metadata", "generateName", rule=METADATA_RULE, at_key=True)
    if (
        isinstance(name, str)
        and all(map(is_settled, (name, version, group)))
        and name != f"{version}.{group}"
    ):
        said = f"{given(name)} must be <version>.<group>"
        yield wrong(said, "metadata", "name", hint=f"write {version}.{group}", rule=METADATA_RULE)


def _verified(spec: Any) -> Iterator[Fault]:
    if spec.get("service") is None:
        for name in ("insecureSkipTLSVerify", "caBundle"):
            if spec.get(name):
                yield wrong(f"`{name}` needs `service`", name, at_key=True)
        return
    if spec.get("insecureSkipTLSVerify") is True and spec.get("caBundle"):
        said = "`caBundle` and `insecureSkipTLSVerify: true` must not both be given"
        yield wrong(said, "insecureSkipTLSVerify")


api_service: Check = fields(
    {
        "spec": fields(
            {
                "group": text(dns_subdomain),
                "version": text(dns_1035_label, required=True),
                "groupPriorityMinimum": between(1, 20_000),
                "versionPriority": between(1, 1000),
                "service": fields(
                    {"name": filled, "namespace": filled, "port": PORT},
                    requires("name"),
                    requires("namespace"),
                ),
            },
            _verified,
        )
    },
    _named_after,
)
"""An APIService."""

# --- certificates

_USAGES = (
    "signing",
    "digital signature",
    "content commitment",
    "key encipherment",
    "key agreement",
    "data encipherment",
    "cert sign",
    "crl sign",
    "encipher only",
    "decipher only",
    "any",
    "server auth",
    "client auth",
    "code signing",
    "email protection",
    "s/mime",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "timestamping",
    "ocsp signing",
    "microsoft sgc",
    "netscape sgc",
)


def _usages_differ(spec: Any) -> Iterator[Fault]:
    usages = spec.get("usages")
    if not usages:
        yield wrong("`usages` is required", at_key=True)
    for index, usage in enumerate(usages if isinstance(usages, list) else ()):
        if usage in usages[:index]:
            yield wrong(f"duplicate {given(usage)}", "usages", index)


def _signer(name: str) -> str:
    domain, _, path = name.partition("/")
    return "" if "." in domain and path else "it must be <domain>/<path>, such as example.com/shop"


certificate_request: Check = fields(
    {
        "spec": fields(
            {
                "request": filled,
                "signerName": text(_signer, required=True),
                "expirationSeconds": between(600),
                "usages": each(both(filled, one_of(*_USAGES))),
            },
            _usages_differ,
        )
    }
)
"""A CertificateSigningRequest."""

# --- leases and events


def _same_namespace(value: Any) -> Iterator[Fault]:
    about = mapping(value.get("involvedObject")).get("namespace")
    own = mapping(value.get("metadata")).get("namespace")
    if not isinstance(own, str) or not own or not is_settled(own) or not is_settled(about):
        return
    if is_absent(about):
        if own != "default" and value.get("eventTime") is None:
            said = f"`involvedObject.namespace` must be the event's own ({own})"
            yield wrong(said, "involvedObject", at_key=True)
    elif about != own and value.get("eventTime") is None:
        yield wrong(f"it must be the event's own ({own}), not {about}", "involvedObject", "namespace")


event: Check = fields({}, _same_namespace)
"""An Event of the core group."""

lease: Check = fields({"spec": fields({"leaseDurationSeconds": between(1), "leaseTransitions": between(0)})})
"""A Lease."""


def never_stored(value: Any) -> Iterator[Fault]:
    """A kind that API servers answer with, or take at a part of another object only."""
    yield wrong(f"API servers store no {value['kind']}: it cannot be applied", "kind", hint="leave it out")
