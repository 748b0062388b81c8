"""Which objects may be asked about at the same time.

What is stored changes what the server says to others: of objects of one name, of those that use up one
quota, and of Services that name their ports or addresses, the first one counts. Such objects share a
lane, in which one comes after the other; all else is independent, as what it needs is staged before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeAlias, TypeVar

from gitlint_ops.reconcile.outcomes import Entry
from gitlint_ops.reconcile.providers import namespace_of

Numbered: TypeAlias = tuple[int, Entry]
"""An entry, and its place in the order of the set."""

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")

_QUOTA = "ResourceQuota"
_SERVICE = "Service"


def lanes_of(entries: Sequence[Numbered]) -> list[list[Numbered]]:
    """The entries by lane, each lane in the order of the set."""
    limited = {namespace_of(one) for _, one in entries if one.object.kind == _QUOTA}
    lanes: dict[Hashable, list[Numbered]] = {}
    for number, one in entries:
        lanes.setdefault(_lane(one, limited), []).append((number, one))
    # The longest ones are begun first: they last as long as all others together.
    return sorted(lanes.values(), key=len, reverse=True)


def in_lanes(
    lanes: Iterable[Sequence[tuple[int, _Asked]]], ask: Callable[[_Asked], _Answer], jobs: int
) -> Iterator[tuple[int, _Answer]]:
    """What `ask` gives for each, as it comes in, with up to `jobs` lanes under way.

    What `ask` raises is raised when all that was under way has come in; nothing else is begun then.
    """
    stopped = threading.Event()
    answers: list[tuple[int, _Answer]] = []

    def through(lane: Sequence[tuple[int, _Asked]]) -> None:
        for number, one in lane:
            if stopped.is_set():
                return
            try:
                answers.append((number, ask(one)))
            except BaseException:
                stopped.set()
                raise

    pool = ThreadPoolExecutor(max(jobs, 1), thread_name_prefix="rehearsal")
    try:
        waiting: set[Future[None]] = {pool.submit(through, lane) for lane in lanes}
        while waiting:
            done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            while answers:
                yield answers.pop()
            for one in done:
                one.result()
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)
    while answers:
        yield answers.pop()


def all_at_once(
    asked: Sequence[_Asked], ask: Callable[[_Asked], _Answer], jobs: int
) -> list[tuple[_Asked, _Answer]]:
    """Each with what `ask` gives for it, in their order, up to `jobs` under way at a time."""
    found = dict(in_lanes(([one] for one in enumerate(asked)), ask, jobs))
    return [(one, found[number]) for number, one in enumerate(asked)]


def _lane(one: Entry, limited: set[str]) -> Hashable:
    key = one.object.key
    if (key.group, key.kind) == ("", _SERVICE) and _names_ports(one):
        return _SERVICE
    if namespace_of(one) in limited:
        return "quota", namespace_of(one)
    return key.group, key.kind, namespace_of(one), key.name or id(one)


def _names_ports(one: Entry) -> bool:
    """Whether a Service asks for addresses or ports that only one can have."""
    spec = one.object.body.get("spec")
    if not isinstance(spec, dict):
        return False
    ports = spec.get("ports")
    listed = ports if isinstance(ports, list) else []
    named = any(isinstance(port, dict) and "nodePort" in port for port in listed)
    return named or spec.get("clusterIP") not in (None, "", "None")
