"""Kustomizations and folders made by chance, of parts that Flux treats in ways of their own."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {"containers": [{"name": "web", "image": "nginx:1.25"}]},
}
NAMES = ("web", "api", "worker")
VALUES = (
    *("eu", "", "a b", "12", "0x1f", "1e3", "true", "no", "null", "~", "01", "1.50", "a: b", "{x: y}", "[1]"),
    *(
        "- x",
        "'q'",
        '"d"',
        "#c",
        "x # y",
        "*a",
        "&a",
        "!t",
        "|",
        ">",
        "%",
        "@",
        "two\nlines",
        "é",
        "\\n",
        "$x",
    ),
    *("2026-01-01", "12:30:45", "1_000", ".inf", "long " * 20),
)
EXPRESSIONS = (
    *(
        "${region}",
        "${region:=none}",
        "${missing}",
        "${missing:=some}",
        "${zone^^}",
        "${zone/e/E}",
        "$${keep}",
    ),
    *("${region:0:2}", "${#zone}", "a-${region}", "${region}-${zone}", '"${zone}"', "$$(date)", "x: ${zone}"),
    *("${missing:-}", "${region%u}", "'${zone}'", "${zone:=${region}}", "${region} # ${zone}", "${zone}: y"),
)


class Case(Struct, frozen=True):
    """Files, the spec of the Kustomization, what the cluster holds, and whether variables need values."""

    files: Mapping[str, str]
    spec: Mapping[str, Any]
    objects: tuple[Mapping[str, Any], ...] = ()
    strict: bool = False


def yaml_of(*bodies: Any) -> str:
    # JSON is YAML that every reader types alike.
    return "\n---\n".join(json.dumps(one, ensure_ascii=False) for one in bodies) + "\n"


def folder_case(rng: random.Random) -> Case:
    """A folder, with or without a kustomization, that a Kustomization adds something to."""
    names = rng.sample(NAMES, rng.randint(1, 3))
    files = {
        f"apps/{rng.choice(['', 'deep/', 'z/y/'])}{name}.yaml": yaml_of(_pod(name, rng)) for name in names
    }
    if rng.random() < 0.5:
        listed = [one.removeprefix("apps/") for one in files if rng.random() < 0.8]
        own: dict[str, Any] = {"resources": listed} if listed else {"namespace": "own"}
        own |= rng.choice(({}, {"namePrefix": "own-"}, {"namespace": "own"}, {"images": [_image(rng)]}))
        files["apps/kustomization.yaml"] = yaml_of(own)
    if rng.random() < 0.4:
        inner = {"resources": ["in.yaml"], **rng.choice(({}, {"nameSuffix": "-in"}))}
        files |= {
            "apps/built/kustomization.yml": yaml_of(inner),
            "apps/built/in.yaml": yaml_of(_pod("in", rng)),
        }
    if rng.random() < 0.2:
        files["apps/odd.yaml"] = rng.choice(("", "# nothing\n", "just: data\n", "a: [\n", yaml_of(POD, POD)))
    if rng.random() < 0.3:
        files[".sourceignore"] = rng.choice(("deep/\n", "/apps/*.yaml\n!web.yaml\n", "*.md\n", "in.yaml\n"))
    return Case(files | _component(), _spec(rng))


def _pod(name: str, rng: random.Random) -> Any:
    metadata = {"name": name, "labels": {"app": name}}
    if rng.random() < 0.3:
        metadata["namespace"] = "its-own"
    return POD | {"metadata": metadata}


def _image(rng: random.Random) -> dict[str, str]:
    parts = {"newName": "mirror/nginx", "newTag": rng.choice(("2", "3")), "digest": "sha256:abc"}
    return {"name": "nginx"} | {key: parts[key] for key in parts if rng.random() < 0.5}


def _component() -> Mapping[str, str]:
    body = {"kind": "Component", "commonAnnotations": {"part": "yes"}}
    return {
        "parts/one/kustomization.yaml": yaml_of({"apiVersion": "kustomize.config.k8s.io/v1alpha1"} | body)
    }


def _spec(rng: random.Random) -> Mapping[str, Any]:
    patch = {"patch": "- {op: add, path: /metadata/annotations, value: {p: q}}", "target": {"kind": "Pod"}}
    parts: Mapping[str, Any] = {
        "targetNamespace": "shop",
        "namePrefix": "eu-",
        "nameSuffix": "-eu",
        "images": [_image(rng)],
        "patches": [patch],
        "components": [rng.choice(("../parts/one", "../parts/two"))],
        "ignoreMissingComponents": rng.random() < 0.7,
        "commonMetadata": {"labels": {"app": "common"}, "annotations": {"by": "flux"}},
        "buildMetadata": ["originAnnotations"],
    }
    chosen = {key: value for key, value in parts.items() if rng.random() < 0.3}
    return {"path": rng.choice(("./apps", "apps/", "/apps", "./apps", "./app")), **chosen}


def variable_case(rng: random.Random) -> Case:
    """An object with expressions in all kinds of fields, and variables of all kinds of values."""

    def text() -> str:
        return rng.choice(EXPRESSIONS)

    pod = POD | {
        "metadata": {
            "name": "web",
            "labels": {"app": text()},
            "annotations": {
                "one": text(),
                "two": f"first\nsecond {text()}\n",
                rng.choice(("k", text())): "v",
            },
        },
        "spec": {
            "priority": text(),
            "containers": [{"name": "web", "image": f"nginx:{text()}", "args": [text()]}],
        },
    }
    if rng.random() < 0.1:
        pod["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/substitute"] = "disabled"
    data = {name: rng.choice(VALUES) for name in ("region", "zone", "other") if rng.random() < 0.8}
    config = _source("ConfigMap", {"data": data})
    secret = _source("Secret", {"stringData": {"zone": rng.choice(VALUES)}})
    build = {
        "substituteFrom": [
            {"kind": "ConfigMap", "name": "vars"},
            *([{"kind": "Secret", "name": "vars"}] if rng.random() < 0.3 else []),
            *([{"kind": "ConfigMap", "name": "none", "optional": True}] if rng.random() < 0.2 else []),
        ],
        "substitute": {"region": rng.choice(VALUES)} if rng.random() < 0.4 else {},
        **({"substituteStrategy": "Always"} if rng.random() < 0.2 else {}),
    }
    spec = {"path": "apps", "postBuild": {key: value for key, value in build.items() if value}}
    return Case({"apps/web.yaml": yaml_of(pod)}, spec, (config, secret), strict=rng.random() < 0.3)


def _source(kind: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": "vars", "namespace": "flux-system"},
        **fields,
    }
