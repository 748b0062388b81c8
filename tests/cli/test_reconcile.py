"""The command line of `reconcile`, as far as no server is needed; tests/cluster/reconcile has one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gitlint_ops.syntax.documents import read
from gitlint_ops.syntax.text import Typing

from .command_line import Files, config_map, deployment, run, write

SHOP: Files = {
    "kustomization.yaml": "namespace: shop\nresources: [web.yaml, settings.yaml, gateway.yaml]\n",
    "web.yaml": deployment(),
    "settings.yaml": config_map(),
    "gateway.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec: {gatewayClassName: a, listeners: [{name: http, port: 80, protocol: HTTP}]}
""",
}


def test_a_server_has_to_be_named_and_all_ways_are_told(tmp_path: Path) -> None:
    ran = run("reconcile", write(tmp_path, SHOP))

    assert ran.code == 2
    assert "error: no API server is named\n" in ran.err
    for way in ("--context NAME", "--kubeconfig FILE", "--in-cluster", "--envtest", "--kind"):
        assert way in ran.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--kind", "--envtest"], "--envtest and --kind exclude each other"),
        (["--context", "a", "--kind"], "--context and --kind exclude each other"),
        (["--kubeconfig", "a", "--in-cluster"], "--kubeconfig and --in-cluster exclude each other"),
        (["--context", "a", "--keep"], "--keep is for --envtest and --kind"),
        (["--drift-only", "--no-drift", "--context", "a"], "--drift-only and --no-drift exclude each other"),
        (["--drift-only", "--envtest"], "one that is made for the run is empty"),
        (["--rbac", "--account", "jane"], "--account is NAMESPACE/NAME, not 'jane'"),
        (["--envtest", "--account", "ops/jane"], "--account says whom --rbac is for"),
        (["--envtest", "--format", "sarf"], "unknown format 'sarf'"),
        (["--envtest", "--jobs", "0"], "'--jobs'"),
        (["--envtest", "--qps", "0"], "'--qps'"),
    ],
)
def test_options_that_make_no_sense_are_usage_errors(tmp_path: Path, options: list[str], told: str) -> None:
    ran = run("reconcile", *options, write(tmp_path, SHOP))

    assert ran.code == 2
    assert told in ran.err
    assert ran.out == ""


def test_a_kubeconfig_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    ran = run("reconcile", write(tmp_path, SHOP), "--kubeconfig", tmp_path / "gone")

    assert ran.code == 2
    assert str(tmp_path / "gone") in ran.err


def test_envtest_without_its_programs_says_where_they_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    ran = run("reconcile", write(tmp_path / "shop", SHOP), "--envtest")

    assert ran.code == 2
    assert f"{tmp_path} holds no etcd and kube-apiserver" in ran.err
    assert "hint: setup-envtest" in ran.err


def test_kind_that_is_not_there_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)

    ran = run("reconcile", write(tmp_path / "shop", SHOP), "--kind", "--no-helm")

    assert ran.code == 2
    assert "no kind on the PATH" in ran.err


def test_rbac_names_the_kinds_of_the_workspace_by_their_names_in_urls(tmp_path: Path) -> None:
    ran = run("reconcile", "--rbac", write(tmp_path, SHOP), "--account", "ops/linter")

    assert (ran.code, ran.err) == (0, "")
    bodies = {one.body["kind"]: one.body for one in read(ran.out.encode(), Typing.KUBECTL).documents}
    rules = {
        (*rule["apiGroups"], *rule["resources"]): rule["verbs"] for rule in bodies["ClusterRole"]["rules"]
    }
    assert rules == {
        ("", "configmaps"): ["get", "list", "create", "patch"],
        ("autoscaling", "horizontalpodautoscalers"): ["list"],
        ("keda.sh", "scaledobjects"): ["list"],
        ("apps", "deployments"): ["get", "list", "create", "patch"],
        ("gateway.networking.k8s.io", "gateways"): ["get", "list", "create", "patch"],
    }
    assert bodies["ClusterRoleBinding"]["subjects"] == [
        {"kind": "ServiceAccount", "namespace": "ops", "name": "linter"}
    ]


def test_rbac_for_drift_alone_reads_only_and_says_what_is_then_not_known(tmp_path: Path) -> None:
    ran = run("reconcile", "--rbac", "--drift-only", write(tmp_path, SHOP))

    assert ran.code == 0
    assert ran.out.startswith("# reads only: what the server would default or reject is not known")
    assert "create" not in ran.out
    assert "patch" not in ran.out


def test_where_nothing_renders_the_report_is_one_of_a_rehearsal_all_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", {"kustomization.yaml": "resources: [https://example.org/a.yaml]\n"})
    ran = run("reconcile", folder, "--envtest", "--format", "json")

    assert (ran.code, ran.report["rehearsals"]) == (3, [])
    sarif = json.loads(run("reconcile", folder, "--envtest", "--format", "sarif").out)
    assert sarif["runs"][0]["automationDetails"] == {"id": "gitlint-ops/reconcile/"}
