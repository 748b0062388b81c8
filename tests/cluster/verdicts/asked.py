"""Real answers of a real server to the cases of cases/*.yaml, as values that verdicts judge.

A case has a `body`, or the name of one of bodies.yaml that it is made `of` with the changes of a JSON
merge patch (`with`); what lives `before` (entries as in ../reconcile/live.py, or objects), what is being
deleted (`ending`), a `quota` and `labels` of its namespace, and who asks (`as`, `operator`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.reconcile.api import Answer, Api, Identity
from gitlint_ops.reconcile.outcomes import (
    Applier,
    ClusterSet,
    Entry,
    Operator,
    Outcome,
    Rehearsal,
    Rehearsed,
    TargetSet,
)
from gitlint_ops.reconcile.verdicts import violations_of

from ..reconcile.live import Cluster

Body = Mapping[str, Any]

FOLDER = Path(__file__).parent
TARGET, PLATFORM = "shop//production", "shop//platform"
BIG, HUGE = 270_000, 1_100_000
"""More than all annotations, and more than a ConfigMap, may have."""

_APPLIERS = {
    "flux": Applier(Operator.FLUX_KUSTOMIZE, "kustomize-controller"),
    "argocd": Applier(Operator.ARGO_CD, "argocd-controller"),
    "hand": Applier(Operator.HAND, "gitlint-ops", force=False),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the tables; `namespace` is its own."""

    file: str
    number: int
    said: Body

    @property
    def name(self) -> str:
        return str(self.said["case"])

    @property
    def namespace(self) -> str:
        return f"{self.file}-{self.number}"

    @property
    def applier(self) -> Applier:
        return _APPLIERS[self.said.get("operator", "flux")]


def cases() -> Iterator[Case]:
    for file in sorted((FOLDER / "cases").glob("*.yaml")):
        for number, said in enumerate(yaml.safe_load(file.read_text())):
            yield Case(file.stem, number, said)


def standing() -> list[Body]:
    """What stands on the server for all cases."""
    return list(yaml.safe_load_all((FOLDER / "standing.yaml").read_text()))


def rendered(body: Body, target: str = TARGET) -> RenderedObject:
    blame = Origin(DocumentRef(FileRef("shop", "worktree", "shop.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), str(body.get("apiVersion", "")), body, blame, target)


def rehearsal(*objects: Rehearsed, cluster: str = "") -> Rehearsal:
    """These objects in one target, behind what stands."""
    flux = _APPLIERS["flux"]
    platform = tuple(Entry(rendered(one, PLATFORM), PLATFORM, flux) for one in standing())
    targets = (_target(PLATFORM, flux, platform), _target(TARGET, flux, tuple(one.entry for one in objects)))
    return Rehearsal(ClusterSet(cluster, "", "1.37", targets), objects, "context production", "1.37")


def _target(name: str, applier: Applier, entries: tuple[Entry, ...]) -> TargetSet:
    repo, _, path = name.partition("//")
    built = BuildResult(BuildTarget(repo, path, TargetKind.KUSTOMIZE), Status.BUILT)
    return TargetSet(built, applier, entries)


def verdicts(case: Case, cluster: Cluster, api: Api) -> list[Violation]:
    """What is said of the server's answer to a case."""
    return list(violations_of(rehearsal(asked(case, cluster, api))))


def asked(case: Case, cluster: Cluster, api: Api) -> Rehearsed:
    """A case with the server's answer to it, once what it needs lives there."""
    _prepare(case, cluster)
    body, applier = written(case.said), case.applier
    entry = Entry(rendered(body), TARGET, applier)
    kind = api.kind_of(str(body["apiVersion"]), str(body["kind"]))
    if kind is None:
        return Rehearsed(entry, Outcome.REJECTED)

    def apply(*, force: bool) -> Answer:
        identity = Identity(case.said["as"], ("system:authenticated",)) if "as" in case.said else None
        return api.apply(
            body, kind, manager=applier.manager, force=force, identity=identity, namespace=case.namespace
        )

    name = body["metadata"].get("name")
    namespace = body["metadata"].get("namespace", case.namespace) if kind.namespaced else ""
    there = api.read(kind, namespace, name) if name and "before" in case.said else None
    before = there.body if there and there.accepted else None
    unforced = apply(force=False) if before is not None else None
    answer = apply(force=applier.force)
    if not answer.accepted:
        return Rehearsed(entry, Outcome.REJECTED, kind, answer, before=before)
    first = again = None
    if case.said.get("stored"):
        cluster.live([{"apply": _placed(body, case), "manager": applier.manager}])
        first, again = api.read(kind, namespace, name).body, apply(force=True).body
    refused = unforced if unforced is not None and not unforced.accepted else None
    return Rehearsed(entry, Outcome.ACCEPTED, kind, answer, refused, before, answer.body, again, first=first)


def _prepare(case: Case, cluster: Cluster) -> None:
    labels = case.said.get("labels", {})
    namespace = {"name": case.namespace, "labels": labels}
    cluster.live([{"apply": {"apiVersion": "v1", "kind": "Namespace", "metadata": namespace}}])
    if "quota" in case.said:
        quota = {"apiVersion": "v1", "kind": "ResourceQuota"}
        placed = {**quota, "metadata": {"name": "team", "namespace": case.namespace}}
        cluster.live([{"apply": {**placed, "spec": {"hard": case.said["quota"]["hard"]}}}])
        # No controller counts here.
        cluster.live([{"apply": {**placed, "status": case.said["quota"]}, "subresource": "status"}])
    cluster.live(_entry(one, case) for one in case.said.get("before", ()))
    if "ending" in case.said:
        cluster.live([{"delete": _placed(written(case.said["ending"]), case)}])


def _entry(one: Body, case: Case) -> Mapping[str, Any]:
    way = next((way for way in ("update", "apply") if way in one), "apply")
    more = {key: one[key] for key in ("manager", "subresource") if key in one}
    return {way: _placed(written(one.get(way, one)), case), "manager": case.applier.manager, **more}


def _placed(body: Body, case: Case) -> Body:
    """A body in the namespace of its case; of kinds that lie in none, the server ignores it."""
    return {**body, "metadata": {"namespace": case.namespace, **body["metadata"]}}


def written(said: Body) -> Body:
    """A body in full."""
    if "body" in said:
        body = said["body"]
    elif "of" in said:
        body = _merged(yaml.safe_load((FOLDER / "bodies.yaml").read_text())[said["of"]], said.get("with", {}))
    else:
        body = {key: held for key, held in said.items() if key not in ("manager", "subresource")}
    text = (
        json.dumps(body).replace('"$BIG"', json.dumps("x" * BIG)).replace('"$HUGE"', json.dumps("x" * HUGE))
    )
    found: Body = json.loads(text)
    return found


def _merged(held: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(held) if isinstance(held, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged
