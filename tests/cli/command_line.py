"""The command line, run inside the test process on small real repositories."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitlint_ops.cli.main import run as run_command_line

Files = Mapping[str, str | bytes]

BUG = 70
"""The exit code that no input may ever cause."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.out)
        return report

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings that count."""
        return self.in_state("new")

    def in_state(self, state: str) -> list[dict[str, Any]]:
        return [one for one in self.report["findings"] if one["state"] == state]

    def found(self) -> list[str]:
        """All findings that count, as "rule file:line"."""
        return [f"{one['rule']} {place(one['location'])}" for one in self.findings]

    def places(self, rule: str) -> list[str]:
        """Where one rule has findings, as "file:line"."""
        return [place(one["location"]) for one in self.findings if one["rule"] == rule]

    def of(self, rule: str) -> dict[str, Any]:
        """The one finding of a rule."""
        found = [one for one in self.findings if one["rule"] == rule]
        assert len(found) == 1, self.found()
        return found[0]

    def statuses(self) -> dict[str, str]:
        """The status of each target by its path."""
        return {one["path"]: one["status"] for one in self.report["targets"]}

    def left_out(self) -> dict[str, int]:
        """How many files were left out, by reason."""
        return {one["reason"]: one["count"] for one in self.report["coverage"]["left_out"]}


def run(*arguments: str | Path, cwd: Path | None = None) -> Ran:
    """Run a command line as the shell would, without a terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    there = contextlib.chdir(cwd) if cwd else contextlib.nullcontext()
    with there, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_command_line([str(one) for one in arguments])
    return Ran(code, _written(out), _written(err))


def check(folder: Path, *arguments: str | Path) -> Ran:
    """`gitlint-ops check FOLDER --format json` with further arguments."""
    return run("check", folder, "--format", "json", *arguments)


def place(location: Mapping[str, Any]) -> str:
    return f"{location['file']}:{location['line']}"


def chain(finding: Mapping[str, Any]) -> list[str]:
    """The places beside a finding, as "file:line message"."""
    return [f"{place(one)} {one['message']}" for one in finding["related"]]


def write(folder: Path, files: Files) -> Path:
    for path, content in files.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@dataclass(frozen=True, slots=True)
class Git:
    """A repository in a folder, and the git command on it."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        who = {
            f"GIT_{role}_{what}": "t@example.org"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def commit(self, files: Files | None = None) -> str:
        """Write files, commit everything, and give the commit's id."""
        write(self.folder, files or {})
        self("add", "--all")
        self("commit", "--quiet", "--allow-empty", "--message", "change")
        return self("rev-parse", "HEAD")


def repository(folder: Path, files: Files) -> Git:
    """A git repository with files committed to its branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    git = Git(folder)
    git("init", "--quiet", "--initial-branch=main")
    git.commit(files)
    return git


def deployment(name: str = "web", image: str = "registry.example/web:1.2.3") -> str:
    """A Deployment without faults; `replicas` stands on line 6, the image on line 15."""
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
      - name: {name}
        image: {image}
"""


def config_map(name: str = "settings", **values: str) -> str:
    held = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in (values or {"colour": "blue"}).items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{held}"


def _written(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8", "replace")
