"""The order in which a build's resources are printed.

Source: api/internal/builtins/SortOrderTransformer.go, kyaml/resid/gvk.go, sort.Sort of Go
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cmp_to_key
from typing import NamedTuple

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import fault
from gitlint_ops.build.kustomize.identity import format_gvk
from gitlint_ops.build.kustomize.resource import Gvk, Resource

LEGACY, FIFO = "legacy", "fifo"

KINDS_FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
KINDS_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")

_NAMESPACE = "Namespace"
_MOST_INSERTED = 12  # sort.Sort: maxInsertion


def _ranks(first: Sequence[str], last: Sequence[str]) -> dict[str, int]:
    ranks = {kind: index - len(first) for index, kind in enumerate(first)}
    ranks.update({kind: index + 1 for index, kind in enumerate(last)})
    return ranks


_DEFAULT_RANKS = _ranks(KINDS_FIRST, KINDS_LAST)


def kind_order(gvk: Gvk) -> tuple[int, str]:
    """The key by which kustomize sorts kinds, and with them field specs."""
    return _DEFAULT_RANKS.get(gvk.kind, 0), _sort_text(gvk)


class _Ranked(NamedTuple):
    """A resource to be sorted, with what decides where it goes, in this order."""

    rank: int
    by_kind: str
    by_name: str
    gvk: Gvk
    resource: Resource


def sort_legacy(
    resources: Iterable[Resource],
    first: Sequence[str] = KINDS_FIRST,
    last: Sequence[str] = KINDS_LAST,
) -> tuple[Resource, ...]:
    """Namespaces and other kinds that others need first, webhooks last."""
    ranks = _ranks(first, last)
    ranked = [_ranked(one, ranks) for one in resources]
    namespaces = {one.gvk for one in ranked if one.gvk.kind == _NAMESPACE}
    if len(namespaces) < 2 or all(gvk.group for gvk in namespaces):
        ranked.sort(key=lambda one: one[:3])
    else:
        ranked = _sorted_with_namespaces(ranked)
    return tuple(one.resource for one in ranked)


def _ranked(resource: Resource, ranks: Mapping[str, int]) -> _Ranked:
    gvk, name, namespace = resource.cur_id
    by_name = f"{format_gvk(gvk)}|{namespace or '~X'}|{name or '~N'}"
    return _Ranked(ranks.get(gvk.kind, 0), _sort_text(gvk), by_name, gvk, resource)


def _sorted_with_namespaces(ranked: list[_Ranked]) -> list[_Ranked]:
    """Resources with several kinds that are called Namespace, one of them of the core group.

    Where an own order does not name that kind, other kinds may come between: then there is no order
    that fits all pairs, and what comes out depends on how one sorts. Go sorts few by insertion.
    """
    if len(ranked) > _MOST_INSERTED:
        return sorted(ranked, key=cmp_to_key(_compared))
    result: list[_Ranked] = []
    for one in ranked:
        at = len(result)
        while at > 0 and _is_before(one, result[at - 1]):
            at -= 1
        result.insert(at, one)
    return result


def _compared(one: _Ranked, other: _Ranked) -> int:
    return _is_before(other, one) - _is_before(one, other)


def _is_before(one: _Ranked, other: _Ranked) -> bool:
    if one.rank == other.rank and one.gvk != other.gvk and one.gvk.kind == other.gvk.kind == _NAMESPACE:
        in_core = not (one.gvk.group and other.gvk.group)
        return (one.by_kind > other.by_kind) is in_core
    return one[:3] < other[:3]


def _sort_text(gvk: Gvk) -> str:
    return f"{gvk.group or '~G'}_{gvk.version or '~V'}_{gvk.kind or '~K'}"


def sort_as_asked(resources: tuple[Resource, ...], options: Fields | None) -> tuple[Resource, ...]:
    """The resources in the order of `sortOptions`, or in the legacy order without one.

    Raises:
        BuildFault: the options contradict each other.
    """
    if options is None:
        return sort_legacy(resources)
    order = options.text("order")
    legacy = options.struct("legacySortOptions")
    if order not in (LEGACY, FIFO):
        raise fault(
            f"sortOptions.order must be one of [fifo, legacy], not {order!r} (kustomize: the field "
            "'sortOptions.order' must be one of [fifo, legacy])",
            options.at("order"),
        )
    if order == FIFO:
        if legacy is not None:
            raise fault(
                "legacySortOptions is set, but the order is fifo and not legacy (kustomize: the field "
                "'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy')",
                options.at("legacySortOptions"),
                at_key=True,
            )
        return resources
    if legacy is None:
        return sort_legacy(resources)
    return sort_legacy(resources, legacy.texts("orderFirst"), legacy.texts("orderLast"))
