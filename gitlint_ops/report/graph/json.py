"""The delivery graph as JSON; its schema is schemas/graph.schema.json."""

from __future__ import annotations

import json
from typing import Any

from gitlint_ops.model.graph import ClusterNode, DeliveryGraph, OwnerNode, Why
from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import ObjectKey

VERSION = 1


def as_json(graph: DeliveryGraph) -> str:
    """All clusters, owners and objects, and the folders that nothing delivers."""
    whole = {
        "version": VERSION,
        "clusters": [_cluster(one) for one in graph.clusters],
        "folders": [
            {
                "target": one.id,
                "kind": one.kind,
                "environment": one.environment or None,
                "status": one.status,
                "objects": one.objects,
            }
            for one in graph.folders
        ],
        "unchecked": list(graph.unchecked),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def why_json(found: Why) -> str:
    """By which ways a file reaches which clusters."""
    whole = {
        "version": VERSION,
        "file": found.file,
        "reaches": [
            {
                "cluster": one.cluster or None,
                "environment": one.environment or None,
                "owners": [{"target": each.id, "at": _place(each.at)} for each in one.owners],
                "through": list(one.way),
                "revision": one.revision or None,
            }
            for one in found.reaches
        ],
        "folders": list(found.folders),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _cluster(one: ClusterNode) -> dict[str, Any]:
    return {
        "name": one.name or None,
        "environment": one.environment or None,
        "kubernetes": one.kubernetes or None,
        "declared": one.declared,
        "owners": [_owner(each) for each in one.owners],
    }


def _owner(one: OwnerNode) -> dict[str, Any]:
    return {
        "target": one.id,
        "kind": one.kind,
        "namespace": one.namespace or None,
        "name": one.name,
        "at": _place(one.at),
        "parent": one.parent or None,
        "home": one.home or None,
        "source": one.source or None,
        "status": one.status or None,
        "reason": one.reason or None,
        "wave": one.wave,
        "dependsOn": list(one.depends_on),
        "objects": [_object(key) for key in one.objects],
    }


def _object(key: ObjectKey) -> dict[str, Any]:
    return {"group": key.group, "kind": key.kind, "namespace": key.namespace or None, "name": key.name}


def _place(at: Location) -> dict[str, Any]:
    return {"repo": at.file.repo, "file": at.file.path, "line": at.line, "column": at.column}
