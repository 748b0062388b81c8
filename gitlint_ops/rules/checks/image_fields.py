"""Where objects name images: containers, custom resources, and chart values."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.image_reference import ImageReference, parse_image
from gitlint_ops.rules.subjects import CONTAINER_LISTS, containers_of, pod_template_path

# Fields of custom resources that hold an image; "*" stands for every item of a list.
# Sources: the CRDs of prometheus-operator, tekton pipelines, Argo Workflows, OLM, CloudNativePG, Strimzi.
_FIELDS: Mapping[str, tuple[FieldPath, ...]] = {
    "Prometheus": (("spec", "image"),),
    "PrometheusAgent": (("spec", "image"),),
    "Alertmanager": (("spec", "image"),),
    "ThanosRuler": (("spec", "image"),),
    "Task": (("spec", "steps", "*", "image"), ("spec", "sidecars", "*", "image")),
    "ClusterTask": (("spec", "steps", "*", "image"), ("spec", "sidecars", "*", "image")),
    "Workflow": (
        ("spec", "templates", "*", "container", "image"),
        ("spec", "templates", "*", "script", "image"),
    ),
    "WorkflowTemplate": (
        ("spec", "templates", "*", "container", "image"),
        ("spec", "templates", "*", "script", "image"),
    ),
    "CatalogSource": (("spec", "image"),),
    "Cluster": (("spec", "imageName"),),
    "KafkaConnect": (("spec", "image"),),
}
_VALUES: Mapping[str, tuple[FieldPath, ...]] = {
    "HelmRelease": (("spec", "values"),),
    "Application": (
        ("spec", "source", "helm", "valuesObject"),
        ("spec", "sources", "*", "helm", "valuesObject"),
    ),
}
# Kinds of groups with a dot whose lists of containers are no pods, or are filled in before.
_NO_PODS = frozenset({*_VALUES, "ApplicationSet", "CustomResourceDefinition", "Template"})
# Image streams of OpenShift's own registry are followed by name on purpose: the tag is the stream.
_IMAGE_STREAM_REGISTRIES = ("image-registry.openshift-image-registry.svc", "docker-registry.default.svc")
_TRIGGERED = re.compile(r"containers\[\?\(@\.name==\"([^\"]+)\"\)\]\.image")
_TRIGGERS_ANNOTATION = "image.openshift.io/triggers"


class ImageField(Struct, frozen=True):
    """An image that an object names: `name` without tag (empty where a chart knows it).

    `tag` is None where none is written and the chart's own would be used, and "" where none is
    written and the container runtime takes "latest".
    """

    path: FieldPath
    name: str
    tag: str | None
    digest: str
    written: str


def image_fields(body: Mapping[str, Any]) -> Iterator[ImageField]:
    """Every image that an object names, save those that OpenShift's triggers replace."""
    replaced = _replaced_by_triggers(body)
    for path, container in containers_of(body):
        if str(container.get("name")) not in replaced:
            yield from _reference((*path, "image"), container.get("image"))
    kind = body.get("kind")
    if not isinstance(kind, str):
        return
    if "." in api_group(str(body.get("apiVersion"))) and kind not in _NO_PODS:
        yield from _embedded(body, replaced)
    for pattern in _FIELDS.get(kind, ()):
        for path, value in _reached(body, pattern):
            yield from _reference(path, value)
    for pattern in _VALUES.get(kind, ()):
        for path, value in _reached(body, pattern):
            yield from _in_values(path, value)


def _embedded(body: Mapping[str, Any], replaced: Container[str]) -> Iterator[ImageField]:
    """Images of the containers that a custom resource holds anywhere but in a pod template of its own."""
    own = pod_template_path(body)
    known = (*own, "spec") if own is not None else None
    pending: list[tuple[FieldPath, Any]] = [((), body)]
    seen: set[int] = set()
    while pending:
        path, held = pending.pop()
        if path == known or id(held) in seen:
            continue
        seen.add(id(held))
        pairs: Iterable[tuple[Any, Any]] = held.items() if isinstance(held, Mapping) else enumerate(held)
        for key, item in pairs:
            if isinstance(item, Mapping | list):
                pending.append(((*path, key), item))
        if isinstance(held, list) and path[-1] in CONTAINER_LISTS:
            yield from _of_containers(path, held, replaced)


