"""Whoever stops a run on a server of its own finds no process and no folder of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ..apiserver import Programs

OBJECTS = 3_000
SECONDS = 60
INTERRUPTED = 130
STARTED_BYTES = 300_000


@pytest.fixture
def started(programs: Programs, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command on many objects, with a folder of its own for what it leaves."""
    root = tmp_path / "repo"
    root.mkdir()
    (root / "settings.yaml").write_text("---\n".join(map(_config_map, range(OBJECTS))))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assets = str(programs.etcd.parent)
    command = [sys.executable, "-m", "gitlint_ops", "reconcile", str(root), "--envtest"]
    with subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(temporary), "KUBEBUILDER_ASSETS": assets},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("program", ["etcd", "kube-apiserver"])
@pytest.mark.parametrize("moment", [0, 1], ids=["at its start", "a second later"])
def test_an_interrupt_leaves_no_process_and_no_folder(
    program: str, moment: int, started: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    until(lambda: program in running(tmp_path), "the program runs")
    time.sleep(moment)

    started.send_signal(signal.SIGINT)
    code = started.wait(SECONDS)

    assert code == INTERRUPTED
    assert running(tmp_path) == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_interrupt_during_the_rehearsal_leaves_nothing(
    started: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    until(lambda: "kube-apiserver" in running(tmp_path), "the program runs")
    until(lambda: grown(tmp_path), "objects are stored")

    started.send_signal(signal.SIGINT)

    assert started.wait(SECONDS) == INTERRUPTED
    assert running(tmp_path) == []
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_nothing_either(
    how: signal.Signals, started: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    until(lambda: "kube-apiserver" in running(tmp_path), "the program runs")

    started.send_signal(how)
    started.wait(SECONDS)

    until(lambda: running(tmp_path) == [], "the programs are ended")
    until(lambda: not list((tmp_path / "temporary").iterdir()), "their folders are removed")


def running(folder: Path) -> list[str]:
    """The programs that run with something of a folder, by their names; guards too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if f"{folder / 'temporary'}" in " ".join(words):
                found.append(Path(words[0]).name)
    return found


def grown(folder: Path) -> bool:
    """Whether the store holds more than what a server writes at its start; all objects are a megabyte."""
    with suppress(OSError):
        return sum(one.stat().st_size for one in folder.rglob("snap/db")) > STARTED_BYTES
    return False


def until(holds: Callable[[], bool], what: str) -> None:
    latest = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < latest, f"not in time: {what}"
        time.sleep(0.05)


def _config_map(number: int) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings-{number}}}\ndata: {{colour: blue}}\n"
