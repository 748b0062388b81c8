"""What has left Git is told on its owner, with what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..reconcile.live import Cluster
from .comparing import Result
from .made import ARGO, CONFIG, FLUX, applied, argo, config, flux, flux_labels
from .owners import application, kustomization

Compare = Callable[..., Result]

SHOP = {"web.yaml": CONFIG.format(name="web")}
HELD = {"colour": "blue", "audit": "on"}
OWN = ["default_web__ConfigMap", "default_old__ConfigMap"]
PRUNES = "  syncPolicy: {automated: {prune: true}}\n"


def by_flux(live: Cluster, **metadata: object) -> None:
    """What Flux has delivered: `web`, which Git has, and `old`, with this metadata, which it has no more."""
    labels = flux_labels("pruning")
    live.live([applied(config("web", HELD, labels=labels), "kustomize-controller")])
    live.live([applied(config("old", HELD, **{"labels": labels, **metadata}), "kustomize-controller")])


def by_argo(live: Cluster, **metadata: object) -> None:
    live.live([applied(config("web", HELD), "argocd-controller")])
    live.live([applied(config("old", HELD, **metadata), "argocd-controller")])
    application(live, "pruning", [("ConfigMap", "web"), ("ConfigMap", "old")])


def test_what_an_inventory_still_names_is_deleted(live: Cluster, compare: Compare) -> None:
    kustomization(live, "pruning", OWN)
    by_flux(live)

    found = compare(flux("pruning", SHOP), *FLUX)

    ((where, message),) = found.told.items()
    assert where == "prune-pending clusters/production/shop.yaml:1"
    assert (
        "deletes ConfigMap default/old at its next reconciliation (every 10m): Git has it no more" in message
    )
    assert found.changes["ConfigMap old"] == ["prune"]


def test_what_flux_has_marked_is_deleted_where_no_inventory_is_there(live: Cluster, compare: Compare) -> None:
    by_flux(live)

    assert "ConfigMap default/old" in compare(flux("pruning", SHOP), *FLUX).of("prune-pending")["message"]


def test_without_prune_it_is_left_over(live: Cluster, compare: Compare) -> None:
    by_flux(live)
    files = flux("pruning", SHOP)
    files["clusters/production/shop.yaml"] = files["clusters/production/shop.yaml"].replace(
        "prune: true", "prune: false"
    )

    found = compare(files, *FLUX).of("prune-pending")

    assert found["severity"] == "note"
    assert "is left over in the cluster" in found["message"]
    assert "spec.prune is off" in found["message"]


@pytest.mark.parametrize("mark", ["prune: disabled", "reconcile: disabled", "ssa: Ignore"])
def test_what_is_marked_to_stay_under_flux_is_not_told(live: Cluster, compare: Compare, mark: str) -> None:
    name, value = mark.split(": ")
    by_flux(live, annotations={f"kustomize.toolkit.fluxcd.io/{name}": value})

    found = compare(flux("pruning", SHOP), *FLUX)

    assert found.told == {}
    assert found.changes["ConfigMap old"][0] == "none"


def test_what_argo_cd_lists_and_git_has_not_is_deleted(live: Cluster, compare: Compare) -> None:
    by_argo(live)

    found = compare(argo("pruning", SHOP, PRUNES), *ARGO).of("prune-pending")

    assert "Application argocd/pruning deletes ConfigMap default/old at the next sync" in found["message"]
    assert "Prune=false" in found["hint"]


def test_prune_confirm_waits_for_somebody(live: Cluster, compare: Compare) -> None:
    by_argo(live, annotations={"argocd.argoproj.io/sync-options": "Prune=confirm"})

    found = compare(argo("pruning", SHOP, PRUNES), *ARGO).of("prune-pending")

    assert "once somebody confirms it" in found["message"]


def test_what_is_marked_to_stay_under_argo_cd_is_not_told(live: Cluster, compare: Compare) -> None:
    by_argo(live, annotations={"argocd.argoproj.io/sync-options": "Prune=false"})

    assert compare(argo("pruning", SHOP, PRUNES), *ARGO).told == {}


def test_children_of_others_are_not_told(live: Cluster, compare: Compare) -> None:
    owner = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "web",
        "uid": "7d1f3f6e-0000-4000-8000-000000000000",
    }
    by_argo(live, ownerReferences=[owner])

    assert compare(argo("pruning", SHOP, PRUNES), *ARGO).told == {}


def test_what_another_target_has_now_is_told_as_moved(live: Cluster, compare: Compare) -> None:
    kustomization(live, "pruning", OWN)
    by_flux(live)
    files = flux("pruning", SHOP)
    files["clusters/production/other.yaml"] = (
        files["clusters/production/shop.yaml"]
        .replace("name: pruning", "name: other")
        .replace("./shop", "./other")
    )
    files["other/old.yaml"] = CONFIG.format(name="old")

    found = compare(files, *FLUX).of("prune-pending")

    assert "which may lose it to this deletion" in found["message"]


def test_with_no_prune_nothing_of_it_is_looked_for(live: Cluster, compare: Compare) -> None:
    kustomization(live, "pruning", OWN)
    by_flux(live)

    assert compare(flux("pruning", SHOP), *FLUX, "--no-prune").told == {}
