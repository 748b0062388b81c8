"""The deliveries of a workspace, indexed for the rules that judge them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.delivery import Cluster, Delivery, Expansion, Owner, OwnerKind
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import Status


class Deliveries:
    """What every owner delivers, and what every cluster holds in the end.

    Iterating gives the deliveries, parents first.
    """

    def __init__(self, expansion: Expansion) -> None:
        self.expansion = expansion
        self.clusters: Mapping[str, Cluster] = {one.name: one for one in expansion.clusters}
        self._known: dict[str, KnownObjects] = {}

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self.expansion.deliveries)

    def of_kind(self, *kinds: OwnerKind) -> Iterator[Delivery]:
        """The deliveries of owners of these kinds."""
        return (one for one in self if one.owner.kind in kinds)

    def owner(self, kind: OwnerKind, cluster: str, namespace: str, name: str) -> Delivery | None:
        """The delivery of the owner of that name in a cluster, None where there is none."""
        return self._by_name.get((kind, cluster, namespace, name))

    def children(self, owner: Owner) -> Sequence[Delivery]:
        """The deliveries of owners that an owner itself delivers."""
        return self._by_parent.get(owner.id, ())

    def objects_in(self, cluster: str) -> Sequence[tuple[RenderedObject, Delivery]]:
        """All objects that a cluster gets, each with what delivers it."""
        return self._objects.get(cluster, ())

    def known(self, cluster: str) -> KnownObjects:
        """All objects that a cluster is known to hold: those delivered, and those applied by hand."""
        held = self._known.get(cluster)
        if held is None:
            objects = self.expansion.known.get(cluster, ())
            held = self._known[cluster] = KnownObjects(objects, complete=self.is_complete(cluster))
        return held

    def known_objects(self, group: str, kind: str) -> Iterator[RenderedObject]:
        """All objects of a kind that any cluster is known to hold, those that are applied by hand too."""
        for held in self.expansion.known.values():
            yield from (one for one in held if (one.key.group, one.key.kind) == (group, kind))

    def sees_around(self, owner: Owner) -> bool:
        """Whether what lives beside an owner would be seen here, so that its absence may be a fault.

        Of an owner that nothing here delivers, and that stands for no cluster, it is not known what else is
        applied beside it. What a ResourceSet makes lives where that does.
        """
        above = self._by_id.get(owner.parent)
        if above is not None and above.kind is OwnerKind.RESOURCE_SET:
            return self.sees_around(above)
        return not self.expansion.is_part and bool(owner.parent or owner.cluster)

    def is_complete(self, cluster: str) -> bool:
        """Whether all that is delivered to a cluster was rendered in full: else absence proves nothing."""
        return cluster not in self._partial

    @cached_property
    def _by_name(self) -> Mapping[tuple[OwnerKind, str, str, str], Delivery]:
        return {
            (
                one.owner.kind,
                one.owner.cluster,
                one.owner.object.key.namespace,
                one.owner.object.key.name,
            ): one
            for one in reversed(self.expansion.deliveries)
        }

    @cached_property
    def _by_id(self) -> Mapping[str, Owner]:
        return {one.owner.id: one.owner for one in self}

    @cached_property
    def _by_parent(self) -> Mapping[str, Sequence[Delivery]]:
        found: dict[str, list[Delivery]] = {}
        for one in self:
            found.setdefault(one.owner.parent, []).append(one)
        return found

    @cached_property
    def _objects(self) -> Mapping[str, Sequence[tuple[RenderedObject, Delivery]]]:
        found: dict[str, list[tuple[RenderedObject, Delivery]]] = {}
        for one in self:
            for held in one.result.objects if one.result else ():
                found.setdefault(one.destination, []).append((held, one))
        return found

    @cached_property
    def _partial(self) -> frozenset[str]:
        if self.expansion.truncated:
            return frozenset(self.clusters)
        return frozenset(
            one.destination
            for one in self
            if one.result is not None and not (one.result.complete and one.result.status is Status.BUILT)
        )
