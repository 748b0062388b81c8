from __future__ import annotations

import pytest

from .conftest import Judge

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
