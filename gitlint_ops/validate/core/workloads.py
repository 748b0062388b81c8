"""Deployments, ReplicaSets, StatefulSets, DaemonSets and ReplicationControllers.

Source: k8s.io/kubernetes/pkg/apis/apps/validation/validation.go. Whether a selector matches its
template is the rule `selector-template-mismatch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    below,
    between,
    each,
    fields,
    is_settled,
    mapping,
    members,
    number,
    one_of,
    requires,
    text,
    wrong,
)
from gitlint_ops.validate.core.pods import mounts_of, template
from gitlint_ops.validate.core.rollouts import at_most_all, int_or_percent, size
from gitlint_ops.validate.core.selectors import labels, selector_of
from gitlint_ops.validate.core.storage import claim_spec
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label

_COUNTS = dict.fromkeys(("replicas", "minReadySeconds", "revisionHistoryLimit"), between(0))

_DEFAULT_PROGRESS_SECONDS = 600


def _mounts(spec: Any) -> Iterator[Fault]:
    claims = {
        mapping(claim.get("metadata")).get("name") for _, claim in members(spec, "volumeClaimTemplates")
    }
    held = mapping(spec.get("template")).get("spec")
    yield from below(("template", "spec"), mounts_of(held, frozenset(claims)))


def _runs_on(spec: Any) -> Iterator[Fault]:
    path = ("template", "spec", "activeDeadlineSeconds")
    if mapping(mapping(spec.get("template")).get("spec")).get("activeDeadlineSeconds") is not None:
        yield wrong("`activeDeadlineSeconds` must not be given where pods run on", *path, at_key=True)


def _is_zero(holder: Any, name: str, default: int) -> bool:
    value = holder.get(name)
    return (default if value is None else size(value)) == 0


def _only_for_rolling(kinds: Iterable[str]) -> Check:
    def check(value: Any) -> Iterator[Fault]:
        if value.get("type") in kinds and value.get("rollingUpdate") is not None:
            said = f"`rollingUpdate` must not be given with type {value['type']}"
            yield wrong(said, "rollingUpdate", at_key=True)

    return check


# --- Deployment


def _moves(value: Any) -> Iterator[Fault]:
    if _is_zero(value, "maxUnavailable", 25) and _is_zero(value, "maxSurge", 25):
        yield wrong("`maxUnavailable` and `maxSurge` must not both be 0", "maxUnavailable")


def _progresses(spec: Any) -> Iterator[Fault]:
    deadline, ready = spec.get("progressDeadlineSeconds"), number(spec.get("minReadySeconds"))
    deadline = _DEFAULT_PROGRESS_SECONDS if deadline is None else number(deadline)
    if deadline is not None and deadline <= (ready or 0):
        at = "progressDeadlineSeconds" if "progressDeadlineSeconds" in spec else "minReadySeconds"
        yield wrong(f"progressDeadlineSeconds ({deadline}) must be above minReadySeconds ({ready or 0})", at)


def deployment(release: Release) -> Check:
    """A Deployment."""
    strategy = fields(
        {
            "type": one_of("RollingUpdate", "Recreate"),
            "rollingUpdate": fields({"maxUnavailable": at_most_all, "maxSurge": int_or_percent}, _moves),
        },
        _only_for_rolling(("Recreate",)),
    )
    table: dict[str, Check] = {
        **_COUNTS,
        "progressDeadlineSeconds": between(0),
        "selector": selector_of("Deployment"),
        "strategy": strategy,
        "template": template(release),
    }
    return fields({"spec": fields(table, _mounts, _runs_on, _progresses)})


controller_revision: Check = fields({"revision": between(0)})
"""A ControllerRevision."""


def replica_set(release: Release) -> Check:
    """A ReplicaSet."""
    table: dict[str, Check] = {
        **_COUNTS,
        "selector": selector_of("ReplicaSet"),
        "template": template(release),
    }
    return fields({"spec": fields(table, _mounts, _runs_on, requires("template"))})


def _some_selector(spec: Any) -> Iterator[Fault]:
    """The labels of the template stand in for a selector that is not given."""
    carried = mapping(mapping(spec.get("template")).get("metadata")).get("labels")
    if not spec.get("selector") and not carried:
        yield wrong("`selector` is required", at_key=True)


def replication_controller(release: Release) -> Check:
    """A ReplicationController, whose selector is a mapping of labels."""
    table: dict[str, Check] = {**_COUNTS, "selector": labels, "template": template(release)}
    spec = fields(table, _mounts, _runs_on, requires("template"), _some_selector)
    return fields({"spec": spec}, requires("spec"))


# --- DaemonSet


def _one_way(value: Any) -> Iterator[Fault]:
    no_unavailable, no_surge = _is_zero(value, "maxUnavailable", 1), _is_zero(value, "maxSurge", 0)
    if no_unavailable and no_surge:
        yield wrong("`maxUnavailable` and `maxSurge` must not both be 0", "maxUnavailable")
    if not no_unavailable and not no_surge and all(map(is_settled, value.values())):
        yield wrong("`maxSurge` needs `maxUnavailable: 0` (its default is 1)", "maxSurge")


def daemon_set(release: Release) -> Check:
    """A DaemonSet."""
    strategy = fields(
        {
            "type": one_of("RollingUpdate", "OnDelete"),
            "rollingUpdate": fields({"maxUnavailable": at_most_all, "maxSurge": at_most_all}, _one_way),
        }
    )
    table: dict[str, Check] = {
        **_COUNTS,
        "selector": selector_of("DaemonSet"),
        "updateStrategy": strategy,
        "template": template(release),
    }
    return fields({"spec": fields(table, _mounts, _runs_on)})


# --- StatefulSet


def _not_zero(value: Any) -> Iterable[Fault]:
    if size(value) == 0:
        return (wrong("it must not be 0"),)
    return at_most_all(value)


def _claim_name(value: Any) -> Iterator[Fault]:
    if not mapping(value.get("metadata")).get("name"):
        yield wrong("`metadata.name` is required", at_key=True)


_CLAIM_METADATA = fields({"name": text(dns_label)})


def stateful_set(release: Release) -> Check:
    """A StatefulSet."""
    strategy = fields(
        {
            "type": one_of("RollingUpdate", "OnDelete"),
            "rollingUpdate": fields({"partition": between(0), "maxUnavailable": _not_zero}),
        },
        _only_for_rolling(("OnDelete",)),
    )
    retention = one_of("Retain", "Delete")
    table: dict[str, Check] = {
        **_COUNTS,
        "selector": selector_of("StatefulSet"),
        "updateStrategy": strategy,
        "template": template(release),
        "podManagementPolicy": one_of("OrderedReady", "Parallel"),
        "persistentVolumeClaimRetentionPolicy": fields({"whenDeleted": retention, "whenScaled": retention}),
        "volumeClaimTemplates": each(fields({"metadata": _CLAIM_METADATA, "spec": claim_spec}, _claim_name)),
        "ordinals": fields({"start": between(0)}),
    }
    # The API server does not look at it.
    del table["revisionHistoryLimit"]
    if release >= (1, 37):
        table["serviceName"] = text(dns_label)
    return fields({"spec": fields(table, _mounts, _runs_on)})
