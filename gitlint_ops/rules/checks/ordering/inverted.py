"""Waves and phases that put something before what it needs.

Within one sync Argo CD itself moves namespaces and CustomResourceDefinitions before their first user, so
that a wrong wave of theirs breaks nothing; all else it applies in the order that is written, and waits for
each wave to be healthy.

Source: gitops-engine pkg/sync/sync_tasks.go (Sort, adjustDeps), pkg/sync/sync_context.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.delivery import Delivery, OwnerKind
from gitlint_ops.model.findings import Confidence, Note, Severity, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.waves import HOOK, WAVE, Phase, Turn, first_turn, setting_of
from gitlint_ops.rules.checks.ordering.definitions import Definitions, Kind, defined_by
from gitlint_ops.rules.checks.ordering.needs import Name, brought_by, needed_by
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.object_set import ObjectSet
from gitlint_ops.rules.subjects import Facts, Params

# Groups and kinds of which it is certain that their objects live in a namespace.
_NAMESPACED_GROUPS = frozenset({"apps", "batch", "autoscaling", "policy"})
_NAMESPACED_CORE = frozenset(
    {"ConfigMap", "Secret", "Service", "ServiceAccount", "Pod", "PersistentVolumeClaim"}
)


class _Task(Struct, frozen=True):
    """An object as a sync applies it; `namespace` is the one that it comes to live in, "" if unknown."""

    on: RenderedObject
    turn: Turn
    namespace: str

    @property
    def said(self) -> str:
        key = self.on.key
        return f"{key.kind} {key.namespace}/{key.name}".replace(" /", " ")


class _Inversion(Struct, frozen=True):
    """Something that comes before what it needs."""

    needed: _Task
    by: _Task
    is_moved: bool = False


def inverted(held: Deliveries | ObjectSet, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Needs that come after what needs them: in an Application, between the children of one, in a folder."""
    if isinstance(held, ObjectSet):
        yield from _in_folder(held)
        return
    elsewhere = _Held(held)
    for delivery in held.of_kind(OwnerKind.APPLICATION):
        tasks = tuple(_tasks(delivery.result.objects if delivery.result else (), delivery.namespace))
        if any(one.turn != Turn() for one in tasks):
            yield from _told(_within(tasks, partial(elsewhere.is_elsewhere, delivery)))
    yield from _told(_between(held))


def _in_folder(objects: ObjectSet) -> Iterator[Violation]:
    """Of a folder that nothing here delivers only annotations of Argo CD count: Helm has its own order."""
    if objects.target is None or objects.target.owner:
        return
    tasks = tuple(_tasks(objects, ""))
    if any(one.turn != Turn() for one in tasks):
        for one in _told(_within(tasks, lambda _: False)):
            if one.path[-1] in (WAVE, HOOK):
                yield replace(one, confidence=Confidence.MEDIUM)


