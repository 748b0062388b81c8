"""Delivery objects whose fields are of all the wrong kinds: told or passed over, and never a crash."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ..cli.command_line import BUG, check

Path_ = tuple[str | int, ...]

ODD: tuple[Any, ...] = (
    *(None, 1, -1.5, True, "", "x", "../../../etc", "/abs", "{{ .x", "<<", "\0a", "a" * 3000),
    *([], [None], ["x"], [[]], {}, {"a": None}, {"x": {"y": 1}}),
)
URL = "https://git.example/acme/repo"
META = {"name": "web", "namespace": "argocd", "annotations": {"argocd.argoproj.io/sync-wave": "1"}}
HERE = {"name": "in-cluster", "namespace": "web"}
KUSTOMIZE = {
    "namePrefix": "a-",
    "images": ["web=x:1"],
    "replicas": [{"name": "web", "count": 2}],
    "commonLabels": {"a": "b"},
    "patches": [{"target": {"kind": "Deployment"}, "patch": "[]"}],
    "components": ["../part"],
}
HELM = {
    "valueFiles": ["$values/values.yaml"],
    "valuesObject": {"a": 2},
    "parameters": [{"name": "a", "value": "3", "forceString": True}],
    "fileParameters": [{"name": "f", "path": "values.yaml"}],
}
OBJECTS: Mapping[str, Mapping[str, Any]] = {
    "Application": {
        "apiVersion": "argoproj.io/v1alpha1",
        "metadata": META,
        "spec": {
            "project": "default",
            "source": {"repoURL": URL, "path": "web", "targetRevision": "main", "kustomize": KUSTOMIZE},
            "destination": HERE,
            "syncPolicy": {"automated": {"selfHeal": True}, "syncOptions": ["CreateNamespace=true"]},
            "ignoreDifferences": [
                {"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}
            ],
        },
    },
    "Application of several sources": {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": META,
        "spec": {
            "sources": [
                {"repoURL": URL, "ref": "values"},
                {"repoURL": URL, "path": "chart", "helm": HELM},
                {"repoURL": URL, "path": "web", "directory": {"recurse": True, "include": "*.yaml"}},
            ],
            "destination": HERE,
        },
    },
    "ApplicationSet": {
        "apiVersion": "argoproj.io/v1alpha1",
        "metadata": META,
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {
                    "matrix": {
                        "generators": [
                            {"list": {"elements": [{"a": "b"}]}},
                            {"git": {"repoURL": URL, "directories": [{"path": "*"}]}},
                        ]
                    }
                }
            ],
            "template": {
                "metadata": {"name": "{{.a}}"},
                "spec": {"source": {"repoURL": URL, "path": "{{.path.path}}"}, "destination": HERE},
            },
            "templatePatch": "spec: {project: x}",
        },
    },
    "AppProject": {
        "apiVersion": "argoproj.io/v1alpha1",
        "metadata": META,
        "spec": {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]},
    },
    "Kustomization": {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "metadata": META,
        "spec": {
            "path": "./web",
            "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
            "patches": [{"target": {"kind": "Deployment"}, "patch": "[]"}],
            "images": [{"name": "web", "newTag": "1"}],
            "commonMetadata": {"labels": {"a": "b"}},
            "postBuild": {"substitute": {"A": "b"}, "substituteFrom": [{"kind": "ConfigMap", "name": "c"}]},
            "dependsOn": [{"name": "infra"}],
            "kubeConfig": {"secretRef": {"name": "other"}},
        },
    },
    "HelmRelease": {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "metadata": META,
        "spec": {
            "chart": {
                "spec": {
                    "chart": "./chart",
                    "version": "1.x",
                    "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
                }
            },
            "values": {"a": 1},
            "valuesFrom": [{"kind": "ConfigMap", "name": "c", "valuesKey": "v", "targetPath": "a.b[0]"}],
            "postRenderers": [{"kustomize": {"images": [{"name": "x", "newTag": "1"}]}}],
        },
    },
    "GitRepository": {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "metadata": {"name": "flux-system", "namespace": "argocd"},
        "spec": {"url": URL, "ref": {"branch": "main"}, "ignore": "*.md", "include": [{"fromPath": "a"}]},
    },
    "ResourceSet": {
        "apiVersion": "fluxcd.controlplane.io/v1",
        "metadata": META,
        "spec": {"inputs": [{"a": "b"}], "resources": [{"kind": "ConfigMap"}], "resourcesTemplate": "a: b"},
    },
}
FILES = {
    "web/kustomization.yaml": "resources: [config.yaml]\n",
    "web/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
    "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "chart/templates/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: chart}\n",
    "values.yaml": "a: 5\n",
}


def paths(value: Any, at: Path_ = ()) -> Iterator[Path_]:
    """The paths of all fields of an object but its type."""
    if at and at not in (("apiVersion",), ("kind",)):
        yield at
    members = (
        value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list) else ())
    )
    for key, held in members:
        yield from paths(held, (*at, key))


def with_value(body: Any, at: Path_, value: Any) -> Any:
    if not at:
        return value
    changed = copy.copy(body)
    changed[at[0]] = with_value(changed[at[0]], at[1:], value)
    return changed


@pytest.mark.parametrize("kind", OBJECTS)
def test_no_field_of_a_wrong_kind_stops_a_run_or_a_rule(kind: str, tmp_path: Path) -> None:
    body = {"kind": kind, **OBJECTS[kind]}
    odd = [with_value(body, at, value) for at in paths(body) for value in ODD]
    others = [{"kind": name, **held} for name, held in OBJECTS.items() if name != kind]
    written = {f"objects/{number}.json": json.dumps(one) for number, one in enumerate((*odd, *others))}
    for path, text in {**FILES, **written}.items():
        file = tmp_path / "repo" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    ran = check(tmp_path / "repo", "--profile", "strict")

    assert ran.code != BUG, ran.err
    assert [one["message"] for one in ran.findings if one["rule"] == "rule-crashed"] == []
