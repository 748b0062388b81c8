"""An object that is not there was deleted only where its owner says that it had been there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ..reconcile.live import Cluster
from .comparing import Kubectl, Result
from .made import ARGO, AUTOMATED, CONFIG, FLUX, applied, argo, config, flux, flux_labels
from .owners import application, kustomization

Compare = Callable[..., Result]

SHOP = {"web.yaml": CONFIG.format(name="web"), "gone.yaml": CONFIG.format(name="gone")}
HELD = {"colour": "blue", "audit": "on"}


def web(live: Cluster, manager: str, **metadata: object) -> None:
    live.live([applied(config("web", HELD, **metadata), manager)])


def test_what_an_inventory_of_flux_names_was_deleted(live: Cluster, compare: Compare) -> None:
    kustomization(live, "missing", ["default_web__ConfigMap", "default_gone__ConfigMap"])
    web(live, "kustomize-controller", labels=flux_labels("missing"))

    found = compare(flux("missing", SHOP), *FLUX).of("drift-missing")

    assert found["message"] == (
        "ConfigMap gone is not in the cluster, although Kustomization flux-system/missing has applied it: "
        "it was deleted there"
    )
    assert "creates it again at its next reconciliation (every 10m)" in found["hint"]


def test_what_an_inventory_does_not_name_is_new(live: Cluster, compare: Compare) -> None:
    kustomization(live, "missing", ["default_web__ConfigMap"])
    web(live, "kustomize-controller", labels=flux_labels("missing"))

    found = compare(flux("missing", SHOP), *FLUX)

    assert found.told == {}
    assert found.changes["ConfigMap gone"] == ["create"]


def test_what_the_last_sync_of_argo_cd_applied_was_deleted(live: Cluster, compare: Compare) -> None:
    application(live, "missing", [("ConfigMap", "web"), ("ConfigMap", "gone")], more=AUTOMATED)
    web(live, "argocd-controller")

    found = compare(argo("missing", SHOP), *ARGO).of("drift-missing")

    assert "although Application argocd/missing has applied it" in found["message"]
    assert "Argo CD creates it again as soon as it sees it (selfHeal)" in found["hint"]


def test_that_argo_cd_lists_it_as_its_own_says_nothing(live: Cluster, compare: Compare) -> None:
    # Argo CD lists all that Git has, whether it has been applied or not.
    tracked = [("ConfigMap", "web"), ("ConfigMap", "gone")]
    application(live, "missing", [("ConfigMap", "web")], tracked=tracked)
    web(live, "argocd-controller")

    found = compare(argo("missing", SHOP, ""), *ARGO)

    assert found.told == {}
    assert found.changes["ConfigMap gone"] == ["create"]


@pytest.mark.parametrize("is_there", [True, False])
def test_without_an_owner_that_tells_nothing_is_missing(
    live: Cluster, compare: Compare, *, is_there: bool
) -> None:
    if is_there:
        web(live, "kustomize-controller", labels=flux_labels("missing"))

    found = compare(flux("missing", SHOP), *FLUX)

    assert found.told == {}
    assert found.changes["ConfigMap gone"] == ["create"]


def test_an_owner_that_delivered_this_very_commit_has_applied_it(
    live: Cluster, kubectl: Kubectl, compare: Compare, tmp_path: Path
) -> None:
    files = argo("missing", SHOP, "")
    commit = committed(tmp_path / "repo", files)
    # Of a sync of what differed only, the result does not name what was there before.
    part = {"revision": commit, "options": ["ApplyOutOfSyncOnly=true"]}
    application(live, "missing", [("ConfigMap", "web")], **part)
    web(live, "argocd-controller")

    assert "has delivered this very commit" in compare(files, *ARGO).of("drift-missing")["message"]

    (tmp_path / "repo" / "shop" / "gone.yaml").write_text(SHOP["gone.yaml"] + "  more: x\n")
    changed = {**files, "shop/gone.yaml": SHOP["gone.yaml"] + "  more: x\n"}
    assert compare(changed, *ARGO).told == {}


def test_hooks_and_jobs_that_clear_themselves_away_may_be_gone(live: Cluster, compare: Compare) -> None:
    job = (
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once, namespace: default}\nspec:\n"
        "  ttlSecondsAfterFinished: 60\n  template:\n    spec:\n      restartPolicy: Never\n"
        "      containers: [{name: once, image: registry.example/once:1}]\n"
    )
    kustomization(live, "missing", ["default_web__ConfigMap", "default_once_batch_Job"])
    web(live, "kustomize-controller", labels=flux_labels("missing"))

    found = compare(flux("missing", {"web.yaml": SHOP["web.yaml"], "job.yaml": job}), *FLUX)

    assert found.told == {}


def committed(root: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    return subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
