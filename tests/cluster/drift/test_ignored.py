"""What the owner ignores is no drift; what is ignored in a way that is not understood is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..reconcile.live import Cluster
from .comparing import Result
from .made import ARGO, CONFIG, FLUX, applied, argo, config, flux, updated

Compare = Callable[..., Result]

HELD = {"colour": "blue", "audit": "on"}
SHOP = {"web.yaml": CONFIG.format(name="web")}
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata:\n"


def edited(live: Cluster, manager: str, by: str = "kubectl-edit") -> None:
    live.live([applied(config("web", HELD), manager), updated(config("web", {"colour": "green"}), by)])


def ignoring(how: str) -> str:
    return f"  ignoreDifferences:\n  - {{group: '*', kind: Config*, {how}}}\n"


@pytest.mark.parametrize(
    "how",
    [
        "jsonPointers: [/data/colour]",
        "jsonPointers: [/data]",
        "jqPathExpressions: [.data.colour]",
        "jqPathExpressions: ['.data | select(.audit == \"on\") | .colour']",
        "managedFieldsManagers: [kubectl-edit]",
        "name: web, namespace: default, jsonPointers: [/data/colour]",
    ],
)
def test_what_an_application_ignores_is_no_drift(live: Cluster, compare: Compare, how: str) -> None:
    edited(live, "argocd-controller")

    found = compare(argo("ignoring", SHOP, ignoring(how)), *ARGO)

    assert found.told == {}
    assert found.changes.get("ConfigMap web") is None


@pytest.mark.parametrize(
    "how",
    [
        "jsonPointers: [/data/audit]",
        "jqPathExpressions: ['.data | select(.audit == \"off\") | .colour']",
        "managedFieldsManagers: [kubectl-patch]",
        "name: other, jsonPointers: [/data/colour]",
        "namespace: other, jsonPointers: [/data/colour]",
    ],
)
def test_what_it_ignores_elsewhere_is(live: Cluster, compare: Compare, how: str) -> None:
    edited(live, "argocd-controller")

    assert compare(argo("ignoring", SHOP, ignoring(how)), *ARGO).of("drift-changed")


def test_a_jq_expression_beyond_us_is_said_and_nothing_guessed(live: Cluster, compare: Compare) -> None:
    edited(live, "argocd-controller")

    found = compare(argo("ignoring", SHOP, ignoring("jqPathExpressions: ['.data | map(.x)']")), *ARGO)

    assert found.told == {}
    assert "ConfigMap default/web: what Application argocd/ignoring ignores is not known" in found.notes


@pytest.mark.parametrize(
    "text",
    [
        "  resource.customizations.ignoreDifferences._ConfigMap: |\n    jsonPointers: [/data/colour]\n",
        "  resource.customizations.ignoreDifferences.all: |\n    managedFieldsManagers: [kubectl-edit]\n",
        "  resource.customizations: |\n    ConfigMap:\n      ignoreDifferences: |\n"
        "        jsonPointers: [/data/colour]\n",
    ],
)
def test_what_an_installation_ignores_is_no_drift(live: Cluster, compare: Compare, text: str) -> None:
    edited(live, "argocd-controller")
    files = {**argo("ignoring", SHOP, ""), "clusters/in-cluster/argocd/argocd-cm.yaml": SETTINGS + text}

    found = compare(files, *ARGO)

    assert [one for one in found.told if "web.yaml" in one] == []


@pytest.mark.parametrize("mark", ["ssa: Ignore", "ssa: IfNotPresent", "reconcile: disabled"])
def test_what_flux_leaves_alone_is_no_drift(live: Cluster, compare: Compare, mark: str) -> None:
    edited(live, "kustomize-controller")
    marked = SHOP["web.yaml"].replace(
        "  name: web", f"  name: web\n  annotations: {{kustomize.toolkit.fluxcd.io/{mark}}}"
    )

    assert compare(flux("ignoring", {"web.yaml": marked}), *FLUX).told == {}


def test_what_a_kustomization_ignores_is_no_drift(live: Cluster, compare: Compare) -> None:
    edited(live, "kustomize-controller")
    more = "  ignore:\n  - {target: {kind: ConfigMap, name: w.*}, paths: [/data/colour]}\n"

    assert compare(flux("ignoring", SHOP, more), *FLUX).told == {}
    assert compare(flux("ignoring", SHOP, more.replace("w.*", "x.*")), *FLUX).of("drift-changed")
