"""Labels, configuration and default: which level a pod has to keep, and which rule tells it how."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import Files, Ran, chain, check, repository, write

HARDENED = """\
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
"""
CONTAINER = """\
      - name: web
        image: registry.example/web:1.2.3
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""


def workload(kind: str = "Deployment", namespace: str = "shop", spec: str = "", pod: str = HARDENED) -> str:
    """A workload that keeps every level, but for what stands on line 11 (`spec`)."""
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata:
  name: web
  namespace: {namespace}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      {spec or "enableServiceLinks: false"}
{pod}      containers:
{CONTAINER}"""


def namespace(labels: str, name: str = "shop") -> str:
    prefixed = ", ".join(f"pod-security.kubernetes.io/{one}" for one in labels.split(", ") if one)
    return f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n  labels:\n    {{{prefixed}}}\n"


HOST = workload(spec="hostPID: true")
ROOT = workload(pod="")


def told(tmp_path: Path, files: Files, *options: str) -> list[tuple[str, str, int]]:
    """Rule, severity and line of all findings on pods and namespaces, in both profiles' rules."""
    ran = check(write(tmp_path, files), "--select", "pss-baseline", "--select", "pss-restricted", *options)
    return [(one["rule"], one["severity"], one["location"]["line"]) for one in _of_pods(ran)]


def _of_pods(ran: Ran) -> list[dict[str, object]]:
    return [one for one in ran.findings if one["rule"].startswith("pss-")]


def test_baseline_holds_where_nobody_has_said_anything(tmp_path: Path) -> None:
    assert told(tmp_path, {"web.yaml": HOST}) == [("pss-baseline", "error", 11)]
    assert told(tmp_path, {"web.yaml": ROOT}) == [("pss-restricted", "warning", 10)]


def test_a_pod_that_keeps_every_level_is_silent(tmp_path: Path) -> None:
    assert told(tmp_path, {"web.yaml": workload(), "ns.yaml": namespace("enforce: restricted")}) == []


@pytest.mark.parametrize(
    ("labels", "of_host", "of_root"),
    [
        ("enforce: privileged", [], []),
        ("enforce: baseline", [("pss-baseline", "error")], []),
        ("enforce: restricted", [("pss-baseline", "error")], [("pss-baseline", "error")]),
        ("warn: restricted", [("pss-baseline", "error")], [("pss-restricted", "warning")]),
        ("enforce: privileged, warn: baseline", [("pss-baseline", "warning")], []),
        (
            "enforce: baseline, audit: restricted",
            [("pss-baseline", "error")],
            [("pss-restricted", "warning")],
        ),
        ("enforce: privileged, audit: privileged", [], []),
        ("warn: privileged", [], []),
        ("enforce: '${LEVEL}'", [], []),
    ],
)
def test_the_labels_of_the_namespace_decide(
    tmp_path: Path, labels: str, of_host: list[tuple[str, str]], of_root: list[tuple[str, str]]
) -> None:
    made = {"ns.yaml": namespace(labels)}

    assert [one[:2] for one in told(tmp_path / "host", {**made, "web.yaml": HOST})] == of_host
    assert [one[:2] for one in told(tmp_path / "root", {**made, "web.yaml": ROOT})] == of_root


def test_what_a_namespace_refuses_is_told_with_its_label(tmp_path: Path) -> None:
    files = {"web.yaml": ROOT, "ns.yaml": namespace("enforce: restricted")}

    found = check(write(tmp_path, files)).of("pss-baseline")

    assert found["message"] == (
        "the Pod Security Standard 'restricted' asks for runAsNonRoot: true and seccompProfile: "
        "{type: RuntimeDefault} (pod); namespace 'shop' enforces 'restricted' and refuses the pods of this "
        "Deployment"
    )
    assert chain(found) == ["ns.yaml:6 the namespace asks for 'restricted' here"]


def test_a_label_pins_the_version_of_the_standard(tmp_path: Path) -> None:
    spec = "securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '4096'}]}"
    files = {"web.yaml": workload(spec=spec, pod="")}
    latest, pinned = (
        namespace(f"enforce: baseline, enforce-version: {version}") for version in ("latest", "v1.31")
    )

    assert told(tmp_path / "latest", {**files, "ns.yaml": latest}) == []
    assert told(tmp_path / "old", {**files, "ns.yaml": latest}, "--kubernetes", "1.31") == [
        ("pss-baseline", "error", 11)
    ]
    assert told(tmp_path / "pinned", {**files, "ns.yaml": pinned}) == [("pss-baseline", "error", 11)]


