"""What pruning an object takes with it: the work of others, or data.

An object that goes with all that hangs on it is no hazard: that is what pruning is for. It is one where what
is lost belongs to somebody else, who has not removed anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.delivery import FLUX_KUSTOMIZE, Delivery, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.made_secrets import OfKind
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.scopes import cluster_kinds, namespace_of
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params, is_workload

_MOST_NOTES = 5
_CLAIM, _NAMESPACE, _DEFINITION = "PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"

_Cluster: TypeAlias = tuple[str, str]
"""The name of a cluster; where that is not known, what all is delivered from that goes there."""


def prune_hazard(deliveries: Deliveries, params: Params, _facts: Facts) -> Iterator[Violation]:
    """Objects that take others' work or data with them once they are pruned; one for each kind and owner."""
    uses: _Uses | None = None
    for one in deliveries.of_kind(OwnerKind.FLUX_KUSTOMIZATION):
        result = one.result
        if result is None or one.owner.value("spec", "prune") is not True or one.owner.is_example:
            continue
        held = [each for each in result.objects if each.kind in _HAZARDS and not _is_kept(each)]
        if not held or result.target.environment in params["short_lived"]:
            continue
        uses = uses or _Uses(deliveries)
        for kind, find in _HAZARDS.items():
            mine = (each for each in held if each.kind == kind and not uses.is_shared(each, one))
            found = [hit for each in mine if (hit := find(each, one, uses))]
            if found:
                yield _told(found, one)


def _is_kept(one: RenderedObject) -> bool:
    """Whether an object says that it must not be pruned, is not Flux's to prune, or is Flux itself.

    What `flux bootstrap` makes is made anew with each release, and is not for people to edit.
    """
    marks = {
        f"{FLUX_KUSTOMIZE}/prune": "disabled",
        f"{FLUX_KUSTOMIZE}/reconcile": "disabled",
        f"{FLUX_KUSTOMIZE}/ssa": "Ignore",
        "app.kubernetes.io/part-of": "flux",
    }
    return any(
        value_at(one.body, ("metadata", field, key)) == value
        for field in ("labels", "annotations")
        for key, value in marks.items()
    )


class _Use(Struct, frozen=True):
    """An object that hangs on another one, and what delivers it."""

    object: RenderedObject
    delivery: Delivery

    @property
    def is_weighty(self) -> bool:
        """Whether it runs, or holds data: more than settings for what runs there anyway."""
        return self.object.kind in (_CLAIM, "HelmRelease") or is_workload(self.object)

    @property
    def said(self) -> str:
        return f"{self.object.kind} {self.object.key.name} of {self.delivery.owner.said}"


class _Uses:
    """What lives in namespaces, and the objects of kinds, by cluster and by what delivers them."""

    def __init__(self, deliveries: Deliveries) -> None:
        self.deliveries = deliveries
        self._above = {one.owner.id: one.owner.parent for one in deliveries}
        self._inside: dict[tuple[_Cluster, str], dict[str, _Use]] = {}
        self._kinds: dict[tuple[_Cluster, str, str], dict[str, _Use]] = {}
        wide = cluster_kinds(deliveries)
        self._owned: Counter[tuple[_Cluster, ObjectKey]] = Counter()
        for delivery in deliveries:
            cluster = self._cluster(delivery)
            self._owned.update({(cluster, one.key) for one in _objects(delivery)})
        for delivery in deliveries:
            cluster = self._cluster(delivery)
            for one in _objects(delivery):
                if self.is_shared(one, delivery):
                    continue
                use = _Use(one, delivery)
                self._kinds.setdefault((cluster, one.key.group, one.kind), {}).setdefault(
                    delivery.owner.id, use
                )
                namespace = namespace_of(one, delivery, wide)
                if namespace:
                    _note(use, self._inside.setdefault((cluster, namespace), {}))

    def is_shared(self, one: RenderedObject, delivery: Delivery) -> bool:
        """Whether others deliver the same object: it is back at once, and `object-owned-twice` tells it."""
        return self._owned[self._cluster(delivery), one.key] > 1

    def inside(self, namespace: str, delivery: Delivery) -> list[_Use]:
        """What others would lose with a namespace, one object of each.

        Where the owner, or what it delivers, has something there itself, settings of others are no loss
        beside that.
        """
        uses = self._inside.get((self._cluster(delivery), namespace), {})
        others = self._others(uses, delivery)
        is_home = len(others) < len(uses)
        return [one for one in others.values() if one.is_weighty or not is_home]

    def of_kind(self, group: str, kind: str, delivery: Delivery) -> list[_Use]:
        """One object of each other owner that delivers a kind."""
        found = self._kinds.get((self._cluster(delivery), group, kind), {})
        return list(self._others(found, delivery).values())

    def _others(self, uses: Mapping[str, _Use], delivery: Delivery) -> dict[str, _Use]:
        """The uses of those that an owner does not deliver itself, by their ids."""
        owner = delivery.owner
        return {
            name: one
            for name, one in uses.items()
            if owner.id not in self._chain(name)
            and (owner.kind, owner.object.key) != (one.delivery.owner.kind, one.delivery.owner.object.key)
        }

    def _cluster(self, delivery: Delivery) -> _Cluster:
        if delivery.destination:
            return delivery.destination, ""
        return "", self._chain(delivery.owner.id)[-1]

    def _chain(self, name: str) -> list[str]:
        """An owner and all above it, the nearest first."""
        found: dict[str, None] = {}
        while name and name not in found:
            found[name] = None
            name = self._above.get(name, "")
        return list(found)


