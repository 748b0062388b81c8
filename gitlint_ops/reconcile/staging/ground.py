"""What all parts of staging work with."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator

from gitlint_ops.reconcile.api import Answer, Api, Body
from gitlint_ops.reconcile.bodies import placed, sent
from gitlint_ops.reconcile.lanes import all_at_once
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry

MANAGER = "gitlint-ops-staging"

_PAUSE = 0.05
_LONGEST_PAUSE = 0.5

NOT_SERVED = Answer(404, {"kind": "Status", "message": "the server has no such kind"})


class Ground:
    """A server of ours, and what operators apply to the cluster that it stands for."""

    def __init__(self, wanted: ClusterSet, api: Api, entries: tuple[Entry, ...], jobs: int) -> None:
        self.set = wanted
        self.api = api
        self.entries = entries
        self.jobs = jobs

    def of_kinds(self, kinds: Collection[tuple[str, str]]) -> Iterator[Entry]:
        """The entries of some kinds, by group and name; of two of one name the first."""
        seen = set()
        for one in self.entries:
            key = one.object.key
            place = (key, one.applier.namespace if not key.namespace else "")
            if (key.group, key.kind) in kinds and place not in seen:
                seen.add(place)
                yield one

    def store(self, one: Entry) -> Answer:
        """Store an object as it is rendered."""
        kind = self.api.kind_of(one.object.api_version, one.object.kind)
        if kind is None or not one.object.key.name:
            return NOT_SERVED
        return self.api.store(placed(sent(one).body, one, kind), kind, manager=MANAGER)

    def store_all(self, entries: Iterable[Entry]) -> list[tuple[Entry, Answer]]:
        """Store objects that do not depend on each other."""
        return all_at_once(list(entries), self.store, self.jobs)

    def store_body(self, body: Body) -> Answer:
        """Store an object of ours, which names its namespace."""
        kind = self.api.kind_of(body["apiVersion"], body["kind"])
        return NOT_SERVED if kind is None else self.api.store(body, kind, manager=MANAGER)


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again whether something is so; False where it is not in time."""
    latest, pause = time.monotonic() + seconds, _PAUSE
    while not is_so():
        if time.monotonic() > latest:
            return False
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return True
