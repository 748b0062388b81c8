"""What ValidatingAdmissionPolicies find in a workspace: Namespaces, parameters, the names of resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.validate.admission_matching import Request, Unknown, guessed_plural, selects


class Setting(Struct, frozen=True):
    """What policies find in one repository: Namespaces by name, all objects, and plurals of custom kinds."""

    namespaces: Mapping[str, RenderedObject]
    objects: tuple[RenderedObject, ...]
    plurals: Mapping[tuple[str, str], str]


def setting_of(builds: Sequence[BuildResult]) -> Setting:
    """What the builds of one repository hold."""
    objects = tuple(obj for build in builds for obj in build.objects)
    plurals = {}
    for obj in objects:
        if obj.kind == "CustomResourceDefinition":
            spec = _mapping(obj.body.get("spec"))
            names = _mapping(spec.get("names"))
            plurals[str(spec.get("group")), str(names.get("kind"))] = str(names.get("plural"))
    namespaces = {obj.key.name: obj for obj in objects if obj.kind == "Namespace" and obj.api_version == "v1"}
    return Setting(namespaces, objects, plurals)


def request_of(obj: RenderedObject, setting: Setting, former: Mapping[str, Any] | None) -> Request:
    """The request that applies an object, which was `former` before."""
    group = api_group(obj.api_version)
    plural = setting.plurals.get((group, obj.kind)) or guessed_plural(obj.kind)
    namespace = setting.namespaces.get(obj.key.namespace)
    return Request(obj, plural, _with_own_name(namespace.body) if namespace else None, former)


def _with_own_name(namespace: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Namespace with the label that the API server gives each."""
    metadata = _mapping(namespace.get("metadata"))
    labels = {**_mapping(metadata.get("labels")), "kubernetes.io/metadata.name": metadata.get("name")}
    return {**namespace, "metadata": {**metadata, "labels": labels}}


def params_of(kind: Any, ref: Any, request: Request, setting: Setting) -> Iterator[Mapping[str, Any] | None]:
    """The objects that a policy is evaluated with, None for one without.

    Raises:
        Unknown: there is none in the workspace.
    """
    said, wanted = _mapping(kind), _mapping(ref)
    if not said or not wanted:
        yield None
        return
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in setting.objects:
        if (one.api_version, one.kind) != (said.get("apiVersion"), said.get("kind")):
            continue
        place = wanted.get("namespace") or (request.obj.key.namespace if one.key.namespace else "")
        labels = _mapping(_mapping(one.body.get("metadata")).get("labels"))
        is_named = (
            one.key.name == wanted["name"] if wanted.get("name") else selects(wanted.get("selector"), labels)
        )
        if is_named and one.key.namespace == place:
            found[one.key.namespace, one.key.name] = one.body
    if not found:
        raise Unknown(f"parameters ({said.get('kind')} {wanted.get('name') or 'by a selector'})")
    yield from found.values()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
