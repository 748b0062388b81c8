"""Services whose selector finds no pod."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.selectors import is_set_later, labels_at, shown
from gitlint_ops.rules.object_set import ObjectSet, PodLabels
from gitlint_ops.rules.subjects import Params, pod_template_path

_FILLED_IN = re.compile(r"\$\{|\$\(|\{\{")
# Kubernetes itself makes these pods (static pods, add-ons), and no repository shows them.
_SYSTEM_NAMESPACES = frozenset({"kube-system"})
# The kinds of selector-template-mismatch.
_OWN_SELECTOR = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def selects_none(objects: ObjectSet, params: Params) -> Iterator[Violation]:
    """Services of a target whose selector matches no pod template that the target holds.

    Silent where the pods could come from elsewhere: an incomplete build, no pods of the Service's
    namespace at all, labels that controllers give at run time, or an object whose controller may
    make pods that nothing here describes.
    """
    if not objects.complete or _has_pod_makers(objects, params):
        return
    for service in objects.of_kind("Service", group=""):
        selector = _selector(service)
        if selector and _is_decidable(service, selector, objects, params):
            yield _violation(service, selector, objects)


def _selector(service: RenderedObject) -> dict[str, str]:
    if value_at(service.body, ("spec", "type")) == "ExternalName":
        return {}
    return labels_at(service.body, ("spec", "selector"))


def _is_decidable(
    service: RenderedObject, selector: Mapping[str, str], objects: ObjectSet, params: Params
) -> bool:
    namespace = service.key.namespace
    if namespace in _SYSTEM_NAMESPACES or any(_FILLED_IN.search(value) for value in selector.values()):
        return False
    if not objects.pods(namespace) or objects.pods_matching(selector, namespace):
        return False
    return not _is_given_at_run_time(selector, params["runtime_labels"]) and not any(
        _wants_the_same(pod.on, selector) for pod in objects.pods(namespace)
    )


def _is_given_at_run_time(selector: Mapping[str, str], patterns: Iterable[str]) -> bool:
    written = [f"{key}={value}" for key, value in selector.items()]
    return any(
        fnmatchcase(one, pattern if "=" in pattern else f"{pattern}=*")
        for pattern in patterns
        for one in written
    )


def _wants_the_same(workload: RenderedObject, selector: Mapping[str, str]) -> bool:
    """Whether a workload's own selector asks for these labels.

    Its pods do not carry them, or the Service would have found them: selector-template-mismatch
    reports that, and the Service mends with it.
    """
    if workload.key.group != "apps" or workload.kind not in _OWN_SELECTOR:
        return False
    own = labels_at(workload.body, ("spec", "selector", "matchLabels"))
    return selector.items() <= own.items()


def _has_pod_makers(objects: ObjectSet, params: Params) -> bool:
    """Whether some object's controller may make pods that the target does not show."""
    passive = tuple(params["passive_groups"])
    return any(_may_make_pods(one, passive) for one in objects)


def _may_make_pods(on: RenderedObject, passive: tuple[str, ...]) -> bool:
    group = on.key.group
    if not group or "." not in group or group.endswith(".k8s.io"):
        return False
    if pod_template_path(on.body) is not None:
        return False
    return not any(group == one or group.endswith(f".{one}") for one in passive)


def _violation(service: RenderedObject, selector: Mapping[str, str], objects: ObjectSet) -> Violation:
    """Points at an entry that no pod carries, or that the nearest pods lack: best one set by an overlay."""
    namespace = service.key.namespace
    near = max(objects.pods(namespace), key=lambda pod: _likeness(selector, pod.labels))
    nowhere = {
        key: value for key, value in selector.items() if not objects.pods_matching({key: value}, namespace)
    }
    lacking = {key: value for key, value in selector.items() if near.labels.get(key) != value}
    paths = [("spec", "selector", key) for key in nowhere or lacking]
    return Violation(
        service,
        next((path for path in paths if is_set_later(service, path)), paths[0]),
        f"no pod that is delivered with this Service carries {shown((nowhere or selector).items())}",
        hint=f"make spec.selector name labels that the pods of {near.on.kind} {near.on.key.name} carry, "
        "or give them these labels in the pod template",
        related=(_note(near, selector),),
    )


def _likeness(selector: Mapping[str, str], labels: Mapping[str, str]) -> tuple[int, int]:
    equal = sum(labels.get(key) == value for key, value in selector.items())
    return equal, sum(key in labels for key in selector)


def _note(pod: PodLabels, selector: Mapping[str, str]) -> Note:
    carried = {key: value for key, value in pod.labels.items() if key in selector} or pod.labels
    labels = shown(sorted(carried.items())) or "no labels"
    return Note(pod.on, pod.path, f"the pods of {pod.on.kind} {pod.on.key.name} carry {labels}")
