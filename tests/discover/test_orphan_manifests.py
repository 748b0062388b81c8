"""Manifests that nothing delivers, below or beside what is delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import check, config_map, repository
from .test_dead_kustomizations import OWN, application, application_set

WEB = {"apps/web/kustomization.yaml": "resources: [web.yaml]\n", "apps/web/web.yaml": config_map("web")}
API = {"apps/api/api.yaml": config_map("api")}


def orphans(folder: Path, files: dict[str, str], remote: str = OWN, *more: Path) -> list[str]:
    ran = check(here(folder / "shop", files, remote), *more, "--select", "orphan-manifest")
    return [one.partition(":")[0].removeprefix("shop/") for one in ran.places("orphan-manifest")]


def here(folder: Path, files: dict[str, str], remote: str) -> Path:
    """A repository with an address."""
    git = repository(folder, files)
    if remote:
        git("remote", "add", "origin", remote)
    return folder


def argo(path: str, directory: str = "") -> dict[str, str]:
    more = f", directory: {directory}" if directory else ""
    text = application(path, more=more).replace("targetRevision: v1", "targetRevision: main")
    return {f"argocd/{path.replace('/', '-')}.yaml": text}


def test_a_file_below_a_delivered_kustomization_that_none_lists_is_told(tmp_path: Path) -> None:
    files = {**WEB, **argo("apps/web"), "apps/web/jobs/seeds.yaml": config_map("seeds")}

    assert orphans(tmp_path, files) == ["apps/web/jobs/seeds.yaml"]


def test_a_folder_below_one_whose_files_alone_are_taken_is_told(tmp_path: Path) -> None:
    files = {**API, **argo("apps/api"), "apps/api/extra/limits.yaml": config_map("limits")}

    assert orphans(tmp_path, files) == ["apps/api/extra/limits.yaml"]


@pytest.mark.parametrize("directory", ["{recurse: true}", "{exclude: 'extra/*'}", "{include: '*.yaml'}"])
def test_what_a_source_takes_in_or_leaves_out_by_its_settings_is_left_alone(
    directory: str, tmp_path: Path
) -> None:
    files = {**API, **argo("apps/api", directory), "apps/api/extra/limits.yaml": config_map("limits")}

    assert orphans(tmp_path, files) == []


def test_a_folder_beside_delivered_ones_is_told(tmp_path: Path) -> None:
    files = {**WEB, **API, **argo("apps/web"), **argo("apps/api"), "apps/old/a.yaml": config_map("old")}

    assert orphans(tmp_path, files) == ["apps/old/a.yaml"]


def test_a_top_folder_is_no_neighbour(tmp_path: Path) -> None:
    files = {**WEB, **API, **argo("apps/web"), **argo("apps/api"), "local/a.yaml": config_map("local")}

    assert orphans(tmp_path, files) == []


@pytest.mark.parametrize("remote", ["", "https://git.example/acme/other"])
def test_a_repository_that_does_not_deliver_itself_is_left_alone(remote: str, tmp_path: Path) -> None:
    foreign = {path: text.replace("acme/shop", "acme/elsewhere") for path, text in argo("apps/web").items()}
    files = {**WEB, **foreign, "apps/web/jobs/seeds.yaml": config_map("seeds")}

    assert orphans(tmp_path, files, remote) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "seeds:\n\tkubectl apply -f apps/web/jobs/seeds.yaml\n"),
        ("apps/web/run.sh", "kubectl create -n web -f jobs/\n"),
        ("run.sh", 'kubectl -n web apply -f "apps/web/jobs/$1"\n'),
        ("run.sh", "for one in *; do kubectl apply --filename ${one}; done\n"),
        ("apps/web/notes.md", "jobs/seeds.yaml is applied by hand\n"),
        ("argocd/more.yaml", "# apps/web/jobs is for developers\n"),
        ("skaffold.yaml", "manifests: {rawYaml: ['apps/web/jobs/*.yaml']}\n"),
    ],
)
def test_what_some_other_file_speaks_of_is_left_alone(path: str, text: str, tmp_path: Path) -> None:
    files = {**WEB, **argo("apps/web"), "apps/web/jobs/seeds.yaml": config_map("seeds"), path: text}

    assert orphans(tmp_path, files) == []


@pytest.mark.parametrize(
    "path",
    [
        "apps/bootstrap/a.yaml",
        "apps/web/examples/a.yaml",
        "apps/web/jobs/seeds.example.yaml",
        "apps/web/archive/a.yaml",
    ],
)
def test_what_people_keep_or_apply_by_hand_is_left_alone(path: str, tmp_path: Path) -> None:
    files = {**WEB, **API, **argo("apps/web"), **argo("apps/api"), path: config_map("a")}

    assert orphans(tmp_path, files) == []


def test_a_set_that_cannot_be_expanded_is_no_proof(tmp_path: Path) -> None:
    unknown = application_set("[{clusters: {}}]", "{{metadata.annotations.path}}")
    files = {
        **WEB,
        **argo("apps/web"),
        "argocd/set.yaml": unknown,
        "apps/web/jobs/seeds.yaml": config_map("seeds"),
    }

    assert orphans(tmp_path, files) == []


def test_a_set_that_is_expanded_delivers_what_it_comes_to_and_no_more(tmp_path: Path) -> None:
    folders = "[{path: 'apps/*'}, {path: apps/off, exclude: true}]"
    generators = f"[{{git: {{repoURL: '{OWN}', revision: main, directories: {folders}}}}}]"
    files = {
        **API,
        "apps/web/web.yaml": config_map("web"),
        "apps/web/deeper/a.yaml": config_map("deeper"),
        "apps/off/a.yaml": config_map("off"),
        "argocd/set.yaml": application_set(generators, "{{path}}")
        .replace("metadata: {name: a}", "metadata: {name: '{{path.basename}}'}")
        .replace("targetRevision: v1", "targetRevision: main"),
    }

    assert orphans(tmp_path, files) == ["apps/web/deeper/a.yaml"]


def test_delivery_objects_and_what_lies_with_them_are_applied_by_hand(tmp_path: Path) -> None:
    files = {
        **WEB,
        **API,
        **argo("apps/web"),
        **argo("apps/api"),
        "apps/root/root.yaml": application("argocd"),
        "apps/root/settings.yaml": config_map("root"),
    }

    assert orphans(tmp_path, files) == []


def test_what_flux_takes_in_below_a_folder_is_delivered(tmp_path: Path) -> None:
    sync = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: flux-system, namespace: flux-system}\n"
        "spec: {interval: 10m, path: ./clusters/prod, prune: true,"
        " sourceRef: {kind: GitRepository, name: flux-system}}\n"
    )
    files = {
        "clusters/prod/flux-system/sync.yaml": sync,
        "clusters/prod/deep/er/a.yaml": config_map("a"),
        "clusters/prod/apps.yaml": sync.replace("name: flux-system, n", "name: apps, n").replace(
            "./clusters/prod", "./apps/web"
        ),
        **WEB,
        "apps/web/jobs/seeds.yaml": config_map("seeds"),
    }

    assert orphans(tmp_path, files, "") == ["apps/web/jobs/seeds.yaml"]


def test_what_another_repository_delivers_counts(tmp_path: Path) -> None:
    fleet = here(
        tmp_path / "fleet",
        {**argo("deploy/web"), "apps/unused.txt": "nothing\n"},
        "https://git.example/acme/fleet",
    )
    files = {
        "deploy/web/web.yaml": config_map("web"),
        "deploy/web/deeper/a.yaml": config_map("deeper"),
    }

    assert orphans(tmp_path, files, OWN, fleet) == ["deploy/web/deeper/a.yaml"]
    assert orphans(tmp_path / "alone", files, OWN) == []


def test_a_resource_set_may_deliver_anything(tmp_path: Path) -> None:
    made = "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: a}\nspec: {}\n"
    files = {
        **WEB,
        **argo("apps/web"),
        "argocd/set.yaml": made,
        "apps/web/jobs/seeds.yaml": config_map("seeds"),
    }

    assert orphans(tmp_path, files) == []


def test_an_application_that_its_app_of_apps_does_not_take_in_is_told(tmp_path: Path) -> None:
    files = {
        **API,
        **argo("apps/api"),
        **{f"root/{path}": text for path, text in argo("argocd").items()},
        "argocd/team/web.yaml": argo("apps/web")["argocd/apps-web.yaml"],
        **WEB,
    }

    assert orphans(tmp_path, files) == ["argocd/team/web.yaml"]


def test_what_delivers_a_folder_may_lie_in_it(tmp_path: Path) -> None:
    files = {**API, **argo("apps/api"), "argocd/root/root.yaml": argo("argocd")["argocd/argocd.yaml"]}

    assert orphans(tmp_path, files) == []


def test_a_release_below_a_kustomization_that_does_not_list_it_is_told(tmp_path: Path) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis}\n"
        "spec: {interval: 1h, chartRef: {kind: OCIRepository, name: redis}}\n"
    )
    files = {**WEB, **argo("apps/web"), "apps/web/cache/release.yaml": release}

    assert orphans(tmp_path, files) == ["apps/web/cache/release.yaml"]
