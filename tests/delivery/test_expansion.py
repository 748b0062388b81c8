"""From the delivery objects of a repository to all that they deliver, and to what that delivers in turn."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops import expansion

from ..cli.command_line import check, config_map, deployment, repository, run, write

URL = "https://git.example/acme/fleet"
LOCAL = "https://kubernetes.default.svc"


def app(name: str, path: str, *, server: str = LOCAL, more: str = "", namespace: str = "web") -> str:
    """An Application; what it adds to its source stands on line 7."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: '{name}', namespace: argocd}}\n"
        f"spec:\n  project: team\n  source: {{repoURL: {URL}, targetRevision: main, path: '{path}'\n"
        f"    {more}}}\n  destination: {{server: '{server}', namespace: {namespace}}}\n"
    )


def application_set(elements: str, path: str, *, more: str = "") -> str:
    """An ApplicationSet; what it adds to its template's source stands on line 11."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\n"
        f"spec:\n  generators: [{{list: {{elements: [{elements}]}}}}]\n  template:\n"
        "    metadata: {name: 'of-{{name}}'}\n    spec:\n      project: team\n"
        f"      source: {{repoURL: {URL}, targetRevision: main, path: '{path}'\n        {more}}}\n"
        f"      destination: {{server: '{LOCAL}', namespace: web}}\n"
    )


def flux(name: str, path: str, *, source: str = "flux-system", more: str = "") -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\nspec:\n  interval: 5m\n  prune: true\n"
        f"  path: {path}\n  sourceRef: {{kind: GitRepository, name: {source}}}\n{more}"
    )


def git_source(name: str = "flux-system", url: str = URL) -> str:
    return (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec: {{interval: 1m, url: '{url}', ref: {{branch: main}}}}\n"
    )


class Shown:
    """The graph of a repository called fleet."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        ran = run("graph", write(folder / "fleet", files), "--format", "json")
        assert ran.code == 0, ran.err
        self.whole: dict[str, Any] = json.loads(ran.out)
        self.owners: dict[str, dict[str, Any]] = {
            one["target"].partition("//")[2]: {**one, "cluster": cluster["name"]}
            for cluster in self.whole["clusters"]
            for one in cluster["owners"]
        }

    def by_name(self, name: str) -> dict[str, Any]:
        found = [one for one in self.owners.values() if one["name"] == name]
        assert len(found) == 1, list(self.owners)
        return found[0]

    def chain(self, name: str) -> list[str]:
        """The names of an owner and of all above it, the outermost first."""
        targets = {one["target"]: one for one in self.owners.values()}
        found = [self.by_name(name)]
        while found[-1]["parent"]:
            found.append(targets[found[-1]["parent"]])
        return [one["name"] for one in reversed(found)]

    def objects(self, name: str) -> list[str]:
        return sorted(f"{one['kind']}/{one['name']}" for one in self.by_name(name)["objects"])


# Argo CD


def test_applications_that_applications_deliver_are_followed_to_the_end(tmp_path: Path) -> None:
    shown = Shown(
        tmp_path,
        {
            "root.yaml": app("root", "one"),
            "one/app.yaml": app("middle", "two"),
            "two/app.yaml": app("leaf", "three"),
            "three/a.yaml": config_map("a"),
        },
    )

    assert shown.chain("leaf") == ["root", "middle", "leaf"]
    assert shown.objects("leaf") == ["ConfigMap/a"]


def test_a_set_makes_applications_that_deliver_applications(tmp_path: Path) -> None:
    shown = Shown(
        tmp_path,
        {
            "root.yaml": app("root", "sets"),
            "sets/all.yaml": application_set("{name: a}, {name: b}", "groups/{{name}}"),
            "groups/a/web.yaml": app("web", "web"),
            "groups/b/api.yaml": app("api", "api"),
            "web/a.yaml": config_map("a"),
            "api/a.yaml": config_map("a"),
        },
    )

    assert shown.chain("web") == ["root", "all", "of-a", "web"]
    assert shown.chain("api") == ["root", "all", "of-b", "api"]


CLUSTERS = "clusters: [{name: hub, server: 'https://kubernetes.default.svc', labels: {path: sets}}]\n"


