"""What becomes of a live object that has left Git, by its marks and its owner's settings.

Sources: gitops-engine pkg/sync/sync_context.go pruneObject, isPruningDisabled; kustomize-controller
internal/controller prune, deleteObjects; helm pkg/kube (ResourcePolicyAnno)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.reconcile.drift.aftermath import automated_of
from gitlint_ops.reconcile.drift.metadata import annotations_of, is_marked, sync_option

_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
_POLICY = "helm.sh/resource-policy"


class Fate(Enum):
    """What the operator does with an object."""

    DELETED = "deleted"
    CONFIRMED = "confirmed"
    """It is deleted once somebody confirms that."""
    ORPHANED = "orphaned"
    """It stays, as the owner deletes nothing by itself."""
    KEPT = "kept"
    """It stays, as it is marked to stay."""


def fate_of(live: Mapping[str, Any], owner: Owner) -> tuple[Fate, str]:
    """What becomes of an object, and why, where it is not deleted."""
    if owner.kind is OwnerKind.APPLICATION:
        return _by_argo(live, owner)
    if owner.kind is OwnerKind.HELM_RELEASE:
        return _by_helm(live)
    return _by_flux(live, owner)


def when_deleted(owner: Owner) -> str:
    """When the operator deletes, as an end of a sentence."""
    if owner.kind is OwnerKind.APPLICATION:
        return "at the next sync"
    if owner.kind is OwnerKind.HELM_RELEASE:
        return "at the next upgrade"
    if owner.value("spec", "suspend") is True:
        return "as soon as it is no longer suspended"
    interval = owner.text("spec", "interval")
    return "at its next reconciliation" + (f" (every {interval[:20]})" if interval else "")


def _by_argo(live: Mapping[str, Any], owner: Owner) -> tuple[Fate, str]:
    option = sync_option(live, "Prune") or _default_option(owner)
    if option == "false":
        return Fate.KEPT, "Prune=false"
    automated = automated_of(owner)
    if automated is None:
        return Fate.ORPHANED, "it is not synced by itself, and a sync by hand deletes only with --prune"
    if automated.get("prune") is not True:
        return Fate.ORPHANED, "syncPolicy.automated.prune is not set"
    if option == "confirm":
        return Fate.CONFIRMED, "Prune=confirm"
    return Fate.DELETED, ""


def _default_option(owner: Owner) -> str:
    listed = owner.value("spec", "syncPolicy", "syncOptions")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, str) and one.startswith("Prune="):
            return one.partition("=")[2]
    return ""


def _by_flux(live: Mapping[str, Any], owner: Owner) -> tuple[Fate, str]:
    for mark, value in (("prune", "disabled"), ("reconcile", "disabled"), ("ssa", "ignore")):
        if is_marked(live, f"{_KUSTOMIZE}/{mark}", value):
            return Fate.KEPT, f"{_KUSTOMIZE}/{mark}: {value}"
    # A ResourceSet always deletes what has left it.
    if owner.kind is OwnerKind.FLUX_KUSTOMIZATION and owner.value("spec", "prune") is not True:
        return Fate.ORPHANED, "spec.prune is off"
    return Fate.DELETED, ""


def _by_helm(live: Mapping[str, Any]) -> tuple[Fate, str]:
    if str(annotations_of(live).get(_POLICY, "")).strip().lower() == "keep":
        return Fate.KEPT, f"{_POLICY}: keep"
    return Fate.DELETED, ""
