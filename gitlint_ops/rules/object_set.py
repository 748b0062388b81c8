"""The objects of one target, or of the whole workspace, with the indexes that wide rules need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.model.targets import BuildTarget
from gitlint_ops.rules.subjects import pod_template


class PodLabels(Struct, frozen=True):
    """The labels that the pods of one object will carry, and where its template writes them."""

    on: RenderedObject
    path: FieldPath
    labels: Mapping[str, str]


class ObjectSet:
    """Objects that are delivered together; indexes are built on first use.

    `target` is None for the whole workspace. Where it is not `complete`, something (a remote
    base) was left out, so that absence proves nothing.
    """

    def __init__(
        self, objects: tuple[RenderedObject, ...], *, target: BuildTarget | None = None, complete: bool = True
    ) -> None:
        self.objects = objects
        self.target = target
        self.complete = complete

    def __iter__(self) -> Iterator[RenderedObject]:
        return iter(self.objects)

    def of_kind(self, kind: str, group: str | None = None) -> tuple[RenderedObject, ...]:
        """The objects of a kind, in any API group where `group` is None."""
        found = self._by_kind.get(kind, ())
        return tuple(one for one in found if group is None or one.key.group == group)

    def get(self, key: ObjectKey) -> RenderedObject | None:
        return self._by_key.get(key)

    def pods(self, namespace: str) -> tuple[PodLabels, ...]:
        """The pods that objects of this namespace describe ("" is the unnamed one)."""
        return self._pods.get(namespace, ())

    def pods_matching(self, selector: Mapping[str, Any], namespace: str) -> tuple[PodLabels, ...]:
        """The pods of a namespace that carry every label of `selector`."""
        if not selector:
            return self.pods(namespace)
        carriers = [self._carriers.get((namespace, key, str(value)), ()) for key, value in selector.items()]
        fewest = min(carriers, key=len)
        wanted = [(key, str(value)) for key, value in selector.items()]
        return tuple(pod for pod in fewest if all(pod.labels.get(key) == value for key, value in wanted))

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[RenderedObject, ...]]:
        found: defaultdict[str, list[RenderedObject]] = defaultdict(list)
        for one in self.objects:
            found[one.kind].append(one)
        return {kind: tuple(held) for kind, held in found.items()}

    @cached_property
    def _by_key(self) -> Mapping[ObjectKey, RenderedObject]:
        return {one.key: one for one in self.objects}

    @cached_property
    def _pods(self) -> Mapping[str, tuple[PodLabels, ...]]:
        found: defaultdict[str, list[PodLabels]] = defaultdict(list)
        for one in self.objects:
            pod = _pod_labels(one)
            if pod is not None:
                found[one.key.namespace].append(pod)
        return {namespace: tuple(held) for namespace, held in found.items()}

    @cached_property
    def _carriers(self) -> Mapping[tuple[str, str, str], tuple[PodLabels, ...]]:
        found: defaultdict[tuple[str, str, str], list[PodLabels]] = defaultdict(list)
        for namespace, held in self._pods.items():
            for pod in held:
                for key, value in pod.labels.items():
                    found[namespace, key, value].append(pod)
        return {place: tuple(held) for place, held in found.items()}


def _pod_labels(on: RenderedObject) -> PodLabels | None:
    found = pod_template(on.body)
    if found is None:
        return None
    path, template = found
    metadata = template.get("metadata")
    written = metadata.get("labels") if isinstance(metadata, Mapping) else None
    labels = {key: str(value) for key, value in written.items()} if isinstance(written, Mapping) else {}
    return PodLabels(on, (*path, "metadata", "labels"), {**_given_labels(on), **labels})


def _given_labels(on: RenderedObject) -> Mapping[str, str]:
    """Labels that a controller adds to the pods it makes, with values known beforehand.

    Sources: kubernetes.io/docs/reference/labels-annotations-taints; openshift/library-go
    pkg/apps/appsutil for DeploymentConfig; knative.dev/serving pkg/apis/serving.
    """
    name = on.key.name
    if on.kind == "DeploymentConfig":
        return {"deploymentconfig": name}
    if on.kind == "Job":
        return {"job-name": name, "batch.kubernetes.io/job-name": name}
    if on.key.group == "serving.knative.dev":
        return {"serving.knative.dev/service": name}
    return {}