@pytest.mark.parametrize("namespace", ["", ", namespace: argocd"])
def test_what_turns_out_to_be_delivered_is_not_followed_as_applied_by_hand(
    namespace: str, tmp_path: Path
) -> None:
    asks = application_set("", "web").replace("{list: {elements: []}}", "{clusters: {}}")
    asks = asks.replace(", namespace: argocd", namespace).replace("name: all", "name: asks")
    opens = application_set("", "{{metadata.labels.path}}").replace(
        "{list: {elements: []}}", "{clusters: {}}"
    )
    opens = opens.replace("{name: 'of-{{name}}'}", "{name: bootstrap, namespace: argocd}")
    files = {
        "gitlint-ops.yaml": CLUSTERS,
        # Which of two that may deliver any folder delivers the other shows only once they are followed.
        "a/asks.yaml": asks,
        "sets/other.yaml": asks.replace("name: asks", "name: other"),
        "z/opens.yaml": opens.replace("namespace: web", "namespace: argocd"),
        "web/a.yaml": config_map("a"),
    }

    shown = Shown(tmp_path, files)

    assert shown.chain("other") == ["all", "bootstrap", "other"]
    assert shown.by_name("asks")["parent"] is None


def test_what_an_overlay_changes_in_an_application_counts_when_it_is_followed(tmp_path: Path) -> None:
    patch = (
        "patches:\n- target: {kind: Application}\n  patch: |\n"
        "    - {op: replace, path: /spec/source/path, value: prod}\n"
    )
    shown = Shown(
        tmp_path,
        {
            "root.yaml": app("root", "overlay"),
            "overlay/kustomization.yaml": f"resources: [../base]\n{patch}",
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "base/web.yaml": app("web", "dev"),
            "dev/a.yaml": config_map("dev"),
            "prod/a.yaml": config_map("prod"),
        },
    )

    assert shown.objects("web") == ["ConfigMap/prod"]


def test_an_application_that_delivers_its_own_folder_is_followed_once(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"apps/root.yaml": app("root", "apps"), "apps/web.yaml": app("web", "web"),
                             "web/a.yaml": config_map("a")})  # fmt: skip

    assert sorted(one["name"] for one in shown.owners.values()) == ["root", "web"]
    assert shown.chain("web") == ["root", "web"]


def test_applications_in_a_circle_are_followed_once(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"a/b.yaml": app("one", "b"), "b/a.yaml": app("two", "a")})

    assert sorted(one["name"] for one in shown.owners.values()) == ["one", "two"]


def test_of_two_applications_of_one_name_each_has_its_own_target(tmp_path: Path) -> None:
    files = {"x/web.yaml": app("web", "one"), "y/web.yaml": app("web", "two"),
             "one/a.yaml": config_map("a"), "two/b.yaml": config_map("b")}  # fmt: skip

    shown = Shown(tmp_path, files)

    (first, second) = sorted(shown.owners)
    assert second == f"{first}~2"
    assert [shown.owners[one]["objects"][0]["name"] for one in (first, second)] == ["a", "b"]


def test_a_cluster_of_the_inventory_is_found_by_its_server(tmp_path: Path) -> None:
    config = (
        "clusters: [{name: eu, server: 'https://eu.example/', environment: production, kubernetes: '1.32'}]\n"
    )
    shown = Shown(
        tmp_path,
        {
            "gitlint-ops.yaml": config,
            "a.yaml": app("known", "web", server="https://eu.example"),
            "b.yaml": app("other", "web", server="https://us.example"),
            "web/a.yaml": config_map("a"),
        },
    )

    assert shown.by_name("known")["cluster"] == "eu"
    assert shown.by_name("other")["cluster"] == "https://us.example"
    eu = next(one for one in shown.whole["clusters"] if one["name"] == "eu")
    assert (eu["environment"], eu["kubernetes"], eu["declared"]) == ("production", "1.32", True)


def test_what_is_applied_beside_an_application_is_not_delivered_by_it(tmp_path: Path) -> None:
    shown = Shown(tmp_path, {"web.yaml": app("web", "web"), "web/a.yaml": config_map("a"),
                             "spare/b.yaml": config_map("b")})  # fmt: skip

    assert [one["target"] for one in shown.whole["folders"] if "spare" in one["target"]]
    assert not [one for one in shown.whole["folders"] if one["target"] == "fleet//web"]


# Flux

BOOTSTRAP = {
    "clusters/production/flux-system/kustomization.yaml": "resources: [gotk-sync.yaml]\n",
    "clusters/production/flux-system/gotk-sync.yaml": git_source()
    + "---\n"
    + flux("flux-system", "./clusters/production"),
}


