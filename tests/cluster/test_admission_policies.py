"""ValidatingAdmissionPolicies: what a real API server decides, and what is decided here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import pytest

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.validate.admission import Admission

from .client import Client

SECONDS_TO_SPREAD = 60
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "asked", "labels": {"team": "a"}}}
POD: dict[str, Any] = {
    "containers": [
        {
            "name": "web",
            "image": "example/web:1",
            "ports": [{"containerPort": 80}],
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
            "readinessProbe": {"httpGet": {"port": 80}},
        },
        {"name": "side", "image": "side"},
    ],
    "volumes": [{"name": "settings", "configMap": {"name": "settings"}}],
}
TEMPLATE = {"metadata": {"labels": {"app": "a"}}, "spec": POD}
ONCE = {"spec": {**POD, "restartPolicy": "Never"}}
SELECTOR = {"matchLabels": {"app": "a"}}
SPECS: Mapping[tuple[str, str], dict[str, Any]] = {
    ("v1", "Pod"): {"spec": POD},
    ("v1", "Service"): {"spec": {"selector": {"app": "a"}, "type": "LoadBalancer", "ports": [{"port": 80}]}},
    ("v1", "ConfigMap"): {"data": {"a": "b"}},
    ("v1", "PersistentVolumeClaim"): {
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    },
    ("apps/v1", "Deployment"): {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    ("apps/v1", "StatefulSet"): {"spec": {"serviceName": "a", "selector": SELECTOR, "template": TEMPLATE}},
    ("apps/v1", "DaemonSet"): {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    ("batch/v1", "Job"): {"spec": {"template": ONCE}},
    ("batch/v1", "CronJob"): {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": ONCE}}}},
    ("networking.k8s.io/v1", "NetworkPolicy"): {"spec": {"podSelector": {}}},
}
OBJECTS = [
    {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web", "namespace": "asked"}, **spec}
    for (api_version, kind), spec in SPECS.items()
]

EXPRESSIONS = """
object.spec.replicas == 1
has(object.spec.replicas)
!has(object.spec.replicas) || variables.replicas > 0
variables.replicas == 1
variables.images.all(i, i.startsWith('example'))
has(object.metadata.annotations)
object.metadata.?labels[?'none'].orValue('n') == 'n'
object.spec.template.spec.containers.all(c, c.imagePullPolicy == 'Always')
object.spec.template.spec.containers.all(c, has(c.resources) && has(c.resources.requests))
object.spec.template.spec.containers.exists(c, has(c.readinessProbe) && c.readinessProbe.timeoutSeconds == 1)
object.spec.template.spec.containers[0].readinessProbe.httpGet.path == '/'
object.spec.template.spec.containers[0].readinessProbe.httpGet.scheme == 'HTTP'
object.spec.template.spec.containers[0].ports[0].protocol == 'TCP'
object.spec.template.spec.containers[1].resources == {}
quantity(object.spec.template.spec.containers[0].resources.requests.memory).isLessThan(quantity('2Gi'))
object.spec.template.spec.restartPolicy == 'Always'
has(object.spec.template.spec.securityContext)
object.spec.template.spec.securityContext.runAsNonRoot == true
object.spec.template.spec.volumes.all(v, v.configMap.defaultMode == 420)
has(object.spec.template.spec.serviceAccountName)
object.spec.template.spec.schedulerName == 'default-scheduler'
object.spec.containers.all(c, has(c.terminationMessagePath))
object.spec.dnsPolicy == 'ClusterFirst'
has(object.spec.enableServiceLinks)
object.spec.type == 'LoadBalancer' && object.spec.externalTrafficPolicy == 'Cluster'
object.spec.ports.all(p, p.targetPort == p.port && p.protocol == 'TCP')
object.data.a == 'b'
object.spec.backoffLimit == 6 && object.spec.completions == 1 && object.spec.parallelism == 1
object.spec.concurrencyPolicy == 'Allow' && object.spec.suspend == false
object.spec.jobTemplate.spec.template.spec.containers.all(c, c.terminationMessagePolicy == 'File')
has(object.spec.jobTemplate.spec.backoffLimit)
has(object.spec.volumeMode)
object.spec.strategy.rollingUpdate.maxSurge == '25%'
object.spec.updateStrategy.type == 'RollingUpdate'
object.spec.updateStrategy.rollingUpdate.partition == 0
has(object.spec.revisionHistoryLimit)
has(object.spec.minReadySeconds)
has(object.status)
has(object.metadata.uid)
has(object.spec.clusterIP)
request.operation == 'CREATE' && request.name == 'web' && request.namespace == 'asked'
request.kind.kind == 'Deployment'
request.resource.resource == 'networkpolicies'
oldObject == null
namespaceObject.metadata.labels.team == 'a'
namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'x'
1 / 0 == 1
object.spec.nothing == 1
object.spec.?nothing.hasValue()
""".strip().splitlines()

FALSE = "false"

UPDATES = """
oldObject != null
request.operation == 'UPDATE'
request.name.startsWith('web') && request.namespace == 'asked'
object.spec.replicas <= oldObject.spec.replicas
!has(oldObject.spec.replicas) || oldObject.spec.replicas == 1
object.data == oldObject.data
oldObject.data.a == 'b' && object.data.a == 'c'
object.spec == oldObject.spec
object.spec.selector == oldObject.spec.selector
object.metadata.labels == oldObject.metadata.labels
object.metadata.name == oldObject.metadata.name
has(oldObject.metadata.annotations)
object.metadata == oldObject.metadata
object == oldObject
has(oldObject.metadata.uid) && object.metadata.uid == oldObject.metadata.uid
oldObject.spec.nothing == 1
variables.grown <= 1
object.spec.template == oldObject.spec.template
oldObject.spec.template.spec.containers.all(o, object.spec.template.spec.containers.exists(n, n == o))
oldObject.spec.template.spec.containers.all(c, c.imagePullPolicy == 'Always')
object.spec.ports == oldObject.spec.ports
object.spec.podSelector == oldObject.spec.podSelector
has(oldObject.spec.policyTypes)
false
""".strip().splitlines()
OPERATIONS = (("UPDATE",), ("CREATE",), ("*",), ("CREATE", "UPDATE"))
CHANGED: Mapping[str, dict[str, Any]] = {
    "Service": {"spec": {"selector": {"app": "a"}, "type": "ClusterIP", "ports": [{"port": 81}]}},
    "ConfigMap": {"data": {"a": "c"}},
    "Deployment": {"spec": {"selector": SELECTOR, "template": TEMPLATE, "replicas": 3}},
    "StatefulSet": {"spec": {"serviceName": "a", "selector": SELECTOR, "template": TEMPLATE, "replicas": 1}},
    "DaemonSet": {
        "spec": {"selector": SELECTOR, "template": {**TEMPLATE, "spec": {**POD, "hostNetwork": True}}}
    },
    "NetworkPolicy": {"spec": {"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]}},
}


def _update_policies() -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Each expression for updates, and one that never holds for each choice of operations."""
    numbers = count(len(EXPRESSIONS) + 1)
    yield from ((text, number, ("UPDATE",)) for text, number in zip(UPDATES, numbers, strict=False))
    yield from ((FALSE, number, chosen) for chosen, number in zip(OPERATIONS, numbers, strict=False))


