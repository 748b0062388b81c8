"""Which Applications each generator makes."""

from __future__ import annotations

import pytest

from gitlint_ops.model.delivery import Cluster

from .conftest import Generate, names, told

PROD = Cluster(
    "prod-eu", server="https://prod", labels={"env": "prod"}, annotations={"repo": "x"}, declared=True
)
DEV = Cluster("dev", labels={"env": "dev"}, declared=True)

TEMPLATE = """
template:
  metadata: {name: 'web-{{name}}'}
  spec:
    project: default
    source: {repoURL: https://github.com/acme/shop.git, path: apps/web, targetRevision: main}
    destination: {name: '{{name}}', namespace: web}
"""
GO = TEMPLATE.replace("{{name}}", "{{.name}}")


def test_a_list_makes_an_application_of_each_element(generate: Generate) -> None:
    found = generate("generators: [{list: {elements: [{name: a}, {name: b}]}}]\n" + TEMPLATE)

    assert names(found) == ["web-a", "web-b"]
    assert told(found) == []
    first = found.objects[0].body
    assert first["metadata"] == {
        "name": "web-a",
        "namespace": "argocd",
        "finalizers": ["resources-finalizer.argocd.argoproj.io"],
    }
    assert first["spec"]["destination"] == {"name": "a", "namespace": "web"}


def test_clusters_of_the_inventory_are_taken_by_their_labels(generate: Generate) -> None:
    found = generate(
        "generators:\n- clusters:\n    selector: {matchLabels: {env: prod}}\n"
        "    values: {v: '{{metadata.labels.env}}'}\n"
        + TEMPLATE.replace("namespace: web", "namespace: '{{values.v}}'"),
        clusters=[PROD, DEV],
    )

    assert names(found) == ["web-prod-eu"]
    assert found.objects[0].body["spec"]["destination"]["namespace"] == "prod"


def test_the_local_cluster_is_one_where_no_selector_is(generate: Generate) -> None:
    found = generate("goTemplate: true\ngenerators: [{clusters: {}}]\n" + GO, clusters=[PROD])

    assert names(found) == ["web-in-cluster", "web-prod-eu"]


def test_a_cluster_without_a_server_may_be_the_local_one(generate: Generate) -> None:
    found = generate("goTemplate: true\ngenerators: [{clusters: {}}]\n" + GO, clusters=[PROD, DEV])

    assert names(found) == ["web-dev", "web-prod-eu"]


def test_folders_of_a_repository_are_taken_by_pattern(generate: Generate) -> None:
    found = generate(
        """
generators:
- git:
    repoURL: https://github.com/acme/shop
    revision: HEAD
    directories: [{path: apps/*}, {path: apps/old, exclude: true}]
"""
        + TEMPLATE.replace("{{name}}", "{{path.basename}}"),
        {
            "apps/web/a.yaml": "a: 1\n",
            "apps/old/a.yaml": "a: 1\n",
            "apps/web/deep/a.yaml": "a: 1\n",
            "x/a": "",
        },
    )

    assert names(found) == ["web-web"]


def test_files_of_a_repository_give_what_they_hold(generate: Generate) -> None:
    found = generate(
        """
goTemplate: true
goTemplateOptions: [missingkey=error]
generators:
- git:
    repoURL: https://github.com/acme/shop
    revision: HEAD
    files: [{path: "envs/**/config.yaml"}]
"""
        + GO.replace("{{.name}}", "{{.cluster.name}}-{{.path.basename}}"),
        {"envs/eu/a/config.yaml": "cluster: {name: x}\n", "envs/b/config.yaml": "cluster: {name: z}\n"},
    )

    assert names(found) == ["web-x-a", "web-z-b"]


def secret(kind: str, namespace: str, name: str) -> dict[str, object]:
    metadata = {"labels": {"argocd.argoproj.io/secret-type": "cluster", "env": "prod"}}
    data = {"name": name, "server": f"https://{name}"}
    own = {"name": name, "namespace": namespace}
    if kind == "ExternalSecret":
        spec = {"target": {"template": {"metadata": metadata, "data": {**data, "config": "{{ .token }}"}}}}
        return {"apiVersion": "external-secrets.io/v1", "kind": kind, "metadata": own, "spec": spec}
    if kind == "SealedSecret":
        spec = {"template": {"metadata": metadata, "data": data}}
        return {"apiVersion": "bitnami.com/v1alpha1", "kind": kind, "metadata": own, "spec": spec}
    return {"apiVersion": "v1", "kind": kind, "metadata": {**own, **metadata}, "stringData": data}


@pytest.mark.parametrize("kind", ["Secret", "ExternalSecret", "SealedSecret"])
def test_clusters_are_found_by_their_secrets_and_by_what_makes_them(generate: Generate, kind: str) -> None:
    found = generate(
        "generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]\n" + TEMPLATE,
        known=[secret(kind, "argocd", "eu"), secret(kind, "other-argocd", "us")],
    )

    assert names(found) == ["web-eu"]
    assert told(found) == []


def test_a_value_of_a_secret_that_only_the_cluster_can_read_names_no_cluster(generate: Generate) -> None:
    sealed = secret("Secret", "argocd", "eu")
    sealed["stringData"] = {"name": "ENC[AES256_GCM,data:x]"}
    found = generate("generators: [{clusters: {}}]\n" + TEMPLATE, known=[sealed])

    assert found.objects == ()
    assert [one.rule for one in found.violations] == ["unresolvable-offline"]
