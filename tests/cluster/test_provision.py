"""Servers and their programs are found, refused with the reason, and gone when nobody needs them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from gitlint_ops.reconcile.ephemeral import guard
from gitlint_ops.reconcile.ephemeral.kind import Kind, access_of, commands, configuration, images
from gitlint_ops.reconcile.ephemeral.programs import NotStarted, Program, new_folder
from gitlint_ops.reconcile.ephemeral.running import KUBECONFIG

from .apiserver import CHECKOUT, Programs, running
from .client import Client, ServerLost
from .kind import find_kind, pinned
from .provision import Means, find

SECONDS = 20
HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from gitlint_ops.reconcile.ephemeral.programs import Program, new_folder
folder = new_folder("test")
program = Program(["sleep", "1000"], folder)
program.wait_until((folder / "pid").is_file, 20)
print(folder, flush=True)
time.sleep(1000)
"""


def until(holds: Callable[[], bool]) -> bool:
    latest = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < latest:
        time.sleep(0.05)
    return holds()


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pid_of(folder: Path) -> int:
    assert until(lambda: (folder / guard.PID).is_file() and (folder / guard.PID).read_text() != "")
    return int((folder / guard.PID).read_text())


@pytest.fixture
def sleeping(tmp_path: Path) -> tuple[Program, Path]:
    """A program that runs, and the file that is made after its end."""
    after = tmp_path / "after"
    return Program(["sleep", "1000"], new_folder("test"), ["touch", str(after)]), after


def test_a_program_that_is_ended_leaves_nothing(sleeping: tuple[Program, Path]) -> None:
    program, after = sleeping
    pid = pid_of(program.folder)
    assert program.ended() is None

    program.end()

    assert not runs(pid)
    assert not program.folder.exists()
    assert after.exists()


def test_a_program_that_ends_by_itself_says_what_it_said_last() -> None:
    program = Program(["sh", "-c", "echo no such store; exit 3"], new_folder("test"))

    with pytest.raises(NotStarted, match="sh ended with 3: no such store"):
        program.wait_until(lambda: False, SECONDS)

    assert not program.folder.exists()


def test_a_program_that_does_not_answer_is_ended() -> None:
    program = Program(["sleep", "1000"], new_folder("test"))
    pid = pid_of(program.folder)

    with pytest.raises(NotStarted, match="sleep does not answer"):
        program.wait_until(lambda: False, 0.2)

    assert not runs(pid)


def test_an_interrupt_while_a_program_starts_ends_it() -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    program = Program(["sleep", "1000"], new_folder("test"))

    with pytest.raises(KeyboardInterrupt):
        program.wait_until(interrupted, SECONDS)

    assert not program.folder.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_program_ends_with_whoever_holds_it(how: signal.Signals) -> None:
    command = [sys.executable, "-c", HOLDER, str(CHECKOUT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as holder:
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().strip())
        pid = pid_of(folder)
        holder.send_signal(how)

    assert until(lambda: not runs(pid))
    assert until(lambda: not folder.exists())


@pytest.fixture
def programs(means: Means) -> Programs:
    if isinstance(means, Kind):
        pytest.skip("kind has no processes of its own here")
    return means


def test_a_server_leaves_no_port_open(programs: Programs) -> None:
    with running(programs) as server:
        assert server.get("/readyz") is not None

    with socket.socket() as asking:
        assert asking.connect_ex((server.host, server.port)) != 0


def test_a_server_that_has_lost_its_store_gives_no_verdicts(programs: Programs, tmp_path: Path) -> None:
    store = tmp_path / "etcd"
    store.write_text(f'#!/bin/sh\necho $$ > {tmp_path}/pid\nexec {programs.etcd} "$@"\n')
    store.chmod(0o755)
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}

    with running(Programs(store, programs.apiserver)) as server, Client(server) as client:
        assert client.dry_run(config).accepted
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        assert until(lambda: server.trouble() != "")
        with pytest.raises(ServerLost, match="etcd ended with -9"):
            client.create(config)


def test_without_any_means_each_that_was_tried_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    _only_on_the_path(monkeypatch, tmp_path, "bash", "git", "cat", "sed", "cut", "dirname", "env")

    assert find() == (
        "no API server to compare with: KUBEBUILDER_ASSETS holds no etcd and kube-apiserver;"
        " tools/oracles.sh has built none (it needs Go and a network); no kind on the PATH"
    )


def test_kind_without_a_container_runtime_is_refused_with_each_that_was_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _only_on_the_path(monkeypatch, tmp_path, "true")
    (tmp_path / "bin" / "true").rename(tmp_path / "bin" / "kind")

    assert find_kind() == "kind has no container runtime (no docker; no podman; no nerdctl)"


def test_a_container_runtime_that_does_not_answer_is_refused_with_what_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _only_on_the_path(monkeypatch, tmp_path, "true", "false")
    (tmp_path / "bin" / "true").rename(tmp_path / "bin" / "kind")
    (tmp_path / "bin" / "false").rename(tmp_path / "bin" / "docker")

    assert find_kind() == "kind has no container runtime (docker: ends with 1; no podman; no nerdctl)"


def _only_on_the_path(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str) -> None:
    (folder / "bin").mkdir()
    for name in names:
        (folder / "bin" / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(folder / "bin"))


def test_kind_makes_and_deletes_a_cluster_of_its_own(tmp_path: Path) -> None:
    create, delete = commands(Kind("kind", "docker"), "ours", "kindest/node:v1.2.3", tmp_path)

    shared = ("--name", "ours", "--kubeconfig", str(tmp_path / KUBECONFIG))
    assert create[:7] == ("kind", "create", "cluster", *shared)
    assert create[create.index("--image") + 1] == "kindest/node:v1.2.3"
    assert delete == ("kind", "delete", "cluster", *shared)


def test_kind_is_asked_for_the_pinned_version_and_then_for_the_first_of_its_release() -> None:
    exact, first, *_ = images(pinned())

    assert exact == f"kindest/node:v{pinned()}"
    assert first.rpartition(".")[0] == exact.rpartition(".")[0]


def test_the_server_of_a_cluster_admits_as_ours_does() -> None:
    patches = [yaml.safe_load(one) for one in configuration()["kubeadmConfigPatches"]]

    plugins = "ServiceAccount,Priority,RuntimeClass"
    assert [one["apiServer"]["extraArgs"] for one in patches] == [
        {"disable-admission-plugins": plugins},
        [{"name": "disable-admission-plugins", "value": plugins}],
    ]


def test_a_kubeconfig_says_where_the_server_is_and_by_what_it_knows_us(tmp_path: Path) -> None:
    file = tmp_path / KUBECONFIG
    cluster = {"server": "https://127.0.0.1:6443", "certificate-authority-data": "YQ=="}
    user = {"client-certificate-data": "Yg==", "client-key-data": "Yw=="}
    file.write_text(yaml.safe_dump({"clusters": [{"cluster": cluster}], "users": [{"user": user}]}))

    access = access_of(file)

    files = [Path(one) for one in (access.authority, access.certificate, access.key)]
    assert access.url == "https://127.0.0.1:6443"
    assert [one.read_text() for one in files] == ["a", "b", "c"]
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}


@pytest.mark.parametrize(
    "text", ["", "clusters: []", "clusters: [{cluster: {server: x}}]\nusers: [{}]", "a: b: c"]
)
def test_what_is_no_kubeconfig_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / KUBECONFIG
    file.write_text(text)

    with pytest.raises(NotStarted, match="cannot be read"):
        access_of(file)
