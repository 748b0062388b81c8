"""Check every repository of a corpus folder: no crash, the labels hold, kustomize agrees.

    python tools/check_corpora.py ../shared/corpus

Exits with 1 where a run crashes, a label does not hold, or a kustomization builds to other objects
than with the real kustomize, or not as it does there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from corpora import Report, compare_builds, describe, false_alarms, labels, missed, repositories

BIN = Path(sys.executable).parent
OWN_EXITS = (0, 1, 3)
LEAST_EQUAL_BYTES = 0.98


def main() -> int:
    corpus = Path(sys.argv[1]).resolve()
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    reports = {repository.name: checked(repository) for repository in repositories(corpus)}
    broken = crashes(reports)
    usable = {name: report for name, report in reports.items() if report is not None}
    if not broken:
        broken += labels_hold(corpus, usable)
    broken += builds_agree(corpus, usable)
    return 1 if broken else 0


def checked(repository: Path) -> Report | None:
    """The JSON report of one repository, or None where the run crashed."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        argv = [str(BIN / "gitlint-ops"), "check", str(repository), "--format", f"json={report.name}", "-q"]
        run = subprocess.run(argv, capture_output=True, text=True, check=False)
        if run.returncode not in OWN_EXITS or "Traceback" in run.stderr:
            print(f"{repository.name}: exit code {run.returncode}\n{run.stderr}")
            return None
        loaded: Report = json.loads(Path(report.name).read_text())
        print(f"{repository.name}: exit code {run.returncode}, {json.dumps(loaded['summary'])}")
        return loaded


def crashes(reports: dict[str, Report | None]) -> int:
    return sum(report is None for report in reports.values())


def labels_hold(corpus: Path, reports: dict[str, Report]) -> int:
    wanted = labels(corpus)
    lost, alarms = missed(wanted, reports), false_alarms(wanted, reports)
    true = [label for label in wanted if label.verdict == "true"]
    print(
        f"labels: {len(true) - len(lost)} of {len(true)} true ones found,"
        f" {len(alarms)} of {len(wanted) - len(true)} false ones reported"
    )
    for name, found in (("missed", lost), ("false alarm", alarms)):
        for label in found:
            print(f"  {name}: {label}")
    return len(lost) + len(alarms)


def builds_agree(corpus: Path, reports: dict[str, Report]) -> int:
    if shutil.which("kubectl") is None:
        print("builds: not compared, kubectl is not installed")
        return 0
    broken = 0
    for repository in repositories(corpus):
        if repository.name in reports:
            builds = compare_builds(repository)
            print(f"{repository.name}: " + "\n".join(describe(builds)))
            broken += len(builds.disagreements) + (builds.equal_bytes < LEAST_EQUAL_BYTES)
    return broken


if __name__ == "__main__":
    sys.exit(main())
