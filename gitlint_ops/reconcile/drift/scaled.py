"""Whether an autoscaler sets the replicas of a live object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.drift.live import Live, Reader
from gitlint_ops.reconcile.drift.managed_fields import entries_of
from gitlint_ops.reconcile.drift.managers import is_hand

_SCALERS = (("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject"))
_SCALE = "scale"

_Target: TypeAlias = tuple[str, str, str]
"""Namespace, kind and name."""


class Scaled:
    """Knows the autoscalers of Git, and looks for those of the server where an object's replicas differ."""

    def __init__(self, bodies: Iterable[tuple[str, Mapping[str, Any]]], reader: Reader) -> None:
        """`bodies` are the objects of the set with the namespaces that they go to."""
        self._reader = reader
        self._of_git = frozenset(_scaled(bodies))

    def is_scaled(self, on: RenderedObject, live: Live) -> bool:
        """Whether an autoscaler sets an object's replicas, by what Git or the server has."""
        namespace = str(value_at(live, ("metadata", "namespace")) or "")
        kind, name = on.kind, on.key.name
        if (namespace, kind, name) in self._of_git:
            return True
        if any(
            one.subresource == _SCALE and not is_hand(one.manager) and one.fields.holds(("spec", "replicas"))
            for one in entries_of(live)
        ):
            return True
        return (namespace, kind, name) in frozenset(self._of_server(namespace))

    def _of_server(self, namespace: str) -> Iterator[_Target]:
        for group, kind in _SCALERS:
            served = self._reader.served(group, kind)
            listed = self._reader.whole(served, namespace) if served else None
            for one in listed or ():
                yield from _scaled([(namespace, {**one, "kind": kind, "apiVersion": f"{group}/v1"})])


def _scaled(bodies: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[_Target]:
    for namespace, body in bodies:
        if (api_group(str(body.get("apiVersion"))), body.get("kind")) in _SCALERS:
            target = value_at(body, ("spec", "scaleTargetRef"))
            name, kind = value_at(target, ("name",)), value_at(target, ("kind",)) or "Deployment"
            yield namespace, str(kind), str(name)
