"""`check` and `build` open no connection and start no program: held by the interpreter's audit hooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Every Python process of the run reads this as it starts, workers of a pool too. A pool's own
# sockets have a path for an address; an address on a network is a tuple.
GUARD = """
import os, sys

LOG = os.environ["AUDIT_LOG"]
FORBIDDEN = {
    "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "http.client.connect",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile", "pty.spawn",
}

def guard(event, arguments):
    network = event in ("socket.connect", "socket.sendto", "socket.bind") and isinstance(arguments[1], tuple)
    if network or event in FORBIDDEN:
        with open(LOG, "a") as log:
            log.write(f"{event} {arguments!r}\\n")
        raise PermissionError(f"{event} is not allowed here")

sys.addaudithook(guard)
with open(LOG + ".started", "a") as started:
    started.write("guarded\\n")
"""


@pytest.mark.parametrize(
    "command",
    [
        ["check", "examples/defects"],
        ["check", "examples/defects", "--format", "sarif"],
        ["build", "examples/clean/shop-env/production"],
        ["rules"],
        ["explain", "tag-mutable"],
    ],
    ids=" ".join,
)
def test_no_connection_is_opened_and_no_program_started(
    command: list[str], checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    log = tmp_path / "log"

    run = subprocess.run(
        [sys.executable, "-m", "gitlint_ops", *command],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "AUDIT_LOG": str(log)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (tmp_path / "log.started").exists(), "the guard was not installed"
    assert not log.exists(), log.read_text()
    assert run.returncode in (0, 1, 3), run.stderr


def test_the_guard_notices_a_connection(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(GUARD)

    run = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "AUDIT_LOG": str(tmp_path / "log")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode != 0
    assert (tmp_path / "log").read_text().startswith("socket.")
