"""Objects that two delivery objects both apply to one cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gitlint_ops.model.blame import Via, origin
from gitlint_ops.model.delivery import FLUX_KUSTOMIZE, Delivery, OwnerKind
from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.scopes import cluster_kinds, is_cluster_wide
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_Use: TypeAlias = tuple[RenderedObject, Delivery]

_MOST_NOTES = 5
_SHARED = frozenset({"Merge", "IfNotPresent", "Ignore"})


def owned_twice(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """One finding for each two owners that share objects, at the first of these."""
    shared: dict[tuple[str, str], list[tuple[_Use, _Use]]] = {}
    above = {one.owner.id: one.owner.parent for one in deliveries}
    for cluster in {one.destination: None for one in deliveries}:
        for uses in _uses(cluster, deliveries).values():
            first = uses[0]
            for other in uses[1:]:
                if _are_two(first[1], other[1], cluster, above):
                    key = (first[1].owner.id, other[1].owner.id)
                    shared.setdefault(key, []).append((first, other))
    for pairs in shared.values():
        yield _told(pairs)


def _uses(cluster: str, deliveries: Deliveries) -> Mapping[ObjectKey, list[_Use]]:
    """The objects of a cluster by what the API server knows them by."""
    found: dict[ObjectKey, list[_Use]] = {}
    wide = cluster_kinds(deliveries)
    for one, delivery in deliveries.objects_in(cluster):
        key = one.key
        is_named = key.name and key.kind and "${" not in key.name and "${" not in key.namespace
        if not is_named or _is_shared(one) or _is_installed_once(one, delivery):
            continue
        # Helm and Argo CD put what names no namespace into that of the release.
        namespace = "" if is_cluster_wide(one, wide) else key.namespace or delivery.namespace
        found.setdefault(ObjectKey(key.group, key.kind, namespace, key.name), []).append((one, delivery))
    return found


def _is_installed_once(one: RenderedObject, delivery: Delivery) -> bool:
    """Whether a chart brings a definition, which Helm leaves alone where there is one already."""
    return delivery.owner.kind is OwnerKind.HELM_RELEASE and one.kind == "CustomResourceDefinition"


def _is_shared(one: RenderedObject) -> bool:
    """Whether an object says that others may own it, too."""
    return any(
        value_at(one.body, ("metadata", field, f"{FLUX_KUSTOMIZE}/ssa")) in _SHARED
        or value_at(one.body, ("metadata", field, f"{FLUX_KUSTOMIZE}/reconcile")) == "disabled"
        for field in ("labels", "annotations")
    )


def _are_two(first: Delivery, other: Delivery, cluster: str, above: Mapping[str, str]) -> bool:
    """Whether two deliveries are of two owners, and surely to the same cluster.

    What is said twice of one owner is told of that owner itself. Where no cluster is known, those have
    the same that the same root delivers.
    """
    ours, theirs = first.owner, other.owner
    if ours.is_example or theirs.is_example:
        return False
    if ours.id == theirs.id or (ours.kind, ours.object.key) == (theirs.kind, theirs.object.key):
        return False
    return bool(cluster) or _root_of(first, above) == _root_of(other, above)


def _root_of(one: Delivery, above: Mapping[str, str]) -> str:
    name, seen = one.owner.id, set[str]()
    while above.get(name) and name not in seen:
        seen.add(name)
        name = above[name]
    return name


def _told(pairs: list[tuple[_Use, _Use]]) -> Violation:
    (one, by), (other, by_other) = pairs[0]
    if _is_made(other) and not _is_made(one):
        # Of a chart's template and a manifest, people edit the manifest.
        (one, by), (other, by_other) = (other, by_other), (one, by)
        pairs = [(second, first) for first, second in pairs]
    count = len(pairs)
    more = f" and {count - 1} more object{'s' if count > 2 else ''}" if count > 1 else ""
    fight = "each overwrites the other's"
    if OwnerKind.FLUX_KUSTOMIZATION in (by.owner.kind, by_other.owner.kind):
        fight += ", and what one of them prunes is gone for both"
    is_shared = origin(one.blame).source == origin(other.blame).source or _is_made(other)
    on, path = _of_owner(by, by_other, other) if is_shared else (other, _NAME)
    return Violation(
        on,
        path,
        f"{by.owner.said} and {by_other.owner.said} both deliver {one.kind} {one.key.name}{more}: {fight}",
        related=(*(_notes_of_owners if is_shared else _notes)(one, by, by_other), *_rest(pairs)),
        hint=_hint(by, by_other),
        # A namespace that each brings for itself does no harm until one of them goes.
        severity=Severity.WARNING if all(each.kind == "Namespace" for (each, _), _ in pairs) else None,
    )


_NAME: FieldPath = ("metadata", "name")
_FOLDERS: tuple[FieldPath, ...] = (("spec", "path"), ("spec", "source", "path"))
_NAMESPACES: tuple[FieldPath, ...] = (("spec", "destination", "namespace"), ("spec", "targetNamespace"))


def _is_made(one: RenderedObject) -> bool:
    """Whether a chart's template makes an object: nobody mends such a clash there."""
    return origin(one.blame).via in (Via.HELM_TEMPLATE, Via.HELM_VALUES)


def _of_owner(by: Delivery, by_other: Delivery, one: RenderedObject) -> tuple[RenderedObject, FieldPath]:
    """What makes an owner deliver what another one has, too: its folder, else where it puts things.

    Of folders that lie in each other it is the outer one that takes too much.
    """
    if _lie_in_each_other(by, by_other):
        outer = min(by_other, by, key=lambda one: len(_folder(one) or ""))
        for path in _FOLDERS:
            if outer.owner.text(*path):
                return outer.owner.object, path
    owner = by_other.owner
    namespace = one.key.namespace or by_other.namespace
    here = [each for each in _NAMESPACES if namespace and owner.text(*each) == namespace]
    here += [each for each in _FOLDERS if owner.text(*each)]
    return owner.object, here[0] if here else _NAME


def _notes(one: RenderedObject, by: Delivery, by_other: Delivery) -> Iterator[Note]:
    yield Note(one, _NAME, f"delivered by {by.owner.said}")
    yield Note(by_other.owner.object, _NAME, f"{by_other.owner.said} stands here")


def _notes_of_owners(one: RenderedObject, by: Delivery, by_other: Delivery) -> Iterator[Note]:
    yield from (Note(each.owner.object, _NAME, f"{each.owner.said} stands here") for each in (by, by_other))
    yield Note(one, _NAME, "delivered by both")


def _rest(pairs: list[tuple[_Use, _Use]]) -> Iterator[Note]:
    return (Note(each, _NAME, "this too") for _, (each, _) in pairs[1:_MOST_NOTES])


def _folder(one: Delivery) -> str | None:
    """The folder that something is delivered from, None where it has none."""
    return one.result.target.path if one.result is not None else None


def _lie_in_each_other(first: Delivery, other: Delivery) -> bool:
    one, two = _folder(first), _folder(other)
    if one is None or two is None:
        return False
    inner, outer = sorted((one, two), key=len, reverse=True)
    return inner == outer or not outer or inner.startswith(f"{outer}/")


def _hint(first: Delivery, other: Delivery) -> str:
    outer, inner = sorted((_folder(first) or "", _folder(other) or ""), key=len)
    if inner != outer and _lie_in_each_other(first, other):
        return f"the folder '{inner}' lies in '{outer or '.'}': let the outer one leave it out"
    return "leave it to one of them"
