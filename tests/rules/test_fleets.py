"""Clusters beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import check, config_map, deployment, write

DRIFT, CONTRACT, REMOTE = "cluster-variant-drift", "contract-mismatch", "single-remote"


def inventory(*names: str, labels: str = "ring: a") -> str:
    held = "environment: production, server: 'https://{0}.example', labels: {{{1}}}"
    return "clusters:\n" + "".join(f"- {{name: {one}, {held.format(one, labels)}}}\n" for one in names)


def application(name: str, path: str, cluster: str, url: str = "https://git.example/acme/shop") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, namespace: argocd}}\n"
        "spec:\n  project: shop\n"
        f"  source: {{repoURL: '{url}', targetRevision: main, path: {path}}}\n"
        f"  destination: {{name: {cluster}, namespace: web}}\n"
    )


def ring(*names: str, labels: str = "ring: a", **patches: str) -> dict[str, str]:
    """The same Deployment for each cluster, from a folder of its own that patches it."""
    files = {
        "gitlint-ops.yaml": inventory(*names, labels=labels),
        "web/base/kustomization.yaml": "resources: [web.yaml]\n",
        "web/base/web.yaml": deployment(),
    }
    for name in names:
        patch = patches.get(name.replace("-", "_"), "")
        held = f"patches:\n- target: {{kind: Deployment}}\n  patch: '[{patch}]'\n" if patch else ""
        files[f"web/{name}/kustomization.yaml"] = f"resources: [../base]\n{held}"
        files[f"argocd/{name}.yaml"] = application(f"web-{name}", f"web/{name}", name)
    return files


def shop(folder: Path, files: dict[str, str]) -> Path:
    return write(folder / "shop", files)


def places(folder: Path, files: dict[str, str], rule: str) -> list[str]:
    return check(shop(folder, files), "--select", rule).places(rule)


def replicas(count: int) -> str:
    return f'{{"op": "replace", "path": "/spec/replicas", "value": {count}}}'


def test_the_one_cluster_that_differs_from_its_ring_is_told(tmp_path: Path) -> None:
    files = ring("eu-1", "eu-2", "eu-3", eu_2=replicas(5))

    assert places(tmp_path, files, DRIFT) == ["web/eu-2/kustomization.yaml:4"]


def test_of_two_clusters_the_one_with_a_value_of_its_own_is_told(tmp_path: Path) -> None:
    assert places(tmp_path, ring("eu-1", "eu-2", eu_1=replicas(5)), DRIFT) == [
        "web/eu-1/kustomization.yaml:4"
    ]


@pytest.mark.parametrize(
    "patches",
    [
        {},
        {"eu_1": replicas(5), "eu_2": replicas(6), "eu_3": replicas(7)},
        {"eu_1": replicas(5), "eu_2": replicas(5), "eu_3": replicas(5)},
        {
            f"eu_{n}": f'{{"op": "add", "path": "/spec/template/spec/hostname", "value": "eu-{n}"}}'
            for n in (1, 2, 3)
        },
    ],
)
def test_what_is_alike_or_of_each_cluster_its_own_is_silent(patches: dict[str, str], tmp_path: Path) -> None:
    assert places(tmp_path, ring("eu-1", "eu-2", "eu-3", **patches), DRIFT) == []


def test_a_cluster_of_another_ring_may_differ(tmp_path: Path) -> None:
    files = ring("eu-1", "eu-2", "eu-3", eu_3=replicas(5))
    files["gitlint-ops.yaml"] = inventory("eu-1", "eu-2") + inventory("eu-3", labels="ring: canary")[10:]

    assert places(tmp_path, files, DRIFT) == []


def test_a_field_that_the_parameters_name_is_silent(tmp_path: Path) -> None:
    files = ring("eu-1", "eu-2", "eu-3", eu_2=replicas(5))
    files["gitlint-ops.yaml"] += "rules: {params: {cluster-variant-drift: {fields: [replicas]}}}\n"

    assert places(tmp_path, files, DRIFT) == []


# Contracts

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{name: http, port: 8080}]}
"""
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.acme.io}
spec:
  group: acme.io
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
  - {name: v2, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
"""


def contract(uses: str) -> dict[str, str]:
    consumer = config_map("shop").replace(
        "  name: shop\n", f"  name: shop\n  annotations:\n    gitlint-ops.dev/consumes: '{uses}'\n"
    )
    return {
        "gitlint-ops.yaml": inventory("eu-1", "eu-2"),
        "argocd/web.yaml": application("web", "web", "eu-1"),
        "argocd/orders.yaml": application("orders", "orders", "eu-2"),
        "web/web.yaml": consumer,
        "orders/orders.yaml": SERVICE,
        "orders/definition.yaml": DEFINITION,
    }


@pytest.mark.parametrize(
    "uses",
    [
        "eu-2/shop/order:8080",
        "eu-2/shop/orders:80",
        "eu-3/shop/orders:8080",
        "eu-2/Thing.acme.io/v2",
        "eu-2/Things.acme.io/v1",
        "orders",
    ],
)
def test_what_the_other_cluster_does_not_have_is_told(uses: str, tmp_path: Path) -> None:
    assert places(tmp_path, contract(uses), CONTRACT) == ["web/web.yaml:6"]


@pytest.mark.parametrize(
    "uses", ["eu-2/shop/orders:8080", "eu-2/shop/orders:http", "eu-2/shop/orders, eu-2/Thing.acme.io/v1"]
)
def test_what_the_other_cluster_has_is_silent(uses: str, tmp_path: Path) -> None:
    assert places(tmp_path, contract(uses), CONTRACT) == []


def test_of_a_cluster_that_could_not_be_rendered_nothing_is_absent(tmp_path: Path) -> None:
    files = contract("eu-2/shop/order:8080")
    files["argocd/more.yaml"] = application("more", "more", "eu-2", "https://git.example/acme/not-here")

    assert places(tmp_path, files, CONTRACT) == []


THING = "apiVersion: acme.io/v2\nkind: Thing\nmetadata: {name: one, namespace: shop}\n"


def things(served: str) -> dict[str, str]:
    """A Thing of version 2 on two clusters, of which the second has a definition that serves it or not."""
    newer = DEFINITION.replace("name: v2, served: false", "name: v2, served: true")
    files = {
        "gitlint-ops.yaml": inventory("eu-1", "eu-2"),
        "things/one.yaml": THING,
        "newer/definition.yaml": newer,
        "older/definition.yaml": DEFINITION.replace("name: v2, served: false", f"name: v2, served: {served}"),
    }
    for cluster, operator in (("eu-1", "newer"), ("eu-2", "older")):
        files[f"argocd/things-{cluster}.yaml"] = application(f"things-{cluster}", "things", cluster)
        files[f"argocd/operator-{cluster}.yaml"] = application(f"operator-{cluster}", operator, cluster)
    return files


@pytest.mark.parametrize(("served", "told"), [("true", []), ("false", ["things/one.yaml:1"])])
def test_a_version_that_only_another_cluster_serves_is_told(
    served: str, told: list[str], tmp_path: Path
) -> None:
    assert places(tmp_path, things(served), CONTRACT) == told


# Hosts of sources


def regions(first: str, second: str, labels: tuple[str, str] = ("eu", "us")) -> dict[str, str]:
    held = [
        inventory(name, labels=f"region: {label}") for name, label in zip(("a", "b"), labels, strict=True)
    ]
    return {
        "gitlint-ops.yaml": held[0] + held[1][10:],
        "argocd/a.yaml": application("web-a", "web", "a", first),
        "argocd/b.yaml": application("web-b", "web", "b", second),
        "web/web.yaml": config_map(),
    }


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("https://git.example/acme/shop", "git@git.example:acme/other.git", True),
        ("https://git.example/acme/shop", "https://git.us.example/acme/shop", False),
    ],
)
def test_regions_that_take_all_from_one_host_are_told(
    first: str, second: str, told: bool, tmp_path: Path
) -> None:
    assert bool(places(tmp_path, regions(first, second), REMOTE)) == told


def test_one_region_needs_no_second_host(tmp_path: Path) -> None:
    url = "https://git.example/acme/shop"

    assert places(tmp_path, regions(url, url, ("eu", "eu")), REMOTE) == []
