"""A server that dies in the middle is noticed within seconds, by everybody who asks it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.api import Api, ServerLost
from gitlint_ops.reconcile.ephemeral.assets import Assets
from gitlint_ops.reconcile.ephemeral.envtest import Setup, serving
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.opening import kubeconfig_api
from gitlint_ops.reconcile.server.connection import Connection
from gitlint_ops.reconcile.server.http_api import OwnedApi

from .bodies import config_map, served_as

THREADS = 8
SECONDS = 10


def process_of(program: str, running: Running) -> int:
    """The process of a server that was started for it, by what its command line says."""
    port = running.access.url.rpartition(":")[2]
    lines = {int(one.name): _command(one) for one in Path("/proc").iterdir() if one.name.isdecimal()}
    apiserver = next(pid for pid, line in lines.items() if f"--secure-port={port}" in line)
    if program == "kube-apiserver":
        return apiserver
    store = next(one.partition("=")[2] for one in lines[apiserver] if one.startswith("--etcd-servers="))
    return next(pid for pid, line in lines.items() if f"--listen-client-urls={store}" in line)


def _command(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_text().split("\0")
    except OSError:
        return []


def asked_until_lost(api: Api, counted: Callable[[], None]) -> tuple[int, str]:
    """How many were answered, and why no more are."""
    kind = served_as(api, config_map("a"))
    for number in range(100_000):
        try:
            assert api.apply(config_map(f"a-{number}"), kind, manager="tests").status in (201, 504, 500)
        except ServerLost as lost:
            return number, str(lost)
        counted()
    raise AssertionError("never lost")


def kill_in_the_middle(api: Api, pid: int) -> tuple[float, list[tuple[int, str]]]:
    """Seconds from the death of a process until all who ask have noticed."""
    enough = threading.Semaphore(0)
    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(asked_until_lost, api, enough.release) for _ in range(THREADS)]
        for _ in range(100):
            assert enough.acquire(timeout=60)
        started = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        answered = [one.result() for one in asking]
    return time.monotonic() - started, answered


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to find processes in")
class TestKilled:
    """Servers of whose death we are to blame."""

    @pytest.mark.parametrize("program", ["kube-apiserver", "etcd"])
    def test_a_server_of_ours_that_dies_is_lost_to_all_threads_within_seconds(
        self, program: str, assets: Assets
    ) -> None:
        with serving(assets, Setup()) as running:
            connection = Connection(
                "envtest", lambda: running.access, owned=True, trouble=running.trouble, jobs=THREADS
            )
            seconds, answered = kill_in_the_middle(
                OwnedApi(connection, running.kubeconfig, running.ending), process_of(program, running)
            )
            connection.close()

        assert seconds < SECONDS
        assert all(said.startswith(f"envtest: {program} ended with -9") for _, said in answered)

    def test_a_server_of_others_that_dies_is_lost_to_all_threads_within_seconds(self, assets: Assets) -> None:
        with ExitStack() as ending:
            running = ending.enter_context(serving(assets, Setup()))
            api = ending.enter_context(
                kubeconfig_api(running.kubeconfig, "", qps=0, jobs=THREADS, timeout=30)
            )
            seconds, answered = kill_in_the_middle(api, process_of("kube-apiserver", running))

        assert seconds < SECONDS
        expected = f"context gitlint-ops: {running.access.url} does not answer ("
        assert all(said.startswith(expected) for _, said in answered)


def test_a_server_that_is_not_there_from_the_start_is_the_users_to_mend(
    served: Running, tmp_path: Path
) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(Path(served.kubeconfig).read_text().replace(served.access.url, "https://127.0.0.1:9"))

    with (
        pytest.raises(
            UsageError, match=r"context gitlint-ops: https://127.0.0.1:9 does not answer \(.*refused"
        ),
        kubeconfig_api(str(file), "", qps=0, jobs=8, timeout=30),
    ):
        pass
