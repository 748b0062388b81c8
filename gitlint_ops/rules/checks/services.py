"""Services whose selector finds no pod."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.rules.object_set import ObjectSet, PodLabels
from gitlint_ops.rules.subjects import Params, pod_template_path

_FILLED_IN = re.compile(r"\$\{|\$\(|\{\{")
# Kubernetes itself makes these pods (static pods, add-ons), and no repository shows them.
_SYSTEM_NAMESPACES = frozenset({"kube-system"})


def selects_none(objects: ObjectSet, params: Params) -> Iterator[Violation]:
    """Services of a target whose selector matches no pod template that the target holds.

    Silent where the pods could come from elsewhere: an incomplete build, no pods of the Service's
    namespace at all, or an object whose controller may make pods that nothing here describes.
    """
    if not objects.complete or _has_pod_makers(objects, params):
        return
    for service in objects.of_kind("Service", group=""):
        selector = _selector(service, params)
        if selector and _is_decidable(service, selector, objects):
            yield _violation(service, selector, objects.pods(service.key.namespace))


def _selector(service: RenderedObject, params: Params) -> dict[str, str]:
    """The labels to look for, without those that controllers give to single pods."""
    spec = service.body.get("spec")
    selector = spec.get("selector") if isinstance(spec, Mapping) else None
    if (
        not isinstance(selector, Mapping)
        or not isinstance(spec, Mapping)
        or spec.get("type") == "ExternalName"
    ):
        return {}
    return {key: str(value) for key, value in selector.items() if key not in params["runtime_labels"]}


def _is_decidable(service: RenderedObject, selector: Mapping[str, str], objects: ObjectSet) -> bool:
    namespace = service.key.namespace
    if namespace in _SYSTEM_NAMESPACES or any(_FILLED_IN.search(value) for value in selector.values()):
        return False
    return bool(objects.pods(namespace)) and not objects.pods_matching(selector, namespace)


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


def _violation(
    service: RenderedObject, selector: Mapping[str, str], pods: tuple[PodLabels, ...]
) -> Violation:
    wanted = ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
    near = max(pods, key=lambda pod: _likeness(selector, pod.labels))
    return Violation(
        service,
        ("spec", "selector"),
        f"no pod that is delivered with this Service carries {wanted}",
        at_key=True,
        related=(Note(near.on, near.path, _carried(near, selector)),),
    )


def _likeness(selector: Mapping[str, str], labels: Mapping[str, str]) -> tuple[int, int]:
    equal = sum(labels.get(key) == value for key, value in selector.items())
    return equal, sum(key in labels for key in selector)


def _carried(pod: PodLabels, selector: Mapping[str, Any]) -> str:
    shown = {key: value for key, value in pod.labels.items() if key in selector} or pod.labels
    labels = ", ".join(f"{key}={value}" for key, value in sorted(shown.items())) or "no labels"
    return f"the pods of {pod.on.kind} {pod.on.key.name} carry {labels}"
