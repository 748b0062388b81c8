"""What recording blame costs: building all kustomizations of a folder with it and without.

    python bench/blame_cost.py FOLDER          both, taking turns, in processes of their own
    python bench/blame_cost.py FOLDER --once with|without

"Without" is this builder with its blame taken out in that process: every function that makes or
looks up blame gives the same constant. Builds start from parsed files, as reading is the same in
both. The best of several rounds counts, since a busy machine only ever adds; memory is the most that
Python objects take in a round of all builds, beyond the parsed files.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import time
import tracemalloc
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

ROUNDS = 3
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of one round of builds, all results kept, and the most MiB that it took."""

    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Builds with and without blame."""

    recorded: Cost
    without: Cost

    @property
    def cpu_ratio(self) -> float:
        return self.recorded.cpu / self.without.cpu

    @property
    def memory_ratio(self) -> float:
        return self.recorded.memory / self.without.memory if self.without.memory else 1.0

    def told(self) -> str:
        return (
            f"CPU {self.recorded.cpu:.3f} s with blame, {self.without.cpu:.3f} s without: "
            f"{self.cpu_ratio:.2f}; memory {self.recorded.memory:.1f} MiB with, "
            f"{self.without.memory:.1f} MiB without: {self.memory_ratio:.2f}"
        )


def blame_costs(folder: Path, turns: int = 3) -> Costs:
    """The best of `turns` processes of each kind, which take turns."""
    taken: dict[str, list[Cost]] = {"with": [], "without": []}
    for _ in range(turns):
        for kind, costs in taken.items():
            costs.append(_in_process(folder, kind))
    recorded, without = (
        Cost(min(one.cpu for one in costs), min(one.memory for one in costs)) for costs in taken.values()
    )
    return Costs(recorded, without)


def _in_process(folder: Path, kind: str) -> Cost:
    argv = [sys.executable, __file__, str(folder), "--once", kind]
    ran = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(ran.stdout))


def once(folder: Path, *, without: bool) -> Cost:
    """Several rounds of all builds in this process; the memory is that of the first."""
    from gitlint_ops.build.kustomize.builder import KustomizeBuilder
    from gitlint_ops.model.targets import BuildTarget, TargetKind
    from gitlint_ops.workspace.open import open_tree, open_workspace
    from gitlint_ops.workspace.sources import Sources

    tree = open_tree(open_workspace([str(folder)], cwd=str(folder)).repositories[0])
    sources = Sources([tree])
    paths = (path.rpartition("/") for path in tree.entries())
    targets = [
        BuildTarget(tree.name, path, TargetKind.KUSTOMIZE)
        for path in sorted({path for path, _, name in paths if name in NAMES})
    ]

    def build() -> list[Any]:
        builder = KustomizeBuilder(sources, tree.name)
        return [builder.build(target) for target in targets]

    build()  # reads and parses
    if without:
        take_blame_out()
    tracemalloc.start()
    held = build()
    memory = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    gc.disable()  # it runs at other moments in each process
    rounds = []
    for _ in range(ROUNDS):
        held = []
        gc.collect()
        started = time.process_time()
        held = build()
        rounds.append(time.process_time() - started)
    assert held
    return Cost(min(rounds), memory)


def take_blame_out() -> None:
    """Put stand-ins for all that makes blame into the modules of this process.

    A builder without blame would have to find out in some other way how a scalar was written
    (quoted or not), which this one leaves out: the ratio is an upper bound.
    """
    from gitlint_ops.build.kustomize import key_comments, node_styles
    from gitlint_ops.build.kustomize.faults import Place
    from gitlint_ops.build.kustomize.merge_nodes import Node
    from gitlint_ops.model import blame
    from gitlint_ops.model.location import DocumentRef, FileRef

    nothing = blame.Origin(DocumentRef(FileRef("", "", "")), (), blame.Via.RESOURCE, verbatim=False)

    def constant(*_: object, **__: object) -> blame.Origin:
        return nothing

    class Nothing:
        """A blame of many parts that is made of none."""

        def __new__(cls, *_: object) -> Any:
            return nothing

    stand_ins: dict[Any, Any] = {
        **dict.fromkeys(
            (blame.child, blame.at, blame.origin, blame.over, blame.with_blame, blame.with_field), constant
        ),
        **dict.fromkeys((blame.MapBlame, blame.ListBlame), Nothing),
        blame.chain: lambda _: iter((nothing,)),
        # These look up in the files that blame names how things are written there.
        key_comments.noting_comments: _after,
        key_comments.require_readable: _nothing_to_say,
        node_styles.text_of: _no_text,
    }
    for name, module in list(sys.modules.items()):
        if name.startswith("gitlint_ops."):
            _replace_in(vars(module), stand_ins)
    Node.blame = constant  # type: ignore[method-assign]
    Place.origin = constant  # type: ignore[method-assign]


def _after(_before: object, after: object, *_: object) -> object:
    return after


def _no_text(*_: object) -> str:
    return ""


def _nothing_to_say(*_: object) -> None:
    return


def _replace_in(names: dict[str, Any], stand_ins: dict[Any, Any]) -> None:
    for name, value in list(names.items()):
        if isinstance(value, type | FunctionType) and value in stand_ins:
            names[name] = stand_ins[value]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--once", choices=("with", "without"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(asdict(once(options.folder, without=options.once == "without"))))
    else:
        print(blame_costs(options.folder).told())
    return 0


if __name__ == "__main__":
    sys.exit(main())
