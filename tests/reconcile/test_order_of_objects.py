"""The order in which Argo CD, Flux and Helm apply the objects of a target."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.waves import Phase
from gitlint_ops.reconcile.appliers import BY_HAND, BY_HELM
from gitlint_ops.reconcile.order import NO_TURN, ordered, why_unasked
from gitlint_ops.reconcile.outcomes import Applier, Operator

from .workspaces import said

ARGO_CD = Applier(Operator.ARGO_CD, "argocd-controller", namespace="shop")
FLUX = Applier(Operator.FLUX_KUSTOMIZE, "kustomize-controller")
HELM = Applier(Operator.FLUX_HELM, "helm-controller", namespace="shop")

HOOK = "argocd.argoproj.io/hook"
WAVE = "argocd.argoproj.io/sync-wave"
HELM_HOOK, WEIGHT = "helm.sh/hook", "helm.sh/hook-weight"
API_VERSIONS = {
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "StorageClass": "storage.k8s.io/v1",
    "Widget": "example.com/v1",
    "Gadget": "acme.example.com/v1",
    "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
}


def made(
    kind: str, name: str = "a", namespace: str = "", file: str = "a.yaml", **annotations: str
) -> RenderedObject:
    """An object of a file; `wave`, `hook`, `helm` and `weight` are its annotations."""
    names = {"wave": WAVE, "hook": HOOK, "helm": HELM_HOOK, "weight": WEIGHT}
    metadata = {
        "name": name,
        "namespace": namespace,
        "annotations": {names.get(key, key): value for key, value in annotations.items()},
    }
    api_version = API_VERSIONS.get(kind, "v1")
    body: dict[str, Any] = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    if kind == "CustomResourceDefinition":
        body["spec"] = {"group": "example.com", "names": {"kind": "Widget"}}
    origin = Origin(DocumentRef(FileRef("shop", "worktree", file)), (), Via.RESOURCE)
    return RenderedObject(object_key(body), api_version, body, origin, "shop//")


def order_of(objects: list[RenderedObject], applier: Applier) -> list[str]:
    return [said(one) for one in ordered(objects, "shop//", applier)]


def test_argo_cd_goes_by_phase_then_wave_then_kind_then_name() -> None:
    objects = [
        made("Job", "after", hook="PostSync"),
        made("Deployment", "b"),
        made("Deployment", "a"),
        made("Service"),
        made("ConfigMap", "late", wave="2"),
        made("ConfigMap", "early", wave="-1"),
        made("Job", "before", hook="PreSync"),
        made("Namespace", "other"),
    ]
    assert order_of(objects, ARGO_CD) == [
        "Job/before",
        "ConfigMap/early",
        "Namespace/other",
        "Service/a",
        "Deployment/a",
        "Deployment/b",
        "ConfigMap/late",
        "Job/after",
    ]


def test_argo_cd_moves_a_namespace_before_the_first_object_in_it() -> None:
    objects = [made("Job", "migrate", "shop", hook="PreSync"), made("Namespace", "shop")]
    entries = ordered(objects, "shop//", ARGO_CD)
    assert [said(one) for one in entries] == ["Namespace/shop", "Job/migrate"]
    assert entries[0].turn.phase is Phase.PRE_SYNC


def test_argo_cd_moves_a_namespace_before_objects_that_name_none() -> None:
    objects = [made("ConfigMap", wave="-5"), made("Namespace", "shop")]
    assert order_of(objects, ARGO_CD) == ["Namespace/shop", "ConfigMap/a"]


def test_argo_cd_moves_a_definition_before_the_first_object_of_its_kind() -> None:
    objects = [made("Widget", wave="-3"), made("CustomResourceDefinition"), made("ConfigMap")]
    assert order_of(objects, ARGO_CD) == ["CustomResourceDefinition/a", "Widget/a", "ConfigMap/a"]


def test_flux_applies_definitions_then_classes_then_the_rest() -> None:
    objects = [
        made("ValidatingWebhookConfiguration"),
        made("Widget"),
        made("Gadget"),
        made("PriorityClass"),
        made("Deployment"),
        made("ConfigMap", "b", "y"),
        made("ConfigMap", "a", "z"),
        made("StorageClass"),
        made("ClusterRole"),
        made("Namespace"),
        made("CustomResourceDefinition"),
    ]
    assert order_of(objects, FLUX) == [
        "CustomResourceDefinition/a",
        "Namespace/a",
        "ClusterRole/a",
        "PriorityClass/a",
        "StorageClass/a",
        "ConfigMap/b",
        "ConfigMap/a",
        "Deployment/a",
        "Gadget/a",
        "Widget/a",
        "ValidatingWebhookConfiguration/a",
    ]


@pytest.mark.parametrize("applier", [HELM, BY_HELM])
def test_helm_runs_hooks_by_weight_around_its_order_of_kinds(applier: Applier) -> None:
    objects = [
        made("Job", "check", helm="test"),
        made("Job", "told", helm="post-install"),
        made("Widget"),
        made("Gadget"),
        made("Deployment"),
        made("PriorityClass"),
        made("Service"),
        made("Job", "second", helm="pre-install,pre-upgrade", weight="5"),
        made("ConfigMap", "first", helm="pre-install", weight="-5"),
    ]
    assert order_of(objects, applier) == [
        "ConfigMap/first",
        "Job/second",
        "PriorityClass/a",
        "Service/a",
        "Deployment/a",
        "Gadget/a",
        "Widget/a",
        "Job/told",
        "Job/check",
    ]


def test_helm_applies_definitions_of_the_folder_crds_before_its_hooks() -> None:
    objects = [
        made("Widget", "first", helm="pre-install"),
        made("CustomResourceDefinition", "later", file="charts/crds/templates/crd.yaml"),
        made("CustomResourceDefinition", "early", file="charts/shop/charts/base/crds/crd.yaml"),
    ]
    assert order_of(objects, HELM) == [
        "CustomResourceDefinition/early",
        "Widget/first",
        "CustomResourceDefinition/later",
    ]


def test_by_hand_the_order_is_that_of_the_text() -> None:
    objects = [made("Deployment"), made("Namespace"), made("CustomResourceDefinition")]
    assert order_of(objects, BY_HAND) == ["Deployment/a", "Namespace/a", "CustomResourceDefinition/a"]


def test_what_the_operator_never_applies_comes_last_and_says_why() -> None:
    objects = [
        made("Job", "skipped", hook="Skip"),
        made("Job", "failed", hook="SyncFail"),
        made("Job", "gone", hook="PostDelete"),
        made("ConfigMap"),
    ]
    told = {said(one): why_unasked(one) for one in ordered(objects, "shop//", ARGO_CD)}
    assert next(iter(told)) == "ConfigMap/a"
    assert told["ConfigMap/a"] == ""
    assert told["Job/skipped"] == told["Job/gone"] == NO_TURN
    assert told["Job/failed"] == "it is applied only when a sync fails"


@pytest.mark.parametrize(
    ("annotation", "value"),
    [("kustomize.toolkit.fluxcd.io/reconcile", "Disabled"), ("kustomize.toolkit.fluxcd.io/ssa", "Ignore")],
)
def test_flux_leaves_alone_what_says_so_and_argo_cd_does_not_care(annotation: str, value: str) -> None:
    held = made("ConfigMap", **{annotation: value})
    (by_flux,) = ordered([held], "shop//", FLUX)
    (by_argo_cd,) = ordered([held], "shop//", ARGO_CD)
    assert annotation in why_unasked(by_flux)
    assert why_unasked(by_argo_cd) == ""


@pytest.mark.parametrize(
    ("policy", "recreates"),
    [("", True), ("BeforeHookCreation", True), ("HookSucceeded", False), ("HookSucceded", True)],
)
def test_argo_cd_deletes_a_hook_before_it_makes_it_anew(policy: str, recreates: bool) -> None:
    held = made("Job", hook="PreSync", **{"argocd.argoproj.io/hook-delete-policy": policy})
    (one,) = ordered([held], "shop//", ARGO_CD)
    assert one.applier.recreates is recreates


@pytest.mark.parametrize("applier", [HELM, BY_HELM])
def test_helm_deletes_a_hook_before_it_makes_it_anew(applier: Applier) -> None:
    kept = made("Job", "kept", helm="pre-upgrade", **{"helm.sh/hook-delete-policy": "hook-failed"})
    objects = [made("Job", "anew", helm="pre-upgrade"), kept, made("Job", "none"), made("Job", helm="test")]
    entries = {one.object.key.name: one for one in ordered(objects, "shop//", applier)}
    assert [name for name, one in entries.items() if one.applier.recreates] == ["anew", "a"]
    assert why_unasked(entries["a"]) == NO_TURN


@pytest.mark.parametrize("applier", [ARGO_CD, FLUX, HELM])
def test_the_order_of_files_does_not_matter(applier: Applier) -> None:
    objects = [made("Deployment"), made("Service"), made("ConfigMap", wave="1"), made("Namespace", "shop")]
    assert len({tuple(order_of(list(each), applier)) for each in permutations(objects)}) == 1
