"""What a server says of kinds that it does not serve, and what that means for the cluster."""

from __future__ import annotations

import pytest

from gitlint_ops.reconcile.outcomes import Outcome
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from ...reconcile.workspaces import application, config_map
from .conftest import Workspace, outcomes, told
from .test_staging import custom, definition

OLD_INGRESS = (
    "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: a, namespace: default}\n"
)


@pytest.mark.parametrize("wanted", ["", "1.37", "v1.37.2", "1.30"])
def test_a_version_that_is_gone_is_rejected_with_the_one_that_is_served(
    workspace: Workspace, ours: OwnedApi, wanted: str
) -> None:
    held = told(workspace.rehearsed({"a.yaml": OLD_INGRESS}, ours, kubernetes=wanted))["Ingress/a"]

    assert held.outcome is Outcome.REJECTED
    assert held.answer is None
    assert held.note == "it serves Ingress as networking.k8s.io/v1"


def test_a_kind_that_has_moved_to_another_group_is_told_where(workspace: Workspace, ours: OwnedApi) -> None:
    moved = OLD_INGRESS.replace("networking.k8s.io/v1beta1", "extensions/v1beta1")

    held = told(workspace.rehearsed({"a.yaml": moved}, ours))["Ingress/a"]

    assert held.outcome is Outcome.REJECTED
    assert held.note == "it serves Ingress as networking.k8s.io/v1"


def test_a_server_of_another_release_does_not_say_what_the_cluster_serves(
    workspace: Workspace, ours: OwnedApi
) -> None:
    found = workspace.rehearsed({"a.yaml": OLD_INGRESS}, ours, kubernetes="1.20")

    assert found.is_of_another_release
    assert told(found)["Ingress/a"].outcome is Outcome.UNKNOWN_KIND
    assert "whether 1.20 has is not known here" in told(found)["Ingress/a"].note


def test_a_misspelt_kind_of_kubernetes_is_rejected_with_the_nearest_one(
    workspace: Workspace, ours: OwnedApi
) -> None:
    wrong = config_map("a").replace("ConfigMap", "ConfigMaps")

    held = told(workspace.rehearsed({"a.yaml": wrong}, ours))["ConfigMaps/a"]

    assert (held.outcome, held.note) == (Outcome.REJECTED, "did you mean ConfigMap?")


def test_an_alpha_version_may_be_turned_on_elsewhere(workspace: Workspace, ours: OwnedApi) -> None:
    alpha = "apiVersion: storage.k8s.io/v9alpha1\nkind: StorageClass\nmetadata: {name: a}\n"

    assert outcomes(workspace.rehearsed({"a.yaml": alpha}, ours))["StorageClass/a"] is Outcome.UNKNOWN_KIND


def test_a_version_that_the_rendered_definition_does_not_serve_is_rejected(
    workspace: Workspace, ours: OwnedApi
) -> None:
    new = custom("Gear", "{size: 3}").replace("staging.example.com/v1", "staging.example.com/v2")

    held = told(workspace.rehearsed({"crd.yaml": definition("Gear"), "a.yaml": new}, ours))["Gear/a"]

    assert (held.outcome, held.note) == (Outcome.REJECTED, "its definition serves v1")


def test_a_cluster_of_others_refuses_what_nothing_provides(workspace: Workspace, theirs: HttpApi) -> None:
    absent = custom("Nobody", "{size: 3}").replace("staging.example.com", "absent.example.com")

    found = workspace.rehearsed({"a.yaml": absent, "b.yaml": OLD_INGRESS}, theirs)

    assert told(found)["Nobody/a"].outcome is Outcome.REJECTED
    assert told(found)["Ingress/a"].note == "it serves Ingress as networking.k8s.io/v1"


def test_where_nothing_is_sent_nothing_is_rejected(workspace: Workspace, theirs: HttpApi) -> None:
    found = workspace.rehearsed({"a.yaml": OLD_INGRESS}, theirs, dry_run=False)

    assert outcomes(found)["Ingress/a"] is Outcome.UNKNOWN_KIND


def test_what_could_not_be_rendered_may_define_more_kinds(workspace: Workspace, theirs: HttpApi) -> None:
    absent = custom("Nobody", "{size: 3}").replace("staging.example.com", "absent.example.com")
    remote = "resources: [a.yaml, 'https://git.example.com/acme/definitions//crds?ref=v1']\n"

    found = workspace.rehearsed({"a.yaml": absent, "kustomization.yaml": remote}, theirs)

    assert told(found)["Nobody/a"].outcome is Outcome.UNKNOWN_KIND
    assert "could not be rendered may define" in told(found)["Nobody/a"].note


def test_a_component_that_nobody_uses_defines_nothing(workspace: Workspace, theirs: HttpApi) -> None:
    absent = custom("Nobody", "{size: 3}").replace("staging.example.com", "absent.example.com")
    component = (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "patches: [{target: {kind: Nobody, name: z}, patch: '[{op: remove, path: /spec}]'}]\n"
        "resources: ['https://git.example.com/acme/definitions//crds?ref=v1']\n"
    )

    found = workspace.rehearsed({"a.yaml": absent, "c/kustomization.yaml": component}, theirs)

    assert told(found)["Nobody/a"].outcome is Outcome.REJECTED


def test_kinds_that_a_controller_defines_are_not_refused(workspace: Workspace, theirs: HttpApi) -> None:
    template = (
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: owners}\n"
        "spec: {crd: {spec: {names: {kind: Owners}}}}\n"
    )
    constraint = "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: Owners\nmetadata: {name: a}\n"

    held = told(workspace.rehearsed({"a.yaml": template, "b.yaml": constraint}, theirs))["Owners/a"]

    assert held.outcome is Outcome.UNKNOWN_KIND
    assert held.note == "a controller makes its definition of the ConstraintTemplate owners"


def test_argo_cd_may_be_told_that_a_kind_comes_later(workspace: Workspace, theirs: HttpApi) -> None:
    option = "argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true"
    late = custom("Nobody", "{size: 3}").replace("metadata: {", f"metadata: {{annotations: {{{option}}}, ")
    late = late.replace("staging.example.com", "absent.example.com")

    found = workspace.rehearsed({"app.yaml": application("one", "one"), "one/a.yaml": late}, theirs)

    assert told(found)["Nobody/a"].outcome is Outcome.UNKNOWN_KIND
