"""On a cluster of others nothing is stored: what the set itself provides or changes is reasoned out."""

from __future__ import annotations

import time

import pytest

from gitlint_ops.reconcile.judging import CHANGED
from gitlint_ops.reconcile.opening import kubeconfig_api
from gitlint_ops.reconcile.outcomes import Outcome
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from ...reconcile.workspaces import GIT, application, config_map, flux
from .conftest import Workspace, message, outcomes, told
from .test_staging import custom, definition, pod

ACCEPTED, REJECTED, PREREQUISITE = Outcome.ACCEPTED, Outcome.REJECTED, Outcome.PREREQUISITE


def namespace(name: str, labels: str = "{}") -> str:
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {labels}}}\n"


def quota(name: str, within: str, hard: str) -> str:
    return (
        f"apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: {name}, namespace: {within}}}\n"
        f"spec: {{hard: {hard}}}\n"
    )


def test_a_namespace_of_the_set_is_waited_for(workspace: Workspace, theirs: HttpApi) -> None:
    files = {"a.yaml": config_map("a", namespace="others-new"), "z.yaml": namespace("others-new")}

    held = told(workspace.rehearsed(files, theirs))["ConfigMap/a"]

    assert held.outcome is PREREQUISITE
    assert held.provider is not None
    assert held.provider.key.name == "others-new"


def test_a_namespace_that_nothing_provides_is_missed(workspace: Workspace, theirs: HttpApi) -> None:
    held = told(workspace.rehearsed({"a.yaml": config_map("a", namespace="others-none")}, theirs))

    assert held["ConfigMap/a"].outcome is REJECTED
    assert message(held["ConfigMap/a"]) == 'namespaces "others-none" not found'


def test_an_application_makes_its_namespace(workspace: Workspace, theirs: HttpApi) -> None:
    policy = "  syncPolicy: {syncOptions: [CreateNamespace=true]}\n"
    held = application("one", "one", policy).replace("namespace: shop", "namespace: others-made")

    found = told(workspace.rehearsed({"app.yaml": held, "one/a.yaml": config_map("a")}, theirs))

    assert found["ConfigMap/a"].outcome is PREREQUISITE
    assert found["ConfigMap/a"].provider is not None
    assert found["ConfigMap/a"].provider.kind == "Application"


def test_a_definition_of_the_set_is_waited_for(workspace: Workspace, theirs: HttpApi) -> None:
    fresh = definition("Fresh").replace("staging.example.com", "others.example.com")
    one = custom("Fresh", "{size: 3}", namespace="default").replace("staging.example", "others.example")

    held = told(workspace.rehearsed({"a.yaml": one, "z.yaml": fresh}, theirs))["Fresh/a"]

    assert held.outcome is PREREQUISITE
    assert held.provider is not None
    assert held.provider.kind == "CustomResourceDefinition"


def test_a_field_that_the_definition_gains_in_the_same_set_is_waited_for(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    old = definition("Growing")
    workspace.rehearsed({"crd.yaml": old}, ours)
    theirs.refresh()
    new = old.replace("properties: {size:", "properties: {colour: {type: string}, size:")
    files = {"a.yaml": custom("Growing", "{colour: red}", namespace="default")}

    changed = told(workspace.rehearsed({**files, "crd.yaml": new}, theirs))["Growing/a"]
    same = told(workspace.rehearsed({**files, "crd.yaml": old}, theirs))["Growing/a"]

    assert (changed.outcome, changed.note) == (PREREQUISITE, CHANGED)
    assert same.outcome is REJECTED


def test_a_quota_that_grows_in_the_same_set_is_waited_for(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: others-quota}\n"
    workspace.rehearsed({"q.yaml": quota("few", "others-quota", "{count/secrets: '0'}")}, ours)
    time.sleep(1)  # the server heeds quotas that are new to it

    def outcome(hard: str) -> Outcome:
        files = {"a.yaml": secret, "q.yaml": quota("few", "others-quota", hard)}
        return outcomes(workspace.rehearsed(files, theirs))["Secret/a"]

    assert outcome("{count/secrets: '5'}") is PREREQUISITE
    assert outcome("{count/secrets: '0'}") is REJECTED


def test_a_namespace_that_lets_in_more_in_the_same_set_is_waited_for(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    strict = "{pod-security.kubernetes.io/enforce: restricted}"
    workspace.rehearsed({"n.yaml": namespace("others-strict", strict)}, ours)

    def outcome(labels: str) -> Outcome:
        files = {"a.yaml": pod("a", "others-strict"), "n.yaml": namespace("others-strict", labels)}
        return outcomes(workspace.rehearsed(files, theirs))["Pod/a"]

    assert outcome("{pod-security.kubernetes.io/enforce: privileged}") is PREREQUISITE
    assert outcome(strict) is REJECTED


@pytest.mark.parametrize("granted", [True, False])
def test_rights_that_the_set_gives_its_tenant_are_waited_for(
    workspace: Workspace, guarded: OwnedApi, granted: bool
) -> None:
    place = f"others-tenant-{granted}".lower()
    kind = guarded.kind_of("v1", "Namespace")
    assert kind is not None
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place}}
    assert guarded.store(body, kind, manager="test").accepted
    tenant = flux("a", "./a", "  serviceAccountName: tenant\n", place)
    account = "tenant" if granted else "other"
    binding = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
        f"metadata: {{name: tenant, namespace: {place}}}\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}\n"
        f"subjects: [{{kind: ServiceAccount, name: {account}, namespace: {place}}}]\n"
    )
    files = {
        "clusters/prod/git.yaml": GIT.replace("namespace: flux-system", f"namespace: {place}"),
        "clusters/prod/a.yaml": tenant,
        "clusters/prod/binding.yaml": binding,
        "a/a.yaml": config_map("a", namespace=place),
    }
    with kubeconfig_api(guarded.kubeconfig, "", qps=0, jobs=8, timeout=30) as api:
        held = told(workspace.rehearsed(files, api, as_operator=True))["ConfigMap/a"]

    assert held.entry.applier.identity is not None
    assert held.outcome is (PREREQUISITE if granted else REJECTED), held.note
