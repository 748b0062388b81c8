"""Which objects may be asked about at the same time.

What is stored changes what the server says to others: of objects of one name, of those that use up one
quota, and of Services that name their ports or addresses, the first one counts. Such objects share a
lane, in which one comes after the other; all else is independent, as what it needs is staged before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from queue import SimpleQueue
from typing import Generic, Self, TypeAlias, TypeVar

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
) -> Generator[tuple[int, _Answer]]:
    """What `ask` gives for each, as it comes in, with up to `jobs` lanes under way.

    What `ask` raises is raised when all that was under way has come in; nothing else is begun then. Whoever
    stops to listen (an interrupt) does not wait for what is under way: close it for that.
    """
    work = _Work(lanes, ask)
    for _ in range(max(jobs, 1)):
        threading.Thread(target=work.go_on, name="rehearsal", daemon=True).start()
    try:
        yield from work.answers(max(jobs, 1))
    finally:
        work.stop()
    if work.error is not None:
        raise work.error


class _Work(Generic[_Asked, _Answer]):
    """Lanes that several threads share, and what they found."""

    def __init__(
        self, lanes: Iterable[Sequence[tuple[int, _Asked]]], ask: Callable[[_Asked], _Answer]
    ) -> None:
        self.error: BaseException | None = None
        self._left = iter(lanes)
        self._ask = ask
        self._next = threading.Lock()
        self._stopped = threading.Event()
        self._answers: SimpleQueue[tuple[int, _Answer] | None] = SimpleQueue()

    def stop(self) -> None:
        """Nothing new is begun."""
        self._stopped.set()

    def answers(self, threads: int) -> Iterator[tuple[int, _Answer]]:
        """All that comes in until so many threads have ended."""
        while threads:
            answer = self._answers.get()
            if answer is None:
                threads -= 1
            else:
                yield answer

    def go_on(self) -> None:
        """Take one lane after the other until there is none."""
        with self:
            while not self._stopped.is_set():
                with self._next:
                    lane = next(self._left, None)
                if lane is None:
                    return
                self._through(lane)

    def _through(self, lane: Sequence[tuple[int, _Asked]]) -> None:
        for number, one in lane:
            if self._stopped.is_set():
                return
            self._answers.put((number, self._ask(one)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        """The end of a thread; what went wrong in it is for the one that listens."""
        if error is not None:
            self.error = self.error or error
            self.stop()
        self._answers.put(None)
        return True


def all_at_once(
    asked: Sequence[_Asked], ask: Callable[[_Asked], _Answer], jobs: int
) -> list[tuple[_Asked, _Answer]]:
    """Each with what `ask` gives for it, in their order, up to `jobs` under way at a time."""
    with closing(in_lanes(([one] for one in enumerate(asked)), ask, min(jobs, len(asked)))) as answers:
        found = dict(answers)
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
