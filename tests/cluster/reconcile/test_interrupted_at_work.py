"""Whoever interrupts a run on a cluster that is slow does not wait for its answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.server.access import Access

from ...cli.command_line import config_map, write
from ..api_server.forwarding import in_front_of
from ..api_server.misbehaving import Answered, Request
from .live import Cluster

SLOW, SECONDS = 40, 10
INTERRUPTED = 130


def test_an_interrupt_ends_a_run_on_a_slow_cluster_at_once(production: Cluster, tmp_path: Path) -> None:
    there = production.server
    access = Access(f"https://{there.host}:{there.port}", str(there.authority), f"Bearer {there.token}")
    root = write(tmp_path / "repo", {f"{at}.yaml": config_map(f"slow-{at}") for at in range(30)})
    asked: list[str] = []

    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        if request.method == "PATCH":
            asked.append(request.path)
            time.sleep(SLOW)
        return ask(request)

    with in_front_of(Running(access, "", str), change) as server:
        held = {
            "clusters": [{"name": "c", "cluster": {"server": server.url}}],
            "contexts": [{"name": "slow", "context": {"cluster": "c"}}],
        }
        (tmp_path / "kubeconfig").write_text(json.dumps(held))
        named = ("--kubeconfig", str(tmp_path / "kubeconfig"), "--context", "slow")
        command = [sys.executable, "-m", "gitlint_ops", "reconcile", str(root), *named]
        with subprocess.Popen(
            command,
            env=dict(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            latest = time.monotonic() + 30
            while not asked and time.monotonic() < latest:
                time.sleep(0.05)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=SLOW + 60)

    assert asked
    assert process.returncode == INTERRUPTED, err
    assert time.monotonic() - started < SECONDS
    assert b"Traceback" not in err
