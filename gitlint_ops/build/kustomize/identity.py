"""When two ids are the same resource, and how kustomize writes an id.

Source: kyaml/resid/resid.go, kyaml/resid/gvk.go, kyaml/openapi/openapi.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gitlint_ops.build.kustomize.resource import Gvk, ResId, Resource

CLUSTER_SCOPED = "_non_namespaceable_"
DEFAULT_NAMESPACE = "default"


class Identity(NamedTuple):
    """What makes resources equal: two with the same identity cannot be in one build."""

    gvk: Gvk
    name: str
    namespace: str


class Scopes:
    """Which kinds are cluster-scoped, under one OpenAPI schema. Unknown kinds are namespaced."""

    def __init__(self, is_namespaced: Callable[[str, str], bool | None]) -> None:
        self._is_namespaced = is_namespaced
        self._cluster_scoped: dict[Gvk, bool] = {}

    def is_cluster_scoped(self, gvk: Gvk) -> bool:
        held = self._cluster_scoped.get(gvk)
        if held is None:
            held = self._is_namespaced(api_version(gvk), gvk.kind) is False
            self._cluster_scoped[gvk] = held
        return held

    def is_unknown(self, gvk: Gvk) -> bool:
        """Whether the schema says nothing of a kind's scope."""
        return self._is_namespaced(api_version(gvk), gvk.kind) is None

    def namespace(self, gvk: Gvk, namespace: str) -> str:
        """The namespace that counts: no namespace is the default one."""
        if self.is_cluster_scoped(gvk):
            return CLUSTER_SCOPED
        return namespace or DEFAULT_NAMESPACE

    def identity(self, res_id: ResId) -> Identity:
        return Identity(res_id.gvk, res_id.name, self.namespace(res_id.gvk, res_id.namespace))

    def current(self, resource: Resource) -> Identity:
        return self.identity(resource.cur_id)

    def all_identities(self, resource: Resource) -> set[Identity]:
        """The identities that a resource has and has had."""
        return {self.identity(one) for one in (*resource.prev_ids, resource.cur_id)}


def api_version(gvk: Gvk) -> str:
    return f"{gvk.group}/{gvk.version}" if gvk.group else gvk.version


def is_selected(gvk: Gvk, selector: Gvk) -> bool:
    """Whether a kind is among those that `selector` means; its empty parts mean any."""
    return (
        (not selector.group or selector.group == gvk.group)
        and (not selector.version or selector.version == gvk.version)
        and (not selector.kind or selector.kind == gvk.kind)
    )


def is_any_selected(ids: Iterable[ResId], selector: Gvk) -> bool:
    return any(is_selected(one.gvk, selector) for one in ids)


def format_gvk(gvk: Gvk) -> str:
    return f"{gvk.kind or '[noKind]'}.{gvk.version or '[noVer]'}.{gvk.group or '[noGrp]'}"


def plain_id(res_id: ResId) -> str:
    """An id as people say it: `Deployment web`, with its namespace if it names one."""
    where = f" in namespace {res_id.namespace}" if res_id.namespace else ""
    return f"{res_id.gvk.kind} {res_id.name}{where}"


def format_id(res_id: ResId) -> str:
    """An id as kustomize's messages write it: `Deployment.v1.apps/web.[noNs]`."""
    return f"{format_gvk(res_id.gvk)}/{res_id.name or '[noName]'}.{res_id.namespace or '[noNs]'}"
