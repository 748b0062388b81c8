"""The server names some of the fields that it does not know, by chance; we name all of them."""

from __future__ import annotations

from gitlint_ops.reconcile.outcomes import Outcome
from gitlint_ops.reconcile.server.http_api import HttpApi, OwnedApi

from ...reconcile.workspaces import GIT, flux
from .conftest import Workspace, message, told

WRONG = (
    "apiVersion: apps/v1\nkind: Deployment\n"
    "metadata: {name: a, namespace: default, app.kubernetes.io/name: a, app.kubernetes.io/part-of: b}\n"
    "colour: red\n"
    "spec:\n  size: 3\n  replicas: '2'\n  selector: {matchLabels: {app: a}}\n"
    "  template:\n    metadata: {labels: {app: a}}\n    spec:\n"
    "      containers:\n"
    "      - {name: a, image: 'example/a:1', portz: [], imagePolicy: Always}\n"
    "      - {name: b, image: 'example/a:1', portz: []}\n"
)
ALL = [
    ".colour: field not declared in schema",
    ".metadata.app.kubernetes.io/name: field not declared in schema",
    ".metadata.app.kubernetes.io/part-of: field not declared in schema",
    ".spec.replicas: expected numeric (int or float), got string",
    ".spec.size: field not declared in schema",
    '.spec.template.spec.containers[name="a"].imagePolicy: field not declared in schema',
    '.spec.template.spec.containers[name="a"].portz: field not declared in schema',
    '.spec.template.spec.containers[name="b"].portz: field not declared in schema',
]


def test_all_fields_that_the_server_does_not_know_are_named_each_time_in_one_order(
    workspace: Workspace, ours: OwnedApi, theirs: HttpApi
) -> None:
    for api in (ours, theirs):
        held = told(workspace.rehearsed({"a.yaml": WRONG}, api))["Deployment/a"]
        assert held.outcome is Outcome.REJECTED
        said = message(held).partition("errors:\n")[2].splitlines()
        assert [one.strip() for one in said] == ALL


def test_a_field_that_is_not_known_is_wrong_whatever_is_filled_in_later(
    workspace: Workspace, ours: OwnedApi
) -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n"
        "data: {a: '${VALUE}'}\ncolour: red\n"
    )
    files = {"clusters/prod/git.yaml": GIT, "a/a.yaml": text}
    later = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: absent}]}\n"

    found = told(workspace.rehearsed({**files, "clusters/prod/a.yaml": flux("a", "./a", later)}, ours))

    assert found["ConfigMap/a"].outcome is Outcome.REJECTED
