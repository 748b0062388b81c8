"""One comparison of a small workspace with a live cluster, and the tools of people who edit there."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...cli.command_line import Ran, place, run
from ..reconcile.live import CONTEXT, Cluster, arguments

RULES = frozenset({"drift-changed", "drift-missing", "drift-added", "prune-pending"})


@dataclass(frozen=True, slots=True)
class Workspace:
    """The files of a repository; `is_git` makes them a commit of one."""

    root: Path
    files: Mapping[str, str]

    def write(self) -> None:
        for name, text in self.files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


@dataclass(frozen=True, slots=True)
class Result:
    """What the command told of drift."""

    ran: Ran

    @property
    def findings(self) -> list[dict[str, Any]]:
        return [one for one in self.ran.findings if one["rule"] in RULES]

    @property
    def told(self) -> dict[str, str]:
        """The messages by rule and place."""
        return {f"{one['rule']} {place(one['location'])}": one["message"] for one in self.findings}

    @property
    def changes(self) -> dict[str, list[str]]:
        """What a sync would do: the fields, or the action, by object."""
        held: dict[str, list[str]] = {}
        for each in self.ran.report["rehearsals"]:
            for one in each["changes"]:
                key = f"{one['object']['kind']} {one['object']['name']}"
                fields = [
                    f"{field['path']}: {field['before']} -> {field['after']}" for field in one["fields"]
                ]
                held[key] = fields or [one["action"], *([one["note"]] if one["note"] else [])]
        return held

    @property
    def notes(self) -> str:
        return "\n".join(note for one in self.ran.report["rehearsals"] for note in one["notes"])

    def of(self, rule: str) -> dict[str, Any]:
        found = [one for one in self.findings if one["rule"] == rule]
        assert len(found) == 1, (self.told, self.ran.err)
        return found[0]


def compared(workspace: Workspace, there: Cluster, options: Sequence[str] = ()) -> Result:
    workspace.write()
    ran = run("reconcile", workspace.root, "--format", "json", *arguments(there), *options)
    assert ran.out.startswith("{"), ran.err
    return Result(ran)


@dataclass(frozen=True, slots=True)
class Kubectl:
    """The real program; `edit` replaces a text in the editor."""

    program: str
    kubeconfig: Path

    def __call__(self, *arguments: str, given: str = "", **environment: str) -> str:
        command = [self.program, "--kubeconfig", str(self.kubeconfig), "--context", CONTEXT, *arguments]
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **environment},
        ).stdout

    def edit(self, name: str, before: str, after: str, *arguments: str) -> None:
        self("edit", name, *arguments, EDITOR=f"sed -i s|{before}|{after}|")

    def shown(self, name: str, *arguments: str) -> dict[str, Any]:
        held: dict[str, Any] = json.loads(
            self("get", name, "-o", "json", "--show-managed-fields", *arguments)
        )
        return held
