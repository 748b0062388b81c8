"""What rules judge: the pieces of an object, and the facts that are known about its target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from gitlint_ops.model.environments import DeclaredEnvironment
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.rules.namespaces import NO_NAMESPACES, Namespaces

Params: TypeAlias = Mapping[str, Any]
_Check = TypeVar("_Check", bound=Callable[..., Any])

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")

_POD_TEMPLATE_AT: Mapping[str, FieldPath] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
_AS_DEPLOYMENT: FieldPath = ("spec", "template")
_RBAC_KINDS = frozenset({"Role", "ClusterRole"})


class Facts(Struct, frozen=True):
    """What is known beside the repository's objects; an empty version means the newest known.

    `replaced_images` are image names that a build tool (skaffold) replaces before delivery.
    `pod_security` is the level of the Pod Security Standards that the configuration asks for, or "";
    `namespaces` are those whose labels ask for one.
    """

    kubernetes: str = ""
    flux: str = ""
    argocd: str = ""
    replaced_images: frozenset[str] = frozenset()
    environments: tuple[DeclaredEnvironment, ...] = ()
    pod_security: str = ""
    namespaces: Namespaces = NO_NAMESPACES


def nameless(check: _Check) -> _Check:
    """Marks a check to which an object's own name and namespace mean nothing.

    What it says of one object it says of all that differ from it in these only, so that the
    overlays that put one base into many namespaces are judged once.
    """
    setattr(check, "is_nameless", True)  # noqa: B010 - functions have no such attribute for mypy
    return check


class Part(Struct, frozen=True):
    """A piece of an object: its pod, one container, one volume, one RBAC rule."""

    on: RenderedObject
    path: FieldPath
    body: Mapping[str, Any]


def pod_template_path(body: Mapping[str, Any]) -> FieldPath | None:
    """Where a pod's metadata and spec stand in an object of any kind, or None."""
    found = pod_template(body)
    return found[0] if found is not None else None


def pod_template(body: Mapping[str, Any]) -> tuple[FieldPath, Mapping[str, Any]] | None:
    """The mapping that holds a pod's metadata and spec, and its path.

    Kinds that are not Kubernetes' own (DeploymentConfig, Rollout, Knative Service) embed a pod
    template as Deployment does; they are known by its containers.
    """
    kind = body.get("kind")
    path = _POD_TEMPLATE_AT.get(kind, _AS_DEPLOYMENT) if isinstance(kind, str) else _AS_DEPLOYMENT
    template: Any = body
    for key in path:
        if not isinstance(template, dict):
            return None
        template = template.get(key)
    spec = template.get("spec") if isinstance(template, dict) else None
    if isinstance(spec, dict):
        for name in CONTAINER_LISTS:
            if isinstance(spec.get(name), list):
                return path, template
    return None


def containers_of(body: Mapping[str, Any]) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """All containers of an object of any kind, init and ephemeral ones too, with their paths."""
    found = pod_template(body)
    if found is None:
        return
    path, template = found
    for name in CONTAINER_LISTS:
        items = template["spec"].get(name)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield (*path, "spec", name, index), item


def is_workload(on: RenderedObject) -> bool:
    """Whether the object makes pods from a template (a bare Pod does not)."""
    return on.kind not in ("Pod", "PodTemplate") and pod_template_path(on.body) is not None


def pods(on: RenderedObject) -> Iterator[Part]:
    """The one pod that an object describes, at its spec."""
    found = pod_template(on.body)
    if found is not None:
        yield Part(on, (*found[0], "spec"), found[1]["spec"])


def containers(on: RenderedObject) -> Iterator[Part]:
    for path, body in containers_of(on.body):
        yield Part(on, path, body)


def volumes(on: RenderedObject) -> Iterator[Part]:
    for pod in pods(on):
        yield from _items(pod, "volumes")


def rbac_rules(on: RenderedObject) -> Iterator[Part]:
    if on.kind in _RBAC_KINDS and on.key.group == "rbac.authorization.k8s.io":
        yield from _items(Part(on, (), on.body), "rules")


def _items(part: Part, name: str) -> Iterator[Part]:
    items = part.body.get(name)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield Part(part.on, (*part.path, name, index), item)
