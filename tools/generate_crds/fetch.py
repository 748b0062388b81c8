"""Packages from their registries, by the ordinary clients.

Nothing that a package brings is run, but for what pip runs to read a source distribution's metadata.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from sources import Source


@dataclass(frozen=True)
class Fetched:
    """A package unpacked in `folder`; `checksum` is the registry's own (Go's h1, or a sha256)."""

    folder: Path
    checksum: str


def fetch(source: Source, work: Path) -> Fetched:
    """Raises subprocess.CalledProcessError where the registry has no such package."""
    return _go_module(source, work) if source.module else _source_distribution(source, work)


def controller_gen(version: str, work: Path) -> Path:
    """The program that turns Go types into definitions, built from its module."""
    folder = work / "bin"
    _go(["install", f"sigs.k8s.io/controller-tools/cmd/controller-gen@{version}"], work, GOBIN=str(folder))
    return folder / "controller-gen"


def generate(program: Path, source: Source, work: Path) -> Path:
    """The folder of the definitions that controller-gen makes of the packages of a module.

    Each module is the only requirement of a Go module of its own, so that the types it takes from
    others are of the versions that it names itself.
    """
    folder = work / f"generate-{source.name}"
    folder.mkdir()
    _go(["mod", "init", "pinned"], folder)
    _go(["mod", "edit", f"-require={source.module}@{source.version}"], folder)
    paths = [f"{source.module}/{package}" for package in source.packages]
    imported = [path for path in paths if not path.endswith("...")] or _packages(source, folder)
    lines = ["package pinned", "", *(f'import _ "{path}"' for path in imported), ""]
    (folder / "pinned.go").write_text("\n".join(lines), encoding="utf-8")
    _go(["mod", "download", source.module], folder)
    _go(["list", "-deps", "./..."], folder)
    arguments = ["crd:maxDescLen=0", *(f"paths={path}" for path in imported), "output:dir=definitions"]
    _run([str(program), *arguments], folder)
    return folder / "definitions"


def _packages(source: Source, folder: Path) -> list[str]:
    """The packages of a module that hold Go files, tests aside."""
    _go(["mod", "download", source.module], folder)
    listed = _go(["list", "-e", f"{source.module}/..."], folder)
    return [line for line in listed.split() if line.startswith(source.module)]


def _go_module(source: Source, work: Path) -> Fetched:
    told = json.loads(_go(["mod", "download", "-json", f"{source.module}@{source.version}"], work))
    return Fetched(Path(told["Dir"]), told["Sum"])


def _source_distribution(source: Source, work: Path) -> Fetched:
    into = work / f"download-{source.name}"
    wanted = f"{source.pypi}=={source.version}"
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(into)]
    _run([sys.executable, "-m", "pip", "download", *options, wanted], work)
    (archive,) = into.iterdir()
    with tarfile.open(archive) as held:
        held.extractall(into, filter="data")
    (folder,) = (one for one in into.iterdir() if one.is_dir())
    return Fetched(folder, "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest())


def _go(arguments: list[str], folder: Path, **environment: str) -> str:
    return _run(["go", *arguments], folder, GOFLAGS="-mod=mod", GOWORK="off", **environment)


def _run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
