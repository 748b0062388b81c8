"""Compare builds of random overlay trees with the real kustomize (docs/how-to/compare-with-kustomize.md).

    python tools/compare_overlays.py --trees 1000 --seed 1 [--jobs 2] [--out DIR] [--feature NAME]...

Each tree that the two disagree on is written to DIR, made as small as the disagreement allows, with
both results. Exits with 1 where there is one.
"""

from __future__ import annotations

import argparse
import collections
import importlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_PER_TASK = 20


def main() -> int:
    arguments = _arguments()
    started = time.monotonic()
    counts: collections.Counter[str] = collections.Counter()
    differing = []
    for seed, agreement, agrees in _compared(arguments):
        counts[agreement] += 1
        if not agrees:
            differing.append(seed)
            print(f"tree {seed}: {agreement}", flush=True)
    if arguments.out is not None:
        with ProcessPoolExecutor(arguments.jobs) as pool:
            for line in pool.map(partial(_write, arguments=arguments), differing[: arguments.most]):
                print(line, flush=True)
    _print_summary(counts, time.monotonic() - started)
    return 1 if differing else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trees", type=int, default=1000, help="how many trees to draw")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first; the next has the next")
    parser.add_argument("--jobs", type=int, default=1, help="processes at work")
    parser.add_argument("--out", type=Path, help="folder for the trees that differ")
    parser.add_argument("--most", type=int, default=50, help="how many of those to write")
    parser.add_argument("--whole", action="store_true", help="write them as drawn, not made smaller")
    parser.add_argument(
        "--feature", action="append", default=[], help="draw trees that have this; repeatable"
    )
    return parser.parse_args()


def _compared(arguments: argparse.Namespace) -> Iterator[tuple[int, str, bool]]:
    last = arguments.seed + arguments.trees
    tasks = [range(at, min(at + _PER_TASK, last)) for at in range(arguments.seed, last, _PER_TASK)]
    work = partial(_compare_some, features=arguments.feature)
    if arguments.jobs == 1:
        for task in tasks:
            yield from work(task)
        return
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for results in pool.map(work, tasks):
            yield from results


def _compare_some(seeds: Sequence[int], features: Sequence[str]) -> list[tuple[int, str, bool]]:
    comparison = _module("comparison")
    results = []
    for seed in seeds:
        try:
            one = comparison.compare(_tree(seed, features))
            results.append((seed, one.agreement.value, one.agree))
        except Exception as error:  # noqa: BLE001 - a crash is one more disagreement
            results.append((seed, f"crash: {type(error).__name__}: {str(error)[-200:]}", False))
    return results


def _tree(seed: int, features: Sequence[str]) -> Mapping[str, str]:
    tree: Mapping[str, str] = _module("overlays").random_tree(Random(seed), features)
    return tree


def _module(name: str) -> Any:
    return importlib.import_module(f"tests.fidelity.{name}")


def _write(seed: int, arguments: argparse.Namespace) -> str:
    """Write one tree and both results; returns where."""
    comparison, shrinking = _module("comparison"), _module("shrinking")
    tree = _tree(seed, arguments.feature)
    compare: Callable[[Mapping[str, str]], Any] = comparison.compare
    try:
        if not arguments.whole:
            tree = shrinking.smaller(tree, compare)
        result = compare(tree)
    except Exception as error:  # noqa: BLE001 - what crashes is written as it was drawn
        result = comparison.Comparison(
            comparison.Built(None, f"crash: {error!r}"), comparison.Built(None, "not compared")
        )
    folder = arguments.out / str(seed)
    comparison.lay_out(tree, folder)
    for name, built in (("kustomize", result.theirs), ("gitlint-ops", result.ours)):
        (folder / f"{name}.txt").write_text(
            built.reason if built.text is None else built.text, encoding="utf-8"
        )
    return f"tree {seed} written to {folder}"


def _print_summary(counts: Mapping[str, int], seconds: float) -> None:
    total = sum(counts.values())
    print(f"{total} trees compared in {seconds:.0f} s")
    for agreement, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"{count:7}  {agreement}")


if __name__ == "__main__":
    sys.exit(main())
