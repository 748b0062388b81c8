"""Elements of a merge's later generators that nothing of the first takes up.

Argo CD leaves such a set out without a word. Only what is written out is looked at, the elements of lists:
files and clusters of a later generator are often more than the first takes in, and nobody means each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gitlint_ops.discover.applicationset.faults import COMBINATION, GeneratorFault
from gitlint_ops.discover.applicationset.fixtures import STUBS
from gitlint_ops.discover.applicationset.inventory import Registered, local, registered
from gitlint_ops.discover.applicationset.parameters import ParamSet, text_of
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.gotemplate.application_set import normalized
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Confidence, Severity
from gitlint_ops.model.location import FieldPath

_MOST_NAMED = 5
_MOST_TOLD = 20
_MOST_COMPARED = 1_000
_MOST_NESTED = 3
_OF_CLUSTERS = frozenset({"name", "nameNormalized", "server"})


def note_idle(
    keys: Sequence[str], idle: Iterable[ParamSet], base: Sequence[ParamSet], scope: Scope, path: FieldPath
) -> None:
    """Note the overrides that match no set of the first generator; `path` is that of the merge.

    An element for a cluster that is known, and that the first generator does not select now, may well wait.
    """
    first = scope.owner.value(*path, "generators", 0)
    kinds = set(_kinds(first))
    if not base or not kinds.isdisjoint(STUBS):
        return
    of_clusters = "clusters" in kinds
    if of_clusters and not set(keys) <= _OF_CLUSTERS:
        return
    waiting = set(_keys_of_clusters(keys, scope)) if of_clusters else set()
    told = [
        one for one in idle if one.at and tuple(text_of(one.values.get(key)) for key in keys) not in waiting
    ]
    for one in told[:_MOST_TOLD]:
        fault = _fault(keys, one, base[:_MOST_COMPARED], scope, path)
        if of_clusters:
            fault.confidence = Confidence.MEDIUM
        scope.idle.setdefault(one.at, fault)


def _keys_of_clusters(keys: Sequence[str], scope: Scope) -> Iterator[tuple[str, ...]]:
    """What the clusters that are known would be merged by."""
    held = registered(scope.clusters, scope.known, scope.owner.object.key.namespace)
    own = local(held, scope.clusters)
    for cluster in (*held, *((own,) if own is not None else ())):
        yield tuple(_of(cluster, key) for key in keys)


def _kinds(entry: Any, depth: int = _MOST_NESTED) -> Iterator[str]:
    """The generators that an entry names, with those within."""
    for kind, held in entry.items() if isinstance(entry, Mapping) else ():
        yield str(kind)
        inner = held.get("generators") if isinstance(held, Mapping) else None
        for one in inner if isinstance(inner, list) and depth else ():
            yield from _kinds(one, depth - 1)


def _of(cluster: Registered, key: str) -> str:
    if key == "server":
        return cluster.server
    return normalized(cluster.name) if key == "nameNormalized" else cluster.name


def _fault(
    keys: Sequence[str], one: ParamSet, base: Sequence[ParamSet], scope: Scope, path: FieldPath
) -> GeneratorFault:
    absent = next((key for key in keys if key not in one.values), "")
    if absent:
        message, at, hint = f"this element gives no '{absent}' to merge by, so it changes nothing", one.at, ""
    else:
        said = ", ".join(f"{key} '{text_of(one.values[key])}'" for key in keys)
        message = f"the first generator of the merge gives no set with {said}, so this changes nothing"
        key, hint = _nearest(keys, one, base)
        at = (*one.at, key) if scope.owner.value(*one.at, key) is not None else one.at
    fault = GeneratorFault(
        message,
        at,
        COMBINATION,
        hint,
        related=(scope.note((*path, "generators", 0), "the first generator"),),
    )
    fault.severity = Severity.WARNING
    return fault


def _nearest(keys: Sequence[str], one: ParamSet, base: Sequence[ParamSet]) -> tuple[str, str]:
    """The key that no set of the first generator has like this, and what it may mean."""
    for key in keys:
        wanted = text_of(one.values[key])
        given = {text_of(held.values[key]) for held in base if key in held.values}
        if wanted not in given:
            near = did_you_mean(wanted, given) or _completed(wanted, given)
            return key, f"did you mean '{near}'?" if near else f"it gives {_listed(given)}"
    return keys[0], ""


def _completed(word: str, known: Iterable[str]) -> str:
    """The one word that begins alike (`prod`, `production`), "" where several do or none."""
    found = [one for one in known if word and one and (one.startswith(word) or word.startswith(one))]
    return found[0] if len(found) == 1 else ""


def _listed(values: Iterable[str]) -> str:
    found = sorted(values)
    return ", ".join(found[:_MOST_NAMED]) + (", …" if len(found) > _MOST_NAMED else "")
