"""The server's own audit log holds nothing of a run on somebody's cluster but reads and dry runs.

That nothing else can be sent at all is tests/cluster/api_server/test_stores_nothing.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gitlint_ops.reconcile.opening import kubeconfig_api

from ...cli.command_line import Ran, run, write
from .live import CONTEXT, Cluster, Requested, arguments
from .rehearsed import reconciled
from .scenario import Scenario, scenarios

THEIRS = [one for one in scenarios() if not one.owned]
RESTLESS = frozenset({"leases", "events"})
"""What the server itself writes all the time."""

WITHOUT_NAMES = """\
apiVersion: batch/v1
kind: Job
metadata: {generateName: migrate-, namespace: default}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}
"""


@pytest.fixture(scope="module")
def objects(production: Cluster, settled: dict[str, str]) -> dict[str, str]:
    """What lives there before all runs of this module."""
    del settled
    return stored(production)


def asked_by(production: Cluster, chosen: Sequence[Scenario], folder: Path, *options: str) -> list[Requested]:
    """What the server was asked while the command ran on each workspace."""
    before = len(production.requests())
    for one in chosen:
        place = folder / one.name
        place.mkdir()
        ran = reconciled(replace(one, options=(*one.options, *options)), place, arguments(production))
        assert ran.out.startswith("{"), (one.name, ran.err)
    return production.requests()[before:]


def changing(asked: Sequence[Requested]) -> list[str]:
    return [f"{one.verb} {one.uri}" for one in asked if not one.reads and not one.is_dry_run]


@pytest.mark.parametrize("options", [(), ("--as-operator",)], ids=["as ourselves", "as the operators"])
def test_nothing_is_sent_but_reads_and_dry_runs(
    options: Sequence[str], production: Cluster, objects: dict[str, str], tmp_path: Path
) -> None:
    asked = asked_by(production, THEIRS, tmp_path, *options)

    assert changing(asked) == []
    assert {one.verb for one in asked} >= {"get", "list", "patch"}
    assert stored(production) == objects


def test_with_drift_only_nothing_is_sent_but_reads(
    production: Cluster, objects: dict[str, str], tmp_path: Path
) -> None:
    compared = [one for one in THEIRS if "--no-drift" not in one.options]

    asked = asked_by(production, compared, tmp_path, "--drift-only")

    assert [f"{one.verb} {one.uri}" for one in asked if not one.reads] == []
    assert stored(production) == objects


def test_an_object_without_a_name_is_created_as_a_dry_run(
    production: Cluster, objects: dict[str, str], tmp_path: Path
) -> None:
    before = len(production.requests())
    ran = reconciled_files(production, write(tmp_path / "repo", {"job.yaml": WITHOUT_NAMES}))

    asked = production.requests()[before:]
    assert ran.report["rehearsals"][0]["objects"] == {"accepted": 1}
    assert [one.is_dry_run for one in asked if one.verb == "create"] == [True]
    assert changing(asked) == []
    assert stored(production) == objects


def test_the_log_tells_of_a_write_where_there_is_one(production: Cluster) -> None:
    before = len(production.requests())
    named = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "written", "namespace": "default"}}
    production.client.create(named)
    production.client.send("DELETE", production.client.place(named), None)

    assert [one.split()[0] for one in changing(production.requests()[before:])] == ["create", "delete"]


def reconciled_files(production: Cluster, root: Path) -> Ran:
    return run("reconcile", root, "--format", "json", *arguments(production))


def stored(production: Cluster) -> dict[str, str]:
    """All objects of all kinds, and the versions that the server gave them, which any write changes."""
    return dict(_stored(production))


def _stored(production: Cluster) -> Iterator[tuple[str, str]]:
    with kubeconfig_api(str(production.kubeconfig), CONTEXT, qps=0, jobs=1, timeout=30) as api:
        for kind in api.kinds():
            if "list" in kind.verbs and kind.plural not in RESTLESS:
                for one in api.listed(kind):
                    metadata = one["metadata"]
                    name = f"{metadata.get('namespace', '')}/{metadata['name']}"
                    yield f"{kind.api_version} {kind.kind} {name}", metadata.get("resourceVersion", "")
