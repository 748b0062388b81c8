"""Which object of a set gives what another one waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.definitions import GROUP, KIND, defined_kind, definitions_among
from gitlint_ops.reconcile.order import why_unasked
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry

_CLUSTER_WIDE = frozenset(
    {
        "ClusterRole",
        "Namespace",
        "PriorityClass",
        "RuntimeClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
)

# By group and kind: the group of what is made (that of spec.group for ""), and where in spec its names are.
_MAKERS: Mapping[tuple[str, str], tuple[str, tuple[tuple[str, ...], ...]]] = {
    ("templates.gatekeeper.sh", "ConstraintTemplate"): (
        "constraints.gatekeeper.sh",
        (("crd", "spec", "names"),),
    ),
    ("apiextensions.crossplane.io", "CompositeResourceDefinition"): ("", (("names",), ("claimNames",))),
}


class Providers:
    """The namespaces, definitions and other objects of a set, by what they are looked up by."""

    def __init__(self, wanted: ClusterSet) -> None:
        self._namespaces: dict[str, RenderedObject] = {}
        self._definitions: dict[tuple[str, str], RenderedObject] = {}
        self._named: dict[tuple[str, str, str], Entry] = {}
        self._of_definitions: dict[tuple[str, str], Entry] = {}
        self._by_kind: dict[str, list[Entry]] = {}
        self._makers: dict[tuple[str, str], RenderedObject] = {}
        for one in applied_entries(wanted):
            held = one.object
            for each in _kinds_made(held):
                self._makers.setdefault(each, held)
            if is_namespace(held):
                self._namespaces.setdefault(held.key.name, held)
            self._named.setdefault((held.kind, namespace_of(one), held.key.name), one)
            self._by_kind.setdefault(held.kind, []).append(one)
            if (held.key.group, held.key.kind) == (GROUP, KIND):
                self._of_definitions.setdefault(defined_kind(held.body), one)
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

    def maker(self, group: str, kind: str) -> RenderedObject | None:
        """The object of which a controller makes the definition of a kind."""
        return self._makers.get((group, kind))

    def named(self, kind: str, namespace: str, name: str) -> RenderedObject | None:
        """An object by its name, of a kind that has or has no namespace."""
        found = self.entry(kind, namespace, name)
        return found.object if found is not None else None

    def entry(self, kind: str, namespace: str, name: str) -> Entry | None:
        """As `named`, with how it is applied."""
        held = self._named.get((kind, namespace, name)) or self._named.get((kind, "", name))
        if held is not None or kind not in _CLUSTER_WIDE:
            return held
        # Its operator may have a namespace for all that names none.
        return next((one for one in self._by_kind.get(kind, ()) if one.object.key.name == name), None)

    def entry_of_definition(self, group: str, kind: str) -> Entry | None:
        """As `definition`, with how it is applied."""
        return self._of_definitions.get((group, kind))

    def entries_in(self, kind: str, namespace: str) -> Iterator[Entry]:
        """All of a kind in one namespace."""
        return (one for one in self._by_kind.get(kind, ()) if namespace_of(one) == namespace)

    def bindings(self, namespace: str) -> Iterator[Entry]:
        """The bindings of roles that count in a namespace."""
        yield from self._by_kind.get("ClusterRoleBinding", ())
        yield from self.entries_in("RoleBinding", namespace)


def applied_entries(wanted: ClusterSet) -> Iterator[Entry]:
    """All that operators apply, in their order."""
    for target in wanted.targets:
        yield from (one for one in target.entries if not why_unasked(one))


def _kinds_made(one: RenderedObject) -> Iterator[tuple[str, str]]:
    """The kinds, by group and name, that a controller defines because of an object."""
    group, names = _MAKERS.get((one.key.group, one.kind), ("", ()))
    group = group or str(value_at(one.body, ("spec", "group"), ""))
    for path in names:
        kind = value_at(one.body, ("spec", *path, "kind"))
        if isinstance(kind, str):
            yield group, kind


def is_namespace(one: RenderedObject) -> bool:
    """Whether an object is a Namespace."""
    return (one.key.group, one.key.kind) == ("", "Namespace")


def namespace_of(one: Entry) -> str:
    """Where an object goes, if its kind has namespaces at all."""
    return one.object.key.namespace or one.applier.namespace
