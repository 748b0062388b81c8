"""The pinned schemas of custom resources: what is shipped is what the lock says, and no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from gitlint_ops.resources import schemas_folder
from gitlint_ops.validate.crds import CustomSchema
from gitlint_ops.validate.schemas import CoreSchemas

FOLDER = schemas_folder() / "crds"
LOCK: dict[str, Any] = json.loads((FOLDER / "lock.json").read_bytes())
INDEX: dict[str, Any] = json.loads((FOLDER / "index.json").read_bytes())
FILES: dict[str, dict[str, Any]] = LOCK["files"]

PERMISSIVE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MPL-2.0"}
KEYWORDS = {
    "additionalProperties", "allOf", "anyOf", "default", "enum", "exclusiveMaximum", "exclusiveMinimum",
    "format", "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength",
    "minProperties", "minimum", "multipleOf", "not", "nullable", "oneOf", "pattern", "properties",
    "required", "type", "uniqueItems", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys", "x-kubernetes-list-type", "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
}  # fmt: skip
PRODUCTS = {
    "argoproj.io": ["Application", "ApplicationSet", "AppProject", "Rollout", "AnalysisTemplate"],
    "bitnami.com": ["SealedSecret"],
    "cert-manager.io": ["Certificate", "ClusterIssuer", "Issuer"],
    "external-secrets.io": ["ClusterSecretStore", "ExternalSecret", "PushSecret", "SecretStore"],
    "flagger.app": ["Canary"],
    "gateway.networking.k8s.io": ["Gateway", "GRPCRoute", "HTTPRoute", "TLSRoute", "UDPRoute"],
    "grafana.integreatly.org": ["Grafana", "GrafanaDashboard"],
    "helm.toolkit.fluxcd.io": ["HelmRelease"],
    "image.openshift.io": ["ImageStream"],
    "image.toolkit.fluxcd.io": ["ImagePolicy", "ImageRepository", "ImageUpdateAutomation"],
    "keda.sh": ["ScaledObject", "TriggerAuthentication"],
    "kustomize.toolkit.fluxcd.io": ["Kustomization"],
    "kyverno.io": ["ClusterPolicy", "Policy"],
    "monitoring.coreos.com": ["PodMonitor", "Prometheus", "PrometheusRule", "ServiceMonitor"],
    "networking.istio.io": ["DestinationRule", "Gateway", "VirtualService"],
    "notification.toolkit.fluxcd.io": ["Alert", "Provider", "Receiver"],
    "operators.coreos.com": ["CatalogSource", "OperatorGroup", "Subscription"],
    "route.openshift.io": ["Route"],
    "serving.knative.dev": ["Service"],
    "source.toolkit.fluxcd.io": ["GitRepository", "HelmRepository", "OCIRepository"],
    "templates.gatekeeper.sh": ["ConstraintTemplate"],
    "traefik.io": ["IngressRoute", "Middleware"],
}


def schema(path: str) -> dict[str, Any]:
    held = json.loads((FOLDER / path).read_bytes())
    assert isinstance(held, dict)
    return held


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all schemas in it; fields are not keywords, whatever they are called."""
    yield node
    below = [*node.get("properties", {}).values(), node.get("items"), node.get("not")]
    below.append(node.get("additionalProperties"))
    for key in ("allOf", "anyOf", "oneOf"):
        below.extend(node.get(key, ()))
    for one in below:
        if isinstance(one, dict):
            yield from nodes(one)


@pytest.fixture(scope="module")
def object_meta() -> Any:
    return CoreSchemas("1.34").object_meta()


def test_every_file_is_locked_with_its_hash_and_no_other_file_is_there() -> None:
    shipped = {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.glob("*/*.json")
    }
    assert shipped == {path: entry["sha256"] for path, entry in FILES.items()}
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == {"index.json", "lock.json"}


def test_the_index_names_exactly_the_locked_files() -> None:
    indexed = {
        f"{group}/{kind.lower()}_{version}.json": (entry["scope"], facts.get("storage", False))
        for group, kinds in INDEX["kinds"].items()
        for kind, entry in kinds.items()
        for version, facts in entry["versions"].items()
        if facts.get("schema")
    }
    assert indexed == {path: (entry["scope"], entry["storage"]) for path, entry in FILES.items()}


def test_every_source_is_named_with_its_version_checksum_and_a_permissive_licence() -> None:
    sources = {source["name"]: source for source in LOCK["sources"]}
    assert {entry["source"] for entry in FILES.values()} <= set(sources)
    assert set(INDEX["sources"]) == set(sources)
    for source in sources.values():
        assert source["licence"] in PERMISSIVE
        assert source["version"]
        assert source["checksum"].startswith(("h1:", "sha256:"))
        assert len(source["licence_sha256"]) == 64


