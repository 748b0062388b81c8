"""Which API versions are gone from which release of Kubernetes and Flux, and what replaces them.

Only removals that a release note or the published schemas prove are listed. A release that takes
APIs away must be added here and to `NEWEST` when its schemas are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

NEWEST: Mapping[str, str] = {"kubernetes": "1.37", "flux": "2.9"}
"""The newest release of each product that the table knows; it is assumed where none is declared."""


class Removal(Struct, frozen=True):
    """An API that a product stopped serving.

    `removed_in` is the first minor release without it. `deprecated_in` is empty where that release
    is not known. `replacement` is an apiVersion of the same kind, or empty: then `advice` says what
    to do instead. `source` is where the fact is published.
    """

    api_version: str
    kind: str
    product: str
    deprecated_in: str
    removed_in: str
    replacement: str
    advice: str
    source: str


def removals() -> tuple[Removal, ...]:
    """The whole table, in the order of the products and releases."""
    return tuple(_BY_KIND.values())


def removed(api_version: str, kind: str, versions: Mapping[str, str]) -> Removal | None:
    """The removal that hits this kind in these releases, such as `{"kubernetes": "1.34"}`.

    A product that `versions` does not name, or names by something that is no release ("main"),
    counts as `NEWEST`.
    """
    found = _BY_KIND.get((api_version, kind))
    if found is None or _release(versions, found.product) < _minor(found.removed_in):
        return None
    return found


def deprecated(api_version: str, kind: str, versions: Mapping[str, str]) -> Removal | None:
    """The removal to come of a kind that these releases still serve but have deprecated."""
    found = _BY_KIND.get((api_version, kind))
    if found is None or not found.deprecated_in:
        return None
    release = _release(versions, found.product)
    return found if _minor(found.deprecated_in) <= release < _minor(found.removed_in) else None


def _release(versions: Mapping[str, str], product: str) -> tuple[int, int]:
    try:
        return _minor(versions.get(product, ""))
    except ValueError:
        return _minor(NEWEST[product])


_MINOR = re.compile(r"v?(\d+)\.(\d+)")


def _minor(text: str) -> tuple[int, int]:
    found = _MINOR.match(text)
    if found is None:
        raise ValueError(f"no release: {text!r}")
    return int(found[1]), int(found[2])


class _Row(Struct, frozen=True):
    """`kinds` separated by spaces; the rest as in `Removal`."""

    api_version: str
    kinds: str
    removed_in: str
    deprecated_in: str = ""
    replacement: str = ""
    advice: str = ""


_GUIDE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"
_POD_SECURITY = "label the namespaces for Pod Security admission (pod-security.kubernetes.io/enforce)"

_KUBERNETES = (
    # 1.16
    _Row("extensions/v1beta1", "DaemonSet Deployment ReplicaSet", "1.16", "1.9", "apps/v1"),
    _Row("extensions/v1beta1", "NetworkPolicy", "1.16", "1.9", "networking.k8s.io/v1"),
    _Row("extensions/v1beta1", "PodSecurityPolicy", "1.16", "1.10", "", _POD_SECURITY),
    _Row("apps/v1beta1", "Deployment StatefulSet ReplicaSet", "1.16", "1.9", "apps/v1"),
    _Row("apps/v1beta2", "DaemonSet Deployment ReplicaSet StatefulSet", "1.16", "1.9", "apps/v1"),
    # 1.22
    _Row(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        "1.22",
        "1.16",
        "admissionregistration.k8s.io/v1",
    ),
    _Row(
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinition",
        "1.22",
        "1.16",
        "apiextensions.k8s.io/v1",
    ),
    _Row("apiregistration.k8s.io/v1beta1", "APIService", "1.22", "1.19", "apiregistration.k8s.io/v1"),
    _Row("authentication.k8s.io/v1beta1", "TokenReview", "1.22", "1.19", "authentication.k8s.io/v1"),
    _Row(
        "authorization.k8s.io/v1beta1",
        "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
        "1.22",
        "1.19",
        "authorization.k8s.io/v1",
    ),
    _Row(
        "certificates.k8s.io/v1beta1", "CertificateSigningRequest", "1.22", "1.19", "certificates.k8s.io/v1"
    ),
    _Row("coordination.k8s.io/v1beta1", "Lease", "1.22", "1.19", "coordination.k8s.io/v1"),
    _Row("extensions/v1beta1", "Ingress", "1.22", "1.14", "networking.k8s.io/v1"),
    _Row("networking.k8s.io/v1beta1", "Ingress IngressClass", "1.22", "1.19", "networking.k8s.io/v1"),
    _Row(
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        "1.22",
        "1.17",
        "rbac.authorization.k8s.io/v1",
    ),
    _Row("scheduling.k8s.io/v1beta1", "PriorityClass", "1.22", "1.14", "scheduling.k8s.io/v1"),
    _Row(
        "storage.k8s.io/v1beta1",
        "CSIDriver StorageClass VolumeAttachment",
        "1.22",
        "1.19",
        "storage.k8s.io/v1",
    ),
    _Row("storage.k8s.io/v1beta1", "CSINode", "1.22", "1.17", "storage.k8s.io/v1"),
    # 1.25
    _Row("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.25", "1.22", "autoscaling/v2"),
    _Row("batch/v1beta1", "CronJob", "1.25", "1.21", "batch/v1"),
    _Row("discovery.k8s.io/v1beta1", "EndpointSlice", "1.25", "1.21", "discovery.k8s.io/v1"),
    _Row("events.k8s.io/v1beta1", "Event", "1.25", "1.22", "events.k8s.io/v1"),
    _Row("node.k8s.io/v1beta1", "RuntimeClass", "1.25", "1.22", "node.k8s.io/v1"),
    _Row("policy/v1beta1", "PodDisruptionBudget", "1.25", "1.21", "policy/v1"),
    _Row("policy/v1beta1", "PodSecurityPolicy", "1.25", "1.21", "", _POD_SECURITY),
    # 1.26 and later; a test holds these rows against the published schemas of each release.
    _Row("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "1.23", "autoscaling/v2"),
    _Row(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "FlowSchema PriorityLevelConfiguration",
        "1.26",
        "1.23",
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    _Row("storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "1.24", "storage.k8s.io/v1"),
    _Row(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        "FlowSchema PriorityLevelConfiguration",
        "1.29",
        "1.26",
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    _Row(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "FlowSchema PriorityLevelConfiguration",
        "1.32",
        "1.29",
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    _Row("authentication.k8s.io/v1beta1", "SelfSubjectReview", "1.33", "", "authentication.k8s.io/v1"),
    _Row(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
        "1.34",
        "1.31",
        "admissionregistration.k8s.io/v1",
    ),
    _Row("networking.k8s.io/v1beta1", "IPAddress ServiceCIDR", "1.37", "", "networking.k8s.io/v1"),
    _Row("storage.k8s.io/v1beta1", "VolumeAttributesClass", "1.37", "", "storage.k8s.io/v1"),
)

_DRIVER_CLASSES = "use a DeviceClass of resource.k8s.io/v1"
_NO_SUCCESSOR = "nothing takes its place; remove the object"

_KUBERNETES_ALPHA = (
    _Row("settings.k8s.io/v1alpha1", "PodPreset", "1.20", "", "", _NO_SUCCESSOR),
    _Row("batch/v2alpha1", "CronJob", "1.21", "", "batch/v1"),
    _Row("resource.k8s.io/v1alpha1", "ResourceClaim ResourceClaimTemplate", "1.27", "", "resource.k8s.io/v1"),
    _Row("resource.k8s.io/v1alpha1", "ResourceClass", "1.27", "", "", _DRIVER_CLASSES),
    _Row("resource.k8s.io/v1alpha1", "PodScheduling", "1.27", "", "", _NO_SUCCESSOR),
    _Row("networking.k8s.io/v1alpha1", "ClusterCIDR", "1.29", "", "", _NO_SUCCESSOR),
    _Row("networking.k8s.io/v1alpha1", "IPAddress ServiceCIDR", "1.31", "", "networking.k8s.io/v1"),
    _Row(
        "resource.k8s.io/v1alpha2",
        "ResourceClaim ResourceClaimTemplate ResourceSlice",
        "1.31",
        "",
        "resource.k8s.io/v1",
    ),
    _Row(
        "resource.k8s.io/v1alpha2",
        "ResourceClass ResourceClassParameters ResourceClaimParameters",
        "1.31",
        "",
        "",
        _DRIVER_CLASSES,
    ),
    _Row("resource.k8s.io/v1alpha2", "PodSchedulingContext", "1.31", "", "", _NO_SUCCESSOR),
    _Row(
        "admissionregistration.k8s.io/v1alpha1",
        "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
        "1.32",
        "",
        "admissionregistration.k8s.io/v1",
    ),
    _Row("authentication.k8s.io/v1alpha1", "SelfSubjectReview", "1.32", "", "authentication.k8s.io/v1"),
    _Row("coordination.k8s.io/v1alpha1", "LeaseCandidate", "1.32", "", "coordination.k8s.io/v1beta1"),
    _Row("resource.k8s.io/v1alpha3", "PodSchedulingContext", "1.32", "", "", _NO_SUCCESSOR),
    _Row(
        "resource.k8s.io/v1alpha3",
        "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
        "1.34",
        "",
        "resource.k8s.io/v1",
    ),
    _Row("certificates.k8s.io/v1alpha1", "PodCertificateRequest", "1.35", "", "certificates.k8s.io/v1"),
    _Row("storage.k8s.io/v1alpha1", "VolumeAttributesClass", "1.35", "", "storage.k8s.io/v1"),
    _Row(
        "storagemigration.k8s.io/v1alpha1",
        "StorageVersionMigration",
        "1.35",
        "",
        "storagemigration.k8s.io/v1",
    ),
    _Row("scheduling.k8s.io/v1alpha1", "Workload", "1.36", "", "scheduling.k8s.io/v1beta1"),
    _Row("certificates.k8s.io/v1alpha1", "ClusterTrustBundle", "1.37", "", "certificates.k8s.io/v1"),
    _Row("scheduling.k8s.io/v1alpha2", "PodGroup Workload", "1.37", "", "scheduling.k8s.io/v1beta1"),
)

_FLUX_2_7 = "https://fluxcd.io/blog/2025/09/flux-v2.7.0/#upgrade-procedure"
_FLUX_2_8 = "https://github.com/fluxcd/flux2/issues/5711"
_FLUX_2_9 = "https://github.com/fluxcd/flux2/issues/5942"

_FLUX_IN_2_7 = (
    _Row(
        "source.toolkit.fluxcd.io/v1beta1",
        "Bucket GitRepository HelmChart HelmRepository",
        "2.7",
        "",
        "source.toolkit.fluxcd.io/v1",
    ),
    _Row("kustomize.toolkit.fluxcd.io/v1beta1", "Kustomization", "2.7", "", "kustomize.toolkit.fluxcd.io/v1"),
    _Row("helm.toolkit.fluxcd.io/v2beta1", "HelmRelease", "2.7", "2.2", "helm.toolkit.fluxcd.io/v2"),
    _Row(
        "image.toolkit.fluxcd.io/v1beta1",
        "ImagePolicy ImageRepository ImageUpdateAutomation",
        "2.7",
        "",
        "image.toolkit.fluxcd.io/v1",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta1",
        "Alert Provider",
        "2.7",
        "0.38",
        "notification.toolkit.fluxcd.io/v1beta3",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta1",
        "Receiver",
        "2.7",
        "0.38",
        "notification.toolkit.fluxcd.io/v1",
    ),
)

_FLUX_IN_2_8 = (
    _Row("source.toolkit.fluxcd.io/v1beta2", "GitRepository", "2.8", "2.0", "source.toolkit.fluxcd.io/v1"),
    _Row(
        "source.toolkit.fluxcd.io/v1beta2",
        "HelmChart HelmRepository",
        "2.8",
        "2.3",
        "source.toolkit.fluxcd.io/v1",
    ),
    _Row("source.toolkit.fluxcd.io/v1beta2", "Bucket", "2.8", "2.4", "source.toolkit.fluxcd.io/v1"),
    _Row("source.toolkit.fluxcd.io/v1beta2", "OCIRepository", "2.8", "2.6", "source.toolkit.fluxcd.io/v1"),
    _Row(
        "kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization", "2.8", "2.0", "kustomize.toolkit.fluxcd.io/v1"
    ),
    _Row("helm.toolkit.fluxcd.io/v2beta2", "HelmRelease", "2.8", "2.3", "helm.toolkit.fluxcd.io/v2"),
)

_FLUX_IN_2_9 = (
    _Row(
        "image.toolkit.fluxcd.io/v1beta2",
        "ImagePolicy ImageRepository ImageUpdateAutomation",
        "2.9",
        "2.7",
        "image.toolkit.fluxcd.io/v1",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta2",
        "Alert Provider",
        "2.9",
        "2.2",
        "notification.toolkit.fluxcd.io/v1beta3",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta2",
        "Receiver",
        "2.9",
        "2.0",
        "notification.toolkit.fluxcd.io/v1",
    ),
)


def _expanded(product: str, source: str, rows: tuple[_Row, ...]) -> Iterator[Removal]:
    for row in rows:
        for kind in row.kinds.split():
            yield Removal(
                row.api_version,
                kind,
                product,
                row.deprecated_in,
                row.removed_in,
                row.replacement,
                row.advice,
                source,
            )


_BY_KIND: Mapping[tuple[str, str], Removal] = {
    (removal.api_version, removal.kind): removal
    for product, source, rows in (
        ("kubernetes", _GUIDE, _KUBERNETES),
        ("kubernetes", "the schema data of the Python package kubernetes-validate", _KUBERNETES_ALPHA),
        ("flux", _FLUX_2_7, _FLUX_IN_2_7),
        ("flux", _FLUX_2_8, _FLUX_IN_2_8),
        ("flux", _FLUX_2_9, _FLUX_IN_2_9),
    )
    for removal in _expanded(product, source, rows)
}
