"""What people set aside in the cluster is told: marks on objects, and owners that were stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from ..reconcile.live import Cluster
from .comparing import Kubectl, Result
from .made import ARGO, CONFIG, FLUX, applied, argo, flux
from .owners import application, kustomization

Compare = Callable[..., Result]
TEXT = CONFIG.format(name="aside")
FILES = {"config.yaml": TEXT}
PREFIX = "kustomize.toolkit.fluxcd.io"


def edited(live: Cluster, kubectl: Kubectl, manager: str) -> None:
    live.live([applied(yaml.safe_load(TEXT), manager)])
    kubectl("patch", "cm/aside", "--type=merge", "-p", '{"data":{"colour":"red"}}')


@pytest.mark.parametrize("mark", [f"{PREFIX}/reconcile=disabled", f"{PREFIX}/ssa=Ignore"])
def test_an_object_that_a_hand_took_from_flux_is_told(
    live: Cluster, kubectl: Kubectl, compare: Compare, mark: str
) -> None:
    edited(live, kubectl, "kustomize-controller")
    kubectl("annotate", "cm/aside", mark)

    found = compare(flux("aside", FILES), *FLUX).of("drift-added")

    key, _, value = mark.partition("=")
    told = (
        f'the cluster has metadata.annotations["{key}"]: {value}, which Git has not: set by kubectl-annotate'
    )
    assert found["message"].startswith(told)
    assert found["message"].endswith("leaves the whole object alone since")
    assert found["severity"] == "warning"


def test_a_mark_that_git_has_is_meant(live: Cluster, kubectl: Kubectl, compare: Compare) -> None:
    text = TEXT.replace("metadata:\n", f"metadata:\n  annotations: {{{PREFIX}/reconcile: disabled}}\n")
    live.live([applied(yaml.safe_load(text), "kustomize-controller")])
    kubectl("patch", "cm/aside", "--type=merge", "-p", '{"data":{"colour":"red"}}')

    assert compare(flux("aside", {"config.yaml": text}), *FLUX).told == {}


def test_options_for_argo_cd_that_a_hand_set_are_told(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    live.live([applied(yaml.safe_load(TEXT), "argocd-controller")])
    kubectl("annotate", "cm/aside", "argocd.argoproj.io/sync-options=Prune=false")

    found = compare(argo("aside", FILES), *ARGO).of("drift-added")

    assert 'metadata.annotations["argocd.argoproj.io/sync-options"], which Git has not' in found["message"]


def test_an_owner_that_was_suspended_by_hand_sets_nothing_back(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    kustomization(live, "aside", ["default_aside__ConfigMap"])
    edited(live, kubectl, "kustomize-controller")
    kubectl(
        "patch", "kustomization/aside", "-n", "flux-system", "--type=merge", "-p", '{"spec":{"suspend":true}}'
    )

    found = compare(flux("aside", FILES), *FLUX)

    (changed,) = (one for one in found.findings if one["rule"] == "drift-changed")
    assert (
        "as soon as Kustomization flux-system/aside is no longer suspended in the cluster" in changed["hint"]
    )
    assert "Kustomization flux-system/aside is suspended in the cluster, in Git it is not" in found.notes


def test_an_application_whose_automation_was_taken_away_sets_nothing_back(
    live: Cluster, kubectl: Kubectl, compare: Compare
) -> None:
    application(live, "aside", [("ConfigMap", "aside")], more="  syncPolicy: {automated: {selfHeal: true}}\n")
    edited(live, kubectl, "argocd-controller")
    name = ("application/aside", "-n", "argocd", "--type=merge", "-p")
    kubectl("patch", *name, '{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}')

    def hint() -> str:
        told = {one["location"]["file"]: one["hint"] for one in compare(argo("aside", FILES), *ARGO).findings}
        return told["shop/config.yaml"]

    assert "no selfHeal in the cluster" in hint()
    kubectl("patch", *name, '{"spec":{"syncPolicy":{"automated":null}}}')
    assert "is not synced by itself in the cluster: it stays" in hint()
    notes = compare(argo("aside", FILES), *ARGO).notes
    assert "Application argocd/aside is not synced by itself in the cluster" in notes
