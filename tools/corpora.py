"""What must hold on the public repositories of ../shared/corpus.

`labels.jsonl` there is hand-checked truth: of a family that we claim to judge, what is labelled
true must be found at its line and what is labelled false must stay silent. And a kustomization
that the real kustomize builds must build here.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The labels' families and the rules that speak of the same thing.
FAMILIES: Mapping[str, frozenset[str]] = {
    "plaintext-secret": frozenset({"secret-plaintext"}),
    "mutable-image": frozenset({"tag-latest-or-missing", "tag-mutable", "tag-partial"}),
    "dangling-ref": frozenset({"reference-missing", "build-failed"}),
    "deprecated-api": frozenset({"api-removed"}),
    "yaml-syntax": frozenset({"yaml-invalid", "duplicate-key"}),
}
LINES_APART = 1

Report = Mapping[str, Any]
"""The JSON report of one `check` (schemas/report.schema.json)."""


@dataclass(frozen=True, slots=True)
class Label:
    """One verdict of labels.jsonl; `repo` is the folder of the corpus."""

    repo: str
    family: str
    file: str
    line: int
    verdict: str
    why: str

    def __str__(self) -> str:
        return f"{self.repo}/{self.file}:{self.line} {self.family} ({self.why})"


def repositories(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.iterdir() if path.is_dir())


def labels(corpus: Path) -> list[Label]:
    """The labels of the families that the rules cover, the debatable ones left out."""
    rows = [json.loads(line) for line in (corpus / "labels.jsonl").read_text().splitlines() if line]
    return [
        Label(
            row["repo"].rpartition("/")[2],
            row["family"],
            row["file"],
            row["line"],
            row["verdict"],
            row["why"],
        )
        for row in rows
        if row["family"] in FAMILIES and row["verdict"] != "debatable"
    ]


def missed(wanted: Sequence[Label], reports: Mapping[str, Report]) -> list[Label]:
    """The true labels without a finding of their family at their line."""
    return [label for label in wanted if label.verdict == "true" and not _found(label, reports)]


def false_alarms(wanted: Sequence[Label], reports: Mapping[str, Report]) -> list[Label]:
    """The false labels with a finding of their family at the very line."""
    return [label for label in wanted if label.verdict == "false" and _found(label, reports, lines_apart=0)]


def _found(label: Label, reports: Mapping[str, Report], lines_apart: int = LINES_APART) -> bool:
    return any(
        finding["rule"] in FAMILIES[label.family]
        and finding["location"]["file"] == label.file
        and abs(finding["location"]["line"] - label.line) <= lines_apart
        for finding in reports[label.repo]["findings"]
    )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Targets by what both builders say; names are `repository/folder`."""

    agreed: int
    refused: tuple[str, ...]
    """kustomize builds them and we do not."""
    accepted: tuple[str, ...]
    """We build them and kustomize does not."""
    unchecked: tuple[str, ...]
    """kustomize builds them and we say that we could not."""


def build_verdicts(repository: Path, report: Report, kubectl: str) -> Verdicts:
    """Our status of every kustomization beside the exit code of the real kustomize."""
    targets = [target for target in report["targets"] if target["kind"] == "kustomize"]
    build = _kustomize(repository, kubectl)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        theirs = list(pool.map(lambda target: build(target["path"]), targets))
    agreed = 0
    sorted_out: dict[str, list[str]] = {"refused": [], "accepted": [], "unchecked": []}
    for target, builds in zip(targets, theirs, strict=True):
        verdict = _compare(target["status"], builds)
        if verdict:
            sorted_out[verdict].append(f"{repository.name}/{target['path']}")
        else:
            agreed += 1
    return Verdicts(agreed, **{name: tuple(found) for name, found in sorted_out.items()})


def _compare(status: str, kustomize_builds: bool) -> str:
    if status == "built":
        return "" if kustomize_builds else "accepted"
    if not kustomize_builds:
        return ""
    return "refused" if status == "failed" else "unchecked"


def _kustomize(repository: Path, kubectl: str) -> Callable[[str], bool]:
    # A dead proxy makes remote bases fail at once on every machine, with or without a network.
    dead = "http://127.0.0.1:9"
    env = {**os.environ, "https_proxy": dead, "http_proxy": dead, "GIT_TERMINAL_PROMPT": "0"}

    def builds(folder: str) -> bool:
        argv = [kubectl, "kustomize", str(repository / folder)]
        return subprocess.run(argv, env=env, capture_output=True, check=False).returncode == 0

    return builds


def describe(verdicts: Verdicts) -> Iterator[str]:
    yield (
        f"{verdicts.agreed} agree with kustomize, {len(verdicts.refused)} refused,"
        f" {len(verdicts.accepted)} accepted, {len(verdicts.unchecked)} unchecked"
    )
    for name in ("refused", "accepted", "unchecked"):
        for target in getattr(verdicts, name):
            yield f"  {name}: {target}"
