"""Pods and pod templates.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (pod specs)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core import volumes
from gitlint_ops.validate.core.addresses import an_address
from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    at_most_items,
    below,
    between,
    both,
    duplicates,
    each,
    exactly_one,
    fields,
    filled,
    is_settled,
    mapping,
    members,
    not_empty,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.containers import ID, PROFILES, container, init_container
from gitlint_ops.validate.core.resources import named_amounts, requirements
from gitlint_ops.validate.core.selectors import affinity, labels, spread_constraint, toleration
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.metadata import template_metadata
from gitlint_ops.validate.name_syntax import dns_label, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given

_CONTAINER_LISTS = ("containers", "initContainers")
_DEFAULT_GRACE_SECONDS = 30


def _containers(spec: Any) -> Iterator[tuple[str, int, Any]]:
    for name in _CONTAINER_LISTS:
        for index, held in members(spec, name):
            yield name, index, held


def _init_names_differ(spec: Any) -> Iterator[Fault]:
    regular = {held.get("name") for _, held in members(spec, "containers")}
    for index, held in members(spec, "initContainers"):
        name = held.get("name")
        if isinstance(name, str) and name and name in regular:
            said = f"duplicate name {given(name)}: a container has it too"
            yield wrong(said, "initContainers", index, "name", rule="listmap-duplicate")


def _mounts_name_volumes(spec: Any, more: frozenset[Any]) -> Iterator[Fault]:
    known = volumes.names(spec) | more
    if not all(map(is_settled, known)):
        return
    for name, index, held in _containers(spec):
        for field in ("volumeMounts", "volumeDevices"):
            for at, mount in members(held, field):
                yield from below((name, index, field, at), _known_volume(mount.get("name"), known))


def _known_volume(name: Any, known: set[Any]) -> Iterator[Fault]:
    if isinstance(name, str) and name and name not in known and is_settled(name):
        from gitlint_ops.model.errors import did_you_mean

        near = did_you_mean(name, [one for one in known if isinstance(one, str)])
        hint = f"did you mean {near}?" if near else ""
        yield wrong(f"the pod has no volume {given(name)[len('the string ') :]}", "name", hint=hint)


def _host_ports(spec: Any) -> Iterator[Fault]:
    seen: set[tuple[Any, ...]] = set()
    for index, held in members(spec, "containers"):
        for at, port in members(held, "ports"):
            number = port.get("hostPort")
            if not number:
                continue
            path = ("containers", index, "ports", at, "hostPort")
            if spec.get("hostNetwork") is True and number != port.get("containerPort"):
                yield wrong("with `hostNetwork` it must be the same as `containerPort`", *path)
            known = (port.get("protocol") or "TCP", port.get("hostIP") or "", number)
            if known in seen:
                yield wrong(f"duplicate hostPort {number}", *path)
            seen.add(known)


def _sleeps_end_in_time(spec: Any) -> Iterator[Fault]:
    grace = spec.get("terminationGracePeriodSeconds")
    grace = _DEFAULT_GRACE_SECONDS if grace is None else grace
    for index, held in members(spec, "containers"):
        for hook, handler in mapping(held.get("lifecycle")).items():
            seconds = mapping(mapping(handler).get("sleep")).get("seconds")
            if isinstance(seconds, int) and isinstance(grace, int) and seconds > grace:
                path = ("containers", index, "lifecycle", hook, "sleep", "seconds")
                yield wrong(f"{seconds} is longer than terminationGracePeriodSeconds ({grace})", *path)


def _name_servers(spec: Any) -> Iterator[Fault]:
    if spec.get("dnsPolicy") == "None" and not mapping(spec.get("dnsConfig")).get("nameservers"):
        yield wrong("dnsPolicy None needs `dnsConfig.nameservers`", "dnsPolicy")


def _one_host_namespace(spec: Any) -> Iterator[Fault]:
    if spec.get("hostPID") is True and spec.get("shareProcessNamespace") is True:
        yield wrong("`hostPID` and `shareProcessNamespace` must not both be given", "shareProcessNamespace")
    if spec.get("hostUsers") is False:
        for name in ("hostPID", "hostIPC", "hostNetwork"):
            if spec.get(name) is True:
                yield wrong("it excludes `hostUsers: false`", name)


def _no_ephemeral(spec: Any) -> Iterator[Fault]:
    if spec.get("ephemeralContainers"):
        yield wrong("`ephemeralContainers` must not be given when a pod is made", "ephemeralContainers")


_SYSCTLS_OF_HOST_IPC = ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")

_SYSCTL = re.compile(r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?")


def _sysctl(name: str) -> str:
    known = len(name) <= 253 and _SYSCTL.fullmatch(name)
    return "" if known else "it is no name of a kernel parameter, such as net.core.somaxconn"


_SECURITY_CONTEXT = fields(
    {
        "runAsUser": ID,
        "runAsGroup": ID,
        "fsGroup": ID,
        "supplementalGroups": each(ID),
        "fsGroupChangePolicy": one_of("OnRootMismatch", "Always", empty=False),
        "supplementalGroupsPolicy": one_of("Merge", "Strict", empty=False),
        "sysctls": both(
            each(fields({"name": text(_sysctl, required=True)})), duplicates("name", rule="schema-violation")
        ),
        **PROFILES,
    }
)


def _sysctls_of_pod(spec: Any) -> Iterator[Fault]:
    for index, held in members(spec.get("securityContext"), "sysctls"):
        name = held.get("name")
        path = ("securityContext", "sysctls", index, "name")
        if not isinstance(name, str):
            continue
        if spec.get("hostNetwork") is True and name.startswith("net."):
            yield wrong(f"{name} must not be set with `hostNetwork`", *path)
        if spec.get("hostIPC") is True and name.startswith(_SYSCTLS_OF_HOST_IPC):
            yield wrong(f"{name} must not be set with `hostIPC`", *path)


def _search(release: Release) -> Check:
    """A domain to search in; it may be "." and have underscores since 1.33."""
    is_relaxed = release >= (1, 33)

    def check(value: Any) -> Iterable[Fault]:
        if value is None:
            return (wrong("it is empty (null)"),)
        if not isinstance(value, str) or not is_settled(value) or (is_relaxed and value == "."):
            return ()
        domain = value.removesuffix(".").replace("_", "a") if is_relaxed else value.removesuffix(".")
        reason = dns_subdomain(domain)
        return (wrong(f"{given(value)} is no domain: {reason}"),) if reason else ()

    return check


def _names_and_addresses(release: Release) -> dict[str, Check]:
    """How a pod finds hosts."""
    dns = {
        "nameservers": both(at_most_items(3), each(an_address(release))),
        "searches": both(at_most_items(32), each(_search(release))),
        "options": each(fields({"name": filled}, requires("name"))),
    }
    alias = {"ip": an_address(release), "hostnames": each(not_empty(dns_subdomain))}
    return {"dnsConfig": fields(dns), "hostAliases": each(fields(alias))}


_RESOURCE_CLAIM = fields(
    {"name": text(dns_label, required=True)},
    exactly_one(("resourceClaimName", "resourceClaimTemplateName"), "claim"),
)


def pod_spec(release: Release, *, restart: tuple[str, ...] = ("Always", "OnFailure", "Never")) -> Check:
    """A pod's spec, whose `restartPolicy` may be one of `restart`; mounts are judged elsewhere."""
    table: dict[str, Check] = {
        "containers": both(some("at least one container"), each(container(release)), duplicates("name")),
        "initContainers": both(each(init_container(release)), duplicates("name")),
        "volumes": both(each(volumes.volume), duplicates("name")),
        "restartPolicy": one_of(*restart),
        "dnsPolicy": one_of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
        **_names_and_addresses(release),
        "nodeSelector": labels,
        "affinity": affinity,
        "tolerations": each(toleration),
        "topologySpreadConstraints": each(spread_constraint),
        "hostname": text(dns_label),
        "subdomain": text(dns_label),
        "serviceAccountName": text(dns_subdomain),
        "priorityClassName": text(dns_subdomain),
        "runtimeClassName": text(dns_subdomain),
        "nodeName": text(dns_subdomain),
        "preemptionPolicy": one_of("PreemptLowerPriority", "Never", empty=False),
        "activeDeadlineSeconds": between(1, 2**31 - 1),
        "readinessGates": each(fields({"conditionType": text(qualified_name)})),
        "overhead": named_amounts,
        "os": fields({"name": both(filled, one_of("linux", "windows"))}),
        "securityContext": _SECURITY_CONTEXT,
        "resources": requirements(of_pod=True),
        "schedulingGates": each(fields({"name": text(qualified_name, required=True)})),
        "resourceClaims": each(_RESOURCE_CLAIM),
    }
    return fields(
        table,
        requires("containers"),
        _init_names_differ,
        _host_ports,
        _sleeps_end_in_time,
        _name_servers,
        _one_host_namespace,
        _sysctls_of_pod,
        _no_ephemeral,
    )


def mounts_of(spec: Any, more: frozenset[Any] = frozenset()) -> Iterator[Fault]:
    """Mounts of volumes that the pod has not; `more` are volumes that the workload adds."""
    if isinstance(spec, dict):
        yield from _mounts_name_volumes(spec, more)


def template(release: Release, *, restart: tuple[str, ...] = ("Always",)) -> Check:
    """A pod template of a workload that restarts its pods by these policies."""
    return fields({"metadata": template_metadata, "spec": pod_spec(release, restart=restart)})


def _mounts(value: Any) -> Iterator[Fault]:
    yield from below(("spec",), mounts_of(value.get("spec")))


def _images_without_blanks(spec: Any) -> Iterator[Fault]:
    for name, index, held in _containers(spec):
        image = held.get("image")
        if isinstance(image, str) and image != image.strip():
            yield wrong(f"{given(image)} begins or ends with blanks", name, index, "image")


def pod(release: Release) -> Check:
    """A Pod."""
    return fields({"spec": both(pod_spec(release), _images_without_blanks)}, _mounts)


def pod_template(release: Release) -> Check:
    """A PodTemplate, which nothing runs yet."""
    held = template(release, restart=("Always", "OnFailure", "Never"))
    return fields({"template": held}, requires("template"))
