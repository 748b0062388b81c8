"""Differences between the clusters of one ring that nothing explains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.blame import Origin, Via, at, chain, origin
from gitlint_ops.model.delivery import Cluster, Delivery
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import Status
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_Form: TypeAlias = tuple[str, str, str, str]
_Place: TypeAlias = tuple[str, ...]

_RINGS = ("ring", "wave", "tier", "stage")
_HASH = re.compile(r"-[bcdfghkmt2456789]{10}\Z")
_HIDDEN = frozenset({"Secret", "SealedSecret", "ExternalSecret"})
_DELIVERING = ("argoproj.io", "fluxcd.io")
_MAX_DEPTH = 30
_MOST_FIELDS = 10
_LONGEST = 60
_SHORTEST_FACT = 2


class _Field(Struct, frozen=True):
    """A field of one cluster: its value, and the same without what is the cluster's own."""

    on: RenderedObject
    path: FieldPath
    value: Any
    common: Any


_Fields: TypeAlias = Mapping[_Place, _Field]


class _Member(Struct, frozen=True):
    """An app on one cluster of a ring."""

    cluster: Cluster
    delivery: Delivery
    objects: Mapping[_Form, RenderedObject]


def variant_drift(deliveries: Deliveries, params: Params, _facts: Facts) -> Iterator[Violation]:
    """Fields that one cluster of a ring has otherwise than the rest of it."""
    allowed = frozenset(map(str, params.get("fields", ())))
    for members in _rings(deliveries):
        forms = dict.fromkeys(form for one in members for form in one.objects)
        for form in forms:
            having = [one for one in members if form in one.objects]
            if len(having) > 1:
                yield from _of_object(form, having, allowed)


def _rings(deliveries: Deliveries) -> Iterator[Sequence[_Member]]:
    """The same app on the clusters of one environment and ring, as the inventory has them."""
    found: dict[tuple[str, ...], dict[str, _Member]] = {}
    for one in deliveries:
        cluster, result = deliveries.clusters.get(one.destination), one.result
        if cluster is None or not cluster.declared or not cluster.environment or result is None:
            continue
        if result.status is not Status.BUILT or not result.complete or one.owner.is_example:
            continue
        key = one.owner.object.key
        ring = next((cluster.labels[name] for name in _RINGS if name in cluster.labels), "")
        name = key.name.replace(cluster.name, "*")
        group = (cluster.environment, ring, one.owner.kind.value, key.namespace, name)
        objects = {_form(each, cluster): each for each in result.objects if _is_compared(each)}
        found.setdefault(group, {}).setdefault(cluster.name, _Member(cluster, one, objects))
    yield from (tuple(members.values()) for members in found.values() if len(members) > 1)


def _is_compared(one: RenderedObject) -> bool:
    return one.kind not in _HIDDEN and not one.key.group.endswith(_DELIVERING)


def _form(one: RenderedObject, cluster: Cluster) -> _Form:
    key = one.key
    name = _HASH.sub("", key.name).replace(cluster.name, "*")
    return key.group, key.kind, key.namespace.replace(cluster.name, "*"), name


# One object on all clusters of a ring


def _of_object(form: _Form, members: Sequence[_Member], allowed: frozenset[str]) -> Iterator[Violation]:
    if len({id(one.objects[form].body) for one in members}) == 1:
        return
    fields = [_fields(one.objects[form], one.cluster) for one in members]
    told = 0
    for place in dict.fromkeys(place for one in fields for place in one):
        if told >= _MOST_FIELDS or not allowed.isdisjoint(place):
            continue
        held = [one.get(place) for one in fields]
        odd = _odd(held, members)
        if odd is not None:
            mine = held[odd]
            others = [one for index, one in enumerate(held) if index != odd and one is not None]
            if mine is not None and others and not _is_declared(mine):
                told += 1
                yield _violation(
                    mine, others, members[odd], [one for one in members if one is not members[odd]]
                )


