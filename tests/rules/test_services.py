from __future__ import annotations

import pytest

from gitlint_ops.model.blame import Origin, Via, with_blame
from gitlint_ops.model.cards import Card
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import with_value
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs

from .conftest import Judge, built, documents_of, rendered

RULE = "service-selector-none"


def service(selector: str = "{app: wbe}", more: str = "", namespace: str = "shop") -> str:
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: {namespace}}}
spec:
  selector: {selector}
  {more}
"""


def workload(kind: str = "Deployment", api: str = "apps/v1", namespace: str = "shop") -> str:
    return f"""\
apiVersion: {api}
kind: {kind}
metadata: {{name: web, namespace: {namespace}}}
spec:
  template:
    metadata: {{labels: {{app: web, tier: front}}}}
    spec: {{containers: [{{name: web, image: web}}]}}
"""


def test_a_service_that_selects_no_pod_is_found_with_the_nearest_pods(judge: Judge) -> None:
    assert judge(RULE, {"service.yaml": service(), "web.yaml": workload()}) == [
        "service.yaml:5: no pod that is delivered with this Service carries app=wbe"
    ]


@pytest.mark.parametrize(
    "selector",
    [
        "{app: web}",
        "{app: web, tier: front}",
        "{}",
        "{app: '${APP}'}",
        "{statefulset.kubernetes.io/pod-name: web-1}",
        "{app: wbe, pod-template-hash: abc}",
        "{cnpg.io/cluster: db, role: primary}",
        "{strimzi.io/name: kafka}",
        "{postgres-operator.crunchydata.com/cluster: db}",
        "{elasticsearch.k8s.elastic.co/cluster-name: logs}",
        "{app.kubernetes.io/managed-by: mongodb-operator}",
        "{app: rook-ceph-mgr}",
        "{istio: ingressgateway}",
        "{serving.knative.dev/service: shop}",
        "{vm.kubevirt.io/name: box}",
    ],
)
def test_a_selector_that_finds_pods_or_cannot_be_read_is_silent(selector: str, judge: Judge) -> None:
    assert judge(RULE, {"service.yaml": service(selector), "web.yaml": workload()}) == []


def test_the_labels_that_openshift_gives_count(judge: Judge) -> None:
    files = {
        "service.yaml": service("{deploymentconfig: web}"),
        "web.yaml": workload("DeploymentConfig", "apps.openshift.io/v1"),
    }

    assert judge(RULE, files) == []


@pytest.mark.parametrize(
    "other",
    [
        workload(namespace="other"),
        "apiVersion: kafka.strimzi.io/v1\nkind: Kafka\nmetadata: {name: web, namespace: shop}\n",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\n",
        "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: {name: web}\n",
    ],
)
def test_pods_that_may_come_from_elsewhere_keep_it_silent(other: str, judge: Judge) -> None:
    files = {"service.yaml": service(), "other.yaml": other}
    files |= {} if "template" in other else {"web.yaml": workload()}

    assert judge(RULE, files) == []


def test_objects_that_make_no_pods_do_not_keep_it_silent(judge: Judge) -> None:
    monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: web}\n"

    assert judge(RULE, {"service.yaml": service(), "web.yaml": workload(), "monitor.yaml": monitor})


def test_an_external_name_a_system_service_and_an_incomplete_build_are_silent(judge: Judge) -> None:
    pods = {"web.yaml": workload()}

    assert judge(RULE, {"service.yaml": service(more="type: ExternalName"), **pods}) == []
    assert judge(RULE, {"service.yaml": service(), **pods}, complete=False) == []
    system = {"service.yaml": service(namespace="kube-system"), "web.yaml": workload(namespace="kube-system")}
    assert judge(RULE, system) == []


def test_the_entry_that_no_pod_carries_is_blamed_on_the_overlay_that_set_it(cards: dict[str, Card]) -> None:
    base, pods = documents_of({"service.yaml": service("{app: web}"), "web.yaml": workload()})
    patch, path = (
        DocumentRef(FileRef("repo", "worktree", "over/service.yaml"), 0),
        ("spec", "selector", "track"),
    )
    result = built((pods,), "over")
    of_base = rendered(base, result.target.id)
    patched = RenderedObject(
        of_base.key,
        of_base.api_version,
        with_value(base.body, path, "stable"),
        with_blame(of_base.blame, path, Origin(patch, path, Via.PATCH)),
        of_base.target,
    )

    (found,) = run_rules(
        [cards[RULE]],
        RuleInputs((type(result)(result.target, result.status, (patched, *result.objects)),)),
    )

    assert found.path == path
    assert found.message == "no pod that is delivered with this Service carries track=stable"
    assert [note.message for note in found.related] == ["the pods of Deployment web carry app=web"]
    assert "Deployment web" in found.hint


def test_labels_that_only_different_pods_carry_are_told_together(judge: Judge) -> None:
    other = workload("DaemonSet").replace("app: web, tier: front", "app: agent, zone: a")
    files = {"service.yaml": service("{app: web, zone: a}"), "web.yaml": workload(), "agent.yaml": other}

    assert judge(RULE, files) == [
        "service.yaml:5: no pod that is delivered with this Service carries app=web and zone=a"
    ]


@pytest.mark.parametrize(("selected", "silent"), [("{app: wbe, tier: front}", True), ("{app: site}", False)])
def test_a_service_that_agrees_with_the_selector_of_a_mismatched_workload_is_silent(
    selected: str, silent: bool, judge: Judge
) -> None:
    mismatched = workload().replace("spec:\n", f"spec:\n  selector: {{matchLabels: {selected}}}\n", 1)

    assert (judge(RULE, {"service.yaml": service(), "web.yaml": mismatched}) == []) is silent
