"""What an object may not change once it lives: which fields of ours differ, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.reconcile.outcomes import Applier, Operator
from gitlint_ops.reconcile.verdicts.causes import Cause
from gitlint_ops.reconcile.verdicts.comparing import Difference, differences
from gitlint_ops.reconcile.verdicts.shown import HIDDEN, shown

_IMMUTABLE = re.compile(
    r"immutable|may not (?:be )?chang|may not be (?:modified|updated)|cannot be changed|updates to \w+ spec"
    r"|may not change fields other than|can ?not be changed|cannot change|not allowed to change"
    r"|updates to parameters are forbidden",
    re.IGNORECASE,
)
_SAYS_NO_MORE = frozenset({"", "field is immutable"})
_DIFF = re.compile(r"\s*\n@@ .*", re.DOTALL)
_MOST_NAMED = 5

# These hold data or other objects: nobody may be told to delete them in passing.
_PRECIOUS = frozenset(
    {"PersistentVolumeClaim", "PersistentVolume", "Namespace", "CustomResourceDefinition", "StatefulSet"}
)


class Change(Struct, frozen=True):
    """What of an immutable field differs from what lives there."""

    differing: tuple[Difference, ...]
    said: str


def change_of(
    cause: Cause, path: FieldPath, body: Mapping[str, Any], before: Mapping[str, Any] | None
) -> Change | None:
    """The change that a cause forbids, None where it is about something else."""
    if not _IMMUTABLE.search(cause.said) or cause.kind not in ("invalid", "forbidden", ""):
        return None
    said = _DIFF.sub("", cause.said).strip()
    found = differences(body, before) if before is not None else iter(())
    return Change(tuple(one for one in found if one.path[: len(path)] == path), said)


def sentence(change: Change, called: str, body: Mapping[str, Any]) -> str:
    """What may not change, with both values where they are plain and no secret, and the server's reason."""
    differing = change.differing
    reason = f": {change.said}" if change.said not in _SAYS_NO_MORE else ""
    if not differing:
        return f"{called or body.get('kind')} is immutable{reason}"
    first = differing[0]
    now, there = shown(first.sent, body, first.path), shown(first.held, body, first.path)
    values = f" (Git: {now}; on the server: {there})" if HIDDEN not in (now, there) and now and there else ""
    if first.is_dropped:
        values = " (it is not on the server)"
    named = [format_path(one.path) for one in differing[:_MOST_NAMED]]
    others = f", as {'are' if len(named) > 2 else 'is'} {', '.join(named[1:])}" if len(named) > 1 else ""
    more = f" and {len(differing) - _MOST_NAMED} more" if len(differing) > _MOST_NAMED else ""
    return f"{named[0]} is immutable{values}{others}{more}{reason}"


def advice(kind: str, path: FieldPath, applier: Applier) -> str:
    """What to do, by what kind of object it is and by who applies it."""
    return _of_kind(kind, path) or f"put the old value back, or have it made anew: {_anew(applier)}"


def _of_kind(kind: str, path: FieldPath) -> str:
    if kind == "StatefulSet":
        return (
            "put the old value back, or delete the StatefulSet with --cascade=orphan, which keeps its pods "
            "and claims, and let the operator make it anew"
        )
    if kind == "Job":
        return (
            "a Job is done once: give it a name of its own (a version in it, generateName in a hook), or let "
            "the old one be deleted before (ttlSecondsAfterFinished, hook-delete-policy)"
        )
    if kind in ("ConfigMap", "Secret") and path[:1] != ("type",):
        return "give it a new name with each content, as kustomize's generators do, or leave out `immutable`"
    if kind == "Service" and path[:2] == ("spec", "clusterIP"):
        return "leave clusterIP out of Git, or delete the Service first"
    if kind in ("RoleBinding", "ClusterRoleBinding"):
        return "give the binding to the other role a name of its own"
    if kind in _PRECIOUS:
        return f"put the old value back, or make a new {kind} of another name and move what this one holds"
    return ""


def _anew(applier: Applier) -> str:
    if applier.operator is Operator.ARGO_CD:
        return "argocd.argoproj.io/sync-options: Force=true,Replace=true as an annotation deletes it first"
    if applier.operator is Operator.FLUX_KUSTOMIZE:
        return "kustomize.toolkit.fluxcd.io/force: Enabled as an annotation deletes it first"
    if applier.operator is Operator.FLUX_HELM:
        return "delete it before the upgrade; the release makes it again"
    return "kubectl replace --force, which deletes it first"