def _fields(on: RenderedObject, cluster: Cluster) -> dict[_Place, _Field]:
    facts = _facts_of(cluster)
    found: dict[_Place, _Field] = {}
    for name, value in on.body.items():
        if name not in ("metadata", "status"):
            for place, path, leaf in _leaves(value, (str(name),), (name,)):
                found[place] = _Field(on, path, leaf, _common(leaf, facts))
    return found


def _leaves(value: Any, place: _Place, path: FieldPath) -> Iterator[tuple[_Place, FieldPath, Any]]:
    if len(path) > _MAX_DEPTH:
        return
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _leaves(one, (*place, str(key)), (*path, key))
    elif isinstance(value, list) and value:
        for index, one in enumerate(value):
            name = one.get("name") if isinstance(one, Mapping) else None
            yield from _leaves(one, (*place, str(name) if name else str(index)), (*path, index))
    else:
        yield place, path, value


def _facts_of(cluster: Cluster) -> Sequence[str]:
    """What is the cluster's own, the longest first."""
    held = {cluster.name, cluster.server, *cluster.labels.values(), *cluster.annotations.values()}
    return sorted((one for one in held if len(one) >= _SHORTEST_FACT), key=lambda one: (-len(one), one))


def _common(value: Any, facts: Sequence[str]) -> Any:
    """A value without the cluster's facts and the hashes of generated names, so that variants are equal."""
    if not isinstance(value, str):
        return repr(value)
    for one in facts:
        if one in value:
            value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])", "\0", value)
    return _HASH.sub("", value)


def _odd(held: Sequence[_Field | None], members: Sequence[_Member]) -> int | None:
    """Which cluster differs from all others, None where none does or no one can tell.

    Of two, the one whose value stands in a folder or file of its own, while the other has the common one.
    """
    if len({None if one is None else _HASH.sub("", str(one.value)) for one in held}) == 1:
        return None  # a fact of one cluster may be a plain word to another
    values = [None if one is None else one.common for one in held]
    counted = Counter(values)
    if len(counted) != 2:
        return None
    if len(held) > 2:
        rare = [value for value, count in counted.items() if count == 1]
        return values.index(rare[0]) if len(rare) == 1 else None
    own = [_is_own(one, member) for one, member in zip(held, members, strict=True)]
    return own.index(True) if own.count(True) == 1 else None


def _is_own(held: _Field | None, member: _Member) -> bool:
    if held is None:
        return False
    return member.cluster.name in _source(held).source.file.path.replace(".", "/").split("/")


def _source(held: _Field) -> Origin:
    return origin(at(held.on.blame, held.path))


def _is_declared(held: _Field) -> bool:
    """Whether the value comes from the inventory or a variable, which say of each cluster what it has."""
    return any(
        one.via in (Via.APPLICATIONSET, Via.SUBSTITUTION) for one in chain(at(held.on.blame, held.path))
    )


# What is told


def _violation(mine: _Field, others: Sequence[_Field], odd: _Member, rest: Sequence[_Member]) -> Violation:
    ring = " and ".join(one.cluster.name for one in rest[:3]) + (" and others" if len(rest) > 3 else "")
    said = _said(mine), _said(others[0])
    values = f" ({said[0]} and {said[1]})" if all(said) else ""
    return Violation(
        mine.on,
        mine.path,
        f"{odd.cluster.name} differs from {ring} here{values}, and nothing of its own explains that",
        related=(Note(others[0].on, others[0].path, f"as {rest[0].cluster.name} has it"),),
        hint=f"give all clusters of {odd.cluster.environment} the same; what {odd.cluster.name} shall have "
        "of its own, take from its labels or annotations in the inventory, or allow it here with the reason",
    )


def _said(held: _Field) -> str:
    """A value as far as it can be repeated: settings of programs may be confidential."""
    if held.on.kind == "ConfigMap" or "env" in held.path or "args" in held.path:
        return ""
    text = str(held.value)
    return text if isinstance(held.value, str | int | float) and 0 < len(text) <= _LONGEST else ""
