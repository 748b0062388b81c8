"""What lives on a cluster before, and how that changes what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gitlint_ops.reconcile.outcomes import Outcome
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from ...reconcile.workspaces import GIT, application, config_map, flux
from .conftest import Workspace, told

PLACE = "standing"
SSA = "kustomize.toolkit.fluxcd.io/ssa"


@pytest.fixture(autouse=True)
def place(ours: OwnedApi) -> None:
    lives(ours, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PLACE}})


def lives(api: OwnedApi, body: Mapping[str, Any], manager: str = "kustomize-controller") -> None:
    kind = api.kind_of(body["apiVersion"], body["kind"])
    assert kind is not None
    answer = api.store(body, kind, manager=manager)
    assert answer.accepted, answer.message


def map_of(name: str, value: str, **annotations: str) -> Mapping[str, Any]:
    metadata = {"name": name, "namespace": PLACE, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": value}}


def delivered(text: str) -> Mapping[str, str]:
    return {"clusters/prod/git.yaml": GIT, "clusters/prod/a.yaml": flux("a", "./a"), "a/a.yaml": text}


def deployment(replicas: int) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: scaled, namespace: {PLACE}}}\n"
        f"spec:\n  replicas: {replicas}\n  selector: {{matchLabels: {{app: a}}}}\n"
        "  template:\n    metadata: {labels: {app: a}}\n"
        "    spec: {containers: [{name: a, image: 'example/a:1'}]}\n"
    )


def test_who_scales_an_object_owns_its_replicas(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    workspace.rehearsed(delivered(deployment(2)), ours)
    kind = ours.kind_of("apps/v1", "Deployment")
    assert kind is not None
    scale = {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {"name": "scaled", "namespace": PLACE},
        "spec": {"replicas": 5},
    }
    assert ours.store(scale, kind, manager="keda-operator", subresource="scale").accepted

    held = told(workspace.rehearsed(delivered(deployment(2)), theirs))["Deployment/scaled"]

    assert held.outcome is Outcome.ACCEPTED
    assert held.unforced is not None
    assert "keda-operator" in held.unforced.message


def test_a_status_that_a_controller_writes_is_no_conflict(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    text = deployment(2).replace("scaled", "running")
    workspace.rehearsed(delivered(text), ours)
    kind = ours.kind_of("apps/v1", "Deployment")
    assert kind is not None
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "running", "namespace": PLACE},
    }
    status = {**body, "status": {"replicas": 2, "readyReplicas": 2}}
    assert ours.store(status, kind, manager="kube-controller-manager", subresource="status").accepted

    assert told(workspace.rehearsed(delivered(text), theirs))["Deployment/running"].unforced is None


@pytest.mark.parametrize("dry_run", [True, False])
def test_flux_does_not_touch_what_it_is_to_make_once(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi, dry_run: bool
) -> None:
    lives(ours, map_of("once", "theirs"), "somebody")
    text = config_map("once", f"{{{SSA}: ifNotPresent}}", namespace=PLACE)

    held = told(workspace.rehearsed(delivered(text), theirs, dry_run=dry_run))["ConfigMap/once"]

    assert held.outcome is Outcome.UNASKED
    assert held.note.startswith(f"{SSA}: IfNotPresent")
    assert held.before is not None


def test_flux_makes_it_where_it_is_not_there(workspace: Workspace, theirs: HttpApi) -> None:
    text = config_map("not-there", f"{{{SSA}: IfNotPresent}}", namespace=PLACE)

    assert (
        told(workspace.rehearsed(delivered(text), theirs))["ConfigMap/not-there"].outcome is Outcome.ACCEPTED
    )


def test_flux_keeps_away_from_what_is_marked_on_the_cluster(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    lives(ours, map_of("marked", "theirs", **{"kustomize.toolkit.fluxcd.io/reconcile": "disabled"}), "hand")

    held = told(workspace.rehearsed(delivered(config_map("marked", namespace=PLACE)), theirs))

    assert held["ConfigMap/marked"].outcome is Outcome.UNASKED
    assert "on the object that is there" in held["ConfigMap/marked"].note


def test_flux_merges_into_what_is_there(workspace: Workspace, ours: OwnedApi, theirs: HttpApi) -> None:
    other = {**map_of("merged", "theirs"), "data": {"more": "theirs"}}
    lives(ours, other, "somebody")
    text = config_map("merged", f"{{{SSA}: Merge}}", namespace=PLACE)

    held = told(workspace.rehearsed(delivered(text), theirs))["ConfigMap/merged"]

    assert held.outcome is Outcome.ACCEPTED
    assert held.after is not None
    assert held.after["data"] == {"a": "b", "more": "theirs"}


@pytest.mark.parametrize(
    ("policy", "outcome"), [("BeforeHookCreation", Outcome.ACCEPTED), ("HookFailed", Outcome.REJECTED)]
)
def test_a_hook_that_stands_is_deleted_before_it_is_made_anew(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi, policy: str, outcome: Outcome
) -> None:
    def job(image: str) -> str:
        return (
            f"apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {policy.lower()}\n  namespace: {PLACE}\n"
            "  annotations:\n    argocd.argoproj.io/hook: PreSync\n"
            f"    argocd.argoproj.io/hook-delete-policy: {policy}\n"
            "spec:\n  template:\n    spec:\n      restartPolicy: Never\n"
            f"      containers: [{{name: a, image: '{image}'}}]\n"
        )

    def files(image: str) -> Mapping[str, str]:
        return {"app.yaml": application("one", "one"), "one/a.yaml": job(image)}

    workspace.rehearsed(files("example/a:1"), ours)

    held = told(workspace.rehearsed(files("example/a:2"), theirs))[f"Job/{policy.lower()}"]

    assert held.outcome is outcome