def test_flux_that_delivers_itself_is_the_root_of_its_cluster(tmp_path: Path) -> None:
    shown = Shown(
        tmp_path,
        {
            **BOOTSTRAP,
            "clusters/production/apps.yaml": flux("apps", "./apps"),
            "apps/a.yaml": config_map("a"),
        },
    )

    assert shown.chain("apps") == ["flux-system", "apps"]
    assert shown.by_name("flux-system")["parent"] is None
    assert {one["cluster"] for one in shown.owners.values()} == {"production"}
    assert shown.whole["clusters"][0]["environment"] == "production"


def test_a_source_that_another_kustomization_delivers_is_waited_for(tmp_path: Path) -> None:
    shown = Shown(
        tmp_path,
        {
            **BOOTSTRAP,
            # The order of their names is the wrong one.
            "clusters/production/a-apps.yaml": flux("a-apps", "./apps", source="later"),
            "clusters/production/b-sources.yaml": flux("b-sources", "./sources"),
            "sources/later.yaml": git_source("later"),
            "apps/a.yaml": config_map("a"),
        },
    )

    assert shown.by_name("a-apps")["status"] == "built"
    assert shown.objects("a-apps") == ["ConfigMap/a"]


def test_a_source_that_never_comes_is_told_and_stops_nothing(tmp_path: Path) -> None:
    files = {
        **BOOTSTRAP,
        "clusters/production/apps.yaml": flux("apps", "./apps", source="gone"),
        "clusters/production/more.yaml": flux("more", "./apps"),
        "apps/a.yaml": config_map("a"),
    }
    shown = Shown(tmp_path, files)

    assert shown.by_name("apps")["status"] != "built"
    assert shown.by_name("more")["status"] == "built"
    assert "source-missing clusters/production/apps.yaml:8" in check(tmp_path / "fleet").found()


def test_kustomizations_that_wait_for_each_other_s_sources_end(tmp_path: Path) -> None:
    shown = Shown(
        tmp_path,
        {
            **BOOTSTRAP,
            "clusters/production/one.yaml": flux("one", "./one", source="of-two"),
            "clusters/production/two.yaml": flux("two", "./two", source="of-one"),
            "one/source.yaml": git_source("of-one"),
            "two/source.yaml": git_source("of-two"),
        },
    )

    assert {one["name"] for one in shown.owners.values()} == {"flux-system", "one", "two"}


def test_each_bootstrapped_folder_is_a_cluster_of_its_own(tmp_path: Path) -> None:
    staging = {name.replace("production", "staging"): text.replace("production", "staging")
               for name, text in BOOTSTRAP.items()}  # fmt: skip
    shown = Shown(
        tmp_path,
        {
            **BOOTSTRAP,
            **staging,
            "clusters/production/apps.yaml": flux("apps", "./apps/production"),
            "clusters/staging/apps.yaml": flux("apps", "./apps/staging"),
            "apps/production/a.yaml": config_map("a"),
            "apps/staging/a.yaml": config_map("a"),
        },
    )

    assert {one["name"]: one["environment"] for one in shown.whole["clusters"]} == {
        "production": "production",
        "staging": "staging",
    }
    assert sorted(one["cluster"] for one in shown.owners.values() if one["name"] == "apps") == [
        "production",
        "staging",
    ]


def test_a_folder_that_a_variable_names_is_delivered_by_who_fills_it_in(tmp_path: Path) -> None:
    substituted = "  postBuild: {substitute: {env: a}}\n"
    shown = Shown(
        tmp_path,
        {
            **BOOTSTRAP,
            "clusters/production/groups.yaml": flux("groups", "./list", more=substituted),
            "list/group.yaml": flux("group", "./groups/${env}"),
            "groups/a/web.yaml": flux("web", "./web"),
            "web/a.yaml": config_map("a"),
        },
    )

    assert shown.chain("web") == ["flux-system", "groups", "group", "web"]
    assert shown.by_name("web")["cluster"] == "production"


@pytest.mark.parametrize("name", ["dev-team", "non-prod", "letsencrypt-staging", "eu-1"])
def test_a_name_that_only_looks_like_an_environment_is_none(name: str, tmp_path: Path) -> None:
    files = {
        path.replace("production", name): text.replace("production", name) for path, text in BOOTSTRAP.items()
    }

    (cluster,) = Shown(tmp_path, files).whole["clusters"]

    assert (cluster["name"], cluster["environment"]) == (name, None)


