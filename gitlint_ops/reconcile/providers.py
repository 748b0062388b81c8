"""Which object of a set gives what another one waits for."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.reconcile.definitions import defined_kind, definitions_among
from gitlint_ops.reconcile.order import why_unasked
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry


class Providers:
    """The namespaces, definitions and other objects of a set, by what they are looked up by."""

    def __init__(self, wanted: ClusterSet) -> None:
        self._namespaces: dict[str, RenderedObject] = {}
        self._definitions: dict[tuple[str, str], RenderedObject] = {}
        self._named: dict[tuple[str, str, str], RenderedObject] = {}
        for one in applied_entries(wanted):
            held = one.object
            if is_namespace(held):
                self._namespaces.setdefault(held.key.name, held)
            self._named.setdefault((held.kind, namespace_of(one), held.key.name), held)
        for target in wanted.targets:
            for held in definitions_among(target.result.objects):
                self._definitions.setdefault(defined_kind(held.body), held)
            if target.delivery is not None and target.applier.creates_namespace:
                self._namespaces.setdefault(target.applier.namespace, target.delivery.owner.object)

    def namespace(self, name: str) -> RenderedObject | None:
        """The Namespace of that name, or the delivery object whose operator makes it."""
        return self._namespaces.get(name)

    def definition(self, group: str, kind: str) -> RenderedObject | None:
        """The definition of a kind."""
        return self._definitions.get((group, kind))

    def named(self, kind: str, namespace: str, name: str) -> RenderedObject | None:
        """An object by its name, of a kind that has or has no namespace."""
        return self._named.get((kind, namespace, name)) or self._named.get((kind, "", name))


def applied_entries(wanted: ClusterSet) -> Iterator[Entry]:
    """All that operators apply, in their order."""
    for target in wanted.targets:
        yield from (one for one in target.entries if not why_unasked(one))


def is_namespace(one: RenderedObject) -> bool:
    """Whether an object is a Namespace."""
    return (one.key.group, one.key.kind) == ("", "Namespace")


def namespace_of(one: Entry) -> str:
    """Where an object goes, if its kind has namespaces at all."""
    return one.object.key.namespace or one.applier.namespace
