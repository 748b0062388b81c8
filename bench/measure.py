"""Whole-process timings, as the operating system counts them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds of wall time, seconds of CPU (user and system), peak memory in MiB.

    CPU includes child processes that were waited for; memory is that of the largest process.
    """

    wall: float
    cpu: float
    memory: float
    exit_code: int


def measure(
    argv: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Measured:
    """Run a command to its end; what it prints is thrown away."""
    started = time.perf_counter()
    with subprocess.Popen(
        argv,
        cwd=cwd,
        env=_with_bytecode(os.environ if env is None else env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        # Popen must not wait again for a child that wait4 has reaped.
        process.returncode = os.waitstatus_to_exitcode(status)
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def _with_bytecode(env: Mapping[str, str]) -> dict[str, str]:
    """An installed package has its bytecode; some containers keep a checkout from writing it."""
    return {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}


def summed(runs: Iterable[Measured]) -> Measured:
    """Several commands as one: times add up, memory is the largest, the worst exit code stands."""
    held = list(runs)
    return Measured(
        sum(run.wall for run in held),
        sum(run.cpu for run in held),
        max((run.memory for run in held), default=0.0),
        max((run.exit_code for run in held), default=0),
    )


def scaled(run: Measured, times: float) -> Measured:
    """What so many of such runs, one after the other, would take."""
    return Measured(run.wall * times, run.cpu * times, run.memory, run.exit_code)


def medians(runs: Sequence[Measured]) -> Measured:
    """The median of each number over repeated runs."""
    return Measured(
        median(run.wall for run in runs),
        median(run.cpu for run in runs),
        median(run.memory for run in runs),
        max(run.exit_code for run in runs),
    )


def interleaved(rounds: int, *contenders: Callable[[], Measured]) -> list[Measured]:
    """The medians of contenders that take turns, so that a busy machine is busy for all."""
    taken: list[list[Measured]] = [[] for _ in contenders]
    for _ in range(rounds):
        for runs, contender in zip(taken, contenders, strict=True):
            runs.append(contender())
    return [medians(runs) for runs in taken]
