"""What the API server refuses and the schemas let pass: each mistake in an object that is right."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.validate.core.kinds import check_of, checked_kinds
from gitlint_ops.validate.objects import Validator
from gitlint_ops.validate.schemas import available_versions

GOOD = yaml.safe_load((Path(__file__).parent / "good_objects.yaml").read_text())

Judge: TypeAlias = Callable[..., list[Violation]]

POD = ("spec", "template", "spec")
WEB = (*POD, "containers", 0)
NOTHING = object()


def rendered(body: Any) -> RenderedObject:
    origin = Origin(DocumentRef(FileRef("shop", "worktree", "object.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), str(body.get("apiVersion", "")), body, origin, "shop//")


def changed(kind: str, path: FieldPath, value: Any) -> Any:
    """A good object with one value set, or taken away where it is NOTHING."""
    body = copy.deepcopy(GOOD[kind])
    at = body
    for key in path[:-1]:
        at = at[key]
    if value is NOTHING:
        del at[path[-1]]
    elif isinstance(at, list) and path[-1] == len(at):
        at.append(value)
    else:
        at[path[-1]] = value
    return body


@pytest.fixture(scope="module")
def newest_validator() -> Validator:
    return Validator()


@pytest.mark.parametrize("release", available_versions())
def test_good_objects_have_no_faults_in_any_release(release: str) -> None:
    validator = Validator(release)
    for kind, body in GOOD.items():
        assert validator.validate(rendered(body)) == (), kind


MISTAKES: list[tuple[str, FieldPath, Any, str]] = [
    ("Deployment", (*WEB, "image"), "", "it is empty"),
    ("Deployment", (*WEB, "image"), NOTHING, "`image` is required"),
    ("Deployment", (*WEB, "name"), "Web", "lower-case"),
    ("Deployment", (*WEB, "imagePullPolicy"), "Allways", "expected one of Always"),
    ("Deployment", (*WEB, "ports", 0, "containerPort"), 70000, "expected 1 to 65535"),
    ("Deployment", (*WEB, "ports", 0, "protocol"), "tcp", "expected one of TCP"),
    ("Deployment", (*WEB, "ports", 0, "name"), "a-name-that-is-long", "at most 15"),
    ("Deployment", (*WEB, "ports", 1, "name"), "http", "duplicate name"),
    ("Deployment", (*WEB, "ports", 1, "containerPort"), 8080, "duplicate containerPort"),
    ("Deployment", (*WEB, "env", 1, "name"), "MODE", "duplicate name"),
    ("Deployment", (*WEB, "env", 0, "name"), "A=B", "not allowed"),
    ("Deployment", (*WEB, "env", 1, "value"), "x", "must not both be given"),
    ("Deployment", (*WEB, "env", 1, "valueFrom"), {}, "no source is given"),
    ("Deployment", (*WEB, "env", 1, "valueFrom", "fieldRef", "fieldPath"), "spec.node", "expected one of"),
    ("Deployment", (*WEB, "envFrom", 0, "secretRef"), {"name": "a"}, "both given"),
    ("Deployment", (*WEB, "resources", "requests", "memory"), "512Mi", "at most the limit, 256Mi"),
    ("Deployment", (*WEB, "resources", "requests", "cpu"), "-1", "is negative"),
    ("Deployment", (*WEB, "resources", "requests", "cpu"), "100x", "is no quantity"),
    ("Deployment", (*WEB, "resources", "limits", "mem"), "1Gi", "unknown resource `mem`"),
    ("Deployment", (*WEB, "resources", "limits", "example.com/gpu"), "0.5", "no whole number"),
    ("Deployment", (*WEB, "livenessProbe", "tcpSocket"), {"port": 1}, "only one handler"),
    ("Deployment", (*WEB, "livenessProbe", "httpGet"), NOTHING, "no handler is given"),
    ("Deployment", (*WEB, "livenessProbe", "successThreshold"), 2, "must be 1"),
    ("Deployment", (*WEB, "livenessProbe", "httpGet", "port"), "8080", "without quotes"),
    ("Deployment", (*WEB, "livenessProbe", "periodSeconds"), -1, "expected at least 0"),
    ("Deployment", (*WEB, "securityContext", "privileged"), True, "must not both be given"),
    ("Deployment", (*WEB, "volumeMounts", 0, "name"), "dat", "did you mean data?"),
    ("Deployment", (*WEB, "volumeMounts", 1, "mountPath"), "/data", "duplicate mountPath"),
    ("Deployment", (*WEB, "volumeMounts", 1, "subPath"), "../x", "must not contain '..'"),
    ("Deployment", (*POD, "volumes", 0, "hostPath"), {"path": "/"}, "a volume has one source"),
    ("Deployment", (*POD, "volumes", 1, "name"), "data", "duplicate name"),
    ("Deployment", (*POD, "volumes", 1, "configMap", "defaultMode"), 644, "expected 0 to 511"),
    ("Deployment", (*POD, "initContainers", 0, "name"), "web", "a container has it too"),
    (
        "Deployment",
        (*POD, "initContainers", 0, "livenessProbe"),
        {"exec": {"command": ["a"]}},
        "restartPolicy",
    ),
    ("Deployment", (*POD, "restartPolicy"), "Never", "expected one of Always"),
    ("Deployment", (*POD, "dnsPolicy"), "None", "needs `dnsConfig.nameservers`"),
    ("Deployment", (*POD, "tolerations", 0, "operator"), "Exists", "must be empty"),
    ("Deployment", (*POD, "tolerations", 0, "effect"), "NoRun", "expected one of"),
    ("Deployment", (*POD, "topologySpreadConstraints", 0, "maxSkew"), 0, "expected at least 1"),
    ("Deployment", (*POD, "containers"), [], "it is empty"),
    ("Deployment", ("spec", "replicas"), -1, "expected at least 0"),
    ("Deployment", ("spec", "selector"), {}, "an empty selector"),
    ("Deployment", ("spec", "selector", "matchLabels", "app"), "a b", "not allowed"),
    ("Deployment", ("spec", "strategy", "type"), "Recreate", "`rollingUpdate` must not be given"),
    (
        "Deployment",
        ("spec", "strategy", "rollingUpdate"),
        {"maxSurge": 0, "maxUnavailable": 0},
        "not both be 0",
    ),
    ("Deployment", ("spec", "strategy", "rollingUpdate", "maxUnavailable"), "150%", "more than 100%"),
    ("Deployment", ("spec", "strategy", "rollingUpdate", "maxSurge"), "1", "no number or percentage"),
    ("Deployment", ("spec", "minReadySeconds"), 700, "must be above minReadySeconds"),
    ("Deployment", ("spec", "template", "metadata", "labels", "a/b/c"), "x", "no valid key"),
    ("StatefulSet", ("metadata", "name"), "store.db", "lower-case"),
    ("StatefulSet", ("spec", "updateStrategy", "rollingUpdate", "partition"), -1, "expected at least 0"),
    ("StatefulSet", ("spec", "volumeClaimTemplates", 0, "metadata", "name"), "date", "the pod has no volume"),
    ("StatefulSet", ("spec", "volumeClaimTemplates", 0, "spec", "accessModes"), ["Once"], "expected one of"),
    ("DaemonSet", ("spec", "updateStrategy", "rollingUpdate", "maxSurge"), 1, "needs `maxUnavailable: 0`"),
    ("Service", ("metadata", "name"), "web.shop", "lower-case"),
    ("Service", ("spec", "ports"), [], "needs `ports`"),
    ("Service", ("spec", "ports", 0, "name"), NOTHING, "each needs a `name`"),
    ("Service", ("spec", "ports", 1, "name"), "http", "duplicate name"),
    ("Service", ("spec", "ports", 1, "port"), 80, "duplicate port"),
    ("Service", ("spec", "ports", 1, "targetPort"), "9090", "without quotes"),
    ("Service", ("spec", "ports", 1, "nodePort"), 30000, "needs type NodePort"),
    ("Service", ("spec", "type"), "ExternalName", "needs `externalName`"),
    ("Service", ("spec", "type"), "Loadbalancer", "did you mean LoadBalancer?"),
    ("Service", ("spec", "externalTrafficPolicy"), "Local", "needs type NodePort or LoadBalancer"),
    ("Service", ("spec", "clusterIP"), "10.0.0", "no IP address"),
    ("ConfigMap", ("data", "a b"), "x", "no valid key"),
    ("ConfigMap", ("binaryData",), {"greeting": "aGVsbG8="}, "stands in `data`, too"),
    ("ConfigMap", ("data", "big"), "x" * (1024 * 1024), "at most 1048576 (1 MiB)"),
    ("ConfigMap", ("metadata", "name"), NOTHING, "`name` is required"),
    ("ConfigMap", ("metadata", "name"), "Web_1", "lower-case"),
    ("ConfigMap", ("metadata", "namespace"), "shop.web", "lower-case"),
    ("ConfigMap", ("metadata", "generateName"), "-web-", "lower-case"),
    ("ConfigMap", ("metadata", "labels"), {"app": "a" * 64}, "at most 63"),
    ("ConfigMap", ("metadata", "labels"), {"-app": "a"}, "no valid key"),
    ("ConfigMap", ("metadata", "annotations", "/owner"), "a", "nothing stands before '/'"),
    ("ConfigMap", ("metadata", "annotations", "big"), "a" * 300_000, "at most 262144"),
    ("ConfigMap", ("metadata", "finalizers"), ["wait"], "needs a domain"),
    ("ConfigMap", ("metadata", "creationTimestamp"), "yesterday", "is no time"),
    ("Secret", ("data", "tls.key"), "not base64!", "is no base64"),
    ("Secret", ("data", "tls.key"), NOTHING, "needs the key tls.key"),
    ("Secret", ("type",), "kubernetes.io/dockerconfigjson", "needs the key .dockerconfigjson"),
    ("RoleBinding", ("metadata", "name"), "a/b", "must not contain '/'"),
    ("RoleBinding", ("roleRef", "kind"), "Rolle", "expected one of Role, ClusterRole"),
    ("RoleBinding", ("subjects", 0, "apiGroup"), "rbac.authorization.k8s.io", "must be empty"),
    ("ClusterRoleBinding", ("roleRef", "kind"), "Role", "expected one of ClusterRole"),
    ("ClusterRoleBinding", ("subjects", 0, "namespace"), NOTHING, "needs `namespace` here"),
    ("Role", ("rules", 0, "apiGroups"), NOTHING, '"`apiGroups` is required'[1:]),
    ("Role", ("rules", 0, "nonResourceURLs"), ["/metrics"], "only a ClusterRole"),
    ("Role", ("rules", 0, "verbs"), [], "it is empty"),
    ("Ingress", ("spec", "rules", 0, "host"), "https://shop.example.com", "no host"),
    ("Ingress", ("spec", "rules", 0, "host"), "10.0.0.1", "a DNS name is required"),
    ("Ingress", ("spec", "rules", 0, "http", "paths", 0, "path"), "web", "must begin with '/'"),
    ("Ingress", ("spec", "rules", 0, "http", "paths", 0, "pathType"), "prefix", "did you mean Prefix?"),
    ("Ingress", ("spec", "rules", 0, "http", "paths", 0, "backend"), {}, "no backend is given"),
    (
        "Ingress",
        ("spec", "rules", 0, "http", "paths", 0, "backend", "service", "port"),
        {"name": "http", "number": 80},
        "must not both be given",
    ),
    ("Ingress", ("spec", "rules"), [], "`rules` or `defaultBackend`"),
    ("NetworkPolicy", ("spec", "ingress", 0, "from", 0, "ipBlock", "cidr"), "10.0.0.0", "no CIDR"),
    ("NetworkPolicy", ("spec", "ingress", 0, "from", 0, "ipBlock", "except", 0), "11.0.0.0/16", "lie within"),
    ("NetworkPolicy", ("spec", "ingress", 0, "from", 0, "podSelector"), {}, "must be two peers"),
    ("NetworkPolicy", ("spec", "ingress", 0, "ports", 0, "endPort"), 80, "at least port (8080)"),
    ("NetworkPolicy", ("spec", "policyTypes", 0), "ingress", "did you mean Ingress?"),
    ("PodDisruptionBudget", ("spec", "maxUnavailable"), 1, "must not both be given"),
    ("PodDisruptionBudget", ("spec", "minAvailable"), "50", "without quotes"),
    ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), 1, "at least minReplicas (2)"),
    ("HorizontalPodAutoscaler", ("spec", "metrics", 0, "type"), "Pods", "type Pods needs `pods`"),
    ("HorizontalPodAutoscaler", ("spec", "scaleTargetRef", "name"), "", "it is empty"),
    (
        "HorizontalPodAutoscaler",
        ("spec", "metrics", 0, "resource", "target", "averageUtilization"),
        NOTHING,
        "is required",
    ),
    ("CronJob", ("spec", "schedule"), "0 0 * *", "it has 4 fields"),
    ("CronJob", ("spec", "schedule"), "0 24 * * *", "which goes from 0 to 23"),
    ("CronJob", ("spec", "schedule"), "0 0 * * 7", "which goes from 0 to 6"),
    ("CronJob", ("spec", "schedule"), "@often", "known are @annually"),
    ("CronJob", ("spec", "schedule"), "TZ=UTC 0 0 * * *", "must not hold a time zone"),
    ("CronJob", ("spec", "timeZone"), "Europe/Berln", "did you mean Europe/Berlin?"),
    ("CronJob", ("spec", "concurrencyPolicy"), "Never", "expected one of Allow"),
    (
        "CronJob",
        ("spec", "jobTemplate", "spec", "template", "spec", "restartPolicy"),
        NOTHING,
        "Never or OnFailure",
    ),
    ("CronJob", ("spec", "jobTemplate", "spec", "backoffLimit"), -1, "expected at least 0"),
    ("CronJob", ("metadata", "name"), "c" * 53, "at most 52"),
    ("PersistentVolumeClaim", ("spec", "accessModes"), [], "it is empty"),
    ("PersistentVolumeClaim", ("spec", "resources"), NOTHING, "`resources.requests.storage` is required"),
    ("PersistentVolumeClaim", ("spec", "resources", "requests", "storage"), "0", "not above zero"),
    ("ResourceQuota", ("spec", "hard", "requests.gpu"), "1", "unknown resource"),
    ("LimitRange", ("spec", "limits", 0, "default", "cpu"), "2", "above `max`"),
    ("ValidatingWebhookConfiguration", ("webhooks", 0, "name"), "policy", "three parts"),
    ("ValidatingWebhookConfiguration", ("webhooks", 0, "timeoutSeconds"), 60, "expected 1 to 30"),
    ("ValidatingWebhookConfiguration", ("webhooks", 0, "clientConfig", "url"), "https://a.b", "both given"),
    ("CustomResourceDefinition", ("metadata", "name"), "app.example.com", "write apps.example.com"),
    ("CustomResourceDefinition", ("spec", "versions", 0, "storage"), False, "exactly one version"),
    (
        "CustomResourceDefinition",
        ("spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec"),
        {},
        "`type` is required",
    ),
    ("Namespace", ("metadata", "labels", "pod-security.kubernetes.io/enforce"), "strict", "must be one of"),
]


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    MISTAKES,
    ids=[f"{kind} {'.'.join(map(str, path))}: {said}" for kind, path, _, said in MISTAKES],
)
def test_a_mistake_is_told_at_its_place(
    newest_validator: Validator, kind: str, path: FieldPath, value: Any, said: str
) -> None:
    found = newest_validator.validate(rendered(changed(kind, path, value)))
    told = [one for one in found if said in f"{one.message} ({one.hint})"]
    assert told, [one.message for one in found]
    # In the same part of the object, or at what makes the value wrong.
    assert any(one.path[0] in (path[0], "kind", "type") for one in told)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("ConfigMap", ("metadata", "name"), "${NAME}_1"),
        ("ConfigMap", ("metadata", "name"), "{{ .name }}"),
        ("ConfigMap", ("metadata", "labels"), {"app": "$(APP) a"}),
        ("Deployment", (*WEB, "volumeMounts", 0, "name"), "${VOLUME}"),
        ("Deployment", (*WEB, "resources", "limits", "memory"), "${MEMORY}"),
        ("Deployment", (*WEB, "ports", 0, "containerPort"), "${PORT}"),
        ("Secret", ("data", "tls.key"), "ENC[AES256_GCM,data:aa,type:str]"),
        ("CronJob", ("spec", "schedule"), "${SCHEDULE}"),
        ("Ingress", ("spec", "rules", 0, "host"), "${HOST}"),
    ],
)
def test_values_that_are_filled_in_later_are_not_judged(
    newest_validator: Validator, kind: str, path: FieldPath, value: Any
) -> None:
    assert newest_validator.validate(rendered(changed(kind, path, value))) == ()


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Service", ("spec", "ports", 0, "targetPort"), 0),
        ("Service", ("spec", "ports", 0, "protocol"), ""),
        ("Service", ("spec", "ports", 1, "protocol"), "UDP"),
        ("Deployment", (*POD, "volumes", 0, "emptyDir"), NOTHING),
        ("Deployment", (*WEB, "resources", "requests", "cpu"), 0.1),
        ("Deployment", (*WEB, "resources", "limits", "memory"), "0.5Gi"),
        ("Deployment", ("spec", "strategy", "rollingUpdate", "maxSurge"), "150%"),
        ("ConfigMap", ("metadata", "generateName"), "web-"),
        ("ConfigMap", ("metadata", "labels"), {"app": ""}),
        ("ConfigMap", ("metadata", "annotations", "Example.com/Owner"), "a"),
        ("RoleBinding", ("roleRef", "name"), "system:reader"),
        ("CronJob", ("spec", "schedule"), "@every 1h30m"),
        ("CronJob", ("spec", "schedule"), "0 0 1 jan ?"),
        ("Ingress", ("spec", "rules", 0, "host"), "*.example.com"),
        ("Namespace", ("metadata", "namespace"), "Not Judged"),
    ],
)
def test_what_the_api_server_takes_is_taken(
    newest_validator: Validator, kind: str, path: FieldPath, value: Any
) -> None:
    assert newest_validator.validate(rendered(changed(kind, path, value))) == ()


def test_service_names_may_begin_with_a_digit_since_1_36() -> None:
    body = changed("Service", ("metadata", "name"), "1st")
    assert [one.rule for one in Validator("1.35").validate(rendered(body))] == ["objectmeta-invalid"]
    assert Validator("1.36").validate(rendered(body)) == ()


def test_duplicates_have_a_rule_of_their_own(newest_validator: Validator) -> None:
    body = changed("Deployment", (*WEB, "env", 2), {"name": "MODE", "value": "slow"})
    (told,) = newest_validator.validate(rendered(body))
    assert (told.rule, told.path) == ("listmap-duplicate", (*WEB, "env", 2, "name"))


@pytest.mark.parametrize("release", ["1.25", ""])
def test_lists_merged_by_older_keys_are_judged_too(release: str) -> None:
    body = changed("Deployment", (*POD, "imagePullSecrets"), [{"name": "a"}, {"name": "a"}])
    (told,) = Validator(release).validate(rendered(body))
    assert told.rule == "listmap-duplicate"


def test_a_secret_is_never_shown(newest_validator: Validator) -> None:
    body = changed("Secret", ("data", "tls.key"), "hunter2!")
    assert "hunter2" not in str([one.message for one in newest_validator.validate(rendered(body))])


def test_a_group_that_only_looks_alike_is_not_judged_by_these_rules() -> None:
    assert check_of("apps.example.com/v1", "Deployment", (1, 34)) is None


@pytest.mark.parametrize("release", available_versions())
def test_every_check_can_be_made_for_every_release(release: str) -> None:
    major, minor = map(int, release.split("."))
    for api_version, kind in checked_kinds():
        assert check_of(api_version, kind, (major, minor)) is not None


JUNK = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", [], {}, [None], ["a"], [{}], {"a": None}, {"name": 1}]
)


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(sorted(GOOD)), junk=JUNK, data=st.data())
def test_no_body_ends_a_check(newest_validator: Validator, kind: str, junk: Any, data: Any) -> None:
    body = copy.deepcopy(GOOD[kind])
    at: Any = body
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        keys = [key for key in keys if key not in ("apiVersion", "kind") or at is not body]
        key = data.draw(st.sampled_from(keys))
        if not at[key] or not isinstance(at[key], (dict, list)) or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = junk
    newest_validator.validate(rendered(body))
