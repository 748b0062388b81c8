"""What stands in a Secret, here or on the server, is in no report, whatever the server says of it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...cli.command_line import run, write
from ..client import Body
from .conftest import SECONDS_TO_HEED
from .live import Cluster, arguments

IN_GIT, ON_SERVER, SOLD = "canary-hunter2-in-git", "canary-hunter2-on-server", "canary-hunter2-sold"
NAMESPACE = "canaries"
FILES = {
    "refused.yaml": f"""\
apiVersion: v1
kind: Secret
metadata: {{name: no-base64, namespace: {NAMESPACE}}}
data: {{password: "{IN_GIT}!"}}
---
apiVersion: v1
kind: Secret
metadata: {{name: no-text, namespace: {NAMESPACE}}}
stringData: {{password: [{IN_GIT}]}}
---
apiVersion: v1
kind: Secret
metadata: {{name: no-docker, namespace: {NAMESPACE}}}
type: kubernetes.io/dockerconfigjson
stringData: {{.dockerconfigjson: "{IN_GIT}"}}
---
apiVersion: v1
kind: Secret
metadata: {{name: told-by-a-policy, namespace: {NAMESPACE}, labels: {{sold: "yes"}}}}
stringData: {{password: {IN_GIT}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: no-change, namespace: {NAMESPACE}}}
immutable: true
stringData: {{password: {IN_GIT}}}
""",
    "changed.yaml": f"""\
apiVersion: v1
kind: Secret
metadata: {{name: changed, namespace: {NAMESPACE}}}
stringData: {{password: {IN_GIT}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: env, namespace: {NAMESPACE}}}
spec:
  selector: {{matchLabels: {{app: env}}}}
  template:
    metadata: {{labels: {{app: env}}}}
    spec:
      containers:
      - name: env
        image: env:1
        env: [{{name: DB_PASSWORD, value: {IN_GIT}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: wrong, namespace: {NAMESPACE}}}
spec:
  selector: {{matchLabels: {{app: wrong}}}}
  template:
    metadata: {{labels: {{app: wrong}}}}
    spec:
      containers:
      - name: wrong
        image: wrong:1
        env: [{{name: DB_PASSWORD, value: {{a: {IN_GIT}}}}}]
""",
}
POLICY = "canaries-tell-values"


def secret(name: str, **more: object) -> Body:
    metadata = {"name": name, "namespace": NAMESPACE}
    held = {"password": base64.b64encode(ON_SERVER.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": held, **more}


def deployment() -> Body:
    container = {"name": "env", "image": "env:1", "env": [{"name": "DB_PASSWORD", "value": ON_SERVER}]}
    labels = {"app": "env"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "env", "namespace": NAMESPACE},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


@pytest.fixture(scope="module")
def canaries(scratch: Cluster) -> Iterator[Cluster]:
    """The server holds values of its own, and a policy of it tells those that it refuses."""
    rules = [
        {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": ["secrets"],
        }
    ]
    told = "'this is ' + (has(object.stringData) ? object.stringData.password : string(object.data.password))"
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": POLICY},
        "spec": {
            "matchConstraints": {
                "resourceRules": rules,
                "objectSelector": {"matchLabels": {"sold": "yes"}},
            },
            "validations": [{"expression": "false", "messageExpression": told, "message": f"sold: {SOLD}"}],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": POLICY},
        "spec": {"policyName": POLICY, "validationActions": ["Deny"]},
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    scratch.live(
        [
            {"apply": namespace},
            {"apply": policy},
            {"apply": binding},
            {"apply": secret("no-change", immutable=True)},
            {"apply": secret("changed", data={"password": "b3RoZXI="}), "manager": "gitlint-ops"},
            {"update": secret("changed"), "manager": "kubectl-edit"},
            {"apply": deployment(), "manager": "kubectl-edit"},
        ]
    )
    time.sleep(SECONDS_TO_HEED)
    yield scratch
    scratch.clean()


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
@pytest.mark.parametrize("options", [(), ("--drift-only",), ("-v",)], ids=["all", "drift only", "verbose"])
def test_a_secret_is_in_no_report(
    form: str, options: tuple[str, ...], canaries: Cluster, tmp_path: Path
) -> None:
    root = write(tmp_path / "repo", FILES)
    ran = run("reconcile", root, "--format", form, *options, *arguments(canaries))

    assert ran.code in (0, 1), ran.err
    for canary in (IN_GIT, ON_SERVER):
        for form_of_it in (canary, base64.b64encode(canary.encode()).decode()):
            assert form_of_it not in ran.out + ran.err


def test_what_is_wrong_with_the_secrets_is_told_all_the_same(canaries: Cluster, tmp_path: Path) -> None:
    ran = run("reconcile", write(tmp_path, FILES), "--format", "json", *arguments(canaries))

    rejected = {one["object"]["name"] for one in ran.findings if one["severity"] == "error"}
    assert rejected == {"no-base64", "no-text", "no-docker", "told-by-a-policy", "no-change", "wrong"}
    changed = {one["object"]["name"] for one in ran.findings if one["rule"] == "drift-changed"}
    assert changed == {"changed", "env"}


def test_nothing_secret_is_sent_to_us_either(canaries: Cluster, tmp_path: Path) -> None:
    ran = run("reconcile", write(tmp_path, FILES), "--format", "json", *arguments(canaries))

    for server in ran.report["rehearsals"]:
        for gap in server["gaps"]:
            assert "canary" not in gap
