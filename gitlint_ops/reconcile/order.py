"""The order in which operators apply the objects of one target.

Sources: gitops-engine pkg/sync/sync_tasks.go (kind order, adjustDeps) and pkg/sync/syncwaves;
fluxcd/pkg/ssa sort.go, manager_apply.go (ApplyAllStaged), utils/is.go; helm pkg/release/v1/util
kind_sorter.go (InstallOrder), pkg/action/hooks.go (hookByWeight)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from gitlint_ops.model.blame import origin
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import HELM_HOOK, HELM_WEIGHT, Phase, Turn, first_turn, wave_number
from gitlint_ops.reconcile.appliers import applier_for, is_helm, left_alone
from gitlint_ops.reconcile.outcomes import Applier, Entry, Operator

_BEFORE_WORKLOADS = (
    "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget",
    "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume",
    "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList",
    "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList",
    "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
    "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
)  # fmt: skip
_ARGO = {kind: number - len(_BEFORE_WORKLOADS) for number, kind in enumerate(_BEFORE_WORKLOADS)}

_HELM_KINDS = (
    "PriorityClass",
    *_BEFORE_WORKLOADS,
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
)
_HELM = {kind: number for number, kind in enumerate(_HELM_KINDS)}
_HELM_EVENTS = {
    "pre-install": Phase.PRE_SYNC,
    "pre-upgrade": Phase.PRE_SYNC,
    "post-install": Phase.POST_SYNC,
    "post-upgrade": Phase.POST_SYNC,
}

_FLUX_FIRST = (
    "CustomResourceDefinition", "Namespace", "ClusterRole", "ClusterClass", "RuntimeClass", "PriorityClass",
    "StorageClass", "VolumeSnapshotClass", "IngressClass", "GatewayClass", "ClusterRoleBinding",
    "ResourceQuota", "ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Secret", "Service", "LimitRange",
    "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
)  # fmt: skip
_FLUX = {
    **{kind: number - len(_FLUX_FIRST) for number, kind in enumerate(_FLUX_FIRST)},
    "MutatingWebhookConfiguration": 1,
    "ValidatingWebhookConfiguration": 2,
}
_DEFINITIONS = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("", "Namespace"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
}

_BEFORE_HOOKS = Turn(Phase.PRE_SYNC, -sys.maxsize)

NO_TURN = "its hook is not part of a sync"
_SYNC_FAIL = "it is applied only when a sync fails"


def ordered(objects: Iterable[RenderedObject], target: str, applier: Applier) -> tuple[Entry, ...]:
    """The objects of a target as its operator applies them, those that it never applies at the end."""
    entries = [_entry(one, target, applier) for one in objects]
    applied = [one for one in entries if not why_unasked(one)]
    others = [one for one in entries if why_unasked(one)]
    if applier.operator is Operator.ARGO_CD:
        applied = _as_argo_cd(applied)
    elif applier.operator is Operator.FLUX_KUSTOMIZE:
        applied.sort(key=_as_flux)
    elif is_helm(applier):
        applied.sort(key=_as_helm)
    return (*applied, *others)


def why_unasked(one: Entry) -> str:
    """Why the operator never applies an object in a sync, "" where it does."""
    if one.applier.operator is Operator.ARGO_CD:
        if first_turn(one.object.body) is None:
            return NO_TURN
        return _SYNC_FAIL if one.turn.phase is Phase.SYNC_FAIL else ""
    if is_helm(one.applier):
        return NO_TURN if _helm_turn(one.object.body) is None else ""
    return left_alone(one.object, one.applier)


def _entry(one: RenderedObject, target: str, applier: Applier) -> Entry:
    turn: Turn | None = Turn()
    if applier.operator is Operator.ARGO_CD:
        turn = first_turn(one.body)
    elif is_helm(applier):
        turn = _helm_turn(one.body)
    return Entry(one, target, applier_for(one, applier), turn or Turn())


# Argo CD


def _as_argo_cd(entries: Sequence[Entry]) -> list[Entry]:
    tasks = sorted(entries, key=_task)
    tasks = _before_use(tasks, _namespace_made, _namespace_used)
    return _before_use(tasks, _kind_made, lambda one: f"{one.object.key.group}/{one.object.kind}")


def _task(one: Entry) -> tuple[Turn, int, str]:
    return one.turn, _ARGO.get(one.object.kind, 0), one.object.key.name


def _before_use(tasks: Sequence[Entry], made: Any, used: Any) -> list[Entry]:
    """What others need is moved before the first of them, into its wave."""
    found: list[Entry] = []
    first: dict[str, int] = {}
    for one in tasks:
        name = made(one)
        if name and name in first:
            at = first[name]
            found.insert(at, replace(one, turn=found[at].turn))
            first = {key: index + 1 if index >= at else index for key, index in first.items()}
            continue
        found.append(one)
        if not name and (needed := used(one)):
            first.setdefault(needed, len(found) - 1)
    return found


def _namespace_made(one: Entry) -> str:
    key = one.object.key
    return key.name if (key.group, key.kind) == ("", "Namespace") else ""


def _namespace_used(one: Entry) -> str:
    return one.object.key.namespace or one.applier.namespace


def _kind_made(one: Entry) -> str:
    key = one.object.key
    if (key.group, key.kind) != ("apiextensions.k8s.io", "CustomResourceDefinition"):
        return ""
    group = value_at(one.object.body, ("spec", "group"), "")
    return f"{group}/{value_at(one.object.body, ('spec', 'names', 'kind'), '')}"


# Flux


def _as_flux(one: Entry) -> tuple[int, int, str, str, str, str]:
    key = one.object.key
    return _flux_stage(one), _FLUX.get(key.kind, 0), key.group, key.kind, key.namespace, key.name


def _flux_stage(one: Entry) -> int:
    """Definitions go first, then classes, then all the rest."""
    key = one.object.key
    if (key.group, key.kind) in _DEFINITIONS:
        return 0
    return 1 if key.kind.endswith("Class") else 2


# Helm


def _as_helm(one: Entry) -> tuple[Turn, int, str]:
    if _is_in_crds(one):
        return _BEFORE_HOOKS, 0, one.object.key.name
    if one.turn.phase is not Phase.SYNC:
        return one.turn, 0, one.object.key.name
    place = _HELM.get(one.object.kind)
    return one.turn, len(_HELM) if place is None else place, one.object.kind if place is None else ""


def _is_in_crds(one: Entry) -> bool:
    """Whether an object is a definition of a chart's folder crds/, which Helm applies before all else."""
    if one.object.kind != "CustomResourceDefinition":
        return False
    _, found, inner = f"/{origin(one.object.blame).source.file.path}".rpartition("/crds/")
    return bool(found) and not inner.startswith("templates/")  # a chart may be called so, too


def _helm_turn(body: Any) -> Turn | None:
    """The hook that an object is, the usual turn for none; None for hooks of other occasions."""
    text = value_at(body, ("metadata", "annotations", HELM_HOOK))
    if not isinstance(text, str):
        return Turn()
    phases = [_HELM_EVENTS[one] for one in _events(text) if one in _HELM_EVENTS]
    if not phases:
        return None
    weight = wave_number(value_at(body, ("metadata", "annotations", HELM_WEIGHT))) or 0
    return Turn(min(phases), weight)


def _events(text: str) -> Iterator[str]:
    return (one.strip().lower() for one in text.split(","))
