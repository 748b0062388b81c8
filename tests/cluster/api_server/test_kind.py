"""`--kind` makes one cluster, rehearses on it and deletes it, however the run ends.

There are no containers here: a stand-in for kind gives out a server that runs already. That what it is told
is what kind wants has been read in kind's documentation, and was not tried.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.reconcile.ephemeral.running import Running

from ...cli.command_line import write

SECONDS = 60
STAND_IN = """#!{python}
import json, os, pathlib, sys, time
folder = pathlib.Path({folder!r})
told = sys.argv[1:]
with (folder / "told").open("a") as log:
    log.write(json.dumps([*told, "by " + os.environ["KIND_EXPERIMENTAL_PROVIDER"]]) + "\\n")
if told[0] == "create":
    fault = (folder / "fault").read_text() if (folder / "fault").exists() else ""
    if fault == "slow":
        time.sleep(1000)
    first, _, said = fault.partition(" ")
    if fault and (first == "always" or first in told):
        sys.exit("ERROR: failed to create cluster: " + said)
    given = (folder / "kubeconfig").read_text()
    pathlib.Path(told[told.index("--kubeconfig") + 1]).write_text(given)
"""
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: on-kind}
data: {colour: blue}
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder of programs for the PATH, one for what runs leave, and a workspace."""

    folder: Path
    environment: dict[str, str]

    def command(self, *options: str) -> Sequence[str]:
        return [
            sys.executable,
            "-m",
            "gitlint_ops",
            "reconcile",
            str(self.folder / "repo"),
            "--kind",
            *options,
        ]

    def ran(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = self.command(*options)
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def told(self) -> list[list[str]]:
        """What kind was told, call by call."""
        log = self.folder / "told"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def left(self) -> list[str]:
        return [one.name for one in (self.folder / "temporary").iterdir()]


@pytest.fixture
def stage(served: Running, client_certificate: tuple[Path, Path] | None, tmp_path: Path) -> Stage:
    if client_certificate is None:
        pytest.skip("there is no openssl to make a certificate with, as kind does")
    for name in ("bin", "temporary"):
        (tmp_path / name).mkdir()
    program(tmp_path / "bin" / "kind", STAND_IN.format(python=sys.executable, folder=str(tmp_path)))
    program(tmp_path / "bin" / "podman", "#!/bin/sh\nexit 0\n")
    (tmp_path / "kubeconfig").write_text(json.dumps(as_kind_writes_it(served, *client_certificate)))
    write(tmp_path / "repo", {"settings.yaml": SETTINGS})
    path = os.pathsep.join((str(tmp_path / "bin"), "/usr/bin", "/bin"))
    temporary = str(tmp_path / "temporary")
    return Stage(tmp_path, {**os.environ, "PATH": path, "TMPDIR": temporary})


def program(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def as_kind_writes_it(served: Running, certificate: Path, key: Path) -> dict[str, Any]:
    def data(file: Path) -> str:
        return base64.b64encode(file.read_bytes()).decode()

    authority = data(Path(served.access.authority))
    return {
        "clusters": [{"cluster": {"server": served.access.url, "certificate-authority-data": authority}}],
        "users": [{"user": {"client-certificate-data": data(certificate), "client-key-data": data(key)}}],
    }


def name_of(told: Sequence[str]) -> str:
    return told[told.index("--name") + 1]


def image_of(told: Sequence[str]) -> str:
    return told[told.index("--image") + 1]


def until(holds: Callable[[], bool]) -> None:
    latest = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < latest
        time.sleep(0.05)


def test_a_cluster_of_the_wanted_version_is_made_and_deleted(stage: Stage) -> None:
    run = stage.ran("--kubernetes", "1.34", "--format", "json")

    assert run.returncode == 0, run.stderr
    create, delete = stage.told()
    assert create[:2] == ["create", "cluster"]
    assert image_of(create) == "kindest/node:v1.34.0"
    assert delete[:2] == ["delete", "cluster"]
    assert name_of(create) == name_of(delete)
    assert name_of(create).startswith("gitlint-ops-")
    assert {create[-1], delete[-1]} == {"by podman"}
    (told,) = json.loads(run.stdout)["rehearsals"]
    assert (told["server"], told["objects"]) == ("kind", {"accepted": 1})
    assert stage.left() == []


def test_a_version_that_there_is_no_node_of_is_replaced_by_the_next(stage: Stage) -> None:
    missing = 'kindest/node:v1.34.0 failed to pull image "kindest/node:v1.34.0": manifest unknown'
    (stage.folder / "fault").write_text(missing)

    run = stage.ran("--kubernetes", "1.34")

    assert run.returncode == 0, run.stderr
    calls = [(one[0], name_of(one)) for one in stage.told()]
    images = [image_of(one) for one in stage.told() if one[0] == "create"]
    assert images == ["kindest/node:v1.34.0", "kindest/node:v1.34.1"]
    assert {name for what, name in calls if what == "create"} == {
        name for what, name in calls if what == "delete"
    }
    assert stage.left() == []


def test_what_kind_says_is_told_and_nothing_stays(stage: Stage) -> None:
    (stage.folder / "fault").write_text("always port is already allocated")

    run = stage.ran("--kubernetes", "1.34")

    assert run.returncode == 2
    assert "kind does not start: kind ended with 1" in run.stderr
    assert "port is already allocated" in run.stderr
    assert "Traceback" not in run.stderr
    assert [one[0] for one in stage.told()] == ["create", "delete"]
    assert stage.left() == []


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, None), (signal.SIGKILL, -9)]
)
def test_a_run_that_is_stopped_while_the_cluster_is_made_deletes_it(
    how: signal.Signals, code: int | None, stage: Stage
) -> None:
    (stage.folder / "fault").write_text("slow")
    with subprocess.Popen(
        stage.command("--kubernetes", "1.34"),
        env=stage.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        until(lambda: len(stage.told()) == 1)
        process.send_signal(how)
        ended = process.wait(SECONDS)

    assert code is None or ended == code
    until(lambda: [one[0] for one in stage.told()] == ["create", "delete"])
    until(lambda: stage.left() == [])


def test_a_cluster_that_is_kept_says_how_it_is_reached_and_deleted(stage: Stage) -> None:
    run = stage.ran("--kubernetes", "1.34", "--keep")

    assert run.returncode == 0, run.stderr
    (create,) = stage.told()
    kubeconfig = create[create.index("--kubeconfig") + 1]
    assert f"kubectl --kubeconfig {kubeconfig}" in run.stderr
    assert Path(kubeconfig).is_file()
    ending = f"kind delete cluster --name {name_of(create)} --kubeconfig {kubeconfig}"
    assert ending in run.stderr