def test_a_label_that_the_api_server_refuses_is_told_once(tmp_path: Path) -> None:
    ran = check(write(tmp_path, {"ns.yaml": namespace("enforce: restrictd, warn-version: '1.34'")}))

    level, version = (one for one in ran.findings if one["rule"] == "objectmeta-invalid")
    assert level["message"] == (
        'metadata.labels["pod-security.kubernetes.io/enforce"]: the string "restrictd" is not allowed: '
        "it must be one of privileged, baseline, restricted"
    )
    assert level["hint"] == "did you mean restricted?"
    assert version["message"] == (
        'metadata.labels["pod-security.kubernetes.io/warn-version"]: the string "1.34" is not allowed: '
        "it must be latest or a release such as v1.34"
    )
    assert _of_pods(ran) == []


CONFIG = """\
pod_security: privileged
environments:
  production: {paths: [production/**], pod_security: restricted}
  staging: {paths: [staging/**], pod_security: baseline}
"""


def test_the_configuration_decides_by_environment(tmp_path: Path) -> None:
    files = {f"{name}/web.yaml": ROOT for name in ("production", "staging", "other")}
    ran = check(write(tmp_path, {"gitlint-ops.yaml": CONFIG, **files}), "--profile", "strict")

    assert [f"{one['rule']} {one['location']['file']}" for one in _of_pods(ran)] == [
        "pss-baseline production/web.yaml"
    ]
    assert "the configuration asks for 'restricted' here" in ran.of("pss-baseline")["message"]


def test_labels_win_over_the_configuration(tmp_path: Path) -> None:
    made = {"production/web.yaml": HOST, "production/ns.yaml": namespace("enforce: privileged")}

    assert told(tmp_path, {"gitlint-ops.yaml": CONFIG, **made}) == []


def test_a_level_that_does_not_exist_is_refused_with_the_one_meant(tmp_path: Path) -> None:
    ran = check(write(tmp_path, {"gitlint-ops.yaml": "pod_security: restrictd\n"}))

    assert ran.code == 2
    assert "did you mean 'restricted'?" in ran.err


def test_namespaces_of_the_system_are_silent_unless_they_are_labelled(tmp_path: Path) -> None:
    web = {"web.yaml": workload(namespace="kube-system", spec="hostPID: true")}

    assert told(tmp_path / "silent", web) == []
    labelled = {**web, "ns.yaml": namespace("enforce: baseline", "kube-system")}
    assert told(tmp_path / "labelled", labelled) == [("pss-baseline", "error", 11)]


def test_an_agent_of_the_node_is_one_warning_until_someone_decides(tmp_path: Path) -> None:
    agent = workload("DaemonSet", spec="hostPID: true\n      hostNetwork: true")

    assert told(tmp_path / "undecided", {"web.yaml": agent}) == [("pss-baseline", "warning", 12)]
    assert told(tmp_path / "decided", {"web.yaml": agent, "ns.yaml": namespace("enforce: baseline")}) == [
        ("pss-baseline", "error", 12)
    ]


@pytest.mark.parametrize(
    "spec",
    [
        "hostPID: ${HOST_PID}",
        "hostPID: false",
        "securityContext: ${CONTEXT}",
        "securityContext: {seLinuxOptions: {type: '${TYPE}'}}",
        "volumes: [{name: empty}]",
    ],
)
def test_what_is_filled_in_later_breaks_nothing(tmp_path: Path, spec: str) -> None:
    pod = "" if "securityContext" in spec else HARDENED
    ran = check(write(tmp_path, {"web.yaml": workload(spec=spec, pod=pod)}), "--select", "pss-baseline")

    assert ran.places("pss-baseline") == []


def test_a_namespace_of_another_folder_counts_and_the_nearest_first(tmp_path: Path) -> None:
    files = {
        "east/apps/web.yaml": HOST,
        "east/core/ns.yaml": namespace("enforce: privileged"),
        "west/apps/web.yaml": HOST,
        "west/core/ns.yaml": namespace("enforce: baseline"),
    }

    assert check(write(tmp_path, files)).places("pss-baseline") == ["west/apps/web.yaml:11"]


def test_of_namespaces_that_are_equally_near_the_mildest_counts(tmp_path: Path) -> None:
    files = {
        "apps/web.yaml": HOST,
        "east/ns.yaml": namespace("enforce: privileged"),
        "west/ns.yaml": namespace("enforce: restricted"),
    }

    assert check(write(tmp_path, files)).places("pss-baseline") == []


