"""Which clusters there are: those of the inventory, and those that deliveries and folders show."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.discover.clusters import IN_CLUSTER, Clusters
from gitlint_ops.discover.owners import host_of_folder
from gitlint_ops.workspace.config import Config, DeclaredCluster, Environment

EU = DeclaredCluster(
    "prod-eu",
    environment="production",
    server="https://EU.example:6443/",
    kubernetes="1.33",
    paths=("fleet/eu/**",),
)
US = DeclaredCluster("prod-us", environment="production", server="https://us.example")
LAB = DeclaredCluster("lab", environment="staging")


def clusters(*declared: DeclaredCluster, **more: Any) -> Clusters:
    return Clusters(Config(clusters=declared, **more))


@pytest.mark.parametrize(
    ("destination", "name"),
    [
        ({"name": "prod-eu"}, "prod-eu"),
        ({"server": "https://eu.example:6443"}, "prod-eu"),
        ({"server": "https://us.example/"}, "prod-us"),
        ({"server": "https://lab.invalid"}, "lab"),
        ({"server": "https://else.example"}, "https://else.example"),
        ({"name": "else"}, "else"),
        ({"name": "prod-us", "server": "https://eu.example:6443"}, "prod-us"),
        ({}, ""),
        ({"name": 1, "server": ["x"]}, ""),
        ("prod-eu", ""),
        (None, ""),
    ],
)
def test_a_destination_means_a_cluster_by_its_name_or_its_server(destination: Any, name: str) -> None:
    assert clusters(EU, US, LAB).destination(destination, "") == name


@pytest.mark.parametrize(
    "destination", [{"name": "in-cluster"}, {"server": "https://kubernetes.default.svc/"}]
)
def test_the_cluster_of_argo_cd_itself_is_the_one_that_the_application_lives_in(destination: Any) -> None:
    own = DeclaredCluster("hub", server="https://kubernetes.default.svc")

    assert clusters(EU).destination(destination, "prod-eu") == "prod-eu"
    assert clusters(EU).destination(destination, "") == IN_CLUSTER
    assert clusters(EU, own).destination(destination, "") == "hub"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("clusters/production", "production"),
        ("clusters/eu/prod-1", "prod-1"),
        ("clusters/lab/flux-system", "lab"),
        ("kubernetes/main/flux", ""),
        ("fleet/eu/flux", "prod-eu"),
        ("", ""),
    ],
)
def test_the_folder_that_flux_delivers_to_itself_names_its_cluster(path: str, name: str) -> None:
    assert clusters(EU, LAB).bootstrapped_at(path) == name


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        ("clusters/production", "production"),
        ("clusters/dev-team", ""),
        ("clusters/non-prod", ""),
        ("clusters/eu", ""),
    ],
)
def test_a_cluster_that_nothing_declares_has_the_environment_that_its_path_says(
    path: str, environment: str
) -> None:
    held = clusters()
    found = held.get(held.bootstrapped_at(path))

    assert found is not None
    assert (found.environment, found.declared) == (environment, False)


def test_a_cluster_has_the_version_of_its_environment_unless_it_has_its_own() -> None:
    environments = (Environment("production", kubernetes="1.31"),)
    held = clusters(EU, US, environments=environments)

    assert [one.kubernetes for one in held] == ["1.33", "1.31"]


def test_the_one_cluster_of_an_environment_is_meant_by_it() -> None:
    assert clusters(EU, LAB).of_environment("production") == "prod-eu"
    assert clusters(EU, US).of_environment("production") == "production"


def test_a_kubeconfig_is_named_as_its_cluster() -> None:
    held = clusters(EU)

    assert held.remote("prod-eu-kubeconfig") == "prod-eu"
    assert held.remote("kubeconfig-prod-eu") == "prod-eu"
    assert held.remote("other-kubeconfig") == "other"


@pytest.mark.parametrize(
    ("folder", "cluster"),
    [
        ("fleet/eu/apps", "prod-eu"),
        ("clusters/lab/apps", "lab"),
        ("infra/clusters/lab", "lab"),
        ("clusters/base/apps", ""),
        ("overlays/staging", "lab"),
        ("envs/production/apps", "production"),
        ("apps/dev-team", ""),
        ("apps", ""),
    ],
)
def test_a_folder_that_is_applied_by_hand_says_where_to(folder: str, cluster: str) -> None:
    held = clusters(EU, US, LAB)

    assert host_of_folder(folder, held, ()) == cluster


def test_a_cluster_without_a_server_has_an_address_that_no_other_has() -> None:
    lab = clusters(LAB).get("lab")

    assert lab is not None
    assert lab.address == "https://lab.invalid"
