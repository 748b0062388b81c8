"""The objects that a delivery object takes from its own cluster before it can be rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gitlint_ops.model.delivery import FLUX_SOURCE, Owner, OwnerKind

Name: TypeAlias = tuple[str, str, str, str]
"""Group, kind, namespace and name."""


def needs_of(owner: Owner) -> Iterator[Name]:
    """What a Flux object refers to; those of Argo CD take nothing that must be there first."""
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
