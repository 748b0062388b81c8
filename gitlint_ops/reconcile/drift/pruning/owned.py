"""Which live objects belong to an owner: by its inventory, by what Argo CD tracks, or by Flux's labels.

Sources: argo-cd util/argo/resource_tracking.go, controller/state.go isSelfReferencedObj; fluxcd/pkg/ssa
owner.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Refused, ServedKind
from gitlint_ops.reconcile.drift.live import Live, Reader
from gitlint_ops.reconcile.drift.metadata import annotations_of, labels_of
from gitlint_ops.reconcile.drift.settings import ArgoSettings
from gitlint_ops.reconcile.lanes import all_at_once

TRACKING = "argocd.argoproj.io/tracking-id"
INSTALLATION = "argocd.argoproj.io/installation-id"
_LABELS: Mapping[OwnerKind, str] = {
    OwnerKind.FLUX_KUSTOMIZATION: "kustomize.toolkit.fluxcd.io",
    OwnerKind.HELM_RELEASE: "helm.toolkit.fluxcd.io",
    OwnerKind.RESOURCE_SET: "resourceset.fluxcd.controlplane.io",
}
# What the control plane and controllers make by themselves, by the thousand, and Argo CD does not watch.
# Source: argo-cd manifests/base/config/argocd-cm.yaml resource.exclusions
_LEFT_OUT = frozenset(
    {
        ("", "Event"), ("events.k8s.io", "Event"), ("coordination.k8s.io", "Lease"), ("", "Endpoints"),
        ("discovery.k8s.io", "EndpointSlice"), ("", "ComponentStatus"), ("apps", "ControllerRevision"),
        ("", "Node"), ("storage.k8s.io", "CSINode"), ("storage.k8s.io", "VolumeAttachment"),
        ("storage.k8s.io", "CSIStorageCapacity"), ("certificates.k8s.io", "CertificateSigningRequest"),
        ("cert-manager.io", "CertificateRequest"), ("cilium.io", "CiliumIdentity"),
        ("cilium.io", "CiliumEndpoint"), ("cilium.io", "CiliumEndpointSlice"),
        ("wgpolicyk8s.io", "PolicyReport"), ("wgpolicyk8s.io", "ClusterPolicyReport"),
        ("reports.kyverno.io", "EphemeralReport"), ("reports.kyverno.io", "ClusterEphemeralReport"),
        ("kyverno.io", "UpdateRequest"),
    }
)  # fmt: skip
_LEFT_OUT_GROUPS = frozenset({"metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"})
_JOBS = 8
_LONGEST_LABEL = 63


class Owned(Struct, frozen=True):
    """A live object that belongs to an owner, with at least its metadata."""

    key: ObjectKey
    api_version: str
    live: Live


class Listing:
    """What of the server's objects operators have marked, listed once for all owners that ask."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: dict[str, tuple[Owned, ...]] = {}

    def of(self, selector: str) -> tuple[Owned, ...]:
        """All objects that fit a selector of labels; for "" those that Argo CD tracks by annotation."""
        if selector not in self._held:
            kinds = [one for one in self._reader.api.kinds() if _is_listed(one)]
            found = all_at_once(kinds, lambda kind: self._listed(kind, selector), _JOBS)
            self._held[selector] = tuple(one for _, each in found for one in each)
        return self._held[selector]

    def _listed(self, kind: ServedKind, selector: str) -> Sequence[Owned]:
        found: list[Owned] = []
        try:
            listed = self._reader.api.listed(kind, selector=selector)
            found.extend(
                _owned(kind, live) for live in listed if selector or TRACKING in annotations_of(live)
            )
        except Refused:
            self._reader.refuse("list", kind)
        return found


def _is_listed(kind: ServedKind) -> bool:
    return (
        "list" in kind.verbs
        and (kind.group, kind.kind) not in _LEFT_OUT
        and kind.group not in _LEFT_OUT_GROUPS
    )


def _owned(kind: ServedKind, live: Live) -> Owned:
    namespace, name = (str(value_at(live, ("metadata", part)) or "") for part in ("namespace", "name"))
    return Owned(ObjectKey(kind.group, kind.kind, namespace, name), kind.api_version, live)


def by_keys(keys: Sequence[ObjectKey], reader: Reader) -> Iterator[Owned]:
    """Those of the objects that are there and may be read."""
    for key in keys:
        kind = reader.served(key.group, key.kind)
        live = reader.read(kind, key.namespace, key.name) if kind else None
        if kind is not None and live is not None:
            yield Owned(key, kind.api_version, live)


def by_labels_of_flux(owner: Owner, listing: Listing) -> Iterator[Owned]:
    """What carries the labels of a Flux owner."""
    prefix, key = _LABELS[owner.kind], owner.object.key
    for one in listing.of(f"{prefix}/name"):
        if is_of_flux(owner, one.live) and labels_of(one.live).get(f"{prefix}/namespace") == key.namespace:
            yield one


def is_of_flux(owner: Owner, live: Any) -> bool:
    """Whether an object carries the labels of a Flux owner: without them it is not deleted."""
    prefix, key, held = _LABELS[owner.kind], owner.object.key, labels_of(live)
    return (held.get(f"{prefix}/name"), held.get(f"{prefix}/namespace")) == (key.name, key.namespace)


def by_tracking(owner: Owner, settings: ArgoSettings, method: str, listing: Listing) -> Iterator[Owned]:
    """What an Application tracks."""
    names = instance_names(owner, settings)
    if method == "label":
        for one in listing.of(settings.label_key):
            if labels_of(one.live).get(settings.label_key) in names:
                yield one
        return
    for one in listing.of(""):
        if is_tracked(one.live, one.key, names, settings.installation):
            yield one


def instance_names(owner: Owner, settings: ArgoSettings) -> frozenset[str]:
    """The names by which Argo CD tracks what an Application delivers."""
    key = owner.object.key
    if key.namespace in ("", settings.namespace):
        return frozenset({key.name})
    return frozenset({f"{key.namespace}_{key.name}"})


def is_tracked(live: Any, key: ObjectKey, names: frozenset[str], installation: str) -> bool:
    """Whether the tracking annotation of an object names one of the Applications, and the object itself:
    one that was copied along to another object counts for nothing."""
    held = annotations_of(live)
    if installation and held.get(INSTALLATION) != installation:
        return False
    parts = str(held.get(TRACKING, "")).split(":", 2)
    if len(parts) != 3 or parts[0] not in names:
        return False
    group, _, kind = parts[1].partition("/")
    namespace, _, name = parts[2].partition("/")
    return (group, kind, name) == (key.group, key.kind, key.name) and key.namespace in (namespace, "")


def tracking_method(
    owner: Owner, settings: ArgoSettings, lives: Sequence[tuple[Any, Mapping[str, Any]]]
) -> str:
    """How Argo CD tracks here: as its settings say, else as the marks on objects that it has delivered show.

    `lives` are live objects with their bodies in Git. Without marks it is by annotation, the default
    since Argo CD 3.0.
    """
    if settings.method:
        return settings.method
    names = instance_names(owner, settings)
    if any(TRACKING in annotations_of(live) for live, _ in lives):
        return "annotation"
    by_label = any(
        labels_of(live).get(settings.label_key) in {name[:_LONGEST_LABEL] for name in names}
        and settings.label_key not in labels_of(git)
        for live, git in lives
    )
    return "label" if by_label else "annotation"
