"""Namespaces: those that are rendered, those that operators make, and those that are only named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.lanes import all_at_once
from gitlint_ops.reconcile.outcomes import TargetSet
from gitlint_ops.reconcile.providers import namespace_of
from gitlint_ops.reconcile.staging.ground import Ground

NAMESPACE = ("", "Namespace")

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ALWAYS_THERE = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
_MANAGED = ("spec", "syncPolicy", "managedNamespaceMetadata")


def stage_rendered_namespaces(ground: Ground) -> None:
    """The namespaces of the set, with their labels: these say which pods are let in."""
    ground.store_all(ground.of_kinds({NAMESPACE}))


def stage_namespaces(ground: Ground) -> list[tuple[str, str]]:
    """All other namespaces that objects go to; gives those that nothing in the set provides."""
    rendered = {one.object.key.name for one in ground.of_kinds({NAMESPACE})}
    made = {one.applier.namespace: one for one in ground.set.targets if one.applier.creates_namespace}
    needed = _needed(ground) | made.keys()
    names = sorted(
        one for one in needed - rendered if _NAME.fullmatch(one) and (one in made or one not in _ALWAYS_THERE)
    )
    bodies = [_namespace(name, made.get(name)) for name in names]
    answers = all_at_once(bodies, ground.store_body, ground.jobs)
    # A rendered namespace that the server refuses is refused again when its turn comes.
    return [
        ("Namespace", name)
        for name, (_, answer) in zip(names, answers, strict=True)
        if answer.accepted and name not in made
    ]


def _needed(ground: Ground) -> set[str]:
    """Where objects go whose kinds have namespaces."""
    found: set[str] = set()
    for one in ground.entries:
        kind = ground.api.kind_of(one.object.api_version, one.object.kind)
        if kind is not None and kind.namespaced:
            found.add(namespace_of(one))
    return found


def _namespace(name: str, maker: TargetSet | None) -> Mapping[str, Any]:
    metadata: dict[str, Any] = {"name": name}
    if maker is not None and maker.delivery is not None:
        for field in ("labels", "annotations"):
            held = value_at(maker.delivery.owner.object.body, (*_MANAGED, field))
            if isinstance(held, Mapping):
                metadata[field] = {key: value for key, value in held.items() if isinstance(value, str)}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
