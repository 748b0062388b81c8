"""A server that dies in the middle of a run costs only what it was not asked yet."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gitlint_ops.reconcile.ephemeral.guard import PID

from ...cli.command_line import Ran, run
from ..apiserver import Programs
from .live import Cluster, Requested, arguments, cluster

OBJECTS = 600
EACH = 10
"""One object of so many has a fault."""

JOBS = 8
"""Requests that may be under way when the server dies."""

ANSWERED = OBJECTS // 2
NAMESPACE = "half-way"


@pytest.fixture(scope="module")
def dying(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(programs, tmp_path_factory.mktemp("dying")) as running:
        running.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        yield running


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many objects, some of which have faults."""
    folder = tmp_path_factory.mktemp("workspace") / "repo"
    folder.mkdir()
    (folder / "settings.yaml").write_text("---\n".join(map(config_map, range(OBJECTS))))
    return folder


@pytest.fixture(scope="module")
def whole(dying: Cluster, root: Path) -> Ran:
    """A run whose server lives."""
    return run("reconcile", root, "--format", "json", "--fail-on", "never", *arguments(dying))


@pytest.fixture(scope="module")
def ran(dying: Cluster, root: Path, whole: Ran) -> Ran:
    """A run whose server is killed half-way."""
    del whole  # which was before
    killer = Thread(target=kill_half_way, args=(dying,), daemon=True)
    killer.start()
    done = run("reconcile", root, "--format", "json", "--fail-on", "never", *arguments(dying))
    killer.join()
    return done


def test_the_run_ends_as_incomplete(ran: Ran) -> None:
    assert ran.code == 3, ran.err


def test_why_it_is_incomplete_is_told(ran: Ran) -> None:
    (server,) = ran.report["rehearsals"]

    assert server["lost"]
    assert server["objects"]["accepted"] + server["objects"]["rejected"] >= ANSWERED - JOBS
    assert sum(server["objects"].values()) == OBJECTS
    assert server["objects"]["unasked"] > 0


def test_what_was_learned_before_is_told_as_if_the_server_had_lived(
    ran: Ran, whole: Ran, dying: Cluster
) -> None:
    everything = [told(one) for one in whole.findings]
    learned = [told(one) for one in ran.findings]

    assert [one["location"]["line"] for one in whole.findings] == [
        line(number) for number in range(0, OBJECTS, EACH)
    ]
    assert learned == [one for one in everything if one in learned]
    refused = {one.uri for one in last_run(dying) if one.is_dry_run and one.status >= 400}
    assert len(refused) - JOBS <= len(learned) <= len(refused)


def told(finding: dict[str, Any]) -> tuple[str, str, int]:
    return finding["rule"], finding["message"], finding["location"]["line"]


def last_run(dying: Cluster) -> list[Requested]:
    asked = dying.requests()
    begun = [at for at, one in enumerate(asked) if one.uri == "/version"]
    return asked[begun[-1] :]


def config_map(number: int) -> str:
    """Some hold a key that the server refuses."""
    key = "colour" if number % EACH else "no key"
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings-{number:04}, namespace: {NAMESPACE}}}\n"
        f"data:\n  {key}: blue\n"
    )


def line(number: int) -> int:
    """Where a ConfigMap's data stand."""
    return number * 6 + 5


def kill_half_way(dying: Cluster) -> None:
    """End the process as the system would for want of memory, once it has answered so many."""
    started = len(dying.requests())
    latest = time.monotonic() + 60
    while time.monotonic() < latest:
        asked = dying.requests()[started:]
        if len([one for one in asked if one.is_dry_run]) >= ANSWERED:
            break
        time.sleep(0.02)
    os.kill(int((dying.server.authority.parent / PID).read_text()), signal.SIGKILL)
