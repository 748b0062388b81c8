"""Rehearse whole repositories on a real API server and list what it refuses and `check` lets pass.

    python tools/gaps.py --page docs/explanation/gaps.md [--corpus ../shared/corpus] [--report gaps.json]

Exits with 1 where a gap has no explanation here, or a run breaks.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
sys.path.insert(0, str(CHECKOUT))

from tests.cluster.apiserver import find_programs  # noqa: E402

BEGIN = "<!-- measured: written by tools/gaps.py -->"
END = "<!-- end of what was measured -->"
RULE = "static-miss"
OWN_EXITS = (0, 1, 3)
OUTCOMES = ("accepted", "rejected", "prerequisite", "unverifiable", "unknown-kind", "not-applied", "unasked")

# Why `check` lets it pass, by what the server says; the first that fits counts.
CAUSES: Sequence[tuple[str, str]] = ()
UNEXPLAINED = "not explained yet"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One repository: the report of its run."""

    name: str
    report: Mapping[str, Any]

    @property
    def servers(self) -> Sequence[Mapping[str, Any]]:
        """What each server said; none where nothing that is delivered can be rendered."""
        said: Sequence[Mapping[str, Any]] = self.report["rehearsals"]
        return said

    @property
    def objects(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for one in self.servers:
            counts.update(one["objects"])
        return counts

    def findings(self, rule: str) -> list[Mapping[str, Any]]:
        return [one for one in self.report["findings"] if one["rule"] == rule]


def main() -> int:
    arguments = _arguments()
    programs = find_programs()
    if isinstance(programs, str):
        print(f"not rehearsed: {programs}")
        return 0
    assets = programs.etcd.parent
    found = [rehearsed(name, folder, assets) for name, folder in repositories(arguments.corpus)]
    told = [one for one in found if one is not None]
    if arguments.report:
        reports = {one.name: one.report for one in told}
        Path(arguments.report).write_text(json.dumps(reports, indent=1) + "\n")
    part = list(measured(told))
    if arguments.page:
        written(arguments.page, part)
    print("\n".join(part))
    return 1 if len(told) < len(found) or any(UNEXPLAINED in line for line in part) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, help="the page of the documentation to write the tables into")
    parser.add_argument("--report", help="a file for the reports of all runs")
    parser.add_argument("--corpus", type=Path, default=CHECKOUT.parent / "shared" / "corpus")
    return parser.parse_args()


def repositories(corpus: Path) -> Iterator[tuple[str, Path]]:
    for example in sorted((CHECKOUT / "examples").iterdir()):
        yield f"examples/{example.name}", example
    if corpus.is_dir():
        yield from ((one.name, one) for one in sorted(corpus.iterdir()) if one.is_dir())


def rehearsed(name: str, folder: Path, assets: Path, *options: str) -> Rehearsed | None:
    """One repository on servers of our own, None where the run broke.

    What wants another release than that of the server is judged by the server's, as no gap is told else.
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [str(BIN / "gitlint-ops"), "reconcile", str(folder), "--envtest", "-q"]
        environment = {**os.environ, "KUBEBUILDER_ASSETS": str(assets)}
        run = subprocess.run(
            [*command, *options, f"--format=json={report.name}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode not in OWN_EXITS or "Traceback" in run.stderr:
            print(f"{name}: exit code {run.returncode}\n{run.stderr}", file=sys.stderr)
            return None
        told = Rehearsed(name, json.loads(Path(report.name).read_text()))
    others = [one["kubernetes"] for one in told.servers if one["wanted"] not in ("", one["kubernetes"])]
    if others and not options:
        return rehearsed(name, folder, assets, "--kubernetes", others[0])
    return told


def measured(told: Sequence[Rehearsed]) -> Iterator[str]:
    """A sentence of all, and the tables of the page."""
    releases = sorted({server["kubernetes"] for one in told for server in one.servers})
    objects = sum((one.objects for one in told), Counter[str]())
    yield (
        f"On kube-apiserver {' and '.join(releases)}: {objects.total():,} objects, of which"
        f" {objects['accepted']:,} were accepted and {objects['rejected']:,} rejected."
    )
    yield ""
    shown = [one for one in OUTCOMES if any(each.objects[one] for each in told)]
    yield f"| repository | servers | {' | '.join(shown)} | gaps |"
    yield f"| --- | ---: | {'---: | ' * len(shown)}---: |"
    for one in told:
        counts = " | ".join(str(one.objects[outcome]) for outcome in shown)
        yield f"| {one.name} | {len(one.servers)} | {counts} | {len(one.findings(RULE))} |"
    yield ""
    yield from _gaps(told)


def _gaps(told: Sequence[Rehearsed]) -> Iterator[str]:
    """Each gap by its cause, with a case."""
    by_cause: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for one in told:
        for finding in one.findings(RULE):
            by_cause.setdefault(cause(finding["message"]), []).append((one.name, finding))
    if not by_cause:
        yield "Nothing that passes `check` was refused."
        return
    yield "| why `check` lets it pass | findings | such as |"
    yield "| --- | ---: | --- |"
    for said, held in sorted(by_cause.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        name, finding = held[0]
        at = f"{name}, {finding['location']['file']}:{finding['location']['line']}"
        yield f"| {said} | {len(held)} | {at}: {one_line(finding['message'])} |"


def cause(message: str) -> str:
    for pattern, said in CAUSES:
        if re.search(pattern, message):
            return said
    return UNEXPLAINED


def one_line(text: str) -> str:
    return " ".join(text.split())[:200].replace("|", "\\|")


def written(page: Path, part: Sequence[str]) -> None:
    """Put the measured part into the page, between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no marks")
    page.write_text("\n".join([f"{before}{BEGIN}", "", *part, "", f"{END}{after}"]))


if __name__ == "__main__":
    sys.exit(main())