def test_licences_that_ask_for_their_text_have_it_beside_the_schemas() -> None:
    asked = {one["name"] for one in LOCK["sources"] if one["licence"] != "Apache-2.0"}
    notices = [path.name for path in (FOLDER / "notices").iterdir()]
    assert all(any(name.startswith(source) for name in notices) for source in asked)


def test_the_lock_names_no_hosts_and_no_folders_of_a_machine() -> None:
    for name in ("index.json", "lock.json"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert not any(folder in text for folder in (str(Path.home()), gettempdir(), str(FOLDER)))


def test_no_schema_has_prose() -> None:
    found = {path: {key for node in nodes(schema(path)) for key in node} - KEYWORDS for path in FILES}
    assert {path: keys for path, keys in found.items() if keys} == {}


def test_every_schema_compiles(object_meta: Any) -> None:
    assert [path for path in FILES if not CustomSchema(schema(path), object_meta).compiles] == []


@pytest.mark.parametrize("group", sorted(PRODUCTS))
def test_the_kinds_that_repositories_use_most_are_there(group: str) -> None:
    assert set(PRODUCTS[group]) <= set(INDEX["kinds"][group])


@pytest.mark.parametrize(
    ("group", "kind", "versions"),
    [
        ("external-secrets.io", "ExternalSecret", {"v1", "v1beta1"}),
        ("helm.toolkit.fluxcd.io", "HelmRelease", {"v2", "v2beta1", "v2beta2"}),
        ("kustomize.toolkit.fluxcd.io", "Kustomization", {"v1", "v1beta2"}),
        ("gateway.networking.k8s.io", "HTTPRoute", {"v1", "v1beta1"}),
        ("kyverno.io", "ClusterPolicy", {"v1", "v2beta1"}),
    ],
)
def test_versions_that_are_still_in_use_stand_side_by_side(group: str, kind: str, versions: set[str]) -> None:
    assert versions <= set(INDEX["kinds"][group][kind]["versions"])


def test_a_version_from_an_older_release_says_which() -> None:
    versions = INDEX["kinds"]["external-secrets.io"]["ExternalSecret"]["versions"]
    assert "only_in" not in versions["v1"]
    assert INDEX["sources"][versions["v1beta1"]["only_in"]].startswith("external-secrets v0.")


def test_fields_called_like_keywords_are_kept() -> None:
    spec = schema("argoproj.io/appproject_v1alpha1.json")["properties"]["spec"]["properties"]
    assert spec["description"] == {"maxLength": 255, "type": "string"}


def test_rules_defaults_and_list_types_are_kept() -> None:
    every = [
        node
        for path in ("gateway.networking.k8s.io/gateway_v1.json", "cert-manager.io/certificate_v1.json")
        for node in nodes(schema(path))
    ]
    rules = [rule["rule"] for node in every for rule in node.get("x-kubernetes-validations", ())]
    assert any("hostname" in rule for rule in rules)
    assert any(node.get("x-kubernetes-list-type") == "map" for node in every)
    assert any("default" in node for node in every)


def test_a_project_s_own_patches_of_its_definitions_are_applied() -> None:
    spec = schema("keda.sh/scaledobject_v1alpha1.json")["properties"]["spec"]["properties"]
    behaviour = spec["advanced"]["properties"]["horizontalPodAutoscalerConfig"]["properties"]["behavior"]
    window = behaviour["properties"]["scaleDown"]["properties"]["stabilizationWindowSeconds"]
    assert (window["minimum"], window["maximum"]) == (0, 3600)


def test_the_whole_is_small_enough_for_a_wheel() -> None:
    size = sum(Path(FOLDER / path).stat().st_size for path in FILES)
    assert size < 15_000_000


@pytest.mark.parametrize(
    ("group", "kind", "scope"),
    [
        ("user.openshift.io", "Group", "Cluster"),
        ("project.openshift.io", "Project", "Cluster"),
        ("oauth.openshift.io", "OAuthClient", "Cluster"),
        ("image.openshift.io", "Image", "Cluster"),
        ("image.openshift.io", "ImageStream", "Namespaced"),
        ("template.openshift.io", "Template", "Namespaced"),
        ("apps.openshift.io", "DeploymentConfig", "Namespaced"),
    ],
)
def test_kinds_of_openshifts_own_api_server_have_their_scope(group: str, kind: str, scope: str) -> None:
    assert INDEX["kinds"][group][kind]["scope"] == scope
