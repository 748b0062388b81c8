"""The oracle flux answers as Flux documents it: what a disagreement with it is worth rests on that."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from .oracles import Answer, ask, find

KUSTOMIZATION = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 5m
  prune: true
  path: ./apps
  sourceRef: {kind: GitRepository, name: fleet}
  targetNamespace: shop
  images: [{name: nginx, newTag: "1.27"}]
  commonMetadata: {labels: {team: web}}
  postBuild:
    substitute: {tier: front}
    substituteFrom: [{kind: ConfigMap, name: cluster}, {kind: Secret, name: cluster}]
"""
IN_CLUSTER = """
apiVersion: v1
kind: ConfigMap
metadata: {name: cluster, namespace: flux-system}
data: {region: eu, zone: a}
---
apiVersion: v1
kind: Secret
metadata: {name: cluster, namespace: flux-system}
stringData: {zone: b}
"""
WEB = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {at: "${region}-${zone}", tier: "${tier}", size: "${size:=small}"}}
spec: {containers: [{name: web, image: nginx}]}
"""


@pytest.fixture(scope="module")
def flux() -> Path:
    found = find("flux")
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


def apps(folder: Path, **files: str) -> dict[str, Any]:
    """The question what the Kustomization makes of this folder."""
    return {
        "mode": "build",
        "kustomization": yaml.safe_load(KUSTOMIZATION),
        "root": str(written(folder, {"apps/web.yaml": WEB, **files})),
        "objects": list(yaml.safe_load_all(IN_CLUSTER)),
    }


def test_a_kustomization_is_generated_built_and_substituted(flux: Path, tmp_path: Path) -> None:
    answer = one(flux, **apps(tmp_path))

    (pod,) = answer["objects"]
    assert pod["metadata"] == {
        "name": "web",
        "namespace": "shop",
        "labels": {
            "at": "eu-b",
            "tier": "front",
            "size": "small",
            "team": "web",
            "kustomize.toolkit.fluxcd.io/name": "apps",
            "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
        },
    }
    assert pod["spec"]["containers"][0]["image"] == "nginx:1.27"
    assert yaml.safe_load(answer["generated"])["resources"] == ["./web.yaml"]
    assert not (tmp_path / "apps/kustomization.yaml").exists()


def test_what_stops_the_controller_is_an_error_without_machine_paths(flux: Path, tmp_path: Path) -> None:
    question = apps(tmp_path)
    question["kustomization"]["spec"]["path"] = "./gone"
    missing = {**apps(tmp_path), "objects": []}

    assert one(flux, **question) == {
        "error": "kustomization path not found: stat gone: no such file or directory"
    }
    assert "'ConfigMap/cluster' error" in one(flux, **missing)["error"]


def test_objects_that_opt_out_are_built_and_skipped(flux: Path, tmp_path: Path) -> None:
    disabled = WEB.replace("labels: {", "labels: {kustomize.toolkit.fluxcd.io/reconcile: disabled, ")

    assert one(flux, **apps(tmp_path, **{"apps/web.yaml": disabled}))["skipped"] == ["Pod/shop/web"]


@pytest.mark.parametrize(
    ("document", "strict", "outcome"),
    [
        ("${a}-${b:-c}-$${a}-$a", False, "1-c-${a}-$a"),
        ("${b}", False, ""),
        ("${b}", True, None),
        ("${a", False, None),
    ],
)
def test_text_is_expanded_as_a_shell_would(
    flux: Path, document: str, strict: bool, outcome: str | None
) -> None:
    answer = one(flux, mode="expand", document=document, strict=strict, vars={"a": "1"})

    assert answer.get("text") == outcome


def test_a_substituted_value_takes_the_type_that_yaml_gives_it(flux: Path) -> None:
    document = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {port: '${port}'}}"

    answer = one(flux, mode="substitute", document=document, vars={"port": "80"})

    assert answer["document"]["data"] == {"port": 80}


def test_values_come_from_references_and_then_from_the_release(flux: Path) -> None:
    release = yaml.safe_load("""
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: {name: web, namespace: flux-system}
      spec:
        interval: 5m
        values: {at: {zone: own}}
        valuesFrom:
          - {kind: ConfigMap, name: cluster, valuesKey: region, targetPath: at.region}
          - {kind: Secret, name: gone, optional: true}
    """)
    objects = list(yaml.safe_load_all(IN_CLUSTER))

    answer = one(flux, mode="values", helmRelease=release, objects=objects)

    assert answer == {"values": {"at": {"region": "eu", "zone": "own"}}}


def test_a_source_leaves_out_what_flux_leaves_out(flux: Path, tmp_path: Path) -> None:
    root = written(tmp_path, {"a.yaml": "", "b.png": "", ".github/ci.yml": "", "docs/c.yaml": ""})
    (root / "link.yaml").symlink_to("a.yaml")

    def files(**more: str) -> list[str]:
        return list(one(flux, mode="sourceignore", root=str(root), **more)["files"])

    assert files() == ["a.yaml", "docs/c.yaml"]
    assert files(ignore="docs/") == [
        ".github/ci.yml",
        "a.yaml",
        "b.png",
    ]  # one's own rules replace the defaults
    assert "link.yaml" in files(kind="Bucket")


def test_a_reference_stands_for_a_commit(flux: Path, tmp_path: Path) -> None:
    git = [
        "git",
        "-C",
        str(written(tmp_path, {"a.yaml": ""})),
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
    ]
    orders: list[list[str]] = [["init", "--quiet", "--initial-branch=main"], ["add", "."]]
    orders += [["commit", "--quiet", "--message=a"], ["tag", "v1.2.0"], ["tag", "v1.10.0"]]
    for order in orders:
        subprocess.run([*git, *order], check=True)

    def revision(**reference: str) -> str:
        return str(one(flux, mode="checkout", root=str(tmp_path), reference=reference).get("revision"))

    assert revision(semver="1.x").startswith("v1.10.0@sha1:")
    assert revision(branch="main").startswith("main@sha1:")
    assert revision() == "None"  # Flux's own default is master
