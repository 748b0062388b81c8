"""The cluster generator.

Source: applicationset/generators/cluster.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitlint_ops.discover.applicationset.faults import Unresolvable
from gitlint_ops.discover.applicationset.inventory import (
    SECRET_TYPE,
    Registered,
    local,
    registered,
)
from gitlint_ops.discover.applicationset.missing import is_untold
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet, combined, strings
from gitlint_ops.discover.applicationset.rendering import MissingParameter
from gitlint_ops.discover.applicationset.scope import EmptyResult, Generator, Scope
from gitlint_ops.discover.applicationset.selectors import Requirement, Selector, selector
from gitlint_ops.discover.applicationset.slips import slip_of
from gitlint_ops.discover.applicationset.values import with_values
from gitlint_ops.gotemplate.application_set import normalized
from gitlint_ops.gotemplate.values import Slice
from gitlint_ops.model.blame import Blame, child
from gitlint_ops.model.location import FieldPath

_MOST_NAMED = 5
_SWITCHES = frozenset({"true", "false", "enabled", "disabled", "yes", "no", "on", "off", ""})
_STUB = (
    "which clusters there are is not in the repositories: declare them in gitlint-ops.yaml "
    "(`clusters: [{name: prod-eu, server: https://…, labels: {…}, annotations: {…}}]`)"
)


def from_clusters(generator: Generator, scope: Scope, path: FieldPath) -> list[ParamSet]:
    """One set for each cluster that the selector takes; the local one last, where there is no selector.

    Raises:
        Unresolvable: nothing tells which clusters there are.
        GeneratorFault: the selector or a value is at fault.
    """
    wanted = selector(generator.get("selector"), (*path, "selector"), of_labels=True)
    held = registered(scope.clusters, scope.known, scope.owner.object.key.namespace)
    if not held:
        raise Unresolvable(_STUB, path, told=True, cause="inventory of clusters")
    chosen = [one for one in held if wanted.matches(one.labels)]
    own = local(held, scope.clusters) if not wanted.requirements else None
    chosen += [own] if own is not None else []
    _note_untold(wanted, held, generator.get("values"), scope)
    if not chosen:
        _tell_why_none(wanted, held, scope)
    sets = list(_with_values(chosen, generator.get("values"), scope, (*path, "values")))
    return [_flat(sets, scope, path)] if generator.get("flatList") is True else sets


def _with_values(
    chosen: Sequence[Registered], values: Any, scope: Scope, path: FieldPath
) -> Iterator[ParamSet]:
    for one in chosen:
        held = _parameters(one, scope)
        try:
            yield with_values(held, values, scope, path)
        except MissingParameter as fault:
            if not is_untold(fault.names, held, scope):
                raise
            scope.is_missing(fault.path, fault.names, held)


def _parameters(cluster: Registered, scope: Scope) -> ParamSet:
    values: dict[str, Any] = {
        "name": cluster.name,
        "nameNormalized": normalized(cluster.name),
        "server": cluster.server,
        "project": cluster.project,
    }
    places: dict[Names, Blame] = {}
    if cluster.place is not None:
        names = ("name", "nameNormalized", "server") if cluster.declared else ()
        places = {(one,): child(cluster.place, "server" if one == "server" else "name") for one in names}
    held = {
        "labels": (cluster.labels, cluster.labelled),
        "annotations": (cluster.annotations, cluster.annotated),
    }
    metadata: dict[str, Any] = {}
    for kind, (texts, blame) in held.items():
        if scope.engine.nested:
            # A real cluster's Secret has both, whatever the inventory forgot to say of it.
            if texts or cluster.declared:
                metadata[kind] = strings(texts)
            if blame is not None:
                places[("metadata", kind)] = blame
        else:
            for key, text in texts.items():
                values[f"metadata.{kind}.{key}"] = text
                if blame is not None:
                    places[(f"metadata.{kind}.{key}",)] = child(blame, key)
    if scope.engine.nested and not cluster.is_local:
        values["metadata"] = metadata
    return ParamSet(
        values, places, (f"cluster '{cluster.name}'",), (cluster.name,) if cluster.declared else ()
    )


def _flat(sets: Sequence[ParamSet], scope: Scope, path: FieldPath) -> ParamSet:
    whole = ParamSet({})
    for one in sets:
        whole = combined(whole, one, {})
    items = Slice([one.values for one in sets], "map[string]interface {}", is_nil=not sets)
    return ParamSet({"clusters": items}, {("clusters",): scope.entry(path)}, whole.told, whole.clusters)


def _note_untold(wanted: Selector, held: Sequence[Registered], values: Any, scope: Scope) -> None:
    """Note the values that clusters get by a label of which the inventory does not tell."""
    keys = {key for one in held for key in one.labels}
    for one in wanted.requirements:
        if one.key not in keys and one.operator in ("In", "Exists") and isinstance(values, Mapping):
            scope.untold.update(dict.fromkeys((str(name) for name in values), one.key))


def _tell_why_none(wanted: Selector, held: Sequence[Registered], scope: Scope) -> None:
    """Note what keeps a selector from taking any cluster.

    A label that no cluster has, or that switches something on, is common: sets wait for clusters to come.
    """
    keys = {key for one in held for key in one.labels} - {SECRET_TYPE}
    for one in wanted.requirements:
        if one.operator not in ("In", "Exists") or any(_has(one.key, one.values, c.labels) for c in held):
            continue
        if one.key not in keys:
            near = slip_of(one.key, keys)
            if near:
                message = f"no cluster has the label '{one.key}', so the set generates nothing"
                scope.empty.append(EmptyResult(one.path, message, f"did you mean '{near}'?"))
            continue
        values = {c.labels[one.key] for c in held if one.key in c.labels}
        if not values <= _SWITCHES and not set(one.values) <= _SWITCHES:
            scope.empty.append(_without(one, values))


def _without(wanted: Requirement, values: set[str]) -> EmptyResult:
    said = " or ".join(f"'{value}'" for value in wanted.values)
    message = f"no cluster has the label '{wanted.key}' with the value {said}, so the set generates nothing"
    near = next((found for value in wanted.values if (found := slip_of(value, values))), "")
    hint = f"did you mean '{near}'?" if near else f"clusters have {', '.join(sorted(values)[:_MOST_NAMED])}"
    return EmptyResult(wanted.path, message, hint, is_sure=bool(near))


def _has(key: str, values: Sequence[str], labels: Mapping[str, str]) -> bool:
    """Whether a cluster has a label, with one of some values if any are named."""
    return key in labels and (not values or labels[key] in values)
