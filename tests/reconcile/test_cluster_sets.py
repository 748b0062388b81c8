"""What goes to which cluster, by whom, and which targets go first."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.choice import chosen_sets
from gitlint_ops.reconcile.options import Options, ServerChoice, ServerKind
from gitlint_ops.reconcile.outcomes import Applier, ClusterSet, Operator
from gitlint_ops.reconcile.sets import UNNAMED, cluster_sets

from .workspaces import GIT, application, checked_in, config_map, flux, kustomization, order, set_in

PROD = "clusters/prod"
KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{name: there, cluster: {server: "https://there.example:6443"}}]
users: [{name: me, user: {token: none}}]
contexts: [{name: there, context: {cluster: there, user: me}}]
"""


def appliers(found: ClusterSet) -> dict[str, Applier]:
    return {one.result.target.id.rpartition("/")[2]: one.applier for one in found.targets}


def test_targets_of_flux_follow_what_they_depend_on(tmp_path: Path) -> None:
    found = set_in(
        tmp_path,
        {
            f"{PROD}/git.yaml": GIT,
            f"{PROD}/a.yaml": flux("apps", "./apps", "  dependsOn: [{name: infra}]\n"),
            f"{PROD}/z.yaml": flux("infra", "./infra", "  dependsOn: [{name: zero}]\n"),
            f"{PROD}/zz.yaml": flux("zero", "./zero"),
            "apps/a.yaml": config_map("a", namespace="shop"),
            "infra/b.yaml": config_map("b", namespace="shop"),
            "zero/c.yaml": config_map("c", namespace="shop"),
        },
    )
    assert found.cluster == "prod"
    assert list(order(found)) == [
        "clusters/prod",
        "prod/Kustomization/flux-system/zero",
        "prod/Kustomization/flux-system/infra",
        "prod/Kustomization/flux-system/apps",
    ]


def test_kustomizations_that_wait_for_each_other_are_ordered_all_the_same(tmp_path: Path) -> None:
    found = set_in(
        tmp_path,
        {
            f"{PROD}/git.yaml": GIT,
            f"{PROD}/a.yaml": flux("a", "./a", "  dependsOn: [{name: b}]\n"),
            f"{PROD}/b.yaml": flux("b", "./b", "  dependsOn: [{name: a}]\n"),
            "a/a.yaml": config_map("a", namespace="shop"),
            "b/b.yaml": config_map("b", namespace="shop"),
        },
    )
    assert [one.rpartition("/")[2] for one in order(found)] == ["prod", "a", "b"]


def test_applications_of_applications_go_by_wave_below_what_delivers_them(tmp_path: Path) -> None:
    wave = '{argocd.argoproj.io/sync-wave: "-1"}'
    found = set_in(
        tmp_path,
        {
            "root.yaml": application("root", "apps"),
            "apps/a.yaml": application("a", "a"),
            "apps/z.yaml": application("z", "z", annotations=wave),
            "a/a.yaml": config_map("a"),
            "z/z.yaml": config_map("z"),
        },
    )
    assert [one.rpartition("/")[2] for one in order(found)] == ["", "root", "z", "a"]


def test_an_application_says_how_it_is_applied(tmp_path: Path) -> None:
    options = "  syncPolicy: {syncOptions: [CreateNamespace=true, ServerSideApply=true]}\n"
    found = set_in(
        tmp_path,
        {
            "one.yaml": application("one", "one", options),
            "two.yaml": application("two", "two"),
            "one/a.yaml": config_map("a", "{argocd.argoproj.io/sync-options: ServerSideApply=false}"),
            "two/b.yaml": config_map("b", "{argocd.argoproj.io/sync-options: 'Prune=false, Force=true'}"),
        },
    )
    held = appliers(found)
    assert held["one"] == Applier(
        Operator.ARGO_CD, "argocd-controller", creates_namespace=True, namespace="shop"
    )
    assert not held["two"].server_side
    own = {entry.object.key.name: entry.applier for one in found.targets for entry in one.entries}
    assert not own["a"].server_side
    assert own["b"].recreates


def test_flux_puts_objects_into_its_target_namespace_or_into_none(tmp_path: Path) -> None:
    found = set_in(
        tmp_path,
        {
            f"{PROD}/git.yaml": GIT,
            f"{PROD}/a.yaml": flux("a", "./a", "  targetNamespace: shop\n  force: true\n"),
            f"{PROD}/b.yaml": flux("b", "./b"),
            "a/a.yaml": config_map("a"),
            "b/b.yaml": config_map("b"),
        },
    )
    held = appliers(found)
    assert held["a"] == Applier(
        Operator.FLUX_KUSTOMIZE, "kustomize-controller", namespace="shop", recreates=True
    )
    assert held["b"].namespace == ""


def test_folders_that_nobody_delivers_go_by_environment(tmp_path: Path) -> None:
    files = {"base/a.yaml": config_map("a"), "base/kustomization.yaml": kustomization("a.yaml")}
    overlays = {
        f"overlays/{name}/kustomization.yaml": kustomization("../../base")
        for name in ("production", "staging")
    }
    found = cluster_sets(checked_in(tmp_path, {**files, **overlays}))
    assert [(one.cluster, one.environment, len(one.targets)) for one in found] == [
        ("", "production", 1),
        ("", "staging", 1),
    ]


