"""The oracle argocd answers as Argo CD documents it: what a disagreement with it is worth rests on that."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from .oracles import Answer, ask, find

FLEET = "https://git.example/org/fleet.git"
CLUSTER = """
apiVersion: v1
kind: Secret
metadata: {name: prod-eu, labels: {argocd.argoproj.io/secret-type: cluster, env: prod}}
stringData: {name: prod-eu, server: "https://prod.example", config: "{}"}
"""
APPLICATION_SET = """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: fleet, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  template:
    spec:
      project: default
      source: {repoURL: "https://git.example/org/fleet.git", path: apps/web, targetRevision: HEAD}
      destination: {server: "https://kubernetes.default.svc", namespace: web}
"""
CONFIG_MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}"


@pytest.fixture(scope="module")
def argocd() -> Path:
    found = find("argocd")
    if isinstance(found, str):
        pytest.skip(found)
    return found


def one(program: Path, **question: Any) -> Answer:
    return ask(program, [question])[0]


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def application_set(name: str, *generators: Mapping[str, Any], **spec: Any) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(APPLICATION_SET)
    made["spec"] |= {"generators": list(generators), **spec}
    made["spec"]["template"]["metadata"] = {"name": name}
    return made


def application(*sources: Mapping[str, Any]) -> dict[str, Any]:
    source = {"sources": list(sources)} if len(sources) > 1 else {"source": sources[0]}
    destination = {"server": "https://kubernetes.default.svc", "namespace": "web"}
    metadata = {"name": "shop", "namespace": "argocd"}
    return {"metadata": metadata, "spec": {"project": "default", "destination": destination, **source}}


def names(answer: Answer) -> Sequence[str]:
    assert "error" not in answer, answer
    return [made["metadata"]["name"] for made in answer["applications"]]


def elements(*named: str) -> dict[str, Any]:
    return {"list": {"elements": [{"name": name} for name in named]}}


def test_folders_of_a_repository_and_clusters_make_a_matrix(argocd: Path, tmp_path: Path) -> None:
    folders = {"git": {"repoURL": FLEET, "revision": "main", "directories": [{"path": "apps/*"}]}}
    clusters = {"clusters": {"selector": {"matchLabels": {"env": "prod"}}}}
    generators = {"matrix": {"generators": [folders, clusters]}}
    patch = "spec: {syncPolicy: {automated: {prune: {{ eq .path.basename `web` }}}}}"
    made = application_set("{{.path.basename}}-{{.name}}", generators, templatePatch=patch)
    root = written(tmp_path, {"apps/web/a.yaml": "", "apps/api/a.yaml": "", "apps/.hidden/a.yaml": ""})

    answer = one(
        argocd,
        mode="applicationset",
        applicationSet=made,
        repositories={FLEET: str(root)},
        objects=[yaml.safe_load(CLUSTER)],
    )

    assert names(answer) == ["api-prod-eu", "web-prod-eu"]
    pruned = [made["spec"]["syncPolicy"]["automated"]["prune"] for made in answer["applications"]]
    assert pruned == [False, True]


def test_what_stops_the_generators_is_an_error(argocd: Path) -> None:
    made = application_set("{{.gone}}", elements("web"))
    elsewhere = {"git": {"repoURL": FLEET, "revision": "main", "directories": [{"path": "*"}]}}

    missing, repository = ask(
        argocd,
        [
            {"mode": "applicationset", "applicationSet": made},
            {"mode": "applicationset", "applicationSet": application_set("a", elsewhere)},
        ],
    )

    assert 'map has no entry for key "gone"' in missing["error"]
    assert repository["error"].endswith(f"there is no repository {FLEET}")


def test_services_outside_answer_from_fixtures(argocd: Path) -> None:
    branch = {
        "organization": "org",
        "repository": "web",
        "branch": "main",
        "sha": "0123456789",
        "paths": ["k8s"],
    }
    pull = {"number": 7, "branch": "Fix_It", "targetBranch": "main", "headSHA": "abcdef"}
    filters = [{"pathsExist": ["k8s"]}]
    scm = {"scmProvider": {"github": {"organization": "org"}, "filters": filters}}
    plugin = {"plugin": {"configMapRef": {"name": "lister"}, "values": {"twice": "{{.key}}{{.key}}"}}}
    answers = ask(
        argocd,
        [
            {
                "mode": "applicationset",
                "applicationSet": application_set("{{.repository}}-{{.short_sha}}", scm),
                "scm": [branch, {**branch, "repository": "api", "paths": []}],
            },
            {
                "mode": "applicationset",
                "applicationSet": application_set(
                    "{{.number}}-{{.branch_slug}}",
                    {"pullRequest": {"github": {"owner": "org", "repo": "web"}}},
                ),
                "pullRequests": [pull],
            },
            {
                "mode": "applicationset",
                "applicationSet": application_set("{{.values.twice}}", plugin),
                "plugins": {"lister": [{"key": "a"}, {"key": "b"}]},
            },
        ],
    )

    assert [names(answer) for answer in answers] == [["web-01234567"], ["7-fix-it"], ["aa", "bb"]]


def test_a_decision_on_clusters_is_read_from_its_status(argocd: Path) -> None:
    group = "cluster.open-cluster-management.io/v1beta1"
    duck = {
        "apiVersion": group,
        "kind": "placementdecisions",
        "matchKey": "cluster",
        "statusListKey": "decisions",
    }
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "duck"}, "data": duck}
    decided = {"apiVersion": group, "kind": "PlacementDecision", "metadata": {"name": "fleet"}}
    status = {"decisions": [{"cluster": "prod-eu"}, {"cluster": "unknown"}]}

    answer = one(
        argocd,
        mode="applicationset",
        applicationSet=application_set(
            "{{.name}}", {"clusterDecisionResource": {"configMapRef": "duck", "name": "fleet"}}
        ),
        objects=[yaml.safe_load(CLUSTER), settings, {**decided, "status": status}],
    )

    assert names(answer) == ["prod-eu"]


def test_the_controller_creates_no_application_of_a_name_that_is_there_twice(argocd: Path) -> None:
    twice = application_set("{{.name}}", elements("web", "api"), elements("web"))

    answer = one(argocd, mode="reconcile", applicationSet=twice)

    assert names(answer) == ["api"]
    assert "duplicate name: web" in answer["conditions"][0]["message"]


def test_a_folder_is_delivered_with_the_namespace_of_the_destination(argocd: Path, tmp_path: Path) -> None:
    files = {
        "web/a.yaml": CONFIG_MAP,
        "web/deep/b.json": '{"apiVersion": "v1", "kind": "Namespace"}',
        "web/c.txt": "-",
    }

    answer = one(
        argocd,
        mode="manifests",
        application=application({"repoURL": FLEET, "path": "web"}),
        repositories={FLEET: str(written(tmp_path, files))},
        clusterScoped=["Namespace"],
    )

    (web,) = answer["objects"]
    assert web["metadata"]["namespace"] == "web"
    assert [source["type"] for source in answer["sources"]] == ["Directory"]


def test_a_project_forbids_repositories_and_objects(argocd: Path, tmp_path: Path) -> None:
    project = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default"}}
    destinations = [{"server": "*", "namespace": "web"}]
    spec = {"sourceRepos": ["https://git.example/other"], "destinations": destinations}
    other = CONFIG_MAP.replace("name: web", "name: other, namespace: other")

    answer = one(
        argocd,
        mode="manifests",
        application=application({"repoURL": FLEET, "path": "."}),
        repositories={FLEET: str(written(tmp_path, {"a.yaml": CONFIG_MAP, "b.yaml": other}))},
        objects=[{**project, "spec": spec}],
        clusterScoped=[],
    )

    assert answer["denied"] == ["ConfigMap/other/other"]
    assert [told["type"] for told in answer["conditions"]] == ["InvalidSpecError"]


def test_kustomize_gets_the_overrides_of_the_source_and_of_its_file(argocd: Path, tmp_path: Path) -> None:
    if shutil.which("kustomize", path=f"{argocd.parent}") is None:
        pytest.skip("tools/oracles.sh has not built kustomize")
    files = {
        "web/a.yaml": CONFIG_MAP,
        "web/kustomization.yaml": "resources: [a.yaml]",
        "web/.argocd-source.yaml": "kustomize: {namePrefix: pre-}",
    }
    overrides = {"commonAnnotations": {"of": "$ARGOCD_APP_NAME"}, "commonAnnotationsEnvsubst": True}
    source = {"repoURL": FLEET, "path": "web", "kustomize": overrides}

    answer = one(
        argocd,
        mode="manifests",
        application=application(source),
        repositories={FLEET: str(written(tmp_path, files))},
    )

    (web,) = answer["objects"]
    assert web["metadata"]["name"] == "pre-web"
    assert web["metadata"]["annotations"]["of"] == "shop"
    assert answer["sources"][0]["commands"][-1] == "kustomize build ./web"


def test_a_chart_takes_values_from_another_source(argocd: Path, tmp_path: Path) -> None:
    if shutil.which("helm", path=f"{argocd.parent}") is None:
        pytest.skip("tools/oracles.sh has not built helm")
    template = (
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: {{ .Release.Name }}}, data: {a: {{ .Values.a }}}}"
    )
    files = {"Chart.yaml": "{apiVersion: v2, name: web, version: 1.2.0}", "templates/a.yaml": template}
    chart = written(tmp_path / "chart", files)
    values = written(tmp_path / "values", {"prod.yaml": "a: from-git"})
    charts = "https://charts.example"
    sources = [
        {
            "repoURL": charts,
            "chart": "web",
            "targetRevision": "1.x",
            "helm": {"valueFiles": ["$values/prod.yaml"]},
        },
        {"repoURL": FLEET, "targetRevision": "main", "ref": "values"},
    ]

    answer = one(
        argocd,
        mode="manifests",
        application=application(*sources),
        repositories={FLEET: str(values)},
        charts=[{"repoURL": charts, "chart": "web", "version": "1.2.0", "path": str(chart)}],
        kubeVersion="v1.35.0",
        apiVersions=["v1/ConfigMap"],
    )

    assert [made["data"] for made in answer["objects"]] == [{"a": "from-git"}]
    assert answer["sources"][0]["revision"] == "1.2.0"
