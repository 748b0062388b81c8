"""A server that dies in the middle of a run costs only what it was not asked yet."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from gitlint_ops.reconcile.ephemeral.guard import PID

from ...cli.command_line import Ran, run
from ..apiserver import Programs
from .live import Cluster, arguments, cluster

OBJECTS = 600
FAULTS = 5
ANSWERED = OBJECTS // 2
NAMESPACE = "half-way"


@pytest.fixture(scope="module")
def dying(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(programs, tmp_path_factory.mktemp("dying")) as running:
        running.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        yield running


@pytest.fixture(scope="module")
def ran(dying: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run on many objects, the first of which have faults, whose server is killed half-way."""
    root = tmp_path_factory.mktemp("workspace") / "repo"
    root.mkdir()
    (root / "settings.yaml").write_text("---\n".join(map(config_map, range(OBJECTS))))
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
    assert server["objects"]["accepted"] + server["objects"]["rejected"] >= ANSWERED - 50
    assert sum(server["objects"].values()) == OBJECTS
    assert server["objects"]["unasked"] > 0


def test_what_was_learned_before_is_told(ran: Ran) -> None:
    assert ran.places("dryrun-rejected") == [f"settings.yaml:{line(number)}" for number in range(FAULTS)]


def config_map(number: int) -> str:
    """The first ones hold a key that the server refuses."""
    key = "no key" if number < FAULTS else "colour"
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
