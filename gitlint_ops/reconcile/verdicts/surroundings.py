"""What else was rehearsed, of which a verdict tells beside its object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from gitlint_ops.model.delivery import Delivery, Expansion
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.reconcile.drift.settings import argo_settings
from gitlint_ops.reconcile.outcomes import Entry, Rehearsal, Rehearsed, TargetSet

_ANY_OBJECT: Mapping[str, Any] = {
    "apiVersion": "",
    "kind": "",
    "metadata": dict.fromkeys(
        ("name", "namespace", "labels", "annotations", "generateName", "finalizers", "ownerReferences")
    ),
}
_MOST_SAMPLES = 20
_MOST_NAMES = 500

# What other objects are refused by.
_LIMITING = frozenset(
    {
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy",
        "ResourceQuota",
        "LimitRange",
        "HorizontalPodAutoscaler",
        "ScaledObject",
        "ClusterPolicy",
        "Policy",
    }
)


class Surroundings(Struct, frozen=True):
    """Of one rehearsal: what limits others by kind, samples of what was accepted, who applies what.

    `targets` are by their ids; `made_by` maps a delivery object to the first thing that it delivers.
    `is_drift_told`: what people changed is told as drift, beside the verdicts. `expansion` is None where
    nothing is known of how things are delivered.
    """

    limiting: Mapping[str, tuple[RenderedObject, ...]]
    samples: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
    applied: Mapping[ObjectKey, tuple[tuple[int, Entry], ...]]
    targets: Mapping[str, TargetSet] = field(default_factory=dict)
    made_by: Mapping[ObjectKey, tuple[int, Entry]] = field(default_factory=dict)
    is_drift_told: bool = False
    expansion: Expansion | None = None

    def named(self, kind: str, name: str, namespace: str = "") -> RenderedObject | None:
        """The object of a limiting kind by its name, None where nothing rehearsed is it."""
        return next(
            (
                one
                for one in self.limiting.get(kind, ())
                if one.key.name == name and namespace in ("", one.key.namespace)
            ),
            None,
        )

    def in_namespace(self, kind: str, namespace: str) -> tuple[RenderedObject, ...]:
        return tuple(one for one in self.limiting.get(kind, ()) if one.key.namespace == namespace)

    def fields_known_at(self, on: RenderedObject, path: FieldPath) -> tuple[str, ...]:
        """The fields that objects of this kind have at a path, in any item of lists on the way."""
        bodies = (_ANY_OBJECT, on.body, *self.samples.get((on.api_version, on.kind), ()))
        return tuple(dict.fromkeys(name for body in bodies for name in _names_at(body, path)))[:_MOST_NAMES]

    def place_in_order(self, of: RenderedObject) -> tuple[int, Entry] | None:
        """When an object is applied, counted over all targets; the first time of several.

        What a delivery object makes by itself (its namespace) comes with the first thing that it delivers.
        """
        return self.made_by.get(of.key) or next(iter(self.applied.get(of.key, ())), None)

    def argo_settings(self, target: TargetSet) -> RenderedObject | None:
        """The argocd-cm of the Argo CD that syncs a target, None where it is not known."""
        if self.expansion is None or target.delivery is None:
            return None
        return argo_settings(self.expansion, target.delivery.owner.cluster).held

    @property
    def deliveries(self) -> Mapping[str, Delivery]:
        """The deliveries of the targets that have one, by the target's id."""
        return {id_: one.delivery for id_, one in self.targets.items() if one.delivery is not None}


def surroundings_of(
    rehearsal: Rehearsal, *, is_drift_told: bool = False, expansion: Expansion | None = None
) -> Surroundings:
    limiting: dict[str, list[RenderedObject]] = {}
    applied: dict[ObjectKey, list[tuple[int, Entry]]] = {}
    made_by: dict[ObjectKey, tuple[int, Entry]] = {}
    targets = {one.result.target.id: one for one in rehearsal.set.targets}
    entries = [entry for target in rehearsal.set.targets for entry in target.entries]
    for number, entry in enumerate(entries):
        delivery = targets[entry.target].delivery if entry.target in targets else None
        if delivery is not None:
            made_by.setdefault(delivery.owner.object.key, (number, entry))
        applied.setdefault(entry.object.key, []).append((number, entry))
        if entry.object.kind in _LIMITING:
            limiting.setdefault(entry.object.kind, []).append(entry.object)
    return Surroundings(
        {kind: tuple(found) for kind, found in limiting.items()},
        _samples(rehearsal.objects),
        {key: tuple(found) for key, found in applied.items()},
        targets,
        made_by,
        is_drift_told,
        expansion,
    )


def _samples(objects: Iterable[Rehearsed]) -> dict[tuple[str, str], tuple[Mapping[str, Any], ...]]:
    found: dict[tuple[str, str], tuple[Mapping[str, Any], ...]] = {}
    for one in objects:
        kind = (one.entry.object.api_version, one.entry.object.kind)
        held = found.get(kind, ())
        if one.after is not None and len(held) < _MOST_SAMPLES:
            found[kind] = (*held, one.after)
    return found


def _names_at(body: Any, path: FieldPath) -> Iterator[str]:
    if not path:
        yield from (str(name) for name in body) if isinstance(body, dict) else ()
    elif isinstance(path[0], int):
        for item in body if isinstance(body, list) else ():
            yield from _names_at(item, path[1:])
    elif isinstance(body, dict) and path[0] in body:
        yield from _names_at(body[path[0]], path[1:])
