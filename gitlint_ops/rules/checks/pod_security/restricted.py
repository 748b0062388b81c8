"""What the level `restricted` forbids or asks for beside `baseline`, control by control.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted; the versions are
those of k8s.io/pod-security-admission, with which tests/pod_security compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.rules.checks.pod_security.baseline import added_capabilities, confined_by_seccomp
from gitlint_ops.rules.checks.pod_security.breaches import Breach
from gitlint_ops.rules.checks.pod_security.pods import UNKNOWN, Container, Pod, held, is_open, items, names

_BIND_ONLY = frozenset({"NET_BIND_SERVICE"})
_ALLOWED_VOLUMES = frozenset(
    (
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
        *("image", "persistentVolumeClaim", "projected", "secret"),
    )
)
# Windows knows nothing of these settings; a pod that names it as its system need not make them.
_WINDOWS_SINCE = 25
_OWN_USERS_SINCE = 35


def _is_exempt_windows(pod: Pod, minor: int) -> bool:
    return minor >= _WINDOWS_SINCE and pod.is_windows


def privilege_escalation(pod: Pod, minor: int) -> Iterator[Breach]:
    if _is_exempt_windows(pod, minor):
        return
    for one in pod.containers:
        value = held(one.body, "securityContext", "allowPrivilegeEscalation")
        if value is True:
            path = (*one.path, "securityContext", "allowPrivilegeEscalation")
            yield Breach(path, f"{one} sets allowPrivilegeEscalation: true")
        elif value is None:
            yield Breach(
                one.path, f"{one} lacks allowPrivilegeEscalation", adds="allowPrivilegeEscalation: false"
            )


def capabilities(pod: Pod, minor: int) -> Iterator[Breach]:
    if _is_exempt_windows(pod, minor):
        return
    yield from added_capabilities(pod, _BIND_ONLY)
    for one in pod.containers:
        dropped = held(one.body, "securityContext", "capabilities", "drop")
        if not is_open(dropped) and "ALL" not in dict(names(dropped)).values():
            yield Breach(
                one.path, f"{one} does not drop all capabilities", adds="capabilities: {drop: [ALL]}"
            )


def volumes(pod: Pod, _minor: int) -> Iterator[Breach]:
    """A volume without any source is none of them: the API server makes it an emptyDir."""
    for index, volume in items(pod.spec.get("volumes")):
        sources = [name for name, value in volume.items() if name != "name" and value is not None]
        if sources and _ALLOWED_VOLUMES.isdisjoint(sources):
            called = volume.get("name", index)
            yield Breach(
                ("spec", "volumes", index, sources[0]),
                f"volume '{called}' is of the type {sources[0]}",
                at_key=True,
            )


def run_as_non_root(pod: Pod, minor: int) -> Iterator[Breach]:
    if minor >= _OWN_USERS_SINCE and pod.has_own_users:
        return
    for owner, path, context in pod.contexts:
        if held(context, "runAsNonRoot") is False:
            yield Breach((*path, "runAsNonRoot"), f"{owner} sets runAsNonRoot: false")
    if held(pod.spec, "securityContext", "runAsNonRoot") is None:
        for one in _without(pod, "runAsNonRoot"):
            yield Breach(one.path, f"{one} may run as root", adds="runAsNonRoot: true")


def run_as_user(pod: Pod, minor: int) -> Iterator[Breach]:
    if minor >= _OWN_USERS_SINCE and pod.has_own_users:
        return
    for owner, path, context in pod.contexts:
        user = held(context, "runAsUser")
        if isinstance(user, int) and not isinstance(user, bool) and user == 0:
            yield Breach((*path, "runAsUser"), f"{owner} runs as root (runAsUser: 0)")


def seccomp(pod: Pod, minor: int) -> Iterator[Breach]:
    if _is_exempt_windows(pod, minor):
        return
    yield from confined_by_seccomp(pod)
    if held(pod.spec, "securityContext", "seccompProfile") is None:
        for one in _without(pod, "seccompProfile"):
            yield Breach(
                one.path, f"{one} lacks a seccomp profile", adds="seccompProfile: {type: RuntimeDefault}"
            )


def _without(pod: Pod, field: str) -> Iterator[Container]:
    return (one for one in pod.containers if held(one.body, "securityContext", field) is None)


def place_of(path: FieldPath, template: Any) -> FieldPath:
    """Where to point for something missing in a container: at its security context, else at its name."""
    body = template
    for key in path:
        body = body[key]
    for name in ("securityContext", "name"):
        if held(body, name) not in (None, UNKNOWN):
            return (*path, name)
    return path
