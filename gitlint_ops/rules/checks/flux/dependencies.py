"""What Kustomizations and HelmReleases wait for: that it is there, that it ends, and that it is worth it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.model.delivery import FLUX_HELM, FLUX_KUSTOMIZE, Delivery, Owner, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.flux.lookups import (
    Wanted,
    hint_for,
    is_surely_missing,
    is_there,
    likely_for,
    sources_wanted,
)
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_KINDS: Mapping[OwnerKind, tuple[str, str]] = {
    OwnerKind.FLUX_KUSTOMIZATION: (FLUX_KUSTOMIZE, "Kustomization"),
    OwnerKind.HELM_RELEASE: (FLUX_HELM, "HelmRelease"),
}
_MOST_NOTES = 5
_WAITS = "waits for"


def missing(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Dependencies that the cluster does not get."""
    for one in deliveries.of_kind(*_KINDS):
        for wanted in _dependencies(one.owner):
            if not wanted.is_known or is_there(wanted, deliveries):
                continue
            hint = hint_for(wanted, deliveries)
            if hint or is_surely_missing(wanted, deliveries):
                yield Violation(
                    one.owner.object,
                    wanted.path,
                    f"{one.owner.said} waits for ever for the {wanted.said}, which nothing here makes",
                    hint=hint
                    or likely_for(wanted, deliveries)
                    or "correct the name or namespace, or remove the entry",
                )


def _dependencies(owner: Owner) -> Iterator[Wanted]:
    group, kind = _KINDS[owner.kind]
    entries = owner.value("spec", "dependsOn")
    for index in range(len(entries) if isinstance(entries, list) else 0):
        path: FieldPath = ("spec", "dependsOn", index)
        namespace = owner.text(*path, "namespace") or owner.object.key.namespace
        yield Wanted(owner, group, kind, namespace, owner.text(*path, "name"), (*path, "name"))


# Circles

_Node: TypeAlias = tuple[str, str]
"""The id of an owner, and "applied" or "ready"."""


class _Edge(Struct, frozen=True):
    """What must come before something, and the field that says so."""

    before: _Node
    owner: Owner
    path: FieldPath
    why: str

    @property
    def is_own(self) -> bool:
        """Whether it is an entry of `dependsOn`, which is the first thing to look at."""
        return self.path[:2] == ("spec", "dependsOn")


