"""The values that the API server gives to absent fields of common kinds, before admission sees them.

Only kinds whose defaults are told here in full are known; for others nothing can be said of a field
that is not written.

Source: pkg/apis/{apps,batch,core}/*/defaults.go of Kubernetes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Fill: TypeAlias = Callable[[dict[str, Any]], None]

# What the API server itself, or its admission, writes into every object, and into those of some kinds.
_ALWAYS_SET = (
    "uid|creationTimestamp|managedFields|generation|resourceVersion|selfLink|status"
    r"|namespaceObject\s*\.\s*spec"
)
_SET: Mapping[str, str] = {
    "Job": "selector|manualSelector|labels",
    "Pod": "tolerations|priority|preemptionPolicy|serviceAccount(?:Name)?|volumes|volumeMounts|overhead",
    "Service": "clusterIP|clusterIPs|ipFamilies|ipFamilyPolicy|nodePort|healthCheckNodePort",
}

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_ROLLING = {"maxUnavailable": "25%", "maxSurge": "25%"}


def with_defaults(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """`body` as admission sees it, and whether its kind's defaults are known."""
    fill = _FILLS.get((str(body.get("apiVersion")), str(body.get("kind"))))
    if fill is None:
        return body, False
    filled: dict[str, Any] = _copied(body)
    fill(filled)
    return filled, True


def set_by_server(kind: str, expression: str) -> str:
    """The first field that an expression reads and the API server writes, whatever a manifest says."""
    more = f"|{_SET[kind]}" if kind in _SET else ""
    found = re.search(rf"\b(?:{_ALWAYS_SET}{more})\b", expression)
    return found[0] if found else ""


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A null counts as absent.
        return {key: _copied(held) for key, held in value.items() if held is not None}
    return [_copied(held) for held in value] if isinstance(value, list) else value


def _pod_spec(spec: dict[str, Any]) -> None:
    _set(
        spec,
        restartPolicy="Always",
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    if "serviceAccountName" in spec:
        _set(spec, serviceAccount=spec["serviceAccountName"])
    for key in ("initContainers", "containers"):
        for container in _mappings(spec.get(key)):
            _container(container)
    for volume in _mappings(spec.get("volumes")):
        _volume(volume)


def _container(container: dict[str, Any]) -> None:
    image = str(container.get("image", ""))
    _, _, tag = image.rpartition("/")[2].partition(":")
    latest = "@" not in image and tag in ("", "latest")
    _set(
        container,
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        imagePullPolicy="Always" if latest else "IfNotPresent",
        resources={},
    )
    for port in _mappings(container.get("ports")):
        _set(port, protocol="TCP")
    for name in _PROBES:
        probe = container.get(name)
        if isinstance(probe, dict):
            _set(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
            if isinstance(probe.get("httpGet"), dict):
                _set(probe["httpGet"], path="/", scheme="HTTP")
    for variable in _mappings(container.get("env")):
        source = variable.get("valueFrom")
        if isinstance(source, dict) and isinstance(source.get("fieldRef"), dict):
            _set(source["fieldRef"], apiVersion="v1")


def _volume(volume: dict[str, Any]) -> None:
    for kind in ("configMap", "secret", "downwardAPI", "projected"):
        if isinstance(volume.get(kind), dict):
            _set(volume[kind], defaultMode=420)
    if isinstance(volume.get("hostPath"), dict):
        _set(volume["hostPath"], type="")
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}


def _pod(body: dict[str, Any]) -> None:
    if isinstance(body.get("spec"), dict):
        _set(body["spec"], enableServiceLinks=True)
        _pod_spec(body["spec"])
        for container in (
            *_mappings(body["spec"].get("initContainers")),
            *_mappings(body["spec"].get("containers")),
        ):
            _requests(_below(container, "resources"))


def _requests(resources: dict[str, Any]) -> None:
    """What a Pod requests is at least named where it is limited; templates of Pods do not get this."""
    if isinstance(resources.get("limits"), dict):
        _set(_below(resources, "requests"), **resources["limits"])


def _template(spec: dict[str, Any]) -> None:
    template = spec.get("template")
    if isinstance(template, dict) and isinstance(template.get("spec"), dict):
        _pod_spec(template["spec"])


def _rolling(spec: dict[str, Any], name: str, **values: Any) -> None:
    strategy = _below(spec, name)
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _set(_below(strategy, "rollingUpdate"), **values)


def _deployment(body: dict[str, Any]) -> None:
    spec = _spec(body)
    _set(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    _rolling(spec, "strategy", **_ROLLING)
    _template(spec)


def _stateful_set(body: dict[str, Any]) -> None:
    spec = _spec(body)
    _set(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    _rolling(spec, "updateStrategy", partition=0)
    _set(spec, persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain", "whenScaled": "Retain"})
    _template(spec)


def _daemon_set(body: dict[str, Any]) -> None:
    annotations = _below(_below(body, "metadata"), "annotations")
    annotations["deprecated.daemonset.template.generation"] = "1"
    spec = _spec(body)
    _set(spec, revisionHistoryLimit=10)
    _rolling(spec, "updateStrategy", maxUnavailable=1, maxSurge=0)
    _template(spec)


def _job_spec(spec: dict[str, Any]) -> None:
    _set(
        spec,
        completionMode="NonIndexed",
        suspend=False,
        backoffLimit=6,
        podReplacementPolicy="TerminatingOrFailed",
    )
    if "completions" not in spec and "parallelism" not in spec:
        _set(spec, completions=1)
    _set(spec, parallelism=1)
    _template(spec)


def _job(body: dict[str, Any]) -> None:
    _job_spec(_spec(body))


def _cron_job(body: dict[str, Any]) -> None:
    spec = _spec(body)
    _set(
        spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1
    )
    template = spec.get("jobTemplate")
    if isinstance(template, dict) and isinstance(template.get("spec"), dict):
        # The defaults of the job itself are set when it is created.
        _template(template["spec"])


def _service(body: dict[str, Any]) -> None:
    spec = _spec(body)
    _set(spec, type="ClusterIP", sessionAffinity="None", internalTrafficPolicy="Cluster")
    if spec["type"] in ("NodePort", "LoadBalancer"):
        _set(spec, externalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        _set(spec, allocateLoadBalancerNodePorts=True)
    for port in _mappings(spec.get("ports")):
        _set(port, protocol="TCP")
        if "port" in port:
            _set(port, targetPort=port["port"])


def _nothing(body: dict[str, Any]) -> None:
    """Kinds without defaults."""


_FILLS: Mapping[tuple[str, str], Fill] = {
    ("v1", "Pod"): _pod,
    ("v1", "Service"): _service,
    ("v1", "ConfigMap"): _nothing,
    ("v1", "ServiceAccount"): _nothing,
    ("apps/v1", "Deployment"): _deployment,
    ("apps/v1", "StatefulSet"): _stateful_set,
    ("apps/v1", "DaemonSet"): _daemon_set,
    ("batch/v1", "Job"): _job,
    ("batch/v1", "CronJob"): _cron_job,
}


def _spec(body: dict[str, Any]) -> dict[str, Any]:
    spec = body.get("spec")
    if not isinstance(spec, dict):
        spec = body["spec"] = {}
    return spec


def _below(held: dict[str, Any], name: str) -> dict[str, Any]:
    """The mapping in a field, made where there is none; a stranger to `held` where it is something else."""
    value = held.setdefault(name, {})
    return value if isinstance(value, dict) else {}


def _set(held: Any, **values: Any) -> None:
    if isinstance(held, dict):
        for name, value in values.items():
            held.setdefault(name, value)


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
