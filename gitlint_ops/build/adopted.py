"""Delivery objects that were taken for applied by hand until something turned out to deliver them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from gitlint_ops.model.delivery import Delivery, Owner

_MOST_ABOVE = 100


def adopted(deliveries: Sequence[Delivery], claims: Mapping[str, Owner]) -> Sequence[Delivery]:
    """The deliveries, each below what delivers it.

    `claims` are objects as another one renders them, by the id under which each was followed first. What
    has the same id as before is moved below it; else the first is dropped, with all that came of it. What
    delivers itself, or is delivered by what it delivers, stays.
    """
    parents = {one.owner.id: one.owner.parent for one in deliveries}
    valid = {first: child for first, child in claims.items() if first not in _above(child.parent, parents)}
    dropped = {first for first, child in valid.items() if child.id != first}
    kept = (one for one in deliveries if dropped.isdisjoint(_above(one.owner.id, parents)))
    return [_below(one, valid) for one in kept] if valid else deliveries


def _below(one: Delivery, claims: Mapping[str, Owner]) -> Delivery:
    claim = claims.get(one.owner.id)
    return replace(one, owner=replace(one.owner, parent=claim.parent)) if claim is not None else one


def _above(owner: str, parents: Mapping[str, str]) -> Iterator[str]:
    """The ids of an owner and of all above it."""
    for _ in range(_MOST_ABOVE):
        if not owner:
            return
        yield owner
        owner = parents.get(owner, "")
