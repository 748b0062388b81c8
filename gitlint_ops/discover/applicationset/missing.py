"""Parameters that templates name and no generator gives, as they are told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitlint_ops.discover.applicationset.engines import NO_VALUE
from gitlint_ops.discover.applicationset.faults import PARAM_MISSING, GeneratorFault, Unresolvable
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet, known_names
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.discover.applicationset.slips import slip_of
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath

_MOST_NAMED = 8


def missing_parameters(scope: Scope, *, stops: bool) -> Iterator[GeneratorFault | Unresolvable]:
    """Each parameter once for each text that names it; `stops`: the controller stops at them.

    A label or annotation that the inventory gives to none of its clusters is none that it tells of: whether
    the cluster has it is not known.
    """
    for (path, names), sets in scope.missing.items():
        untold = [one for one in sets if is_untold(names, one, scope)]
        lacking = [one for one in sets if one not in untold]
        if lacking:
            yield _fault(path, names, lacking, scope, stops=stops)
        else:
            yield _unknown(path, names, untold, scope)


def is_untold(names: Names, of: ParamSet, scope: Scope) -> bool:
    """Whether a parameter that is not given is one that the inventory does not tell of."""
    if not of.clusters:
        return False
    if _value_name(names) in scope.untold:
        return True
    kind, key = _of_cluster(names)
    if not kind:
        return False
    named = [one for one in scope.clusters if one.declared]
    if not any(one.name in of.clusters for one in named):
        return True  # the cluster that Argo CD runs in, of which nobody said a word
    known = {held for one in named for held in getattr(one, kind)}
    return key not in known and not slip_of(key, known)


def _value_name(names: Names) -> str:
    """The key of a generator's `values`, "" for other parameters."""
    parts = names[0].split(".", 1) if len(names) == 1 else list(names)
    return parts[1] if parts[0] == "values" and len(parts) == 2 else ""


def _of_cluster(names: Names) -> tuple[str, str]:
    """ "labels" or "annotations" and the key, where the parameter is one of a cluster's."""
    parts = names[0].split(".", 2) if len(names) == 1 else list(names)
    if parts[0] == "metadata" and parts[1:2] in (["labels"], ["annotations"]):
        return parts[1], ".".join(parts[2:])
    return "", ""


def _unknown(path: FieldPath, names: Names, sets: Sequence[ParamSet], scope: Scope) -> Unresolvable:
    kind, key = _of_cluster(names)
    if not kind:
        kind, key = "labels", scope.untold[_value_name(names)]
    clusters = list(dict.fromkeys(name for one in sets for name in one.clusters))
    if not any(one.declared and one.name in clusters for one in scope.clusters):
        return Unresolvable(
            "Argo CD's own cluster is not in the inventory, and labels or annotations of it are used: add it "
            f"in gitlint-ops.yaml (`clusters: [{{name: {clusters[0]}, labels: {{…}}, annotations: {{…}}}}]`)",
            path,
            told=True,
            cause=f"cluster {clusters[0]}",
        )
    more = f" and {len(clusters) - 1} more" if len(clusters) > 1 else ""
    return Unresolvable(
        f"the inventory does not say the {kind[:-1]} '{key}' of cluster '{clusters[0]}'{more}: add it in "
        f"gitlint-ops.yaml (`clusters: [{{name: {clusters[0]}, {kind}: {{{key}: …}}}}]`)",
        path,
        told=True,
        cause=f"{kind} {key} of cluster {clusters[0]}",
    )


def _fault(
    path: FieldPath, names: Names, sets: Sequence[ParamSet], scope: Scope, *, stops: bool
) -> GeneratorFault:
    nested = scope.engine.nested
    written = ("." if nested else "") + ".".join(names)
    said = next((one.said for one in sets if one.said), "")
    others = len({one.said for one in sets}) - 1
    of = f" for {said}" + (f" and {others} more" if others > 0 else "") if said else ""
    if stops:
        outcome = "so the whole set generates nothing"
    elif nested:
        outcome = f"so '{NO_VALUE}' stands in its place"
    else:
        outcome = f"so '{{{{{written}}}}}' stays as it is"
    known = known_names(sets, nested=nested)
    near = "path" if written == "path.path" and "path" in known else did_you_mean(written, known)
    hint = f"did you mean '{near}'?" if near else _given(written, known)
    related = tuple(scope.place_of(one) for one in sets[:1] if one.places)
    return GeneratorFault(
        f"no generator gives the parameter '{written}'{of}, {outcome}",
        path,
        PARAM_MISSING,
        hint,
        related,
        cause=written,
    )


def _given(wanted: str, known: set[str]) -> str:
    first = re.split(r"[.\[]", wanted.lstrip("."))[0]
    listed = sorted(known, key=lambda one: (not one.lstrip(".").startswith(first), one))
    if not listed:
        return ""
    shown = ", ".join(listed[:_MOST_NAMED])
    return f"given are {shown}" + (", …" if len(listed) > _MOST_NAMED else "")