def test_a_kubeconfig_leads_to_another_cluster(tmp_path: Path) -> None:
    remote = "  kubeConfig: {secretRef: {name: eu-kubeconfig}}\n"
    shown = Shown(
        tmp_path,
        {
            "gitlint-ops.yaml": "clusters: [{name: eu, environment: production}]\n",
            "hub.yaml": git_source() + "---\n" + flux("apps", "./apps", more=remote),
            "apps/a.yaml": config_map("a"),
        },
    )

    assert shown.by_name("apps")["cluster"] == "eu"


# Limits


def test_so_many_delivery_objects_are_followed_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expansion, "MAX_OWNERS", 5)
    elements = ", ".join(f"{{name: n{number}}}" for number in range(20))
    files = {"all.yaml": application_set(elements, "web"), "web/a.yaml": config_map("a")}

    shown = Shown(tmp_path, files)

    assert len(shown.owners) == 5
    assert any("not all were followed" in one for one in shown.whole["unchecked"])
    assert any(
        "not all were followed" in one["reason"] for one in check(tmp_path / "fleet").report["unchecked"]
    )


CHART = {
    "deeper/Chart.yaml": "apiVersion: v2\nname: deeper\nversion: 1.0.0\n",
    "deeper/templates/app.yaml": app(
        "n{{ .Values.depth }}",
        "deeper",
        more=', helm: {parameters: [{name: depth, value: "{{ add 1 .Values.depth }}"}]}',
    ),
    "deeper/values.yaml": "depth: 1\n",
}


def test_so_many_generations_are_followed_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("helm") is None:
        pytest.skip("no helm on the PATH")
    monkeypatch.setattr(expansion, "MAX_GENERATIONS", 3)

    shown = Shown(tmp_path, {**CHART, "root.yaml": app("root", "deeper")})

    assert shown.chain("n3") == ["root", "n1", "n2", "n3"]
    assert "Application/argocd/n4" not in " ".join(shown.owners)
    assert any("not all were followed" in one for one in shown.whole["unchecked"])


def test_applications_that_a_chart_makes_deliver_what_they_name(tmp_path: Path) -> None:
    if shutil.which("helm") is None:
        pytest.skip("no helm on the PATH")
    shown = Shown(
        tmp_path,
        {
            "root.yaml": app("root", "chart"),
            "chart/Chart.yaml": CHART["deeper/Chart.yaml"],
            "chart/templates/app.yaml": app("group", "a-group"),
            "a-group/web.yaml": app("web", "web"),
            "web/a.yaml": config_map("a"),
        },
    )

    assert shown.chain("web") == ["root", "group", "web"]


# Entries that many share

OVERLAYS = {
    "web/kustomization.yaml": "resources: [web.yaml]\n",
    "web/web.yaml": deployment(),
    "api/kustomization.yaml": "resources: [api.yaml]\n",
    "api/api.yaml": deployment("api", image="registry.example/api:1.0.0"),
}


@pytest.mark.parametrize(
    ("image", "places"),
    [
        ("registry.example/web:2.0.0", []),
        ("registry.example/api:2.0.0", []),
        ("registry.example/none:2.0.0", ["all.yaml:11"]),
    ],
)
def test_an_image_that_a_set_gives_to_all_is_idle_only_where_none_has_it(
    image: str, places: list[str], tmp_path: Path
) -> None:
    shared = f", kustomize: {{images: ['{image}']}}"
    files = {**OVERLAYS, "all.yaml": application_set("{name: web}, {name: api}", "{{name}}", more=shared)}

    ran = check(write(tmp_path / "fleet", files))

    assert ran.places("images-no-match") == places


@pytest.mark.parametrize(("kind", "told"), [("Deployment", False), ("StatefulSet", True)])
def test_a_patch_that_a_parent_puts_into_all_its_children_is_idle_only_where_none_fits(
    kind: str, told: bool, tmp_path: Path
) -> None:
    operation = '[{"op": "add", "path": "/metadata/labels", "value": {}}]'
    inner = f"[{{target: {{kind: {kind}}}, patch: '{operation}'}}]"
    parent = (
        "  patches:\n  - target: {kind: Kustomization, labelSelector: of=apps}\n    patch: |\n"
        f"      - op: add\n        path: /spec/patches\n        value: {inner}\n"
    )
    files = {
        **BOOTSTRAP,
        "clusters/production/children.yaml": flux("children", "./children", more=parent),
        "children/web.yaml": flux("web", "./web").replace(
            "flux-system}", "flux-system, labels: {of: apps}}", 1
        ),
        "children/conf.yaml": flux("conf", "./conf").replace(
            "flux-system}", "flux-system, labels: {of: apps}}", 1
        ),
        "web/web.yaml": deployment(),
        "conf/a.yaml": config_map("a"),
    }

    ran = check(write(tmp_path / "fleet", files))

    assert bool(ran.places("patch-no-match")) is told


