"""The server's own audit log holds nothing of a run on somebody's cluster but reads and dry runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..client import Body
from .live import Cluster, arguments
from .rehearsed import reconciled
from .scenario import scenarios

# One of each sort of what a run does: other names, other rights, definitions, hooks, policies, prune, drift.
TRIED = (
    "cel-of-a-crd",
    "correct-hooks",
    "correct-definition-and-its-object",
    "correct-tenant-with-its-rights",
    "drift-image",
    "hook-before-its-namespace",
    "immutable-secret",
    "policy-image-tag",
    "prune-by-inventory",
    "prune-by-tracking-id",
    "rbac-escalation",
    "schema-wrong-type",
    "webhook-broken",
)
CHOSEN = [one for one in scenarios() if one.name in TRIED]


def test_all_that_are_named_are_tried() -> None:
    assert [one.name for one in CHOSEN] == sorted(TRIED)


@pytest.mark.usefixtures("settled")
def test_nothing_is_sent_but_reads_and_dry_runs(production: Cluster, tmp_path: Path) -> None:
    before = len(production.requests())
    objects = stored(production)

    earlier = len(production.requests())
    for one in CHOSEN:
        folder = tmp_path / one.name
        folder.mkdir()
        reconciled(one, folder, arguments(production))
    asked = production.requests()[earlier:]

    assert earlier > before  # the log tells what was asked just before
    assert [f"{one.verb} {one.uri}" for one in asked if not one.reads and not one.is_dry_run] == []
    assert {one.verb for one in asked} >= {"get", "list", "patch", "create"}
    assert stored(production) == objects


def stored(production: Cluster) -> dict[str, str]:
    """All objects and the versions that the server gave them, which any write changes."""
    return {
        f"{kind} {_name(one)}": one["metadata"]["resourceVersion"]
        for kind in KINDS
        for one in production.client.send("GET", f"/{kind}", None)[1]["items"]
    }


KINDS = (
    "api/v1/configmaps",
    "api/v1/namespaces",
    "api/v1/secrets",
    "api/v1/serviceaccounts",
    "api/v1/services",
    "apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "apis/apps/v1/deployments",
    "apis/argoproj.io/v1alpha1/applications",
    "apis/batch/v1/jobs",
    "apis/kustomize.toolkit.fluxcd.io/v1/kustomizations",
    "apis/rbac.authorization.k8s.io/v1/clusterroles",
    "apis/rbac.authorization.k8s.io/v1/roles",
)


def _name(one: Body) -> str:
    return f"{one['metadata'].get('namespace', '')}/{one['metadata']['name']}"
