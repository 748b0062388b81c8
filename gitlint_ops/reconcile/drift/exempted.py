"""Marks that somebody set on a live object by hand, by which its operator leaves it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.drift.differences import said_path
from gitlint_ops.reconcile.drift.ignored.flux import HELM, KUSTOMIZE
from gitlint_ops.reconcile.drift.managed_fields import Entry, Fields, holders_of
from gitlint_ops.reconcile.drift.managers import Sort, said_manager, said_time, sort_of
from gitlint_ops.reconcile.outcomes import Applier, Operator

_SINCE = "kustomize-controller leaves the whole object alone since"
_MARKS: Mapping[Operator, Mapping[tuple[str, str], str]] = {
    Operator.FLUX_KUSTOMIZE: {
        (f"{KUSTOMIZE}/reconcile", "disabled"): _SINCE,
        (f"{KUSTOMIZE}/ssa", "ignore"): _SINCE,
        (f"{KUSTOMIZE}/ssa", "merge"): "kustomize-controller keeps what others add to the object since",
    },
    Operator.FLUX_HELM: {
        (f"{HELM}/driftDetection", "disabled"): "helm-controller does not look for drift of the object since",
    },
}


def exempted_by_hand(
    on: RenderedObject, live: Mapping[str, Any], entries: tuple[Entry, ...], shape: Fields, applier: Applier
) -> Iterator[Violation]:
    """One violation for each mark that is there and not in Git, with who set it and what that does."""
    for (key, value), effect in _MARKS.get(applier.operator, {}).items():
        for field in ("annotations", "labels"):
            path = ("metadata", field, key)
            if str(value_at(live, path)).lower() != value or str(value_at(on.body, path)).lower() == value:
                continue
            hands = [one for one in holders_of(entries, path, shape) if sort_of(one, applier) is Sort.HAND]
            if hands:
                yield _violation(on, path, str(value_at(live, path)), hands[-1], effect)


def _violation(on: RenderedObject, path: FieldPath, value: str, by: Entry, effect: str) -> Violation:
    held = value_at(on.body, path)
    who, name = f"set by {said_manager(by)}{said_time(by)}", said_path(path)
    if held is not None:
        message = f"{name} is {value} in the cluster and {str(held)[:80]} in Git: {who}"
    else:
        message = f"the cluster has {name}: {value}, which Git has not: {who}"
    at = path if held is not None else next(p for p in (path[:2], path[:1], ()) if value_at(on.body, p))
    return Violation(
        on,
        at,
        f"{message}; {effect}",
        rule="drift-added" if held is None else "drift-changed",
        hint="take the mark off in the cluster, or put it into Git if it is to stay",
        severity=Severity.WARNING,
        at_key=held is None,
    )
