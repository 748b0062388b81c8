"""Asking Argo CD's own library and this program what becomes of an ApplicationSet, and comparing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.applicationset.faults import GeneratorFault
from gitlint_ops.discover.applicationset.generated import Run, engine_of
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import Cluster, Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key

_DOCUMENT = DocumentRef(FileRef("fleet", "worktree", "set.yaml"))


class Ours(Struct, frozen=True):
    """What this program generates; `error` and `unknown` say why nothing."""

    applications: Sequence[Mapping[str, Any]] = ()
    error: str = ""
    unknown: str = ""


def secrets(clusters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The Secrets of clusters, as Argo CD knows them."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": f"cluster-{index}",
                "namespace": "argocd",
                "labels": {"argocd.argoproj.io/secret-type": "cluster", "env": one["env"]},
                "annotations": {"team": one["team"], "argocd.argoproj.io/refresh": "normal"},
            },
            "stringData": {"name": one["name"], "server": one["server"], "config": "{}"},
        }
        for index, one in enumerate(clusters)
    ]


def ours(
    application_set: Mapping[str, Any],
    objects: Sequence[Mapping[str, Any]],
    trees: SourceTrees,
    fixtures: Mapping[str, Any] | None = None,
    clusters: Sequence[Cluster] = (),
) -> Ours:
    """What this program makes of a set, before what is wrong is left out."""
    owner = Owner(OwnerKind.APPLICATION_SET, rendered(application_set), "fleet")
    try:
        engine = engine_of(owner)
    except GeneratorFault as fault:
        return Ours(error=fault.message)
    known = KnownObjects([rendered(one) for one in objects])
    run = Run(Scope(owner, engine, clusters, known, trees, fixtures or {}))
    made = run.made()
    if run.scope.unresolved:
        return Ours(unknown=run.scope.unresolved[0].reason)
    if run.faults or run.stops:
        return Ours(error=run.faults[0].message if run.faults else f"missing {list(run.scope.missing)}")
    return Ours([one.application.body for one in made])


def rendered(body: Mapping[str, Any]) -> RenderedObject:
    return RenderedObject(
        object_key(body), str(body["apiVersion"]), body, Origin(_DOCUMENT, (), Via.RESOURCE), ""
    )


def disagreement(found: Ours, answer: Mapping[str, Any]) -> str:
    """How the two differ, "" where they do not."""
    if "error" in answer or found.error:
        if bool(found.error) == ("error" in answer):
            return ""
        return f"ours: {found.error or 'applications'}; theirs: {answer.get('error', 'applications')}"
    mine, theirs = compared(found.applications), compared(answer["applications"])
    if mine == theirs:
        return ""
    ours_only = [one for one in mine if one not in theirs]
    theirs_only = [one for one in theirs if one not in mine]
    return f"only ours: {ours_only[:2]}\nonly theirs: {theirs_only[:2]}\n({len(mine)} and {len(theirs)})"


def compared(applications: Sequence[Mapping[str, Any]]) -> list[str]:
    """In an order of their own, without what Go leaves out: empty values and Argo CD's type names."""
    return sorted(
        json.dumps(_bare({key: one.get(key) for key in ("metadata", "spec")}), sort_keys=True)
        for one in applications
    )


def _bare(held: Any, key: str = "") -> Any:
    if isinstance(held, Mapping):
        if key == "valuesObject":
            return dict(held)
        bare = {name: _bare(one, name) for name, one in held.items()}
        return {name: one for name, one in bare.items() if one not in ({}, [], "", None, False, 0)}
    return [_bare(one) for one in held] if isinstance(held, list) else held
