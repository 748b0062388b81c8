"""Owners as they live, with what their operators say of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from ..reconcile.live import Cluster
from .made import APPLICATION, KUSTOMIZATION, SOURCE, applied

Body = dict[str, Any]
COMMIT = "1f2e3d4c5b6a79880f1e2d3c4b5a69788f9e0d1c"


def kustomization(live: Cluster, name: str, inventory: Sequence[str], more: str = "", **status: Any) -> None:
    """A Kustomization that has applied what its inventory names ("default_web__ConfigMap")."""
    body = yaml.safe_load(KUSTOMIZATION.format(name=name, more=more))
    entries = [{"id": one, "v": "v1"} for one in inventory]
    told = {"status": {"inventory": {"entries": entries}, **status}}
    head = {key: body[key] for key in ("apiVersion", "kind")}
    known = {"name": body["metadata"]["name"], "namespace": body["metadata"]["namespace"]}
    live.live(
        [
            applied(yaml.safe_load(SOURCE), "kubectl"),
            applied(body, "kubectl"),
            {**applied({**head, "metadata": known, **told}, "kustomize-controller"), "subresource": "status"},
        ]
    )


def application(
    live: Cluster,
    name: str,
    synced: Sequence[tuple[str, str]],
    *,
    more: str = "",
    revision: str = COMMIT,
    tracked: Sequence[tuple[str, str]] | None = None,
    options: Sequence[str] = (),
) -> None:
    """An Application that has synced objects (kind, name) of the namespace default.

    `tracked` are those that it lists as its own, the same unless they are given.
    """
    body = yaml.safe_load(APPLICATION.format(name=name, more=more))
    results = [{**_named(*one), "status": "Synced", "message": "ok", "version": "v1"} for one in synced]
    own = synced if tracked is None else tracked
    body["status"] = {
        "resources": [{**_named(*one), "version": "v1", "status": "Synced"} for one in own],
        "operationState": {
            "phase": "Succeeded",
            "startedAt": "2026-01-31T12:00:00Z",
            "operation": {"sync": {"syncOptions": list(options)}},
            "syncResult": {"revision": revision, "resources": results},
        },
    }
    live.live([applied(body, "argocd-application-controller")])


def _named(kind: str, name: str) -> Body:
    return {"group": "", "kind": kind, "namespace": "default", "name": name}
