"""The definitions of all kinds that a set uses, served before their objects are asked about."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.objects import ObjectKey, object_key
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Answer, Api, Body
from gitlint_ops.reconcile.definitions import (
    GROUP,
    KIND,
    Definitions,
    defined_kind,
    is_put_together,
    served_versions,
)
from gitlint_ops.reconcile.lanes import all_at_once
from gitlint_ops.reconcile.staging.ground import Ground, wait_until

SECONDS_TO_SERVE = 60.0
_SECONDS_TO_ACCEPT = 3.0
_API_VERSION = f"{GROUP}/v1"

GroupKind: TypeAlias = tuple[str, str]


class Kinds(Struct, frozen=True):
    """What became of definitions; all but `assumed` as in `Staged`."""

    assumed: tuple[tuple[str, str], ...]
    refused: Mapping[GroupKind, str]
    unaccepted: Mapping[ObjectKey, str]
    unstored: Mapping[ObjectKey, Answer]


def stage_definitions(ground: Ground, known: Definitions) -> Kinds:
    """Have each kind of the set served: by the definition that the set renders, else by one that is known."""
    rendered: dict[GroupKind, Body] = {}
    others: list[Body] = []
    for one in ground.of_kinds({(GROUP, KIND)}):
        if one.object.api_version == _API_VERSION:
            defined = defined_kind(one.object.body)
            if rendered.setdefault(defined, one.object.body) is not one.object.body:
                others.append(one.object.body)
    assumed = dict(_assumed(ground, known, rendered))
    bodies = {**rendered, **assumed}
    used = _versions_used(ground)

    def store(body: Body) -> Answer:
        return ground.store_body(_alone(body, used.get(defined_kind(body), Counter())))

    refused: dict[GroupKind, str] = {}
    unstored: dict[ObjectKey, Answer] = {}
    waiting: dict[tuple[str, str], Body] = {}
    for body, answer in all_at_once(list(bodies.values()), store, ground.jobs):
        defined = defined_kind(body)
        if not answer.accepted:
            whose = "its definition" if defined in rendered else "the definition that is pinned for it"
            refused[defined] = f"the server refuses {whose}"
            unstored[object_key(body)] = answer
            continue
        waiting |= {(f"{defined[0]}/{version}", defined[1]): body for version in served_versions(body)}
    unaccepted = _wait_for(waiting, ground.api)
    # Of two definitions of one kind the first one counts, as in a cluster.
    kept = [body for body, answer in all_at_once(others, store, ground.jobs) if answer.accepted]
    unaccepted |= _not_accepted(kept, ground.api)
    for body in waiting.values():
        refused[defined_kind(body)] = "the server does not serve its definition"
    return Kinds(
        tuple((KIND, str(value_at(body, ("metadata", "name")))) for body in assumed.values()),
        refused,
        unaccepted,
        unstored,
    )


def _assumed(
    ground: Ground, known: Definitions, rendered: Mapping[GroupKind, Body]
) -> Iterator[tuple[GroupKind, Body]]:
    """Definitions of kinds that neither the server nor the set has."""
    looked_for: set[GroupKind] = set()
    for one in ground.entries:
        wanted = one.object.key.group, one.object.kind
        is_served = ground.api.kind_of(one.object.api_version, one.object.kind) is not None
        if is_served or wanted in rendered or wanted in looked_for:
            continue
        looked_for.add(wanted)
        body = known.body_of(*wanted)
        if body is not None:
            yield wanted, body


def _versions_used(ground: Ground) -> dict[GroupKind, Counter[str]]:
    """How often each version of a kind is used."""
    found: dict[GroupKind, Counter[str]] = {}
    for one in ground.entries:
        version = one.object.api_version.rpartition("/")[2]
        found.setdefault((one.object.key.group, one.object.kind), Counter())[version] += 1
    return found


def _alone(body: Body, used: Counter[str]) -> Body:
    """A definition that is served without the webhook that converts between its versions.

    Where there is one, or it is not known how versions are converted, that version is stored which most
    objects are of, so that these need no conversion.
    """
    kept = {key: value for key, value in body.items() if key != "status"}
    spec = body.get("spec")
    if not isinstance(spec, Mapping):
        return kept
    conversion = value_at(spec, ("conversion", "strategy"))
    spec = {key: value for key, value in spec.items() if key != "conversion"}
    served = [one for one in served_versions(body) if used[one]]
    if served and (conversion == "Webhook" or is_put_together(body)):
        stored = max(served, key=lambda one: used[one])
        versions: list[Any] = spec["versions"]
        spec = {**spec, "versions": [{**one, "storage": one["name"] == stored} for one in versions]}
    return {**kept, "spec": spec}


def _wait_for(waiting: dict[tuple[str, str], Body], api: Api) -> dict[ObjectKey, str]:
    """Wait until kinds are served, and take them out; gives the definitions that never will be, and why."""
    unaccepted: dict[ObjectKey, str] = {}
    begun = time.monotonic()

    def is_done() -> bool:
        api.refresh()
        for one in [one for one in waiting if api.kind_of(*one) is not None]:
            del waiting[one]
        left = {object_key(body): body for body in waiting.values()}
        if left and time.monotonic() - begun > _SECONDS_TO_ACCEPT:
            unaccepted.update(_not_accepted(left.values(), api))
        return left.keys() <= unaccepted.keys()

    wait_until(is_done, SECONDS_TO_SERVE if waiting else 0)
    return unaccepted


def _not_accepted(bodies: Iterable[Body], api: Api) -> dict[ObjectKey, str]:
    """The definitions whose names are taken, and what the server says of that."""
    kind = api.kind_of(_API_VERSION, KIND)
    assert kind is not None
    found: dict[ObjectKey, str] = {}
    for body in bodies:
        key = object_key(body)
        told: list[tuple[str, str]] = []

        def is_told(name: str = key.name, told: list[tuple[str, str]] = told) -> bool:
            told[:] = _conditions(api.read(kind, "", name).body)
            return bool(told)

        wait_until(is_told, _SECONDS_TO_ACCEPT)
        said = dict(told).get("NamesAccepted", "")
        if said:
            found[key] = said
    return found


def _conditions(definition: Body) -> list[tuple[str, str]]:
    """The conditions of a definition that the server has looked at, each with why it is not so, or ""."""
    held = value_at(definition, ("status", "conditions"))
    return [
        (
            str(value_at(one, ("type",))),
            str(value_at(one, ("message",), "")) if value_at(one, ("status",)) == "False" else "",
        )
        for one in (held if isinstance(held, list) else ())
    ]
