"""The order in which the targets of one cluster are applied.

What a person applies goes first, then owners before what they deliver, then what is depended on; of the
rest a lesser wave of the Application counts, then the id.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence

from gitlint_ops.model.delivery import Delivery, Owner, OwnerKind
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.model.waves import declared_wave

_DEPENDING = (OwnerKind.FLUX_KUSTOMIZATION, OwnerKind.HELM_RELEASE, OwnerKind.RESOURCE_SET)
_MOST_ABOVE = 100


def in_order(
    builds: Sequence[BuildResult], deliveries: Mapping[str, Delivery], all_deliveries: Mapping[str, Delivery]
) -> list[BuildResult]:
    """The builds in the order in which they are applied; circles are broken by the id.

    `deliveries` are those of the builds, by id; `all_deliveries` hold owners in other clusters as well.
    """
    by_id = {one.target.id: one for one in builds}
    before = {id_: set(_before(id_, deliveries, all_deliveries)) & by_id.keys() - {id_} for id_ in by_id}
    after: dict[str, list[str]] = {}
    for one, needed in before.items():
        for each in needed:
            after.setdefault(each, []).append(one)
    ranks = {id_: _rank(id_, deliveries) for id_ in by_id}
    waiting = {id_: len(needed) for id_, needed in before.items()}
    ready = [(ranks[id_], id_) for id_, count in waiting.items() if not count]
    heapq.heapify(ready)
    found: dict[str, None] = {}
    while len(found) < len(by_id):
        if not ready:  # a circle
            left = min((ranks[id_], id_) for id_ in by_id if id_ not in found)
            heapq.heappush(ready, left)
        _, now = heapq.heappop(ready)
        if now in found:
            continue
        found[now] = None
        for one in after.get(now, ()):
            waiting[one] -= 1
            if not waiting[one] and one not in found:
                heapq.heappush(ready, (ranks[one], one))
    return [by_id[id_] for id_ in found]


def comes_before(one: str, other: str, deliveries: Mapping[str, Delivery]) -> bool:
    """Whether a target is surely applied before another one, and not only in our order.

    It delivers the other, or is depended on by it, directly or not; or its Application has a lesser wave in
    the same parent. Targets that nothing sets in an order are applied side by side.
    """
    seen, waiting = {other}, [other]
    while waiting:
        for each in _before(waiting.pop(), deliveries, deliveries):
            if each == one:
                return True
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    first, second = deliveries.get(one), deliveries.get(other)
    beside = first is not None and second is not None and first.owner.parent == second.owner.parent != ""
    return beside and _rank(one, deliveries) < _rank(other, deliveries)


def _rank(id_: str, deliveries: Mapping[str, Delivery]) -> tuple[bool, int]:
    delivery = deliveries.get(id_)
    if delivery is None:
        return False, 0
    owner = delivery.owner
    wave = declared_wave(owner.object.body) if owner.kind is OwnerKind.APPLICATION else None
    return True, wave or 0


def _before(
    id_: str, deliveries: Mapping[str, Delivery], all_deliveries: Mapping[str, Delivery]
) -> Iterator[str]:
    delivery = deliveries.get(id_)
    if delivery is None:
        return
    yield from _above(delivery.owner, deliveries, all_deliveries)
    yield from _depended_on(delivery.owner, deliveries)


def _above(
    owner: Owner, deliveries: Mapping[str, Delivery], all_deliveries: Mapping[str, Delivery]
) -> Iterator[str]:
    """The nearest owner above that delivers to this cluster; those between live elsewhere."""
    for _ in range(_MOST_ABOVE):
        if not owner.parent or owner.parent not in all_deliveries:
            return
        if owner.parent in deliveries:
            yield owner.parent
            return
        owner = all_deliveries[owner.parent].owner


def _depended_on(owner: Owner, deliveries: Mapping[str, Delivery]) -> Iterator[str]:
    entries = owner.value("spec", "dependsOn") if owner.kind in _DEPENDING else None
    wanted = {
        (_kind(entry, owner), value_at(entry, ("namespace",)) or owner.object.key.namespace, name)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(name := value_at(entry, ("name",)), str)
    }
    for id_, one in deliveries.items() if wanted else ():
        key = one.owner.object.key
        if (key.kind, key.namespace, key.name) in wanted and one.owner.cluster == owner.cluster:
            yield id_


def _kind(entry: object, owner: Owner) -> str:
    named = value_at(entry, ("kind",))
    return named if owner.kind is OwnerKind.RESOURCE_SET and isinstance(named, str) else owner.kind.value
