"""Quotas, limits and classes, which a server looks up when others are created."""

from __future__ import annotations

from collections.abc import Mapping

from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.outcomes import Entry
from gitlint_ops.reconcile.providers import namespace_of
from gitlint_ops.reconcile.staging.ground import MANAGER, Ground

_QUOTA = ("", "ResourceQuota")
_KINDS = {
    ("", "LimitRange"),
    ("networking.k8s.io", "IngressClass"),
    ("node.k8s.io", "RuntimeClass"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "StorageClass"),
}


def stage_limits(ground: Ground) -> None:
    """Store them; of quotas nothing is used yet."""
    ground.store_all(ground.of_kinds(_KINDS))
    for one, answer in ground.store_all(ground.of_kinds({_QUOTA})):
        if answer.accepted:
            _open(one, ground)


def _open(one: Entry, ground: Ground) -> None:
    """Say of a quota what a controller says elsewhere: before that, the server refuses all that it limits."""
    kind = ground.api.kind_of(one.object.api_version, one.object.kind)
    hard = value_at(one.object.body, ("spec", "hard"))
    if kind is None or not isinstance(hard, Mapping):
        return
    body = {
        "apiVersion": one.object.api_version,
        "kind": one.object.kind,
        "metadata": {"name": one.object.key.name, "namespace": namespace_of(one)},
        "status": {"hard": hard, "used": dict.fromkeys(hard, "0")},
    }
    ground.api.store(body, kind, manager=MANAGER, subresource="status")
