"""The objects that a delivery object takes from its own cluster before it can be rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from gitlint_ops.model.delivery import FLUX_SOURCE, Owner, OwnerKind
from gitlint_ops.model.objects import RenderedObject

Name: TypeAlias = tuple[str, str, str, str]
"""Group, kind, namespace and name."""

_DEEPEST = 3

ANY_CLUSTER: Name = ("", "Secret", "", "any cluster's")
"""No object has such a name: who needs it comes last."""


def needs_of(owner: Owner) -> Iterator[Name]:
    """What a Flux object refers to, and the clusters that an ApplicationSet asks for.

    Any cluster Secret may be one of the latter, so that such a set waits until all else is rendered.
    """
    if owner.kind is OwnerKind.APPLICATION_SET and _asks_for_clusters(owner.value("spec", "generators")):
        yield ANY_CLUSTER
    if owner.kind not in (OwnerKind.FLUX_KUSTOMIZATION, OwnerKind.HELM_RELEASE):
        return
    namespace = owner.object.key.namespace
    lists = {
        OwnerKind.FLUX_KUSTOMIZATION: ("postBuild", "substituteFrom"),
        OwnerKind.HELM_RELEASE: ("valuesFrom",),
    }
    for path in (("sourceRef",), ("chartRef",), ("chart", "spec", "sourceRef")):
        kind, name = (owner.text("spec", *path, one) for one in ("kind", "name"))
        if kind and name:
            yield FLUX_SOURCE, kind, owner.text("spec", *path, "namespace") or namespace, name
    entries = owner.value("spec", *lists[owner.kind])
    for index in range(len(entries) if isinstance(entries, list) else 0):
        kind, name = (owner.text("spec", *lists[owner.kind], index, one) for one in ("kind", "name"))
        if kind and name:
            yield "", kind, namespace, name


def _asks_for_clusters(generators: Any, depth: int = 0) -> bool:
    """Whether generators, or those within them, go by the clusters that Argo CD knows."""
    for one in generators if isinstance(generators, list) and depth < _DEEPEST else ():
        if not isinstance(one, Mapping):
            continue
        if isinstance(one.get("clusters"), Mapping) or isinstance(
            one.get("clusterDecisionResource"), Mapping
        ):
            return True
        for kind in ("matrix", "merge"):
            held = one.get(kind)
            if isinstance(held, Mapping) and _asks_for_clusters(held.get("generators"), depth + 1):
                return True
    return False


def is_needed(one: RenderedObject) -> bool:
    """Whether an object is of a kind that others may wait for."""
    return one.key.group == FLUX_SOURCE or (one.key.group == "" and one.kind in ("ConfigMap", "Secret"))