def _objects(delivery: Delivery) -> Sequence[RenderedObject]:
    return delivery.result.objects if delivery.result else ()


def _note(use: _Use, held: dict[str, _Use]) -> None:
    """Keep the first use of an owner, or the first that is weighty."""
    former = held.setdefault(use.delivery.owner.id, use)
    if use.is_weighty and not former.is_weighty:
        held[use.delivery.owner.id] = use


# The kinds of loss


class _Hazard(Struct, frozen=True):
    """An object and what goes with it; `loss` ends the sentence "with it"."""

    object: RenderedObject
    loss: str
    uses: tuple[_Use, ...] = ()


def _of_namespace(one: RenderedObject, delivery: Delivery, uses: _Uses) -> _Hazard | None:
    others = tuple(uses.inside(one.key.name, delivery))
    if not others:
        return None
    return _Hazard(one, f"goes all that others deliver into it, such as {others[0].said}", others)


def _of_definition(one: RenderedObject, delivery: Delivery, uses: _Uses) -> _Hazard | None:
    kind = str(value_at(one.body, ("spec", "names", "kind"), ""))
    others = tuple(uses.of_kind(str(value_at(one.body, ("spec", "group"), "")), kind, delivery))
    if not others:
        return None
    return _Hazard(one, f"go all objects of the kind {kind}, such as {others[0].said}", others)


def _of_claim(one: RenderedObject, delivery: Delivery, uses: _Uses) -> _Hazard | None:
    held = uses.deliveries.known(delivery.destination).of_kind
    if _is_retained(one, held) or _is_backed_up(one, held):
        return None
    return _Hazard(one, "goes its data, unless its volume is retained")


def _is_retained(claim: RenderedObject, of_kind: OfKind) -> bool:
    """Whether the volume outlives its claim.

    Volumes that are made by hand do unless they say otherwise; those that a class makes do where it says so.
    """
    volumes = list(of_kind("", "PersistentVolume"))
    own = [one for one in volumes if _is_meant(one, claim)]
    wanted = value_at(claim.body, _CLASS)
    made_by = None if own else _class_of(wanted, of_kind)
    if made_by is not None:
        return bool(value_at(made_by.body, ("reclaimPolicy",)) == "Retain")
    own = own or [one for one in volumes if wanted and value_at(one.body, _CLASS) == wanted]
    if own:
        policy = ("spec", "persistentVolumeReclaimPolicy")
        return all(value_at(one.body, policy, "Retain") == "Retain" for one in own)
    is_by_hand = wanted == "" or bool(value_at(claim.body, ("spec", "volumeName")))
    return is_by_hand or "retain" in str(wanted).lower()


_CLASS = ("spec", "storageClassName")
_DEFAULT_CLASS = ("metadata", "annotations", "storageclass.kubernetes.io/is-default-class")


def _class_of(name: Any, of_kind: OfKind) -> RenderedObject | None:
    """The StorageClass of that name, or the default one where a claim names none."""
    classes = of_kind("storage.k8s.io", "StorageClass")
    if name is None:
        return next((one for one in classes if value_at(one.body, _DEFAULT_CLASS) == "true"), None)
    return next((one for one in classes if one.key.name == name), None)


def _is_meant(volume: RenderedObject, claim: RenderedObject) -> bool:
    """Whether a volume and a claim are bound to each other by name."""
    meant = value_at(volume.body, ("spec", "claimRef", "name"))
    return str(meant) == claim.key.name or volume.key.name == str(
        value_at(claim.body, ("spec", "volumeName"))
    )


def _is_backed_up(claim: RenderedObject, of_kind: OfKind) -> bool:
    """Whether VolSync keeps copies of the volume, or fills a new one from such."""
    if value_at(claim.body, ("spec", "dataSourceRef", "kind")) == "ReplicationDestination":
        return True
    return any(
        value_at(one.body, ("spec", "sourcePVC")) == claim.key.name
        for one in of_kind("volsync.backube", "ReplicationSource")
        if one.key.namespace == claim.key.namespace
    )


_HAZARDS = {_CLAIM: _of_claim, _NAMESPACE: _of_namespace, _DEFINITION: _of_definition}


def _told(found: list[_Hazard], delivery: Delivery) -> Violation:
    first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    alike = [Note(one.object, ("metadata", "name"), "this too") for one in found[1:]]
    lost = [Note(one.object, ("metadata", "name"), "this would go, too") for one in first.uses]
    return Violation(
        first.object,
        ("metadata", "name"),
        f"{delivery.owner.said} deletes {first.object.kind} {first.object.key.name}{more} once "
        f"{'they are' if more else 'it is'} gone from here: with {'each' if more else 'it'} {first.loss}",
        related=(*alike[:_MOST_NOTES], *lost[:_MOST_NOTES]),
        hint=_hint(first.object.kind, several=bool(more)),
    )


def _hint(kind: str, *, several: bool) -> str:
    annotation = f"{FLUX_KUSTOMIZE}/prune: disabled"
    if several:
        return f"annotate them with {annotation}, all at once by a patch of the target {{kind: {kind}}}"
    return f"annotate it with {annotation}"