def _of_containers(path: FieldPath, items: list[Any], replaced: Container[str]) -> Iterator[ImageField]:
    for index, item in enumerate(items):
        if isinstance(item, Mapping) and isinstance(item.get("name"), str) and item["name"] not in replaced:
            yield from _reference((*path, index, "image"), item.get("image"))


def _reference(path: FieldPath, value: Any) -> Iterator[ImageField]:
    image = parse_image(value) if isinstance(value, str) else None
    if image is not None and not _is_image_stream(image):
        yield ImageField(path, image.name, image.tag, image.digest, str(image))


def _is_image_stream(image: ImageReference) -> bool:
    return image.registry.partition(":")[0] in _IMAGE_STREAM_REGISTRIES


def _in_values(start: FieldPath, values: Any) -> Iterator[ImageField]:
    """Images in chart values: maps with repository and tag, and whole references."""
    pending: list[tuple[FieldPath, Any]] = [(start, values)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, Mapping):
            yield from _value_map(path, value)
            pending.extend(
                ((*path, key), item) for key, item in value.items() if isinstance(item, Mapping | list)
            )
        elif isinstance(value, list):
            pending.extend(((*path, index), item) for index, item in enumerate(value))


def _value_map(path: FieldPath, value: Mapping[str, Any]) -> Iterator[ImageField]:
    last = path[-1] if path else ""
    is_image = isinstance(last, str) and last.lower().endswith("image")
    repository, tag = value.get("repository"), value.get("tag")
    if (isinstance(repository, str) or is_image) and isinstance(tag, str | int | float):
        name = "/".join(
            str(one) for one in (value.get("registry"), repository) if isinstance(one, str) and one
        )
        digest = value.get("digest") or value.get("sha") or value.get("sha256")
        if tag != "" and not isinstance(tag, bool):
            written = f"{name}:{tag}" if name else f"tag {tag}"
            yield ImageField((*path, "tag"), name, str(tag), str(digest or ""), written)
    for key, item in value.items():
        if isinstance(item, str) and key.lower().endswith("image") and "tag" not in value:
            # A name alone may be joined with a tag elsewhere in the chart.
            yield from (found for found in _reference((*path, key), item) if found.tag)


def _reached(body: Any, pattern: FieldPath) -> Iterator[tuple[FieldPath, Any]]:
    if "*" not in pattern:
        yield pattern, value_at(body, pattern)
        return
    at = pattern.index("*")
    items = value_at(body, pattern[:at])
    for index, item in enumerate(items if isinstance(items, list) else ()):
        for path, value in _reached(item, pattern[at + 1 :]):
            yield (*pattern[:at], index, *path), value


def _replaced_by_triggers(body: Mapping[str, Any]) -> frozenset[str]:
    """Names of containers whose image OpenShift sets from an image stream."""
    names: set[str] = set()
    triggers = value_at(body, ("spec", "triggers"))
    for trigger in triggers if isinstance(triggers, list) else ():
        listed = value_at(trigger, ("imageChangeParams", "containerNames"))
        names.update(str(one) for one in (listed if isinstance(listed, list) else ()))
    annotation = value_at(body, ("metadata", "annotations", _TRIGGERS_ANNOTATION))
    if isinstance(annotation, str):
        names.update(_triggered(annotation))
    return frozenset(names)


def _triggered(annotation: str) -> Iterator[str]:
    try:
        triggers = json.loads(annotation)
    except (ValueError, RecursionError):
        return
    for trigger in triggers if isinstance(triggers, list) else ():
        path = trigger.get("fieldPath") if isinstance(trigger, dict) else None
        found = _TRIGGERED.search(path) if isinstance(path, str) else None
        if found:
            yield found[1]
