"""Why a cluster generator takes no cluster, told from what the inventory does not say.

Sets that wait for clusters to come are common: by a label that switches something on, and that no cluster
has yet. They are not told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gitlint_ops.discover.applicationset.faults import Unresolvable
from gitlint_ops.discover.applicationset.inventory import SECRET_TYPE, Registered
from gitlint_ops.discover.applicationset.scope import EmptyResult, Scope
from gitlint_ops.discover.applicationset.selectors import Requirement, Selector
from gitlint_ops.discover.applicationset.slips import slip_of
from gitlint_ops.model.location import FieldPath

_MOST_NAMED = 5
_ON = frozenset({"true", "enabled", "enable", "yes", "on"})
_SWITCHES = _ON | {"false", "disabled", "disable", "no", "off", ""}
_POSITIVE = ("In", "Exists")


def note_untold(wanted: Selector, held: Sequence[Registered], values: Any, scope: Scope) -> None:
    """Note the values that clusters get by a label of which the inventory does not tell."""
    keys = _keys(held)
    for one in wanted.requirements:
        if one.key not in keys and one.operator in _POSITIVE and isinstance(values, Mapping):
            scope.untold.update(dict.fromkeys((str(name) for name in values), one.key))


def tell_why_none(wanted: Selector, held: Sequence[Registered], path: FieldPath, scope: Scope) -> None:
    """Note what keeps the selector at `path` from taking any cluster."""
    lacking = [one for one in wanted.requirements if _is_lacked(one, held)]
    if not lacking:
        scope.empty.extend(_not_together(wanted, held, path))
        return
    told = [found for one in lacking if (found := _fault(one, held))]
    if any(one.is_slip for one in told):
        scope.empty.extend(one for one in told if one.is_slip)
        return
    unknown = next(_unsaid(lacking, held), None)
    if unknown is not None:
        scope.unresolved.append(unknown)
    else:
        scope.empty.extend(told)


def _is_lacked(wanted: Requirement, held: Sequence[Registered]) -> bool:
    """Whether no cluster has a label that is asked for."""
    return wanted.operator in _POSITIVE and not any(wanted.matches(one.labels) for one in held)


def _fault(wanted: Requirement, held: Sequence[Registered]) -> EmptyResult | None:
    values = {one.labels[wanted.key] for one in held if wanted.key in one.labels}
    if values:
        return _without_value(wanted, values)
    near = slip_of(wanted.key, _keys(held))
    if not near:
        return None
    message = f"no cluster has the label '{wanted.key}'"
    return EmptyResult(wanted.path, message, f"did you mean '{near}'?", is_slip=True)


def _without_value(wanted: Requirement, values: set[str]) -> EmptyResult | None:
    said = " or ".join(f"'{value}'" for value in wanted.values)
    message = f"no cluster has the label '{wanted.key}' with the value {said}"
    near = next((found for value in wanted.values if (found := slip_of(value, values))), "")
    if near:
        return EmptyResult(wanted.path, message, f"did you mean '{near}'?", is_slip=True)
    if _is_switch(wanted) and not (_ON & values):
        return None
    hint = f"clusters have {_listed(values)}"
    return EmptyResult(wanted.path, message, hint, is_sure=False)


def _is_switch(wanted: Requirement) -> bool:
    return wanted.operator == "Exists" or set(wanted.values) <= _SWITCHES


def _unsaid(lacking: Sequence[Requirement], held: Sequence[Registered]) -> Iterator[Unresolvable]:
    """What the inventory would have to say of its clusters; Secrets say all there is of theirs."""
    declared = next((one for one in held if one.declared), None)
    if declared is None:
        return
    keys = _keys(held)
    add = f"add them in gitlint-ops.yaml (`clusters: [{{name: {declared.name}, labels: {{"
    for one in lacking:
        if not keys:
            reason = "the inventory gives no cluster any label, and ApplicationSets select clusters by them"
            yield Unresolvable(f"{reason}: {add}…}}}}]`)", one.path, told=True, cause="labels of clusters")
        elif one.key not in keys and not _is_switch(one):
            reason = f"the inventory does not say which clusters have the label '{one.key}'"
            yield Unresolvable(
                f"{reason}: {add}{one.key}: …}}}}]`)", one.path, told=True, cause=f"label {one.key}"
            )


def _not_together(wanted: Selector, held: Sequence[Registered], path: FieldPath) -> Iterator[EmptyResult]:
    """Where each label is that of some cluster, and no cluster has them all; exclusions may leave none."""
    asked = [one for one in wanted.requirements if one.operator in _POSITIVE]
    if any(_is_switch(one) for one in asked) or any(_lacks(asked, one) == [] for one in held):
        return
    message = "no cluster has all the labels that are asked for"
    near = next((one for one in held if len(_lacks(asked, one)) == 1), None)
    hint = f"cluster '{near.name}' has all but '{_lacks(asked, near)[0]}'" if near else ""
    yield EmptyResult(path, message, hint, is_sure=False)


def _lacks(asked: Iterable[Requirement], cluster: Registered) -> list[str]:
    return [one.key for one in asked if not one.matches(cluster.labels)]


def _keys(held: Iterable[Registered]) -> set[str]:
    """The labels that clusters have, but for that which makes a Secret one of a cluster."""
    return {key for one in held for key in one.labels} - {SECRET_TYPE}


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)[:_MOST_NAMED])
