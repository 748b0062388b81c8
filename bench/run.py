"""Time gitlint-ops beside `kubectl kustomize` on the same folders, in the same run.

    python bench/run.py                        all corpora that are present, three rounds
    python bench/run.py --corpus home-ops      one of them
    python bench/run.py --smoke                a few seconds, to see that nothing crashes

Prints a Markdown table and, with --json FILE, writes the numbers. Nothing here judges a time: two
runs on a busy machine differ by a third, so compare within one run only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from blame_cost import Costs, blame_costs
from fleet import Change, Fleet, write_fleet
from measure import Measured, interleaved, measure, medians, scaled, summed

ROOT = Path(__file__).resolve().parents[1]
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
PEER_SAMPLE = 20  # overlays of a fleet that kustomize is timed on
CLEAN_EXITS = (0, 1, 3)  # docs/reference/exit-codes.md: clean, findings, incomplete


@dataclass(frozen=True, slots=True)
class Corpus:
    name: str
    path: Path
    smoke: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `peer` is None where nothing does the same job."""

    what: str
    size: str
    ours: Measured
    peer: Measured | None = None


class Crashed(Exception):
    """A run of gitlint-ops that ended as no run should."""


def main() -> int:
    options = arguments()
    gitlint = program("gitlint-ops")
    if gitlint is None:
        print("gitlint-ops is not installed in this environment", file=sys.stderr)
        return 2
    try:
        rows = list(all_rows(options, gitlint, program("kubectl")))
    except Crashed as crash:
        print(crash, file=sys.stderr)
        return 1
    print(table(rows))
    print(*blame_rows(options), sep="\n")
    if options.smoke and not options.corpus:
        subprocess.run([sys.executable, str(ROOT / "bench/reconcile.py"), "--smoke"], check=True)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="one round on the small corpora")
    parser.add_argument("--corpus", action="append", default=[], help="only this corpus (repeatable)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="also write the numbers to this file")
    return parser.parse_args()


def program(name: str) -> str | None:
    """A program of this Python environment, or else of PATH."""
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


def all_rows(options: argparse.Namespace, gitlint: str, kubectl: str | None) -> Iterator[Row]:
    rounds = 1 if options.smoke else options.rounds
    yield start_up(gitlint, 3 if options.smoke else 15)
    for corpus in corpora(options):
        yield check_row(corpus, gitlint, kubectl, rounds)
    home = ROOT.parent / "shared/corpus/home-ops"
    if home.is_dir() and not options.smoke and options.corpus in ([], ["home-ops"]):
        yield staged_row(home, gitlint, 5)
    if not options.corpus:
        for fleet in fleets(options.smoke):
            yield fleet_row(fleet, gitlint, kubectl, rounds)


def corpora(options: argparse.Namespace) -> Iterator[Corpus]:
    for entry in tomllib.loads((ROOT / "bench/corpora.toml").read_text())["corpus"]:
        corpus = Corpus(entry["name"], (ROOT / entry["path"]).resolve(), entry.get("smoke", False))
        if options.corpus and corpus.name not in options.corpus:
            continue
        if options.smoke and not corpus.smoke:
            continue
        if corpus.path.is_dir():
            yield corpus
        else:
            print(f"{corpus.name}: skipped, {entry['path']} is not there", file=sys.stderr)


def start_up(gitlint: str, rounds: int) -> Row:
    return Row("--version", "", medians([checked([gitlint, "--version"]) for _ in range(rounds)]))


def check_row(corpus: Corpus, gitlint: str, kubectl: str | None, rounds: int) -> Row:
    """A cold check of everything beside building every kustomization, one process each."""
    folders = kustomization_folders(corpus.path)
    return side_by_side(f"check {corpus.name}", corpus.path, folders, gitlint, kubectl, rounds)


def blame_rows(options: argparse.Namespace) -> Iterator[str]:
    """What recording blame costs, on the corpora and on fleets of overlays that change their base."""
    yield "\n| building from parsed files | CPU s with blame | without | ratio | MiB with | without | ratio |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    turns = 1 if options.smoke else options.rounds
    for corpus in corpora(options):
        yield blame_row(corpus.name, blame_costs(corpus.path, turns))
    for change in () if options.corpus else (Change.ONE, Change.ALL):
        with tempfile.TemporaryDirectory(prefix="bench-blame-") as folder:
            fleet = Fleet(overlays=20 if options.smoke else 300, objects=20, change=change)
            write_fleet(fleet, Path(folder))
            yield blame_row(fleet.title.removeprefix("check "), blame_costs(Path(folder), turns))


def blame_row(name: str, costs: Costs) -> str:
    kept, bare = costs.recorded, costs.without
    return (
        f"| {name} | {kept.cpu:.3f} | {bare.cpu:.3f} | {costs.cpu_ratio:.2f} "
        f"| {kept.memory:.1f} | {bare.memory:.1f} | {costs.memory_ratio:.2f} |"
    )


def fleets(smoke: bool) -> Iterator[Fleet]:
    """How the cost grows: with the overlays, with the bases' objects, and with what overlays change."""
    if smoke:
        yield Fleet(overlays=20)
        return
    for overlays in (500, 2000, 5000, 10000):
        yield Fleet(overlays)
    for change in Change:
        yield Fleet(overlays=1000, objects=60, change=change)


def fleet_row(fleet: Fleet, gitlint: str, kubectl: str | None, rounds: int) -> Row:
    """A whole fleet, beside kustomize on some of its overlays, counted up to all of them.

    kustomize's cost is the same for each overlay, and thousands would take minutes to say so.
    """
    with tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
        root = Path(folder)
        write_fleet(fleet, root)
        folders = kustomization_folders(root)
        sample = folders[:: max(len(folders) // PEER_SAMPLE, 1)]
        row = side_by_side(fleet.title, root, sample, gitlint, kubectl, rounds)
        peer = scaled(row.peer, len(folders) / len(sample)) if row.peer else None
        return Row(row.what, f"{len(folders)} kustomizations", row.ours, peer)


def side_by_side(
    what: str, path: Path, folders: Sequence[Path], gitlint: str, kubectl: str | None, rounds: int
) -> Row:
    def ours() -> Measured:
        return checked([gitlint, "check", str(path), "--format", "json", "--no-cache"])

    def kustomize() -> Measured:
        assert kubectl is not None
        return summed(measure([kubectl, "kustomize", str(folder)], env=offline()) for folder in folders)

    size = f"{len(folders)} kustomizations"
    if kubectl is None:
        return Row(what, size, interleaved(rounds, ours)[0])
    timed, peer = interleaved(rounds, ours, kustomize)
    return Row(what, size, timed, peer)


def staged_row(home: Path, gitlint: str, rounds: int) -> Row:
    """`check --staged` in a git repository with three changed files."""
    with tempfile.TemporaryDirectory(prefix="bench-staged-") as folder:
        root = Path(folder) / "home-ops"
        shutil.copytree(home, root, symlinks=True)
        git(root, "init", "--quiet")
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "as it was")
        for path in sorted(root.glob("cluster/apps/**/helm-release.yaml"))[:3]:
            path.write_text(path.read_text() + "# changed\n")
        git(root, "add", "--all")
        argv = [gitlint, "check", str(root), "--staged", "--no-cache"]
        return Row(
            "check --staged, home-ops", "3 changed files", medians([checked(argv) for _ in range(rounds)])
        )


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, stdout=subprocess.DEVNULL)


def offline() -> dict[str, str]:
    """An environment in which kustomize's attempts to fetch a remote base fail at once."""
    return {**os.environ, "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}


def checked(argv: Sequence[str]) -> Measured:
    """A run of gitlint-ops that must end with one of its own exit codes.

    Raises:
        Crashed: it did not.
    """
    run = measure(argv)
    if run.exit_code not in CLEAN_EXITS:
        raise Crashed(f"{' '.join(argv)} ended with {run.exit_code}")
    return run


def kustomization_folders(root: Path) -> list[Path]:
    return sorted({path.parent for name in KUSTOMIZATIONS for path in root.rglob(name)})


def table(rows: Sequence[Row]) -> str:
    lines = [
        "| what | size | wall s | CPU s | peak MiB | kustomize alone: wall s | CPU s | CPU ratio |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        ours = f"{row.ours.wall:.3f} | {row.ours.cpu:.3f} | {row.ours.memory:.0f}"
        peer = "| | |"
        if row.peer is not None:
            peer = f"{row.peer.wall:.2f} | {row.peer.cpu:.2f} | {row.ours.cpu / row.peer.cpu:.2f} |"
        lines.append(f"| {row.what} | {row.size} | {ours} | {peer}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