class _Held:
    """What clusters get from anywhere: of what comes twice it cannot be said when it is first there."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._by_cluster: dict[str, Mapping[Name, set[str]]] = {}

    def is_elsewhere(self, delivery: Delivery, name: Name) -> bool:
        """Whether another delivery, or someone by hand, brings it to the same cluster."""
        held = self._by_cluster.get(delivery.destination)
        if held is None:
            held = self._by_cluster[delivery.destination] = self._of(delivery.destination)
        return bool(held.get(name, set()) - {delivery.owner.id})

    def _of(self, cluster: str) -> Mapping[Name, set[str]]:
        found: dict[Name, set[str]] = {}
        for one, delivery in self._deliveries.objects_in(cluster):
            name = _brought(one, one.key.namespace or delivery.namespace)
            if name is not None:
                found.setdefault(name, set()).add(delivery.owner.id)
        for one in self._deliveries.expansion.by_hand.get(cluster, ()):
            name = _brought(one, one.key.namespace)
            if name is not None:
                found.setdefault(name, set()).add("")
        return found


def _brought(on: RenderedObject, namespace: str) -> Name | None:
    if on.kind == "Namespace" and not on.key.group:
        return "Namespace", "", on.key.name
    return brought_by(on, namespace)


def _tasks(objects: Iterable[RenderedObject], namespace: str) -> Iterator[_Task]:
    for one in objects:
        turn = first_turn(one.body)
        if turn is not None:
            key = one.key
            is_inside = key.group in _NAMESPACED_GROUPS or (not key.group and key.kind in _NAMESPACED_CORE)
            yield _Task(one, turn, key.namespace or (namespace if is_inside else ""))


def _within(tasks: Sequence[_Task], is_elsewhere: Callable[[Name], bool]) -> Iterator[_Inversion]:
    brought: dict[Name, _Task] = {}
    defined: dict[Kind, _Task] = {}
    for one in sorted(tasks, key=lambda one: one.turn):
        name = _brought(one.on, one.namespace)
        if name is not None and not is_elsewhere(name):
            brought.setdefault(name, one)
        kind = defined_by(one.on)
        if kind is not None:
            defined.setdefault(kind, one)
    for one in tasks:
        needed = [brought.get(name) for name in sorted(needed_by(one.on, one.namespace))]
        moved = [brought.get(("Namespace", "", one.namespace)), defined.get((one.on.key.group, one.on.kind))]
        yield from (_Inversion(each, one) for each in needed if each is not None and each.turn > one.turn)
        # Where the one that is moved says nothing of its own, its author may rely on that.
        late = (each for each in moved if each is not None and each.turn > max(one.turn, Turn()))
        yield from (_Inversion(each, one, True) for each in late)


def _between(deliveries: Deliveries) -> Iterator[_Inversion]:
    """Children of one Application of which one uses kinds that a later one defines."""
    for parent in deliveries.of_kind(OwnerKind.APPLICATION):
        children = [
            one for one in deliveries.children(parent.owner) if one.owner.kind is OwnerKind.APPLICATION
        ]
        turns = {one.owner.id: first_turn(one.owner.object.body) for one in children}
        if len(set(turns.values())) < 2:
            continue
        definitions = Definitions(children)
        for child in children:
            for definer in definitions.definers_of(child):
                earlier, later = turns[child.owner.id], turns[definer.owner.id]
                if earlier is not None and later is not None and earlier < later:
                    yield _Inversion(
                        _Task(definer.owner.object, later, ""), _Task(child.owner.object, earlier, "")
                    )


def _told(found: Iterable[_Inversion]) -> Iterator[Violation]:
    """One violation for each annotation, whatever number of objects it comes too early or late for."""
    places: dict[tuple[int, bool], list[_Inversion]] = {}
    for one in found:
        is_late = one.needed.turn > Turn()
        edited = one.needed.on if is_late else one.by.on
        places.setdefault((id(edited), one.is_moved), []).append(one)
    for several in places.values():
        yield _violation(several[0], len({id(one.by.on) for one in several}) - 1)


def _violation(one: _Inversion, others: int) -> Violation:
    needed, by = one.needed, one.by
    is_late = needed.turn > Turn()
    edited, other = (needed, by) if is_late else (by, needed)
    more = f" and {others} other{'s' if others > 1 else ''}" if is_late and others else ""
    need = "need" if more else "needs"
    message = f"{needed.said} comes in {needed.turn.said}, after {by.said}{more}, which {need} it and come"
    message += f"{'' if more else 's'} in {by.turn.said}"
    if one.is_moved:
        message += ": Argo CD moves it forward, so that this order is not what happens"
    return Violation(
        edited.on,
        setting_of(edited.on.body, edited.turn),
        message,
        related=(Note(other.on, ("metadata", "name"), "needs it" if is_late else "what is needed"),),
        hint=_hint(one, is_late=is_late),
        severity=Severity.WARNING if one.is_moved else None,
    )


def _hint(one: _Inversion, *, is_late: bool) -> str:
    needed, by = one.needed.turn, one.by.turn
    if needed.phase is by.phase:
        wave = f"a wave of at most {by.wave}" if is_late else f"a wave of at least {needed.wave}"
        return f"give it {wave}: what is needed must come first"
    if by.phase is Phase.PRE_SYNC:
        return f"make {one.needed.said} a PreSync hook with a lower wave, or run the other in the phase Sync"
    return "run what is needed in the phase Sync, or an earlier one than what needs it"
