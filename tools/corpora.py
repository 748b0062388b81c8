"""What must hold on the public repositories of ../shared/corpus.

`labels.jsonl` there is hand-checked truth: of a family that we claim to judge, what is labelled
true must be found at its line and what is labelled false must stay silent. And a kustomization
that the real kustomize builds must build here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
comparison: Any = import_module("tests.fidelity.comparison")

# The labels' families and the rules that speak of the same thing.
FAMILIES: Mapping[str, frozenset[str]] = {
    "plaintext-secret": frozenset({"secret-plaintext"}),
    "mutable-image": frozenset({"tag-latest-or-missing", "tag-mutable", "tag-partial"}),
    "dangling-ref": frozenset(
        {
            *("reference-missing", "build-failed", "path-missing", "source-path-missing", "source-missing"),
            *("dependency-missing", "values-ref-broken", "substitute-source-missing"),
        }
    ),
    "deprecated-api": frozenset({"api-removed"}),
    "argo-target-revision": frozenset({"revision-mutable", "chart-version-floating"}),
    "env-mismatch": frozenset(
        {"branch-env-mismatch", "overlay-env-mismatch", "destination-mismatch", "env-literal-leak"}
    ),
    "orphan-manifest": frozenset({"file-unlisted", "orphan-manifest", "overlay-dead"}),
    "helm-dep-no-lock": frozenset({"lock-out-of-sync"}),
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


KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(frozen=True, slots=True)
class Builds:
    """The kustomizations of a repository by how our build of them compares with kustomize's.

    Folders that we call unchecked count by themselves: `unbuilt` where kustomize (without a network)
    fails on them too, else `unchecked`.
    """

    by_agreement: Mapping[str, tuple[str, ...]]

    def of(self, *agreements: str) -> tuple[str, ...]:
        return tuple(one for name in agreements for one in self.by_agreement.get(name, ()))

    @property
    def disagreements(self) -> tuple[str, ...]:
        """What must not be: other objects, another verdict, or unchecked what kustomize builds."""
        return self.of("DIFFERENT", "REFUSED", "ACCEPTED", "UNCHECKED")

    @property
    def equal_bytes(self) -> float:
        """The share of byte-equal outputs among those that both build."""
        same, other = len(self.of("BYTES")), len(self.of("DATA", "DIFFERENT"))
        return same / (same + other) if same + other else 1.0


def compare_builds(repository: Path) -> Builds:
    """Every kustomization of a repository built here and by the real kustomize, offline."""
    folders = sorted({one.parent for name in KUSTOMIZATIONS for one in repository.rglob(name)})
    found: dict[str, list[str]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool, _offline():
        theirs = pool.map(lambda folder: comparison.build_with_kubectl(folder, "."), folders)
        for folder, built in zip(folders, theirs, strict=True):
            path = folder.relative_to(repository).as_posix()
            ours = comparison.build_here(repository, path)
            agreement = comparison.Comparison(ours, built).agreement.name
            if ours.unchecked:
                agreement = "UNBUILT" if built.text is None else "UNCHECKED"
            found.setdefault(agreement, []).append(f"{repository.name}/{path}")
    return Builds({name: tuple(paths) for name, paths in found.items()})


@contextmanager
def _offline() -> Iterator[None]:
    """A dead proxy makes remote bases fail at once on every machine, with or without a network."""
    dead = "http://127.0.0.1:9"
    with patch.dict(os.environ, {"https_proxy": dead, "http_proxy": dead, "GIT_TERMINAL_PROMPT": "0"}):
        yield


def describe(builds: Builds) -> Iterator[str]:
    counts = ", ".join(f"{len(paths)} {name}" for name, paths in sorted(builds.by_agreement.items()))
    yield f"{counts} (of those that both build, {builds.equal_bytes:.1%} byte-equal)"
    for name in ("DATA", "DIFFERENT", "REFUSED", "ACCEPTED", "UNCHECKED"):
        for target in builds.of(name):
            yield f"  {name}: {target}"
