"""Whether an object's metadata is legal: names by kind, labels, annotations, finalizers, owners.

Sources: k8s.io/apimachinery/pkg/api/validation/objectmeta.go, k8s.io/kubernetes/pkg/apis/*/validation
(the names of each kind) and k8s.io/apiserver/pkg/registry/rest/meta.go. A namespace on an object
that has none in the cluster is dropped by the API server, and so is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.objects import api_group
from gitlint_ops.model.pod_security import Level, label_fault
from gitlint_ops.validate.core.addresses import address
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    between,
    both,
    each,
    each_key,
    each_value,
    fields,
    filled,
    is_settled,
    mapping,
    members,
    text,
    wrong,
)
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import (
    Syntax,
    annotation_key,
    as_prefix,
    dns_1035_label,
    dns_label,
    dns_subdomain,
    label_value,
    path_segment,
    qualified_name,
)
from gitlint_ops.validate.values import given

RULE = "objectmeta-invalid"

ANNOTATIONS_BYTES = 256 * 1024

_RBAC = "rbac.authorization.k8s.io"


def _address(name: str) -> str:
    return "" if address(name) is not None else "it must be an IP address"


# All other kinds, and custom resources, are named by DNS subdomains.
_NAMES: Mapping[tuple[str, str], Syntax] = {
    ("", "Namespace"): dns_label,
    ("", "Service"): dns_label,
    ("apps", "StatefulSet"): dns_label,
    ("", "Event"): path_segment,
    ("events.k8s.io", "Event"): path_segment,
    ("apiregistration.k8s.io", "APIService"): path_segment,
    ("certificates.k8s.io", "CertificateSigningRequest"): path_segment,
    ("certificates.k8s.io", "ClusterTrustBundle"): path_segment,
    ("networking.k8s.io", "IPAddress"): _address,
    ("policy", "PodDisruptionBudget"): path_segment,
    (_RBAC, "ClusterRole"): path_segment,
    (_RBAC, "ClusterRoleBinding"): path_segment,
    (_RBAC, "Role"): path_segment,
    (_RBAC, "RoleBinding"): path_segment,
}

# Kinds whose name had another syntax before a release.
_NAMES_BEFORE: Mapping[tuple[str, str], tuple[Release, Syntax]] = {
    ("", "Service"): ((1, 36), dns_1035_label),
    ("apps", "StatefulSet"): ((1, 27), dns_subdomain),
}

# What the API server makes of these names must fit into 63 characters, too: the label of a Job's
# pods, and the names of a CronJob's Jobs.
_LONGEST_NAMES = {("batch", "Job"): 63, ("batch", "CronJob"): 52}

# These are sent to the API server and not stored.
_NAMELESS_GROUPS = frozenset({"authentication.k8s.io", "authorization.k8s.io"})

# Kubernetes' own kinds that stand in no namespace.
_WITHOUT_NAMESPACE = frozenset(
    {
        ("", "ComponentStatus"),
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("certificates.k8s.io", "ClusterTrustBundle"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "IPAddress"),
        ("networking.k8s.io", "IngressClass"),
        ("networking.k8s.io", "ServiceCIDR"),
        ("node.k8s.io", "RuntimeClass"),
        (_RBAC, "ClusterRole"),
        (_RBAC, "ClusterRoleBinding"),
        ("resource.k8s.io", "DeviceClass"),
        ("resource.k8s.io", "ResourceSlice"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttachment"),
        ("storage.k8s.io", "VolumeAttributesClass"),
        ("storagemigration.k8s.io", "StorageVersionMigration"),
    }
)


def _pod_security(labels: Any) -> Iterator[Fault]:
    """The labels of Pod Security admission, which refuses levels and releases that are none."""
    for name, held in mapping(labels).items():
        value = "" if held is None else held
        reason = label_fault(name, value) if isinstance(name, str) and isinstance(value, str) else ""
        if reason and is_settled(value):
            near = did_you_mean(value, [level.value for level in Level])
            hint = f"did you mean {near}?" if near and not name.endswith("-version") else ""
            yield wrong(f"{given(held)} is not allowed: it {reason}", name, hint=hint)


# The API server writes 1 over the generation of these before it looks at it.
_GENERATION_SET = frozenset(
    {"admissionregistration.k8s.io", "apiextensions.k8s.io", "apps", "autoscaling", "batch"}
)
_GENERATION_SET_OF = frozenset(
    {
        ("", "Pod"),
        ("", "PodTemplate"),
        ("", "ReplicationController"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "Ingress"),
        ("networking.k8s.io", "IngressClass"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
        ("resource.k8s.io", "DeviceClass"),
        ("resource.k8s.io", "DeviceTaintRule"),
        ("resource.k8s.io", "ResourceSlice"),
        ("scheduling.k8s.io", "PriorityClass"),
    }
)

_STANDARD_FINALIZERS = frozenset({"orphan", "foregroundDeletion", "kubernetes"})
_FREE_FINALIZERS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "coordination.k8s.io",
        "node.k8s.io",
        "policy",
    }
)


def metadata(api_version: str, kind: str, release: Release, *, core: bool, namespaced: bool = True) -> Check:
    """The check of one kind's `metadata`; `core` says that the kind is Kubernetes' own.

    `namespaced` is what the definition of a custom resource says; Kubernetes' own are known here.
    """
    group = api_group(api_version)
    named = (group, kind)
    name = _name_syntax(named, release)
    table: dict[str, Check] = {
        "name": text(name),
        "generateName": text(as_prefix(name)),
        "labels": _LABELS,
        "annotations": _ANNOTATIONS,
        "finalizers": each(_core_finalizer if core and _needs_domains(named) else _finalizer),
        "ownerReferences": _OWNERS,
    }
    if core and _keeps_generation(named):
        table["generation"] = between(0)
    if named not in _WITHOUT_NAMESPACE if core else namespaced:
        table["namespace"] = text(dns_label)
    if named == ("", "Namespace"):
        table["labels"] = both(_LABELS, _pod_security)
    crossing = () if group in _NAMELESS_GROUPS else (_named,)
    check = fields(table, *crossing)

    def judge(value: Any) -> Iterator[Fault]:
        for found in check(value):
            yield replace(found, rule=RULE)

    return judge


def _keeps_generation(named: tuple[str, str]) -> bool:
    if named[1] == "ControllerRevision":
        return True
    return named[0] not in _GENERATION_SET and named not in _GENERATION_SET_OF


def _needs_domains(named: tuple[str, str]) -> bool:
    return named[0] not in _FREE_FINALIZERS and named != ("", "Event")


def without_metadata() -> Fault:
    """The fault of an object that has none."""
    return wrong("`metadata.name` is required", "kind", rule=RULE, at_key=True)


def _name_syntax(named: tuple[str, str], release: Release) -> Syntax:
    since, before = _NAMES_BEFORE.get(named, ((0, 0), dns_subdomain))
    syntax = before if release < since else _NAMES.get(named, dns_subdomain)
    longest = _LONGEST_NAMES.get(named)
    if longest is None:
        return syntax

    def limited(name: str) -> str:
        if len(name) > longest:
            return f"it has {len(name)} characters, a {named[1]}'s name at most {longest}"
        return syntax(name)

    return limited


def _named(value: Any) -> Iterator[Fault]:
    if not value.get("name") and not value.get("generateName"):
        at = ("name",) if "name" in value else ()
        yield wrong("`name` is required", *at, at_key=True)


def _annotation_sizes(value: Any) -> Iterator[Fault]:
    if not isinstance(value, dict):
        return
    texts = [part for pair in value.items() for part in pair if isinstance(part, str)]
    # A character has at most 4 bytes; most objects need no encoding to be found small.
    if 4 * sum(map(len, texts)) <= ANNOTATIONS_BYTES:
        return
    size = sum(len(part.encode("utf-8", "surrogatepass")) for part in texts)
    if size > ANNOTATIONS_BYTES:
        yield wrong(
            f"the annotations have {size} bytes, at most {ANNOTATIONS_BYTES} are allowed", at_key=True
        )


def _finalizer(value: Any) -> Iterable[Fault]:
    return (wrong("it is empty"),) if value == "" else _FINALIZER(value)


def _core_finalizer(value: Any) -> Iterable[Fault]:
    if (
        isinstance(value, str)
        and "/" not in value
        and is_settled(value)
        and value not in _STANDARD_FINALIZERS
    ):
        standard = ", ".join(sorted(_STANDARD_FINALIZERS))
        return (
            wrong(f"{given(value)} is no finalizer: it needs a domain (example.com/name) or is {standard}"),
        )
    return _FINALIZER(value)


def _one_controller(value: Any) -> Iterator[Fault]:
    owners = [index for index, one in members({"owners": value}, "owners") if one.get("controller") is True]
    if len(owners) > 1:
        yield wrong("only one owner can be the controller", owners[1], "controller")


_FINALIZER = text(qualified_name)
_LABELS = both(each_key(qualified_name), each_value(text(label_value)))
_ANNOTATIONS = both(each_key(annotation_key), _annotation_sizes)
_OWNERS = both(
    each(fields({"apiVersion": filled, "kind": filled, "name": filled, "uid": filled})), _one_controller
)


def template_metadata(value: Any) -> Iterator[Fault]:
    """The labels and annotations of a pod template."""
    for found in _TEMPLATE(mapping(value)):
        yield replace(found, rule=RULE)


_TEMPLATE = fields({"labels": _LABELS, "annotations": _ANNOTATIONS})