def cycle(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Objects that wait for each other, so that none of them is ever ready."""
    edges = _edges(deliveries)
    done: set[_Node] = set()
    for start in edges:
        found = _circle(start, edges, done)
        # What bootstrap applied once may well deliver itself and its source from then on.
        if any(one.is_own or one.why == _WAITS for one in found):
            yield _told(found)


def _edges(deliveries: Deliveries) -> Mapping[_Node, list[_Edge]]:
    """What each object waits for to be applied and to become ready."""
    makers = _makers(deliveries)
    by_id = {one.owner.id: one for one in deliveries}
    edges: dict[_Node, list[_Edge]] = {}
    for one in deliveries.of_kind(*_KINDS):
        owner = one.owner
        applied, ready = (owner.id, "applied"), (owner.id, "ready")
        before = edges.setdefault(applied, [])
        edges.setdefault(ready, []).append(_Edge(applied, owner, ("spec",), "is applied first"))
        for wanted in _dependencies(owner):
            found = deliveries.owner(owner.kind, owner.cluster, wanted.namespace, wanted.name)
            if found is not None:
                before.append(_Edge((found.owner.id, "ready"), owner, wanted.path, "depends on"))
        for wanted in sources_wanted(owner):
            maker = makers.get((owner.cluster, wanted.kind, wanted.namespace, wanted.name))
            if maker is not None and maker.id != owner.id:
                before.append(_Edge((maker.id, "applied"), owner, wanted.path, "has its source from"))
        if owner.parent in by_id and owner.parent != owner.id:
            before.append(_Edge((owner.parent, "applied"), owner, ("metadata", "name"), "is delivered by"))
        edges[ready] += _children_waited_for(one, deliveries)
    return edges


def _makers(deliveries: Deliveries) -> Mapping[tuple[str, str, str, str], Owner | None]:
    """Who delivers each source; None for those that are applied by hand too."""
    found: dict[tuple[str, str, str, str], Owner | None] = {}
    for cluster, held in deliveries.expansion.by_hand.items():
        found.update({(cluster, one.kind, one.key.namespace, one.key.name): None for one in held})
    for one in deliveries:
        for each in one.result.objects if one.result else ():
            if each.key.group.endswith("source.toolkit.fluxcd.io"):
                key = (one.destination, each.kind, each.key.namespace, each.key.name)
                found.setdefault(key, one.owner)
    return found


def _children_waited_for(one: Delivery, deliveries: Deliveries) -> Iterator[_Edge]:
    """The Kustomizations and HelmReleases among its own objects that a Kustomization waits for."""
    owner = one.owner
    waits = owner.value("spec", "wait") is True
    checks = owner.value("spec", "healthChecks")
    checked = [
        (value_at(each, ("kind",)), value_at(each, ("namespace",)), value_at(each, ("name",)))
        for each in (checks if isinstance(checks, list) else ())
    ]
    path: FieldPath = ("spec", "wait") if waits else ("spec", "healthChecks")
    for child in deliveries.children(owner):
        key = child.owner.object.key
        is_checked = (key.kind, key.namespace, key.name) in checked
        if child.owner.kind in _KINDS and child.owner.id != owner.id and (waits or is_checked):
            yield _Edge((child.owner.id, "ready"), owner, path, _WAITS)


def _circle(start: _Node, edges: Mapping[_Node, list[_Edge]], done: set[_Node]) -> list[_Edge]:
    """The first circle that is met from a node; without recursion, as chains may be long."""
    way: list[_Edge] = []
    held: list[_Node] = []
    waiting: list[tuple[_Node, Iterator[_Edge]]] = []

    def enter(node: _Node) -> None:
        held.append(node)
        done.add(node)
        waiting.append((node, iter(edges.get(node, ()))))

    if start in done:
        return []
    enter(start)
    while waiting:
        edge = next(waiting[-1][1], None)
        if edge is None:
            waiting.pop()
            held.pop()
            way[-1:] = []
        elif edge.before in held:
            return [*way[held.index(edge.before) :], edge]
        elif edge.before not in done:
            way.append(edge)
            enter(edge.before)
    return []


def _told(circle: list[_Edge]) -> Violation:
    told = [one for one in circle if one.why != "is applied first"]
    first = next((one for one in told if one.is_own), told[0])
    at = told.index(first)
    turned = [*told[at:], *told[:at]]
    chain = ", ".join(f"{one.owner.said} {one.why} {_name_of(one.before)}" for one in turned)
    notes = tuple(Note(one.owner.object, one.path, one.why) for one in turned[1 : _MOST_NOTES + 1])
    return Violation(
        first.owner.object,
        first.path,
        f"these wait for each other, so that none is ever ready: {chain}",
        related=notes,
        hint="take one of them out of the circle",
    )


def _name_of(node: _Node) -> str:
    """The kind, namespace and name at the end of an id."""
    return " ".join(node[0].rpartition("//")[2].split("/")[-3:]).replace(" ", "/").replace("/", " ", 1)


# Waiting for nothing


def not_gating(deliveries: Deliveries, params: Params, _facts: Facts) -> Iterator[Violation]:
    """Dependencies that are ready as soon as they are applied, though what they deliver takes a while."""
    waiting: dict[str, list[Wanted]] = {}
    found: dict[str, Delivery] = {}
    for one in deliveries.of_kind(OwnerKind.FLUX_KUSTOMIZATION):
        for wanted in _dependencies(one.owner):
            held = deliveries.owner(one.owner.kind, one.owner.cluster, wanted.namespace, wanted.name)
            if held is not None and not one.owner.text(*wanted.path[:-1], "readyExpr"):
                waiting.setdefault(held.owner.id, []).append(wanted)
                found[held.owner.id] = held
    for name, wants in waiting.items():
        held = found[name]
        slow = _slow(held, params)
        if slow and not _gates(held.owner):
            yield _idle(held.owner, wants, slow)


def _gates(owner: Owner) -> bool:
    return owner.value("spec", "wait") is True or bool(owner.value("spec", "healthChecks"))


def _slow(one: Delivery, params: Params) -> str:
    """An object that takes a while to be ready, "" where there is none among those that are known."""
    kinds = frozenset(params["kinds"])
    held = one.result.objects if one.result else ()
    return next((f"{each.kind} {each.key.name}" for each in held if each.kind in kinds), "")


def _idle(owner: Owner, wants: list[Wanted], slow: str) -> Violation:
    path: FieldPath = ("spec", "wait") if owner.value("spec", "wait") is not None else ("spec",)
    names = sorted({one.owner.said for one in wants})
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Violation(
        owner.object,
        path,
        f"{names[0]}{more} depends on {owner.said}, which is ready once it is applied: it waits neither for "
        f"{slow} nor for anything else",
        related=tuple(Note(one.owner.object, one.path, "waits for it here") for one in wants[:_MOST_NOTES]),
        hint="set `wait: true`, or name what counts under `healthChecks`",
        at_key=path == ("spec",),
    )
