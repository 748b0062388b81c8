"""How an operator applies what it delivers: as whom, by which field manager, and what it leaves alone.

Sources: argo-cd controller/sync.go, gitops-engine pkg/sync/sync_context.go (applyObject),
fluxcd/kustomize-controller internal/controller/kustomization_controller.go (apply),
fluxcd/helm-controller api/v2 (Install.ServerSideApply)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from gitlint_ops.model.delivery import FLUX_KUSTOMIZE, Delivery, Owner, OwnerKind
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import TargetKind
from gitlint_ops.reconcile.identities import Identities
from gitlint_ops.reconcile.outcomes import Applier, Operator

ARGO_CD = "argocd-controller"
KUSTOMIZE = "kustomize-controller"
HELM = "helm-controller"
FLUX_OPERATOR = "flux-operator"

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
_SSA = f"{FLUX_KUSTOMIZE}/ssa"
_RECONCILE = f"{FLUX_KUSTOMIZE}/reconcile"
_FORCE = f"{FLUX_KUSTOMIZE}/force"

BY_HAND = Applier(Operator.HAND, "gitlint-ops", namespace="default")
BY_HELM = Applier(Operator.HAND, "helm", namespace="default")


def applier_of(delivery: Delivery | None, kind: TargetKind, identities: Identities | None = None) -> Applier:
    """How the owner of a delivery applies it; without one, a person does.

    `identities` are who the operators are, where requests are to be made as them.
    """
    if delivery is None:
        return BY_HELM if kind is TargetKind.HELM else BY_HAND
    owner = delivery.owner
    if owner.kind is OwnerKind.APPLICATION:
        made = _argo_cd(delivery)
    elif owner.kind is OwnerKind.HELM_RELEASE:
        made = _helm(delivery)
    else:
        made = _flux(owner)
    return replace(made, identity=identities.of(delivery)) if identities is not None else made


def applier_for(one: RenderedObject, applier: Applier) -> Applier:
    """How the operator of a target applies one of its objects, which may ask for another way."""
    if applier.operator is Operator.ARGO_CD:
        options = frozenset(_listed(_annotation(one, SYNC_OPTIONS)))
        if "ServerSideApply=false" in options:
            applier = replace(applier, server_side=False)
        elif "ServerSideApply=true" in options:
            applier = replace(applier, server_side=True)
        if "Force=true" in options and not applier.recreates:
            applier = replace(applier, recreates=True)
    elif applier.operator is Operator.FLUX_KUSTOMIZE and _flux_setting(one, _FORCE) == "enabled":
        applier = replace(applier, recreates=True)
    return applier


def left_alone(one: RenderedObject, applier: Applier) -> str:
    """Why the operator never applies an object, "" where it does."""
    if applier.operator is not Operator.FLUX_KUSTOMIZE:
        return ""
    if _flux_setting(one, _RECONCILE) == "disabled":
        return f"{_RECONCILE}: disabled keeps Flux from applying it"
    if _flux_setting(one, _SSA) == "ignore":
        return f"{_SSA}: Ignore keeps Flux from applying it"
    return ""


def is_applied_once(one: RenderedObject, applier: Applier) -> bool:
    """Whether the operator applies an object only where there is none of its name."""
    return applier.operator is Operator.FLUX_KUSTOMIZE and _flux_setting(one, _SSA) == "ifnotpresent"


def _argo_cd(delivery: Delivery) -> Applier:
    held = delivery.owner.value("spec", "syncPolicy", "syncOptions")
    options = (
        frozenset(one for one in held if isinstance(one, str)) if isinstance(held, list) else frozenset()
    )
    return Applier(
        Operator.ARGO_CD,
        ARGO_CD,
        server_side="ServerSideApply=true" in options,
        creates_namespace="CreateNamespace=true" in options,
        namespace=delivery.namespace,
    )


def _helm(delivery: Delivery) -> Applier:
    install = delivery.owner.value("spec", "install", default={})
    return Applier(
        Operator.FLUX_HELM,
        HELM,
        server_side=value_at(install, ("serverSideApply",)) is not False,
        creates_namespace=value_at(install, ("createNamespace",)) is True,
        namespace=delivery.namespace,
    )


def _flux(owner: Owner) -> Applier:
    if owner.kind is OwnerKind.RESOURCE_SET:
        return Applier(Operator.FLUX_KUSTOMIZE, FLUX_OPERATOR, namespace=owner.object.key.namespace)
    recreates = owner.value("spec", "force") is True
    namespace = owner.text("spec", "targetNamespace")
    return Applier(Operator.FLUX_KUSTOMIZE, KUSTOMIZE, namespace=namespace, recreates=recreates)


def _flux_setting(one: RenderedObject, name: str) -> str:
    """A setting of Flux among the annotations or labels, in lower case."""
    for where in ("annotations", "labels"):
        held = value_at(one.body, ("metadata", where, name))
        if isinstance(held, str):
            return held.lower()
    return ""


def _annotation(one: RenderedObject, name: str) -> Any:
    return value_at(one.body, ("metadata", "annotations", name))


def _listed(text: Any) -> Iterator[str]:
    for part in text.split(",") if isinstance(text, str) else ():
        yield part.strip()
