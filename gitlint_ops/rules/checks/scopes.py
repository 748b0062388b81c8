"""Which objects live in a namespace, and in which."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TypeAlias

from gitlint_ops.model.delivery import Delivery, OwnerKind
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries

Kinds: TypeAlias = AbstractSet[tuple[str, str]]
"""Groups and kinds."""

# By kind alone: no namespaced kind is called so.
_WITHOUT_NAMESPACE = frozenset(
    {
        *("APIService", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "CSIDriver"),
        *("CustomResourceDefinition", "GatewayClass", "IngressClass", "MutatingAdmissionPolicy"),
        *("MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node"),
        *("PersistentVolume", "PriorityClass", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy"),
        *("ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeSnapshotClass"),
        *("ClusterExternalSecret", "ClusterIssuer", "ClusterSecretStore"),
    }
)
_NAMESPACED_GROUPS = frozenset({"", "apps", "autoscaling", "batch"})


def cluster_kinds(deliveries: Deliveries) -> Kinds:
    """The custom kinds without a namespace, by the definitions that the clusters get."""
    return {
        (str(value_at(one.body, ("spec", "group"))), str(value_at(one.body, ("spec", "names", "kind"))))
        for one in deliveries.known_objects("apiextensions.k8s.io", "CustomResourceDefinition")
        if value_at(one.body, ("spec", "scope")) == "Cluster"
    }


def is_cluster_wide(one: RenderedObject, kinds: Kinds) -> bool:
    """Whether an object surely lives in no namespace; `kinds` are those of `cluster_kinds`."""
    return one.kind in _WITHOUT_NAMESPACE or (one.key.group, one.kind) in kinds


def namespace_of(one: RenderedObject, delivery: Delivery, kinds: Kinds) -> str:
    """The namespace that an object comes to live in; "" for none, or where that is not known.

    Helm and Argo CD put what names no namespace into that of the release; Flux applies it as it is.
    """
    if is_cluster_wide(one, kinds):
        return ""
    if one.key.namespace or delivery.owner.kind is OwnerKind.FLUX_KUSTOMIZATION:
        return one.key.namespace
    return delivery.namespace if one.key.group in _NAMESPACED_GROUPS else ""
