"""What is said of pods that break the Pod Security Standards, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.pod_security import Level, Standard
from gitlint_ops.rules.checks.pod_security.breaches import Breach
from gitlint_ops.rules.checks.pod_security.controls import Control
from gitlint_ops.rules.checks.pod_security.demands import Demand
from gitlint_ops.rules.checks.pod_security.pods import Pod, held
from gitlint_ops.rules.checks.pod_security.restricted import place_of

_MOST_NAMED = 3
# Written once for the whole pod, if no container has its own.
_OF_PODS = ("runAsNonRoot", "seccompProfile")

AGENT_HINT = (
    "if it is an agent of the node, label its namespace pod-security.kubernetes.io/enforce: privileged; "
    "else remove it"
)

_REMEDIES: Mapping[str, str] = {
    "allowPrivilegeEscalation": "set it to false",
    "appArmorProfile": "remove it, or use RuntimeDefault or Localhost",
    "capabilities_baseline": "remove it, or find the program a way that does not need it",
    "capabilities_restricted": "remove it; only NET_BIND_SERVICE may be added",
    "hostNamespaces": "remove it; a Service makes pods reachable",
    "hostPathVolumes": "use a volume that does not lie on the node: a claim, an emptyDir, a ConfigMap",
    "hostPorts": "remove hostPort; a Service makes pods reachable",
    "hostProbesAndHostLifecycle": "remove the host: the request then goes to the pod itself",
    "privileged": "remove it; what the program needs is mostly a single capability",
    "procMount": "remove it, or give the pod its own users (hostUsers: false)",
    "procMount_restricted": "remove it",
    "restrictedVolumes": "claim storage by a persistentVolumeClaim",
    "runAsNonRoot": "set it to true",
    "runAsUser": "name another user, and build the image so that this user can run it",
    "seLinuxOptions": "remove it, or use a type of container_t's family",
    "seccompProfile_baseline": "remove it, or use RuntimeDefault or Localhost",
    "seccompProfile_restricted": "use RuntimeDefault or Localhost",
    "sysctls": "remove it, or set it on the node",
    "windowsHostProcess": "remove it",
}


def forbidden(
    on: RenderedObject, control: Control, broken: Sequence[Breach], asked: Demand, wished: Standard | None
) -> str:
    """What a control forbids of an object, and who asks for it."""
    return (
        f"{_some(broken)}: the Pod Security Standard '{control.level.value}' forbids it ({control.title})"
        f"{_who_asks(on, asked, wished)}"
    )


def of_agent(broken: Sequence[Breach]) -> str:
    """What an agent of the node does that baseline forbids, without a namespace that lets it."""
    return (
        f"{_some(broken)}: the Pod Security Standard 'baseline' forbids it, and no namespace in the "
        "workspace says that these pods may"
    )


def _some(broken: Sequence[Breach]) -> str:
    more = len(broken) - _MOST_NAMED
    said = [*(one.said for one in broken[:_MOST_NAMED]), *([f"{more} more"] if more > 0 else [])]
    return listed(said)


def remedy(control: Control, asked: Demand) -> str:
    """What to do about a control."""
    told = _REMEDIES[control.id]
    return told if asked.is_decided else f"{told}; {_allow(asked)}"


def lacking(
    on: RenderedObject, found: Pod, absent: Sequence[Breach], asked: Demand, wished: Standard | None
) -> tuple[FieldPath, str, str]:
    """Where, what and how to mend: all settings that a pod has to add, told as one."""
    by_place: dict[str, list[str]] = {}
    for adds, places in _by_addition(absent).items():
        by_place.setdefault(_owner(found, adds, places), []).append(adds)
    said = listed([f"{listed(adds)} ({owner})" for owner, adds in by_place.items()])
    message = f"the Pod Security Standard 'restricted' asks for {said}{_who_asks(on, asked, wished)}"
    hint = "add it to the securityContext" + ("" if asked.is_decided else f"; {_allow(asked)}")
    return _place(found, absent), message, hint


def _by_addition(absent: Iterable[Breach]) -> dict[str, list[Breach]]:
    found: dict[str, list[Breach]] = {}
    for one in absent:
        found.setdefault(one.adds, []).append(one)
    return found


def _owner(found: Pod, adds: str, places: Sequence[Breach]) -> str:
    """For whom a setting is to be made: the whole pod, where all its containers lack it and it may."""
    if adds.startswith(_OF_PODS) and len(places) == len(found.containers):
        return "pod"
    paths = {one.path for one in places}
    names = [f"'{one.name}'" for one in found.containers if one.path in paths]
    if len(names) == len(found.containers) > 1:
        return "all containers"
    shown = names[:_MOST_NAMED] + ([f"{len(names) - _MOST_NAMED} more"] if names[_MOST_NAMED:] else [])
    return f"{'container' if len(names) == 1 else 'containers'} {listed(shown)}"


def _place(found: Pod, absent: Sequence[Breach]) -> FieldPath:
    of_pod = all(_owner(found, adds, places) == "pod" for adds, places in _by_addition(absent).items())
    if of_pod:
        return ("spec", "securityContext") if held(found.spec, "securityContext") else ("spec",)
    return place_of(absent[0].path, found.template)


def _who_asks(on: RenderedObject, asked: Demand, wished: Standard | None) -> str:
    if asked.labelled is not None and wished is not None:
        does = "warns of" if wished.mode == "warn" else "records"
        level = wished.level.value
        return f"; the API server {does} it, as namespace '{asked.labelled.name}' asks for '{level}'"
    if asked.labelled is not None and asked.is_enforced:
        refused = "this pod" if on.kind == "Pod" else f"the pods of this {on.kind}"
        return f"; namespace '{asked.labelled.name}' enforces '{asked.required.value}' and refuses {refused}"
    if asked.is_configured:
        return f"; the configuration asks for '{asked.required.value}' here"
    return ""


def _allow(asked: Demand) -> str:
    level = "baseline" if asked.required is Level.RESTRICTED else "privileged"
    return f"where it must be so, label the namespace pod-security.kubernetes.io/enforce: {level}"


def listed(texts: Sequence[str]) -> str:
    """ "a, b and c"."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"