def test_a_component_that_nothing_uses_is_applied_by_nobody(tmp_path: Path) -> None:
    component = kustomization("a.yaml").replace("v1beta1\nkind: Kustomization", "v1alpha1\nkind: Component")
    checked = checked_in(tmp_path, {"part/kustomization.yaml": component, "part/a.yaml": config_map("a")})
    assert cluster_sets(checked) == ()


def test_an_unknown_cluster_is_told_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    files = {
        f"{PROD}/git.yaml": GIT,
        f"{PROD}/a.yaml": flux("a", "./a"),
        "a/a.yaml": config_map("a", namespace="shop"),
    }
    checked = checked_in(tmp_path, files)
    (found,) = cluster_sets(checked, cluster="prod")
    assert found.cluster == "prod"
    with pytest.raises(UsageError, match="no cluster of the workspace is called 'prd'") as told:
        cluster_sets(checked, cluster="prd")
    assert told.value.hint == "did you mean 'prod'?"


def test_a_tenant_is_asked_for_as_its_own_account(tmp_path: Path) -> None:
    found = set_in(
        tmp_path,
        {
            f"{PROD}/git.yaml": GIT,
            f"{PROD}/a.yaml": flux("a", "./a", "  serviceAccountName: team\n", namespace="team-a").replace(
                "name: flux-system}", "name: flux-system, namespace: flux-system}"
            ),
            f"{PROD}/b.yaml": flux("b", "./b"),
            "a/a.yaml": config_map("a", namespace="team-a"),
            "b/b.yaml": config_map("b", namespace="shop"),
        },
        as_operator=True,
    )
    users = {name: one.identity.user for name, one in appliers(found).items() if one.identity}
    assert users == {
        "a": "system:serviceaccount:team-a:team",
        "b": "system:serviceaccount:flux-system:kustomize-controller",
    }


def test_the_account_that_controllers_take_by_default_is_heeded(tmp_path: Path) -> None:
    controller = (
        "apiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: kustomize-controller, namespace: flux-system}\n"
        "spec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n"
        "    spec:\n      containers:\n"
        "      - {name: manager, image: a, args: [--default-service-account=limited]}\n"
    )
    found = set_in(
        tmp_path,
        {
            f"{PROD}/git.yaml": GIT,
            f"{PROD}/flux.yaml": controller,
            f"{PROD}/a.yaml": flux("a", "./a"),
            "a/a.yaml": config_map("a", namespace="shop"),
        },
        as_operator=True,
    )
    identity = appliers(found)["a"].identity
    assert identity is not None
    assert identity.user == "system:serviceaccount:flux-system:limited"


def test_the_project_of_an_application_names_its_account(tmp_path: Path) -> None:
    project = (
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: default, namespace: argocd}\n"
        "spec:\n  destinationServiceAccounts:\n"
        "  - {server: 'https://other.example.com', namespace: '*', defaultServiceAccount: wrong}\n"
        "  - {server: 'https://kubernetes.*', namespace: 'sh*', defaultServiceAccount: deployer}\n"
    )
    found = set_in(
        tmp_path,
        {"p.yaml": project, "one.yaml": application("one", "one"), "one/a.yaml": config_map("a")},
        as_operator=True,
    )
    identity = appliers(found)["one"].identity
    assert identity is not None
    assert identity.user == "system:serviceaccount:shop:deployer"
    assert "system:serviceaccounts:shop" in identity.groups


def two_sets() -> dict[str, str]:
    """An environment with a name, and a folder that belongs to none."""
    return {
        "overlays/prod/kustomization.yaml": kustomization("a.yaml"),
        "overlays/prod/a.yaml": config_map("a", namespace="shop"),
        "web/kustomization.yaml": kustomization("b.yaml"),
        "web/b.yaml": config_map("b", namespace="shop"),
    }


def test_what_goes_to_no_cluster_with_a_name_can_be_chosen(tmp_path: Path) -> None:
    found = set_in(tmp_path, two_sets(), UNNAMED)

    assert (found.cluster, found.environment) == ("", "")
    assert [one.result.target.path for one in found.targets] == ["web"]


def test_every_name_that_is_offered_is_taken(tmp_path: Path) -> None:
    checked = checked_in(tmp_path, two_sets())
    file = tmp_path / "kubeconfig"
    file.write_text(KUBECONFIG)
    choice = ServerChoice(ServerKind.KUBECONFIG, kubeconfig=str(file), context="there")

    with pytest.raises(UsageError, match=r"several clusters") as told:
        chosen_sets(cluster_sets(checked), choice, Options())

    names = told.value.hint.partition("(")[2].partition(";")[0].split(", ")
    assert names == [UNNAMED, "production"]
    assert [cluster_sets(checked, cluster=one)[0].environment for one in names] == ["", "production"]
