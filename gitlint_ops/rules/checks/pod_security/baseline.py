"""What the level `baseline` forbids, control by control.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline; the versions are
those of k8s.io/pod-security-admission, with which tests/pod_security compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitlint_ops.model.location import FieldPath
from gitlint_ops.rules.checks.pod_security.breaches import Breach
from gitlint_ops.rules.checks.pod_security.pods import UNKNOWN, Pod, held, items, names

_DEFAULT_CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
        *("NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
_APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_ANNOTATIONS = "container.seccomp.security.alpha.kubernetes.io/"
_CONFINED = ("RuntimeDefault", "Localhost")
_SELINUX_TYPES = ("container_t", "container_init_t", "container_kvm_t")
# By the minor version of the standard from which on they are allowed.
_SELINUX_TYPES_SINCE = {"container_engine_t": 31}
_SYSCTLS_SINCE = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
    "net.ipv4.tcp_notsent_lowat": 37,
    "net.ipv4.tcp_slow_start_after_idle": 37,
}
_OWN_USERS_SINCE = 35
_HANDLERS: tuple[tuple[str, ...], ...] = (
    *(("livenessProbe",), ("readinessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)


def host_namespaces(pod: Pod, _minor: int) -> Iterator[Breach]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name) is True:
            yield Breach(("spec", name), f"the pod sets {name}: true")


def privileged(pod: Pod, _minor: int) -> Iterator[Breach]:
    for one in pod.containers:
        if held(one.body, "securityContext", "privileged") is True:
            yield Breach((*one.path, "securityContext", "privileged"), f"{one} is privileged")


def capabilities(pod: Pod, _minor: int) -> Iterator[Breach]:
    yield from added_capabilities(pod, _DEFAULT_CAPABILITIES)


def added_capabilities(pod: Pod, allowed: frozenset[str]) -> Iterator[Breach]:
    """Capabilities that containers add beside those that are allowed."""
    for one in pod.containers:
        for index, name in names(held(one.body, "securityContext", "capabilities", "add")):
            if name not in allowed:
                path = (*one.path, "securityContext", "capabilities", "add", index)
                yield Breach(path, f"{one} adds the capability {name}")


def host_paths(pod: Pod, _minor: int) -> Iterator[Breach]:
    for index, volume in items(pod.spec.get("volumes")):
        if volume.get("hostPath") is not None:
            yield Breach(
                ("spec", "volumes", index, "hostPath"),
                f"volume '{volume.get('name', index)}' mounts a folder of the node (hostPath)",
                at_key=True,
            )


def host_ports(pod: Pod, _minor: int) -> Iterator[Breach]:
    for one in pod.containers:
        for index, port in items(one.body.get("ports")):
            number = port.get("hostPort")
            if isinstance(number, int) and not isinstance(number, bool) and number:
                yield Breach(
                    (*one.path, "ports", index, "hostPort"), f"{one} takes port {number} of the node"
                )


def probe_hosts(pod: Pod, _minor: int) -> Iterator[Breach]:
    for one in pod.containers:
        for handler in _HANDLERS:
            does = held(one.body, *handler)
            if does is None:
                continue
            for action in ("httpGet", "tcpSocket"):
                host = held(does, action, "host")
                if isinstance(host, str) and host:
                    said = f"{one} sends its {'.'.join(handler)} to the host {host}"
                    yield Breach((*one.path, *handler, action, "host"), said)


def app_armor(pod: Pod, _minor: int) -> Iterator[Breach]:
    yield from _confinement(pod, "appArmorProfile", "AppArmor")
    yield from _annotations(
        pod,
        (name for name in pod.annotations if str(name).startswith(_APP_ARMOR_ANNOTATION)),
        ("runtime/default", "localhost/", ""),
    )


def seccomp(pod: Pod, minor: int) -> Iterator[Breach]:
    if minor >= 19:
        yield from confined_by_seccomp(pod)
        return
    own = [f"{_SECCOMP_ANNOTATIONS}{one.name}" for one in pod.containers]
    yield from _annotations(
        pod,
        (name for name in dict.fromkeys((_SECCOMP_ANNOTATION, *own)) if name in pod.annotations),
        ("runtime/default", "docker/default", "localhost/"),
    )


def confined_by_seccomp(pod: Pod) -> Iterator[Breach]:
    """Seccomp profiles that are set and do not confine."""
    yield from _confinement(pod, "seccompProfile", "seccomp")


def _confinement(pod: Pod, field: str, what: str) -> Iterator[Breach]:
    for owner, path, context in pod.contexts:
        profile = held(context, field)
        if profile is None or profile is UNKNOWN:
            continue
        kind = held(profile, "type")
        if kind is not UNKNOWN and kind not in _CONFINED:
            written = (*path, field, "type") if kind is not None else (*path, field)
            yield Breach(
                written,
                f"{owner} sets the {what} profile {kind or 'without a type'}",
                at_key=kind is None,
            )


def _annotations(pod: Pod, found: Iterable[str], allowed: tuple[str, ...]) -> Iterator[Breach]:
    for name in found:
        value = held(pod.annotations, name)
        if isinstance(value, str) and not _is_allowed(value, allowed):
            yield Breach(("metadata", "annotations", name), f"the annotation {name} is '{value}'")


def _is_allowed(value: str, allowed: tuple[str, ...]) -> bool:
    return any(value == one or (one.endswith("/") and value.startswith(one)) for one in allowed)


def se_linux(pod: Pod, minor: int) -> Iterator[Breach]:
    for owner, path, context in pod.contexts:
        options = held(context, "seLinuxOptions")
        if not isinstance(options, dict):
            continue
        for name in ("type", "user", "role"):
            value = held(options, name)
            if isinstance(value, str) and value and not (name == "type" and _is_container_type(value, minor)):
                said = f"{owner} sets the SELinux {name} '{value}'"
                yield Breach((*path, "seLinuxOptions", name), said)


def _is_container_type(name: str, minor: int) -> bool:
    return name in _SELINUX_TYPES or minor >= _SELINUX_TYPES_SINCE.get(name, minor + 1)


def proc_mount(pod: Pod, minor: int) -> Iterator[Breach]:
    if minor < _OWN_USERS_SINCE or not pod.has_own_users:
        yield from unmasked_proc_mount(pod, minor)


def unmasked_proc_mount(pod: Pod, _minor: int) -> Iterator[Breach]:
    for one in pod.containers:
        value = held(one.body, "securityContext", "procMount")
        if isinstance(value, str) and value != "Default":
            yield Breach((*one.path, "securityContext", "procMount"), f"{one} sets procMount: {value}")


def sysctls(pod: Pod, minor: int) -> Iterator[Breach]:
    for index, one in items(held(pod.spec, "securityContext", "sysctls")):
        name = held(one, "name")
        if isinstance(name, str) and minor < _SYSCTLS_SINCE.get(name, minor + 1):
            path: FieldPath = ("spec", "securityContext", "sysctls", index, "name")
            yield Breach(path, f"the pod sets the sysctl {name}")


def host_process(pod: Pod, _minor: int) -> Iterator[Breach]:
    for owner, path, context in pod.contexts:
        if held(context, "windowsOptions", "hostProcess") is True:
            said = f"{owner} runs as a process of the Windows node (hostProcess)"
            yield Breach((*path, "windowsOptions", "hostProcess"), said)
