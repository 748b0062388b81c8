"""Kinds that one Application defines and another uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Delivery, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.version_ranges import version
from gitlint_ops.model.waves import ANNOTATIONS, Turn, first_turn
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

Kind: TypeAlias = tuple[str, str]
"""A group and a kind."""

_OPTION = "SkipDryRunOnMissingResource=true"
_OPTIONS = "argocd.argoproj.io/sync-options"
_MOST_NAMED = 3
_MOST_ABOVE = 64


def defined_by(on: RenderedObject) -> Kind | None:
    """The kind that a CustomResourceDefinition defines, None of anything else."""
    if on.kind != "CustomResourceDefinition":
        return None
    group, kind = value_at(on.body, ("spec", "group")), value_at(on.body, ("spec", "names", "kind"))
    return (group, kind) if isinstance(group, str) and isinstance(kind, str) else None


class Definitions:
    """Which of some deliveries define which kinds."""

    def __init__(self, deliveries: Iterable[Delivery]) -> None:
        self._by_kind: dict[Kind, list[Delivery]] = {}
        for delivery in deliveries:
            for one in delivery.result.objects if delivery.result else ():
                kind = defined_by(one)
                held = self._by_kind.setdefault(kind, []) if kind is not None else []
                if not held or held[-1] is not delivery:
                    held.append(delivery)

    def uses(self, delivery: Delivery) -> Mapping[Kind, Sequence[Delivery]]:
        """The kinds that a delivery uses, and that only others define in the same cluster, with these."""
        used = {(one.key.group, one.kind) for one in (delivery.result.objects if delivery.result else ())}
        found: dict[Kind, Sequence[Delivery]] = {}
        for kind in sorted(used & self._by_kind.keys()):
            definers = [one for one in self._by_kind[kind] if one.destination == delivery.destination]
            if definers and not any(one is delivery for one in definers):
                found[kind] = definers
        return found

    def definers_of(self, delivery: Delivery) -> Iterator[Delivery]:
        """The others that alone define a kind which a delivery uses, each once."""
        told: set[str] = set()
        for definers in self.uses(delivery).values():
            if len(definers) == 1 and definers[0].owner.id not in told:
                told.add(definers[0].owner.id)
                yield definers[0]


def unordered(deliveries: Deliveries, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Applications of which nothing says that they come after the one that defines their kinds."""
    definitions = Definitions(deliveries.of_kind(OwnerKind.APPLICATION))
    above = {one.owner.id: one for one in deliveries}
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        if _is_patient(delivery, facts):
            continue
        by_hand = {defined_by(one) for one in deliveries.expansion.by_hand.get(delivery.destination, ())}
        early: dict[str, tuple[Delivery, list[Kind]]] = {}
        for kind, definers in definitions.uses(delivery).items():
            if kind in by_hand or not _is_dry_run(delivery, kind):
                continue
            met = [one for one in definers if _meet(delivery, one, above)]
            if met and not any(_comes_first(one, delivery, above) for one in met):
                early.setdefault(met[0].owner.id, (met[0], []))[1].append(kind)
        yield from (_violation(delivery, definer, kinds) for definer, kinds in early.values())


def _violation(delivery: Delivery, definer: Delivery, kinds: Sequence[Kind]) -> Violation:
    owner = delivery.owner
    named = ", ".join(kind for _, kind in kinds[:_MOST_NAMED])
    more = f" and {len(kinds) - _MOST_NAMED} more" if len(kinds) > _MOST_NAMED else ""
    crd = next(
        one for one in (definer.result.objects if definer.result else ()) if defined_by(one) == kinds[0]
    )
    return Violation(
        owner.object,
        _place(delivery),
        f"it uses {named}{more}, which {definer.owner.said} defines, and nothing says that it comes first: "
        "until then every sync of this Application fails",
        related=(Note(crd, ("metadata", "name"), "defined here"),),
        hint=f"add {_OPTION} to its sync options and a retry, or give the other Application an earlier wave "
        "of the same parent",
        at_key=True,
    )


def _place(delivery: Delivery) -> FieldPath:
    paths: tuple[FieldPath, ...] = (("spec", "syncPolicy", "syncOptions"), ("spec", "syncPolicy"))
    return next((path for path in paths if delivery.owner.value(*path) is not None), ("spec",))


def _is_patient(delivery: Delivery, facts: Facts) -> bool:
    """Whether an Application tries again, or skips what is not there yet (which it knows since 3.1)."""
    limit = delivery.owner.value("spec", "syncPolicy", "retry", "limit")
    if isinstance(limit, int) and limit != 0:
        return True
    options = delivery.owner.value("spec", "syncPolicy", "syncOptions")
    held = version(facts.argocd) if facts.argocd else None
    is_known = held is None or (held.major, held.minor) >= (3, 1)
    return is_known and isinstance(options, list) and _OPTION in options


def _is_dry_run(delivery: Delivery, kind: Kind) -> bool:
    """Whether some object of a kind has not the option that lets it wait for its definition."""
    for one in delivery.result.objects if delivery.result else ():
        if (one.key.group, one.kind) == kind and first_turn(one.body) is not None:
            text = value_at(one.body, (*ANNOTATIONS, _OPTIONS))
            options = [each.strip() for each in text.split(",")] if isinstance(text, str) else []
            if _OPTION not in options:
                return True
    return False


def _lineage(one: Delivery, above: Mapping[str, Delivery]) -> list[Delivery]:
    """A delivery and all above it, the outermost first."""
    found = [one]
    while len(found) < _MOST_ABOVE and (parent := above.get(found[-1].owner.parent)) is not None:
        found.append(parent)
    return found[::-1]


def _meet(one: Delivery, other: Delivery, above: Mapping[str, Delivery]) -> bool:
    """Whether both surely come into one Argo CD: below one owner, or from one folder."""
    first, second = _lineage(one, above)[0], _lineage(other, above)[0]
    if first is second:
        return True
    places = [origin(each.owner.object.blame).source.file for each in (first, second)]
    folders = [(each.repo, each.path.rpartition("/")[0]) for each in places]
    return folders[0] == folders[1]


def _comes_first(one: Delivery, other: Delivery, above: Mapping[str, Delivery]) -> bool:
    """Whether the waves below the nearest owner of both put one before the other.

    Two of one parent in the wrong order are told as that.
    """
    if one.owner.parent == other.owner.parent and _turn(one) != _turn(other):
        return True
    for mine, theirs in zip(_lineage(one, above), _lineage(other, above), strict=False):
        if mine is theirs:
            continue
        parent = above.get(mine.owner.parent)
        if parent is None or parent.owner.id != theirs.owner.parent:
            return False
        if parent.owner.kind is OwnerKind.APPLICATION_SET:
            return parent.owner.text("spec", "strategy", "type") == "RollingSync"
        return _turn(mine) < _turn(theirs)
    return True  # what delivers the other is there before it


def _turn(one: Delivery) -> Turn:
    return first_turn(one.owner.object.body) or Turn()
