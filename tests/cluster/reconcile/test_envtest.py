"""Where a server of our own does not start, the user is told why, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from ...cli.command_line import Ran, run, write
from ..apiserver import Programs

SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: blue}\n"
TAKEN = "listen tcp 127.0.0.1: bind: address already in use"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the programs, and none of the user's where others might lie."""
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "assets").mkdir()
    return tmp_path


def rehearsed(folder: Path) -> Ran:
    return run("reconcile", write(folder / "repo", {"settings.yaml": SETTINGS}), "--envtest")


def program(folder: Path, name: str, script: str) -> None:
    file = folder / "assets" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def left(folder: Path) -> list[str]:
    return [one.name for one in (folder / "temporary").iterdir()]


def test_a_folder_without_the_programs_is_told(folder: Path) -> None:
    ran = rehearsed(folder)

    assert ran.code == 2
    assert f"{folder}/assets holds no etcd and kube-apiserver, as KUBEBUILDER_ASSETS should" in ran.err
    assert "setup-envtest" in ran.err


def test_without_any_folder_all_places_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS")

    ran = rehearsed(folder)

    assert ran.code == 2
    assert "KUBEBUILDER_ASSETS names no folder" in ran.err
    assert f"{folder}/none/kubebuilder-envtest/k8s" in ran.err


@pytest.mark.parametrize("broken", ["etcd", "kube-apiserver"])
def test_a_program_that_ends_at_once_is_told_with_its_last_words(
    broken: str, folder: Path, programs: Programs
) -> None:
    program(folder, "etcd", f'exec {programs.etcd} "$@"')
    program(folder, "kube-apiserver", f'exec {programs.apiserver} "$@"')
    program(folder, broken, "echo the disk is full >&2; exit 7")

    ran = rehearsed(folder)

    assert ran.code == 2
    assert f"envtest does not start: {broken} ended with 7: the disk is full" in ran.err
    assert left(folder) == []


def test_a_program_that_cannot_be_run_is_told(folder: Path) -> None:
    for name in ("etcd", "kube-apiserver"):
        (folder / "assets" / name).write_text("no program")

    ran = rehearsed(folder)

    assert ran.code == 2, ran.err
    assert "envtest does not start: etcd ended with 126: [Errno 13] Permission denied" in ran.err
    assert left(folder) == []


@pytest.mark.parametrize("late", ["etcd", "kube-apiserver"])
def test_a_port_that_another_has_taken_is_replaced_by_the_next(
    late: str, folder: Path, programs: Programs
) -> None:
    program(folder, "etcd", f'exec {programs.etcd} "$@"')
    program(folder, "kube-apiserver", f'exec {programs.apiserver} "$@"')
    first = f"[ -e {folder}/tried ] || {{ touch {folder}/tried; echo {TAKEN} >&2; exit 1; }}"
    real = programs.etcd if late == "etcd" else programs.apiserver
    program(folder, late, f'{first}\nexec {real} "$@"')

    ran = rehearsed(folder)

    assert ran.code == 0, ran.err
    assert "1 accepted" in ran.out
    assert left(folder) == []