def _policy(
    number: int, expression: str, operations: Sequence[str] = ("CREATE",)
) -> tuple[dict[str, Any], dict[str, Any]]:
    group = "admissionregistration.k8s.io/v1"
    every = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": [*operations], "resources": ["*"]}
    spec = {
        "matchConstraints": {
            "objectSelector": {"matchLabels": {"case": f"c{number}"}},
            "resourceRules": [every],
        },
        "variables": [
            {"name": "replicas", "expression": "object.spec.replicas"},
            {"name": "grown", "expression": "object.spec.replicas - oldObject.spec.replicas"},
            {"name": "images", "expression": "object.spec.template.spec.containers.map(c, c.image)"},
        ],
        "validations": [{"expression": expression}],
    }
    policy = {"apiVersion": group, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": f"p{number}"}}
    bound = {"policyName": f"p{number}", "validationActions": ["Deny"]}
    binding = {"kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": f"b{number}"}, "spec": bound}
    return {**policy, "spec": spec}, {"apiVersion": group, **binding}


def _asked(body: dict[str, Any], number: int) -> dict[str, Any]:
    return {**body, "metadata": {**body["metadata"], "labels": {"case": f"c{number}"}}}


def _rendered(body: dict[str, Any]) -> RenderedObject:
    origin = Origin(DocumentRef(FileRef("shop", "worktree", "object.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), body["apiVersion"], body, origin, "shop//")


def _decided_here(
    expression: str,
    number: int,
    body: dict[str, Any],
    former: dict[str, Any] | None = None,
    operations: Sequence[str] = ("CREATE",),
) -> str:
    objects = tuple(map(_rendered, (NAMESPACE, *_policy(number, expression, operations), body)))
    build = BuildResult(BuildTarget("shop", "", TargetKind.PLAIN), Status.BUILT, objects)
    asked = Admission([build], former=lambda obj: former if obj.body is body else None)
    told = [one for one in asked.violations() if isinstance(one.on, RenderedObject) and one.on.body is body]
    if any(f"for {body['kind']} objects" in one.reason for one in asked.unchecked()):
        return "unchecked"
    return "denied" if told else "accepted"


def _enforced(client: Client, number: int, last: dict[str, Any]) -> None:
    """Wait until the last policy refuses, which takes a server some seconds to heed."""
    latest = time.monotonic() + SECONDS_TO_SPREAD
    while client.dry_create(last).accepted and time.monotonic() < latest:
        time.sleep(0.5)
    assert not client.dry_create(last).accepted, number


@pytest.fixture(scope="module")
def asking(client: Client) -> Client:
    """A client of a server that has the policies."""
    client.create(NAMESPACE)
    created = [(text, number, ("CREATE",)) for number, text in enumerate((*EXPRESSIONS, FALSE))]
    for one in OBJECTS:
        if one["kind"] in CHANGED:
            for _, number, _ in _update_policies():
                verdict = client.create(_of_case(one, number))
                assert verdict.accepted, verdict.message
    for expression, number, operations in (*_update_policies(), *created):
        for body in _policy(number, expression, operations):
            verdict = client.create(body)
            assert verdict.accepted, (expression, verdict.message)
    _enforced(client, len(EXPRESSIONS), _asked(OBJECTS[2], len(EXPRESSIONS)))
    return client


def _of_case(body: dict[str, Any], number: int) -> dict[str, Any]:
    """An object of its own for one policy."""
    metadata = {**body["metadata"], "name": f"web-{number}", "labels": {"case": f"c{number}"}}
    return {**body, "metadata": metadata}


def test_policies_decide_on_updates_as_on_a_server_or_are_told_as_unchecked(asking: Client) -> None:
    wrong, unchecked, cases = [], 0, 0
    for expression, number, operations in _update_policies():
        for one in (one for one in OBJECTS if one["kind"] in CHANGED):
            former = _of_case(one, number)
            body = {**former, **CHANGED[one["kind"]]}
            verdict = asking.dry_update(body)
            assert verdict.accepted or "ValidatingAdmissionPolicy" in verdict.message, verdict.message
            theirs = "accepted" if verdict.accepted else "denied"
            ours = _decided_here(expression, number, body, former, operations)
            cases += 1
            unchecked += ours == "unchecked"
            if ours not in (theirs, "unchecked"):
                wrong.append((body["kind"], expression, operations, theirs, ours))
    assert wrong == []
    assert unchecked < cases / 3


def test_policies_decide_as_on_a_server_or_are_told_as_unchecked(asking: Client) -> None:
    wrong, unchecked, cases = [], 0, 0
    for number, expression in enumerate(EXPRESSIONS):
        for one in OBJECTS:
            body = _asked(one, number)
            theirs = "accepted" if asking.dry_create(body).accepted else "denied"
            ours = _decided_here(expression, number, body)
            cases += 1
            unchecked += ours == "unchecked"
            if ours not in (theirs, "unchecked"):
                wrong.append((body["kind"], expression, theirs, ours))
    assert wrong == []
    assert unchecked < cases / 3
