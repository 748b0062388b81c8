"""The cluster generator.

Source: applicationset/generators/cluster.go
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gitlint_ops.discover.applicationset.faults import Unresolvable
from gitlint_ops.discover.applicationset.inventory import Registered, local, registered
from gitlint_ops.discover.applicationset.missing import is_untold
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet, combined, strings
from gitlint_ops.discover.applicationset.rendering import MissingParameter
from gitlint_ops.discover.applicationset.scope import Generator, Scope
from gitlint_ops.discover.applicationset.selecting import note_untold, tell_why_none
from gitlint_ops.discover.applicationset.selectors import selector
from gitlint_ops.discover.applicationset.values import with_values
from gitlint_ops.gotemplate.application_set import normalized
from gitlint_ops.gotemplate.values import Slice
from gitlint_ops.model.blame import Blame, child
from gitlint_ops.model.location import FieldPath

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
    note_untold(wanted, held, generator.get("values"), scope)
    if not chosen:
        tell_why_none(wanted, held, (*path, "selector"), scope)
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
