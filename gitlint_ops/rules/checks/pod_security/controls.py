"""All controls of the Pod Security Standards, and what a pod breaks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.pod_security import Level
from gitlint_ops.rules.checks.pod_security import baseline, restricted
from gitlint_ops.rules.checks.pod_security.breaches import Breach
from gitlint_ops.rules.checks.pod_security.pods import Pod

_Judge: TypeAlias = Callable[[Pod, int], Iterable[Breach]]


class Control(Struct, frozen=True):
    """A control by its id in k8s.io/pod-security-admission; `title` is that of the documentation.

    `since` is the minor version of the standard that introduced it. With `replaces`, it stands for
    that control of `baseline` wherever `restricted` is judged.
    """

    id: str
    title: str
    level: Level
    judge: _Judge
    since: int = 0
    replaces: str = ""


_CONTROLS = (
    Control("appArmorProfile", "AppArmor", Level.BASELINE, baseline.app_armor),
    Control("capabilities_baseline", "Capabilities", Level.BASELINE, baseline.capabilities),
    Control("hostNamespaces", "Host Namespaces", Level.BASELINE, baseline.host_namespaces),
    Control("hostPathVolumes", "HostPath Volumes", Level.BASELINE, baseline.host_paths),
    Control("hostPorts", "Host Ports", Level.BASELINE, baseline.host_ports),
    Control(
        "hostProbesAndHostLifecycle",
        "Host Probes / Lifecycle Hooks",
        Level.BASELINE,
        baseline.probe_hosts,
        since=34,
    ),
    Control("privileged", "Privileged Containers", Level.BASELINE, baseline.privileged),
    Control("procMount", "/proc Mount Type", Level.BASELINE, baseline.proc_mount),
    Control("seLinuxOptions", "SELinux", Level.BASELINE, baseline.se_linux),
    Control("seccompProfile_baseline", "Seccomp", Level.BASELINE, baseline.seccomp),
    Control("sysctls", "Sysctls", Level.BASELINE, baseline.sysctls),
    Control("windowsHostProcess", "HostProcess", Level.BASELINE, baseline.host_process),
    Control(
        "allowPrivilegeEscalation",
        "Privilege Escalation",
        Level.RESTRICTED,
        restricted.privilege_escalation,
        since=8,
    ),
    Control(
        "capabilities_restricted",
        "Capabilities",
        Level.RESTRICTED,
        restricted.capabilities,
        since=22,
        replaces="capabilities_baseline",
    ),
    Control(
        "procMount_restricted",
        "/proc Mount Type",
        Level.RESTRICTED,
        baseline.unmasked_proc_mount,
        since=35,
        replaces="procMount",
    ),
    Control(
        "restrictedVolumes",
        "Volume Types",
        Level.RESTRICTED,
        restricted.volumes,
        replaces="hostPathVolumes",
    ),
    Control("runAsNonRoot", "Running as Non-root", Level.RESTRICTED, restricted.run_as_non_root),
    Control("runAsUser", "Running as Non-root user", Level.RESTRICTED, restricted.run_as_user, since=23),
    Control(
        "seccompProfile_restricted",
        "Seccomp",
        Level.RESTRICTED,
        restricted.seccomp,
        since=19,
        replaces="seccompProfile_baseline",
    ),
)
CONTROLS: Mapping[str, Control] = MappingProxyType({one.id: one for one in _CONTROLS})


def breaches(pod: Pod, level: Level, minor: int) -> Iterator[Breach]:
    """All that a pod breaks of a level as Kubernetes 1.`minor` defines it, control by control."""
    for control in _controls(level, minor):
        for breach in control.judge(pod, minor):
            yield replace(breach, control=control.id)


@cache
def _controls(level: Level, minor: int) -> tuple[Control, ...]:
    held = [one for one in _CONTROLS if one.since <= minor and not one.level.forbids_more_than(level)]
    replaced = {one.replaces for one in held}
    return tuple(one for one in held if one.id not in replaced)
