"""A scenario: a workspace, what lives on the server before, and what must be said of both.

A folder of `scenarios/` holds `repo/`, whose comments `# expect: RULE text` stand on the lines where findings
must stand, and beside it, where they are needed:

- `live.yaml`: what lives on the server before, in this order (`live.Cluster.live`),
- `options`: further arguments of the command, one or more a line; with `--envtest` the server is our own,
- `expect.yaml`: the exit code, files that are made for the run, and texts that are said or never said.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import check_output
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "scenarios"
OWNED = "--envtest"
REPO = "repo"
_MARK = re.compile(r"#\s*expect:\s*(\S+)\s+(.+?)\s*\Z")
_TRACKING = "argocd.argoproj.io/tracking-id"
_PLAIN = ("*.yaml", "*.yml")


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the workspace that a rule must tell, and a part of what it says."""

    rule: str
    file: str
    line: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.rule} {self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A folder as described above; `said` is what `expect.yaml` holds."""

    folder: Path
    options: Sequence[str]
    marks: Sequence[Mark]
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def owned(self) -> bool:
        """Whether it runs on a server of its own."""
        return OWNED in self.options

    def copied(self, folder: Path) -> Path:
        """The workspace as a repository of its own, with the files that are made for a run."""
        root = Path(shutil.copytree(self.folder / REPO, folder / REPO))
        for path, size in self.said.get("made", {}).items():
            (folder / path).write_text(("a line of a table\n" * (size // 18 + 1))[:size])
        return root

    def live(self) -> Iterator[Mapping[str, Any]]:
        """What lives on the server before, with what is `rendered` in place."""
        held = self.folder / "live.yaml"
        for entry in yaml.safe_load(held.read_text()) or () if held.is_file() else ():
            yield from _rendered(entry, self.folder / REPO) if "rendered" in entry else (entry,)


def scenarios(folder: Path = FOLDER) -> list[Scenario]:
    return [scenario(one) for one in sorted(folder.iterdir()) if (one / REPO).is_dir()]


def scenario(folder: Path) -> Scenario:
    options, said = folder / "options", folder / "expect.yaml"
    return Scenario(
        folder,
        options.read_text().split() if options.is_file() else (),
        tuple(marks(folder / REPO)),
        yaml.safe_load(said.read_text()) if said.is_file() else {},
    )


def marks(root: Path) -> Iterator[Mark]:
    """The marks of all files below a folder."""
    for path in sorted(one for one in root.rglob("*") if one.is_file()):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if found := _MARK.search(line):
                yield Mark(found[1], path.relative_to(root).as_posix(), number, found[2])


def _rendered(entry: Mapping[str, Any], root: Path) -> Iterator[Mapping[str, Any]]:
    """An entry for each object of a folder: as its operator leaves them after a sync.

    `namespace` is where those go that name none, `labels` are added to all; `tracked` is the Application
    that marks them as its own, and applies them from its own side unless `way` says otherwise.
    """
    for body in _built(root / entry["rendered"]):
        place = {"namespace": entry["namespace"]} if "namespace" in entry else {}
        metadata = {**place, **body["metadata"]}
        metadata["labels"] = {**metadata.get("labels", {}), **entry.get("labels", {})}
        if "tracked" in entry:
            mark = {_TRACKING: _tracking_id(entry["tracked"], body, metadata)}
            metadata["annotations"] = {**metadata.get("annotations", {}), **mark}
        way = entry.get("way", "create" if "tracked" in entry else "apply")
        yield {"manager": entry["manager"], way: {**body, "metadata": metadata}}


def _tracking_id(application: str, body: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    group = body["apiVersion"].rpartition("/")[0]
    place = f"{metadata.get('namespace', '')}/{metadata['name']}"
    return f"{application}:{group}/{body['kind']}:{place}"


def _built(path: Path) -> Iterable[dict[str, Any]]:
    """What kustomize, or the files of a folder, say: not by our own building, which is the other side."""
    if (path / "kustomization.yaml").is_file():
        text = check_output(["kubectl", "kustomize", str(path)], text=True)
        return [one for one in yaml.safe_load_all(text) if one]
    files = [path] if path.is_file() else sorted(file for one in _PLAIN for file in path.rglob(one))
    return [one for file in files for one in yaml.safe_load_all(file.read_text()) if one]
