"""How an operator applies what it delivers: as whom, by which field manager, and what it leaves alone.

Sources: argo-cd controller/sync.go, gitops-engine pkg/sync/sync_context.go (applyObject),
fluxcd/kustomize-controller internal/controller/kustomization_controller.go (apply),
fluxcd/helm-controller api/v2 (Install.ServerSideApply); deletion of hooks: gitops-engine
pkg/sync/hook/delete_policy.go, helm pkg/action/hooks.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.model.delivery import FLUX_KUSTOMIZE, Delivery, Owner, OwnerKind
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import TargetKind
from gitlint_ops.model.waves import HELM_HOOK, HOOK
from gitlint_ops.reconcile.identities import Identities
from gitlint_ops.reconcile.outcomes import Applier, Operator

ARGO_CD = "argocd-controller"
KUSTOMIZE = "kustomize-controller"
HELM = "helm-controller"
FLUX_OPERATOR = "flux-operator"

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
_HELM_POLICY = "helm.sh/hook-delete-policy"
_POLICIES = ("argocd.argoproj.io/hook-delete-policy", _HELM_POLICY)
_BEFORE = frozenset({"BeforeHookCreation", "before-hook-creation"})
_KNOWN_POLICIES = _BEFORE | {"HookSucceeded", "HookFailed", "hook-succeeded", "hook-failed"}
_SKIPS = "SkipDryRunOnMissingResource=true"
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
        if _SKIPS in options:
            applier = replace(applier, expects_kinds=True)
        if "Force=true" in options or _is_hook_made_anew(one, (HOOK, HELM_HOOK), _POLICIES):
            applier = replace(applier, recreates=True)
    elif is_helm(applier) and _is_hook_made_anew(one, (HELM_HOOK,), (_HELM_POLICY,)):
        applier = replace(applier, recreates=True)
    elif applier.operator is Operator.FLUX_KUSTOMIZE and _is_set(one.body, _FORCE, "enabled"):
        applier = replace(applier, recreates=True)
    return applier


def left_alone(one: RenderedObject, applier: Applier) -> str:
    """Why the operator never applies an object, "" where it does."""
    if applier.operator is not Operator.FLUX_KUSTOMIZE:
        return ""
    excluded = _excluded(one.body)
    return f"{excluded} keeps Flux from applying it" if excluded else ""


def left_as_it_stands(one: RenderedObject, standing: Mapping[str, Any], applier: Applier) -> str:
    """Why the operator does not touch what stands on a server in place of an object, "" where it does."""
    if applier.operator is not Operator.FLUX_KUSTOMIZE:
        return ""
    if _is_set(one.body, _SSA, "ifnotpresent"):
        return f"{_SSA}: IfNotPresent keeps Flux from applying it, as it is there already"
    excluded = _excluded(standing)
    return f"{excluded} on the object that is there keeps Flux from applying it" if excluded else ""


def is_helm(applier: Applier) -> bool:
    """Whether Helm applies, by a controller's or a person's hand."""
    by_hand = applier.operator is Operator.HAND and applier.manager == BY_HELM.manager
    return by_hand or applier.operator is Operator.FLUX_HELM


def _is_hook_made_anew(one: RenderedObject, hooks: Iterable[str], policies: Iterable[str]) -> bool:
    """Whether an object is a hook that is deleted before it is made, as hooks are if nothing else is said."""
    if not any(isinstance(_annotation(one, name), str) for name in hooks):
        return False
    said = {policy for name in policies for policy in _listed(_annotation(one, name))}
    known = said & _KNOWN_POLICIES
    return not known or not known.isdisjoint(_BEFORE)


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
        recreates="Force=true" in options,
        expects_kinds=_SKIPS in options,
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


def _excluded(body: Mapping[str, Any]) -> str:
    """What of an object's metadata keeps Flux away from it."""
    if _is_set(body, _RECONCILE, "disabled"):
        return f"{_RECONCILE}: disabled"
    return f"{_SSA}: Ignore" if _is_set(body, _SSA, "ignore") else ""


def _is_set(body: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether a label or an annotation has a value, in letters of any case."""
    held = (value_at(body, ("metadata", where, name)) for where in ("labels", "annotations"))
    return any(isinstance(one, str) and one.lower() == value for one in held)


def _annotation(one: RenderedObject, name: str) -> Any:
    return value_at(one.body, ("metadata", "annotations", name))


def _listed(text: Any) -> Iterator[str]:
    for part in text.split(",") if isinstance(text, str) else ():
        yield part.strip()
