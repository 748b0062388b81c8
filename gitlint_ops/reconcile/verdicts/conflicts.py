"""Fields of ours that other field managers hold with other values.

Source: k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Answer
from gitlint_ops.reconcile.drift.ignored.owners import ignoring_of
from gitlint_ops.reconcile.drift.ignored.rules import Doubt
from gitlint_ops.reconcile.drift.managed_fields import Entry as ManagedFields
from gitlint_ops.reconcile.drift.managers import FORMER, Sort, sort_of
from gitlint_ops.reconcile.outcomes import Applier, Operator, Outcome, Rehearsed, TargetSet
from gitlint_ops.reconcile.verdicts.comparing import means_the_same
from gitlint_ops.reconcile.verdicts.shown import shown
from gitlint_ops.reconcile.verdicts.spelling import reading
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings

RULE = "field-manager-conflict"
_MOST = 20
_CAUSE = "FieldManagerConflict"
_MANAGER = re.compile(
    r"conflict with \"((?:[^\"\\]|\\.)*)\"(?: with subresource \"([^\"]*)\")?(?: using (\S+))?"
)
_SCALERS = re.compile(r"kube-controller-manager|horizontal|hpa|keda|autoscaler", re.IGNORECASE)
_SCALABLE: FieldPath = ("spec", "replicas")

# What stands for "somebody, before managers were written down".
_NOBODY = frozenset({"before-first-apply"})


def is_conflict(answer: Answer | None) -> bool:
    """Whether an answer refuses an apply for fields that others hold."""
    return (
        answer is not None
        and answer.status == 409
        and any(one.get("reason") == _CAUSE for one in answer.causes)
    )


def conflicts(one: Rehearsed, around: Surroundings) -> Iterator[Violation]:
    """The fields that another manager holds with another value; an error where the sync fails for that.

    What a person holds is left to `drift-changed` where drift is told, unless the sync fails for it; what the
    owner ignores is none.
    """
    fails = one.outcome is Outcome.REJECTED and is_conflict(one.answer)
    answer = one.answer if fails else one.unforced
    if answer is None or not is_conflict(answer):
        return
    told: set[tuple[FieldPath, str]] = set()
    for cause in answer.causes:
        found = _MANAGER.match(str(cause.get("message")))
        if found is None or found[1] in _NOBODY or found[1] == one.entry.applier.manager:
            continue
        field = str(cause.get("field") or "")
        path = reading(field, one.entry.object.body).path
        if (path, found[1]) in told or len(told) >= _MOST:
            continue
        told.add((path, found[1]))
        if fails or not (
            _is_same(field, path, one)
            or _is_of_drift(found[1], found[2] or "", one, around)
            or _is_ignored(field, found[1], one, around)
        ):
            yield _told(one, path, found[1], found[2] or "", around, fails)


def _is_same(field: str, path: FieldPath, one: Rehearsed) -> bool:
    """Whether both say the same in other words: the server compares `1024Mi` and `1Gi` as they are written
    where it compares what managers hold."""
    living = reading(field, one.before)
    ours = value_at(one.entry.object.body, path)
    return (
        not living.rest and ours is not None and means_the_same(path, ours, value_at(one.before, living.path))
    )


def _is_of_drift(manager: str, subresource: str, one: Rehearsed, around: Surroundings) -> bool:
    """Whether it is the same operator under another name, or a hand of which drift tells."""
    sort = sort_of(ManagedFields(manager, subresource=subresource), one.entry.applier)
    return sort is Sort.OWN or (around.is_drift_told and sort is Sort.HAND)


def _is_ignored(field: str, manager: str, one: Rehearsed, around: Surroundings) -> bool:
    """Whether the owner leaves a field to others. What cannot be evaluated is taken to be meant."""
    target = around.targets.get(one.entry.target)
    if target is None or not _heeds_ignored(target):
        return False
    namespace = str(value_at(one.before, ("metadata", "namespace")) or "")
    ignoring = ignoring_of(target, around.argo_settings(target))(one.entry.object, namespace, one.before)
    try:
        return ignoring.ignores(reading(field, one.before).path, manager, one.before)
    except Doubt:
        return True


def _heeds_ignored(target: TargetSet) -> bool:
    """Whether what is ignored is left alone by a sync as well; Argo CD must be told so."""
    if target.applier.operator is not Operator.ARGO_CD:
        return True
    options = target.delivery.owner.value("spec", "syncPolicy", "syncOptions") if target.delivery else None
    return isinstance(options, list) and "RespectIgnoreDifferences=true" in options


def _told(
    one: Rehearsed, path: FieldPath, manager: str, subresource: str, around: Surroundings, fails: bool
) -> Violation:
    on, applier = one.entry.object, one.entry.applier
    scaled = path == _SCALABLE and (subresource == "scale" or bool(_SCALERS.search(manager)))
    since = _since(one.before, manager, subresource)
    there = shown(value_at(one.before, path), on.body, path)
    here = shown(value_at(on.body, path), on.body, path)
    values = f" to {there} (Git: {here})" if there and here else ""
    name = FORMER.get(manager, manager)
    who = f"{name} by the subresource {subresource}" if subresource else name
    when = f" since {since}" if since else ""
    return Violation(
        on,
        path or ("kind",),
        f"{who} sets {format_path(path) or 'it'}{values}{when}; {_then(applier, fails)}",
        related=_scaler(one, around) if scaled else (),
        hint=_advice(scaled, manager),
        rule=RULE,
        severity=Severity.ERROR if fails else None,
        at_key=not path,
    )


def _since(before: Mapping[str, Any] | None, manager: str, subresource: str) -> str:
    """When a manager last wrote, as the server tells it."""
    entries = value_at(before, ("metadata", "managedFields"))
    times = [
        str(one["time"])
        for one in (entries if isinstance(entries, list) else ())
        if isinstance(one, dict)
        and one.get("manager") == manager
        and (one.get("subresource") or "") == subresource
        and one.get("time")
    ]
    return max(times, default="")


def _then(applier: Applier, fails: bool) -> str:
    who = _NAMES[applier.operator]
    if fails:
        return f"{who} does not force it, so that the apply fails"
    if not applier.server_side:
        return f"{who} overwrites it at each sync without asking who holds it"
    if applier.force and applier.operator is not Operator.HAND:
        return f"{who} takes it back by force at each {_ACTS.get(applier.operator, 'sync')}"
    return "a server-side apply fails unless it is forced"


_ACTS: Mapping[Operator, str] = {
    Operator.FLUX_KUSTOMIZE: "reconciliation",
    Operator.FLUX_HELM: "upgrade",
}
_NAMES: Mapping[Operator, str] = {
    Operator.ARGO_CD: "Argo CD",
    Operator.FLUX_KUSTOMIZE: "Flux",
    Operator.FLUX_HELM: "Flux's helm-controller",
    Operator.HAND: "kubectl apply",
}


def _advice(scaled: bool, manager: str) -> str:
    if scaled:
        return "leave replicas out of Git: an autoscaler sets them"
    if manager.startswith("kubectl"):
        return "write the value into Git if it is to stay"
    return f"leave the field to one of the two: take it out of Git, or out of what {manager} writes"


def _scaler(one: Rehearsed, around: Surroundings) -> tuple[Note, ...]:
    key = one.entry.object.key
    for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        for scaler in around.in_namespace(kind, key.namespace):
            target = value_at(scaler.body, ("spec", "scaleTargetRef", "name"))
            if target == key.name:
                return (Note(scaler, ("spec", "scaleTargetRef"), "this autoscaler sets its replicas"),)
    return ()