# Several repositories


def test_two_repositories_that_only_make_sense_together_are_followed_across(tmp_path: Path) -> None:
    environment = repository(tmp_path / "environment", {"apps/web.yaml": app("web", "deploy").replace(
        URL, "https://git.example/acme/shop")})  # fmt: skip
    shop = repository(tmp_path / "shop", {"deploy/web.yaml": deployment(image="registry.example/web:latest")})
    shop("remote", "add", "origin", "git@git.example:acme/shop.git")

    alone = check(environment.folder)
    together = run("check", environment.folder, shop.folder, "--format", "json")

    assert any("https://git.example/acme/shop" in one["reason"] for one in alone.report["unchecked"])
    assert together.places("tag-latest-or-missing") == ["deploy/web.yaml:15"]
    assert together.report["unchecked"] == []


def test_what_stands_at_a_tag_of_another_repository_is_told_at_the_entry_that_leads_there(
    tmp_path: Path,
) -> None:
    shop = repository(tmp_path / "shop", {"deploy/web.yaml": deployment(image="registry.example/web:latest")})
    shop("remote", "add", "origin", "https://git.example/acme/shop")
    shop("tag", "v1")
    shop.commit({"deploy/web.yaml": deployment()})
    text = app("web", "deploy").replace(URL, "https://git.example/acme/shop").replace(": main", ": v1")
    environment = write(tmp_path / "environment", {"apps/web.yaml": text})

    ran = run("check", environment, shop.folder, "--format", "json")

    assert ran.places("tag-latest-or-missing") == ["apps/web.yaml:6"]


IMAGE_CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
    "chart/values.yaml": "image: registry.example/web:1.2.3\n",
    "chart/templates/web.yaml": deployment(image="{{ .Values.image }}"),
}
LATEST = "image: registry.example/web:latest\n"


def with_values(revision: str) -> str:
    """An Application of the chart with values of another repository; their entry stands on line 10."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\n"
        "spec:\n  project: team\n  sources:\n"
        f"  - repoURL: {URL}\n    path: chart\n    helm:\n      valueFiles: [$values/prod/web.yaml]\n"
        f"  - {{repoURL: 'https://git.example/acme/values', targetRevision: {revision}, ref: values}}\n"
        f"  destination: {{server: '{LOCAL}', namespace: web}}\n"
    )


@pytest.mark.parametrize(
    ("revision", "place"), [("main", "values/prod/web.yaml:1"), ("v1", "fleet/apps/web.yaml:10")]
)
def test_a_value_of_another_repository_is_told_where_it_can_be_mended(
    revision: str, place: str, tmp_path: Path
) -> None:
    if shutil.which("helm") is None:
        pytest.skip("no helm on the PATH")
    values = repository(tmp_path / "values", {"prod/web.yaml": LATEST})
    values("remote", "add", "origin", "https://git.example/acme/values.git")
    values("tag", "v1")
    if revision == "v1":
        values.commit({"prod/web.yaml": "image: registry.example/web:1.2.3\n"})
    fleet = write(tmp_path / "fleet", {**IMAGE_CHART, "apps/web.yaml": with_values(revision)})

    ran = run("check", fleet, values.folder, "--select", "tag-latest-or-missing", "--format", "json")

    told = [
        f"{one['location']['repo']}/{one['location']['file']}:{one['location']['line']}"
        for one in ran.findings
    ]
    assert told == [place]


def test_values_of_another_repository_say_which_application_they_reach(tmp_path: Path) -> None:
    if shutil.which("helm") is None:
        pytest.skip("no helm on the PATH")
    values = repository(tmp_path / "values", {"prod/web.yaml": LATEST})
    values("remote", "add", "origin", "https://git.example/acme/values.git")
    fleet = write(tmp_path / "fleet", {**IMAGE_CHART, "apps/web.yaml": with_values("main")})

    ran = run("graph", fleet, values.folder, "--why", values.folder / "prod/web.yaml")

    assert "prod/web.yaml reaches 1 cluster: in-cluster" in ran.out
    assert "Application argocd/web (apps/web.yaml:1)" in ran.out
