"""The containers of a pod.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (containers)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.addresses import PORT, port_or_name
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    between,
    both,
    duplicates,
    each,
    exactly_one,
    fields,
    filled,
    forbids,
    is_absent,
    is_settled,
    mapping,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.paths import inside, no_steps_up
from gitlint_ops.validate.core.resources import amount, requirements
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import (
    as_prefix,
    config_key,
    dns_label,
    dns_subdomain,
    environment_name,
    header_name,
    port_name,
    qualified_name,
    relaxed_environment_name,
)
from gitlint_ops.validate.values import given

_NOT_NEGATIVE = between(0)

# --- environment

_ENV_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.host",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_ENV_RESOURCES = tuple(
    f"{side}.{name}" for side in ("limits", "requests") for name in ("cpu", "memory", "ephemeral-storage")
)
_SUBSCRIPTED = ("metadata.labels['", "metadata.annotations['")


def _env_field(value: Any) -> Iterable[Fault]:
    if not isinstance(value, str) or not is_settled(value) or value in _ENV_FIELDS:
        return ()
    if value.startswith(_SUBSCRIPTED) and value.endswith("']"):
        reason = qualified_name(value[value.index("'") + 1 : -2].lower())
        return (wrong(f"{given(value)} names no key: {reason}"),) if reason else ()
    listed = ", ".join((*_ENV_FIELDS, "metadata.labels['<key>']", "metadata.annotations['<key>']"))
    return (wrong(f"expected one of {listed}; got {given(value)}"),)


def _env_resource(value: Any) -> Iterable[Fault]:
    if not isinstance(value, str) or not is_settled(value) or value in _ENV_RESOURCES:
        return ()
    if value.startswith(("limits.hugepages-", "requests.hugepages-")):
        return ()
    return (wrong(f"expected one of {', '.join(_ENV_RESOURCES)}; got {given(value)}"),)


def _divisor(value: Any) -> Iterator[Fault]:
    divisor, resource = value.get("divisor"), value.get("resource")
    if divisor is None or not isinstance(resource, str) or not resource.endswith(".cpu"):
        return
    found = amount(divisor)
    if found is not None and found not in (0, 1, amount("1m")):
        yield wrong(f"{given(divisor)} divides no cpu; allowed are 1 and 1m", "divisor")


_KEY_REFERENCE = fields(
    {"name": text(dns_subdomain, required=True), "key": text(config_key, required=True)}, requires("name")
)

_ENV_SOURCES: dict[str, Check] = {
    "fieldRef": fields({"fieldPath": _env_field, "apiVersion": one_of("v1")}),
    "resourceFieldRef": fields({"resource": _env_resource}, _divisor),
    "configMapKeyRef": _KEY_REFERENCE,
    "secretKeyRef": _KEY_REFERENCE,
}


def _value_or_source(value: Any) -> Iterator[Fault]:
    if not is_absent(value.get("value")) and value.get("valueFrom"):
        yield wrong("`value` and `valueFrom` must not both be given", "valueFrom", at_key=True)


def _env(release: Release) -> Check:
    name = environment_name if release < (1, 32) else relaxed_environment_name
    value_from = fields(_ENV_SOURCES, exactly_one((*_ENV_SOURCES, "fileKeyRef"), "source"))
    return fields({"name": text(name, required=True), "valueFrom": value_from}, _value_or_source)


def _env_from(release: Release) -> Check:
    prefix = environment_name if release < (1, 32) else relaxed_environment_name
    # The API server takes what such names can begin with.
    source = fields({"name": text(as_prefix(dns_subdomain), required=True)}, requires("name"))
    return fields(
        {"prefix": text(prefix), "configMapRef": source, "secretRef": source},
        exactly_one(("configMapRef", "secretRef"), "source"),
    )


# --- probes and handlers

_HANDLERS: dict[str, Check] = {
    "exec": fields({"command": some("a command")}, requires("command")),
    "httpGet": fields(
        {
            "port": port_or_name,
            "scheme": one_of("HTTP", "HTTPS"),
            "httpHeaders": each(fields({"name": text(header_name, required=True)})),
        }
    ),
    "tcpSocket": fields({"port": port_or_name}),
    "grpc": fields({"port": PORT}),
}


def _probe(*crossing: Check, success: Check = _NOT_NEGATIVE) -> Check:
    return fields(
        {
            **_HANDLERS,
            "initialDelaySeconds": _NOT_NEGATIVE,
            "timeoutSeconds": _NOT_NEGATIVE,
            "periodSeconds": _NOT_NEGATIVE,
            "failureThreshold": _NOT_NEGATIVE,
            "successThreshold": success,
            "terminationGracePeriodSeconds": between(1),
        },
        exactly_one(_HANDLERS, "handler"),
        *crossing,
    )


def _one_success(value: Any) -> Iterable[Fault]:
    # 0 counts as not given.
    if value in (0, 1) or isinstance(value, bool) or not isinstance(value, int):
        return ()
    return (wrong(f"it must be 1 for this probe, got {given(value)}"),)


_SINGLE_SUCCESS = _probe(success=_one_success)
_READINESS = _probe(forbids("terminationGracePeriodSeconds", "for a readiness probe"))
_HANDLER = fields(
    {**_HANDLERS, "sleep": fields({"seconds": _NOT_NEGATIVE})}, exactly_one((*_HANDLERS, "sleep"), "handler")
)

_PROBES: dict[str, Check] = {
    "livenessProbe": _SINGLE_SUCCESS,
    "startupProbe": _SINGLE_SUCCESS,
    "readinessProbe": _READINESS,
    "lifecycle": fields({"postStart": _HANDLER, "preStop": _HANDLER}),
}

# --- security

ID: Check = between(0, 2**31 - 1)
"""A user or group."""

_LOCALHOST = "Localhost"


def _profile(value: Any) -> Iterator[Fault]:
    kind, name = value.get("type"), value.get("localhostProfile")
    if kind == _LOCALHOST and is_absent(name):
        yield wrong("type Localhost needs `localhostProfile`", at_key=True)
    if kind != _LOCALHOST and name is not None and is_settled(kind):
        yield wrong("`localhostProfile` needs type Localhost", "localhostProfile", at_key=True)


PROFILES: dict[str, Check] = {
    name: fields(
        {"type": both(filled, one_of("RuntimeDefault", "Unconfined", _LOCALHOST))},
        requires("type"),
        _profile,
    )
    for name in ("seccompProfile", "appArmorProfile")
}
"""Profiles in the security contexts of containers and pods."""


def _escalation(value: Any) -> Iterator[Fault]:
    if value.get("allowPrivilegeEscalation") is not False:
        return
    if value.get("privileged") is True:
        said = "`allowPrivilegeEscalation: false` and `privileged: true` must not both be given"
        yield wrong(said, "allowPrivilegeEscalation")
    if "CAP_SYS_ADMIN" in (mapping(value.get("capabilities")).get("add") or ()):
        said = "`allowPrivilegeEscalation: false` and capability CAP_SYS_ADMIN must not both be given"
        yield wrong(said, "allowPrivilegeEscalation")


_SECURITY_CONTEXT = fields(
    {
        "runAsUser": ID,
        "runAsGroup": ID,
        "procMount": one_of("Default", "Unmasked"),
        **PROFILES,
    },
    _escalation,
)

# --- ports and mounts

_PORT = fields(
    {
        "name": text(port_name),
        "containerPort": PORT,
        "hostPort": between(0, 65535),
        "protocol": one_of("TCP", "UDP", "SCTP"),
    }
)


def _one_sub_path(value: Any) -> Iterator[Fault]:
    if not is_absent(value.get("subPath")) and not is_absent(value.get("subPathExpr")):
        yield wrong("`subPath` and `subPathExpr` must not both be given", "subPathExpr", at_key=True)


def _read_only_wholly(value: Any) -> Iterator[Fault]:
    if value.get("recursiveReadOnly") in ("Enabled", "IfPossible") and value.get("readOnly") is not True:
        yield wrong("`recursiveReadOnly` needs readOnly: true", "recursiveReadOnly", at_key=True)


_MOUNT = fields(
    {
        "name": filled,
        "mountPath": filled,
        "subPath": inside,
        "subPathExpr": inside,
        "mountPropagation": both(filled, one_of("None", "HostToContainer", "Bidirectional")),
        "recursiveReadOnly": one_of("Disabled", "IfPossible", "Enabled"),
    },
    _one_sub_path,
    _read_only_wholly,
)
_DEVICE = fields({"name": filled, "devicePath": both(filled, no_steps_up)})


def _shared_mounts_need_privilege(value: Any) -> Iterator[Fault]:
    if mapping(value.get("securityContext")).get("privileged") is True:
        return
    for index, mount in enumerate(value.get("volumeMounts") or ()):
        if mapping(mount).get("mountPropagation") == "Bidirectional":
            said = "Bidirectional mounts need `securityContext.privileged: true`"
            yield wrong(said, "volumeMounts", index, "mountPropagation")


# --- whole containers


def _common(release: Release) -> dict[str, Check]:
    return {
        "name": text(dns_label, required=True),
        "image": filled,
        "imagePullPolicy": one_of("Always", "IfNotPresent", "Never"),
        "terminationMessagePolicy": one_of("File", "FallbackToLogsOnError"),
        "ports": both(each(_PORT), duplicates("name")),
        "env": each(_env(release)),
        "envFrom": each(_env_from(release)),
        "resources": requirements(),
        "securityContext": _SECURITY_CONTEXT,
        "volumeMounts": both(each(_MOUNT), duplicates("mountPath")),
        "volumeDevices": both(each(_DEVICE), duplicates("devicePath"), duplicates("name")),
        "resizePolicy": each(
            fields(
                {
                    "resourceName": one_of("cpu", "memory"),
                    "restartPolicy": one_of("NotRequired", "RestartContainer"),
                }
            )
        ),
    }


def container(release: Release) -> Check:
    """A container that runs as long as its pod; may restart by rules of its own since 1.35."""
    crossing: list[Check] = [requires("image"), _shared_mounts_need_privilege]
    table = {**_common(release), **_PROBES}
    if (1, 29) <= release < (1, 35):
        crossing.append(forbids("restartPolicy", "for a container that is no init container"))
    return fields({**table, "restartPolicy": one_of("Always", "OnFailure", "Never")}, *crossing)


def _only_for_sidecars(value: Any) -> Iterator[Fault]:
    if value.get("restartPolicy") == "Always" or not is_settled(value.get("restartPolicy")):
        return
    for name in _PROBES:
        if value.get(name) is not None:
            said = f"`{name}` is not allowed for an init container without restartPolicy: Always"
            yield wrong(said, name, at_key=True)


def init_container(release: Release) -> Check:
    """An init container; with restartPolicy Always it is a sidecar (since 1.29)."""
    policies = ("Always",) if release < (1, 35) else ("Always", "OnFailure", "Never")
    return fields(
        {**_common(release), **_PROBES, "restartPolicy": both(filled, one_of(*policies))},
        requires("image"),
        _shared_mounts_need_privilege,
        _only_for_sidecars,
    )
