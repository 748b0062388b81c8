"""Fields that a person set on a live object and that Git does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import OwnerKind
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.reconcile.drift.context import Context
from gitlint_ops.reconcile.drift.differences import ABSENT, path_in, said_path, value_in
from gitlint_ops.reconcile.drift.managed_fields import Entry, LivePath
from gitlint_ops.reconcile.drift.managers import (
    Sort,
    is_undone_by_flux,
    said_manager,
    said_time,
    sort_of,
)
from gitlint_ops.reconcile.drift.metadata import is_marked
from gitlint_ops.reconcile.outcomes import Applier

ADDED = "drift-added"
_MOST_TOLD = 5
_MOST_NAMED = 3
_MERGE = "kustomize.toolkit.fluxcd.io/ssa"
_RESTARTED = "kubectl.kubernetes.io/restartedAt"
_REPLICAS: LivePath = ("spec", "replicas")


def added_by_hand(
    on: RenderedObject,
    live: Mapping[str, Any],
    entries: tuple[Entry, ...],
    applier: Applier,
    context: Context,
) -> Iterator[Violation]:
    """One violation for all that hands added to an object; `live` is it without what does not count."""
    # An object that the operator never applied is somebody else's as a whole; on one that is marked to be
    # merged others are meant to set what they need.
    if is_marked(on.body, _MERGE, "merge") or is_marked(live, _MERGE, "merge"):
        return
    if not any(sort_of(entry, applier) is Sort.OWN for entry in entries):
        return
    found: dict[LivePath, Entry] = {}
    for entry in entries:
        if sort_of(entry, applier) is Sort.HAND:
            for path in _not_in_git(on, live, entry):
                found.setdefault(path, entry)
    for path in [one for one, by in found.items() if _is_restart(one) and not is_undone_by_flux(by, applier)]:
        del found[path]
    if found.get(_REPLICAS) and context.is_scaled(on, live):
        del found[_REPLICAS]
    if found:
        in_order = {path: found[path] for path in sorted(found, key=said_path)}
        yield _violation(on, in_order, applier, context)


def _is_restart(path: LivePath) -> bool:
    """Whether a field is what `kubectl rollout restart` leaves behind, which nobody would put into Git."""
    return path[-1:] == (_RESTARTED,)


def _not_in_git(on: RenderedObject, live: Mapping[str, Any], entry: Entry) -> Iterator[LivePath]:
    """The topmost fields of an entry that Git lacks."""
    stored = _as_stored(on)
    found: dict[LivePath, list[LivePath]] = {}
    for path in sorted(entry.fields.paths(), key=said_path):
        if value_in(live, path) is ABSENT or path_in(stored, path)[1]:
            continue
        top = next(
            path[:length] for length in range(1, len(path) + 1) if not path_in(stored, path[:length])[1]
        )
        found.setdefault(top, []).append(path)
    for top, paths in found.items():
        # Of a mapping that only one field was added with, that field tells more.
        is_field = len(paths) == 1 and all(isinstance(step, str) for step in paths[0][len(top) :])
        yield paths[0] if is_field else top


def _as_stored(on: RenderedObject) -> Mapping[str, Any]:
    """Of a Secret, its texts as the data that they become."""
    texts = on.body.get("stringData")
    if on.kind != "Secret" or not isinstance(texts, Mapping):
        return on.body
    data = on.body.get("data")
    return {**on.body, "data": {**(data if isinstance(data, Mapping) else {}), **texts}}


def _violation(
    on: RenderedObject, found: Mapping[LivePath, Entry], applier: Applier, context: Context
) -> Violation:
    entries = list({(one.manager, one.time, one.subresource): one for one in found.values()}.values())
    undone = any(is_undone_by_flux(one, applier) for one in entries) and not is_marked(
        on.body, _MERGE, "merge"
    )
    listed = ", ".join(said_path(path) for path in list(found)[:_MOST_TOLD])
    more = f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    by_time: dict[str, list[str]] = {}
    for one in entries[:_MOST_NAMED]:
        by_time.setdefault(said_time(one), []).append(said_manager(one))
    who = ", ".join(f"{' and '.join(dict.fromkeys(names))}{time}" for time, names in by_time.items())
    first = next(iter(found))
    is_one = len(found) == 1
    return Violation(
        on,
        path_in(on.body, first[:-1])[0] if is_one else (),
        f"the cluster has {listed}{more}, which Git has not: set by {who}",
        rule=ADDED,
        at_key=True,
        hint=_hint(context, "it" if is_one else "them", undone=undone),
        severity=Severity.WARNING if undone and context.aftermath.reverts else None,
    )


def _hint(context: Context, it: str, *, undone: bool) -> str:
    what = f"put {it} into Git, or remove {it} from the cluster"
    if undone:
        said = context.aftermath.of(it).replace(f"sets {it} back", f"removes {it}")
        return f"{said}, as it takes over what kubectl set: put {it} into Git if {it} is to stay".replace(
            "them is", "they are"
        )
    return f"{_leaver(context)} leaves {it} as long as Git does not set {it}: {what}"


def _leaver(context: Context) -> str:
    owner = context.owner
    if owner is None:
        return "the next apply"
    return {
        OwnerKind.APPLICATION: "Argo CD",
        OwnerKind.HELM_RELEASE: "helm-controller",
        OwnerKind.RESOURCE_SET: "flux-operator",
    }.get(owner.kind, "kustomize-controller")