def test_argo_cd_may_label_the_namespace(tmp_path: Path) -> None:
    application = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example/shop, path: apps, targetRevision: HEAD}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  syncPolicy:
    managedNamespaceMetadata:
      labels: {pod-security.kubernetes.io/enforce: privileged}
"""

    assert told(tmp_path, {"apps/web.yaml": HOST, "argocd/shop.yaml": application}) == []


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  path: ./apps/web
  targetNamespace: %s
  sourceRef: {kind: GitRepository, name: flux-system}
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  sources: [{repoURL: https://git.example/shop, path: apps/web, targetRevision: HEAD}]
  destination: {server: https://kubernetes.default.svc, namespace: %s}
"""


@pytest.mark.parametrize("delivery", [FLUX, ARGO])
def test_what_names_no_namespace_lands_where_it_is_delivered_to(tmp_path: Path, delivery: str) -> None:
    web = {"apps/web/web.yaml": HOST.replace("  namespace: shop\n", "")}
    privileged = {"core/ns.yaml": namespace("enforce: privileged", "agents")}

    assert told(tmp_path, {**web, **privileged, "delivery.yaml": delivery % "agents"}) == []
    assert told(tmp_path, {"delivery.yaml": delivery % "kube-system"}) == []
    assert told(tmp_path, {"delivery.yaml": delivery % "shop"}) == [("pss-baseline", "error", 10)]


def test_an_overlay_that_labels_the_namespace_decides_for_its_own_pods(tmp_path: Path) -> None:
    labels = "labels: [{pairs: {pod-security.kubernetes.io/enforce: %s}}]\n"
    files = {
        "base/kustomization.yaml": "resources: [web.yaml, ns.yaml]\n",
        "base/web.yaml": HOST,
        "base/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
        "agents/kustomization.yaml": "resources: [../base]\n" + labels % "privileged",
        "web/kustomization.yaml": "resources: [../base]\n" + labels % "baseline",
    }

    found = check(write(tmp_path / "shop", files)).of("pss-baseline")

    assert found["targets"] == ["shop//web"]


def test_a_limited_run_looks_for_the_namespace_where_it_did_not_build(tmp_path: Path) -> None:
    git = repository(tmp_path, {"core/ns.yaml": namespace("enforce: privileged"), "apps/a.txt": "a"})
    git.commit({"apps/web.yaml": HOST})

    assert check(git.folder, "--changed-since", "HEAD~1").places("pss-baseline") == []
    assert check(git.folder / "apps").places("pss-baseline") == []


@pytest.mark.parametrize(
    ("api", "kind", "path"),
    [
        ("v1", "Pod", ("spec",)),
        ("v1", "PodTemplate", ("template", "spec")),
        ("v1", "ReplicationController", ("spec", "template", "spec")),
        ("apps/v1", "StatefulSet", ("spec", "template", "spec")),
        ("apps/v1", "ReplicaSet", ("spec", "template", "spec")),
        ("batch/v1", "Job", ("spec", "template", "spec")),
        ("batch/v1", "CronJob", ("spec", "jobTemplate", "spec", "template", "spec")),
        ("argoproj.io/v1alpha1", "Rollout", ("spec", "template", "spec")),
    ],
)
def test_pods_and_their_templates_are_judged(tmp_path: Path, api: str, kind: str, path: tuple[str]) -> None:
    lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(path)]
    indent = "  " * len(path)
    body = [f"{indent}hostIPC: true", f"{indent}containers: [{{name: web, image: 'web:1'}}]"]
    text = "\n".join([f"apiVersion: {api}", f"kind: {kind}", "metadata: {name: web}", *lines, *body, ""])

    ran = check(write(tmp_path, {"web.yaml": text}), "--select", "pss-baseline")

    assert ran.places("pss-baseline") == [f"web.yaml:{4 + len(path)}"]


def test_one_control_is_told_once_with_all_its_places(tmp_path: Path) -> None:
    spec = "initContainers: [{name: init, image: i:1.2.3, securityContext: {privileged: true}}]"
    text = workload(spec=spec).replace(
        "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}", "privileged: true"
    )

    found = check(write(tmp_path, {"web.yaml": text})).of("pss-baseline")

    assert found["message"].startswith("container 'init' is privileged and container 'web' is privileged: ")
    assert chain(found) == ["web.yaml:16 container 'web' is privileged"]
