"""Folders that nothing delivers, beside others that are delivered."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ..cli.command_line import check

OWN = "https://git.example/acme/shop"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"


def application(path: str, url: str = OWN, more: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {path.replace('/', '-') or 'root'}, namespace: argocd}}\n"
        "spec:\n  project: shop\n  destination: {name: in-cluster, namespace: shop}\n"
        f"  source: {{repoURL: {url}, targetRevision: v1, path: {path!r}{more}}}\n"
    )


def application_set(generators: str, path: str) -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop, namespace: argocd}\n"
        f"spec:\n  generators: {generators}\n  template:\n    metadata: {{name: a}}\n    spec:\n"
        "      project: shop\n      destination: {name: in-cluster, namespace: shop}\n"
        f"      source: {{repoURL: '{OWN}', targetRevision: v1, path: '{path}'}}\n"
    )


def overlays(*names: str, app: str = "web") -> dict[str, str]:
    files = {
        f"apps/{app}/base/service.yaml": SERVICE,
        f"apps/{app}/base/kustomization.yaml": "resources: [service.yaml]\n",
    }
    for name in names:
        files[f"apps/{app}/overlays/{name}/kustomization.yaml"] = "resources: [../../base]\n"
    return files


def dead(folder: Path, files: dict[str, str], remote: str = OWN, *arguments: str) -> list[str]:
    """The folders that are told of."""
    root = folder / "repo"
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", root], check=True)
    if remote:
        subprocess.run(["git", "-C", root, "remote", "add", "origin", remote], check=True)
    ran = check(root, "--select", "overlay-dead", *arguments)
    return [
        one["location"]["file"].rpartition("/")[0] for one in ran.findings if one["rule"] == "overlay-dead"
    ]


def test_an_overlay_beside_one_that_is_delivered_is_told(tmp_path: Path) -> None:
    files = {**overlays("prod", "old"), "argocd/web.yaml": application("apps/web/overlays/prod")}

    assert dead(tmp_path, files) == ["apps/web/overlays/old"]


def test_addresses_of_one_repository_are_one(tmp_path: Path) -> None:
    files = {**overlays("prod", "old"), "argocd/web.yaml": application("apps/web/overlays/prod")}

    assert dead(tmp_path, files, "git@git.example:acme/shop.git") == ["apps/web/overlays/old"]


@pytest.mark.parametrize("remote", ["", "https://git.example/acme/other"])
def test_a_repository_that_does_not_deliver_itself_is_left_alone(tmp_path: Path, remote: str) -> None:
    files = {**overlays("prod", "old"), "argocd/web.yaml": application("apps/web/overlays/prod")}

    assert dead(tmp_path, files, remote) == []


def test_an_example_of_a_delivery_object_proves_nothing(tmp_path: Path) -> None:
    files = {**overlays("prod", "old"), "examples/web.yaml": application("apps/web/overlays/prod")}

    assert dead(tmp_path, files) == []


def test_a_catalogue_without_delivery_objects_is_left_alone(tmp_path: Path) -> None:
    assert dead(tmp_path, overlays("prod", "old")) == []


@pytest.mark.parametrize(
    "delivery",
    [
        application_set(
            f"[{{git: {{repoURL: '{OWN}', directories: [{{path: 'apps/*/overlays/*'}}]}}}}]", "{{path}}"
        ),
        application_set(
            f"[{{git: {{repoURL: '{OWN}', directories: [{{path: 'apps/**'}}]}}}}]", "{{.path.path}}"
        ),
        application_set("[{list: {elements: [{env: prod}, {env: old}]}}]", "apps/web/overlays/{{env}}"),
        application_set("[{clusters: {}}]", "{{metadata.annotations.path}}"),
        application("apps/web/overlays/prod") + "---\n" + application("apps/web/overlays/old"),
        application("apps/web/overlays"),
        application("apps/web/overlays/prod", more=", kustomize: {components: [../old]}"),
    ],
)
def test_what_an_object_may_deliver_is_left_alone(tmp_path: Path, delivery: str) -> None:
    files = {
        **overlays("prod", "old"),
        "argocd/prod.yaml": application("apps/web/overlays/prod"),
        "argocd/web.yaml": delivery,
    }

    assert dead(tmp_path, files) == []


def test_a_generator_does_not_deliver_what_it_does_not_match(tmp_path: Path) -> None:
    generators = f"[{{git: {{repoURL: '{OWN}', directories: [{{path: 'apps/*/overlays/prod'}}]}}}}]"
    files = {**overlays("prod", "old"), "argocd/web.yaml": application_set(generators, "{{path}}")}

    assert dead(tmp_path, files) == ["apps/web/overlays/old"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "old:\n\tkubectl apply -k apps/web/overlays/old\n"),
        ("apps/web/Makefile", "old:\n\tkubectl apply -k overlays/old\n"),
        ("deploy.sh", 'kubectl apply -k "apps/web/overlays/$1"\n'),
        ("deploy.sh", "kubectl apply -k ${ROOT}/old/\n"),
        ("deploy.sh", "kustomize build $dir | kubectl apply -f -\n"),
        ("deploy.sh", "kustomize build apps/web/$env > a.yaml\nkubectl apply -f a.yaml\n"),
        ("argocd/more.yaml", "# apps/web/overlays/old is delivered by hand\n"),
        ("chart/templates/apps.yaml", "apiVersion: argoproj.io/v1alpha1\nname: {{ .Values.name }}\n"),
    ],
)
def test_what_some_other_file_speaks_of_is_left_alone(tmp_path: Path, path: str, text: str) -> None:
    files = {
        **overlays("prod", "old"),
        "argocd/web.yaml": application("apps/web/overlays/prod"),
        "chart/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 1.0.0\n",
        path: text,
    }

    assert dead(tmp_path, files) == []


def test_a_script_that_applies_another_folder_says_nothing(tmp_path: Path) -> None:
    files = {
        **overlays("prod", "old"),
        "argocd/web.yaml": application("apps/web/overlays/prod"),
        "deploy.sh": "kubectl apply -k ${ROOT}/bootstrap/\n",
    }

    assert dead(tmp_path, files) == ["apps/web/overlays/old"]


def test_an_unused_component_and_an_app_that_is_not_listed_are_told(tmp_path: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: a-\n"
    files = {
        **overlays("prod", app="web"),
        **overlays("prod", app="api"),
        **overlays("prod", app="cart"),
        "components/tls/kustomization.yaml": component,
        "components/quota/kustomization.yaml": component,
        "components/debug/kustomization.yaml": component,
        "cluster/kustomization.yaml": "resources: [../apps/web/overlays/prod, ../apps/api/overlays/prod]\n"
        "components: [../components/tls, ../components/quota]\n",
        "argocd/cluster.yaml": application("cluster"),
    }

    assert dead(tmp_path, files) == ["apps/cart/overlays/prod", "components/debug"]


@pytest.mark.parametrize("folder", ["examples/old", "apps/web/bootstrap/old", "apps/web/archive/old"])
def test_folders_for_another_purpose_are_left_alone(tmp_path: Path, folder: str) -> None:
    up = "/".join([".."] * len(folder.split("/")))
    files = {
        **overlays("prod"),
        f"{folder}/kustomization.yaml": f"resources: [{up}/apps/web/base]\n",
        "argocd/web.yaml": application("apps/web/overlays/prod"),
    }

    assert dead(tmp_path, files) == []


def test_all_below_a_folder_without_a_kustomization_counts_as_delivered(tmp_path: Path) -> None:
    files = {**overlays("prod", "old"), "argocd/web.yaml": application("apps")}

    assert dead(tmp_path, files) == []


def test_a_run_over_a_part_of_the_repository_says_nothing(tmp_path: Path) -> None:
    files = {**overlays("prod", "old"), "argocd/web.yaml": application("apps/web/overlays/prod")}
    dead(tmp_path, files)

    assert check(tmp_path / "repo" / "apps", "--select", "overlay-dead").findings == []


def test_the_configuration_can_say_which_address_the_repository_has(tmp_path: Path) -> None:
    files = {
        **overlays("prod", "old"),
        "argocd/web.yaml": application("apps/web/overlays/prod"),
        "gitlint-ops.yaml": f"repositories:\n- path: .\n  url: {OWN}\n",
    }

    assert dead(tmp_path, files, "") == ["apps/web/overlays/old"]


def test_the_folder_that_others_lead_from_is_told_alone(tmp_path: Path) -> None:
    files = {
        **overlays("prod", "old"),
        "apps/web/overlays/old/extra/kustomization.yaml": "resources: [service.yaml]\n",
        "apps/web/overlays/old/extra/service.yaml": SERVICE.replace("web}", "extra}", 1),
        "apps/web/overlays/old/kustomization.yaml": "resources: [../../base, extra]\n",
        "argocd/web.yaml": application("apps/web/overlays/prod"),
    }

    assert dead(tmp_path, files) == ["apps/web/overlays/old"]


LISTED = """
generators: [{list: {elements: [{env: prod}]}}]
template:
  metadata: {name: 'web-{{env}}'}
  spec:
    project: shop
    destination: {name: in-cluster, namespace: shop}
    source: {repoURL: https://git.example/acme/shop, targetRevision: HEAD, path: 'apps/web/overlays/{{env}}'}
"""


def test_a_set_delivers_what_it_comes_to_and_not_what_its_text_could_mean(tmp_path: Path) -> None:
    head = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop, namespace: argocd}\n"
    )
    spec = "spec:" + LISTED.replace("\n", "\n  ").rstrip(" ")
    files = {**overlays("prod", "old"), "argocd/web.yaml": head + spec}

    assert dead(tmp_path / "known", files) == ["apps/web/overlays/old"]

    files["argocd/web.yaml"] = files["argocd/web.yaml"].replace(
        "{list: {elements: [{env: prod}]}}", "{clusters: {}}"
    )
    assert dead(tmp_path / "unknown", files) == []


def test_a_resource_set_may_deliver_anything(tmp_path: Path) -> None:
    made = "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: a}\nspec: {}\n"
    files = {
        **overlays("prod", "old"),
        "argocd/web.yaml": application("apps/web/overlays/prod"),
        "argocd/set.yaml": made,
    }

    assert dead(tmp_path, files) == []


CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 1.0.0\n",
    "chart/values.yaml": "environments: [prod]\n",
    "chart/templates/apps.yaml": "{{- range .Values.environments }}\n---\n"
    + application("apps/web/overlays/prod")
    .replace("overlays/prod", "overlays/{{ . }}")
    .replace("v1,", "HEAD,")
    + "{{- end }}\n",
}


def test_a_chart_of_applications_that_is_rendered_delivers_what_it_comes_to(tmp_path: Path) -> None:
    files = {
        **overlays("prod", "old"),
        **CHART,
        "argocd/root.yaml": application("chart").replace("v1,", "HEAD,"),
    }

    if shutil.which("helm") is None:
        pytest.skip("helm is not on this machine")
    assert dead(tmp_path / "rendered", files) == ["apps/web/overlays/old"]
    assert dead(tmp_path / "alone", files, OWN, "--no-helm") == []
