"""Asking a server about all that goes to a cluster, in the order in which it would come there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from gitlint_ops.discovering import Progress
from gitlint_ops.pipeline import Checked
from gitlint_ops.reconcile.api import Api, ServerLost
from gitlint_ops.reconcile.asking import Asking
from gitlint_ops.reconcile.definitions import Definitions
from gitlint_ops.reconcile.lanes import in_lanes, lanes_of
from gitlint_ops.reconcile.order import why_unasked
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry, Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.powerless import told_once
from gitlint_ops.reconcile.sets import is_whole
from gitlint_ops.reconcile.staging import NOTHING, staged

STAGE = "asking the server"


def rehearse(
    wanted: ClusterSet,
    api: Api,
    checked: Checked,
    *,
    jobs: int,
    progress: Progress,
    dry_run: bool = True,
) -> Rehearsal:
    """What the server says to each object of a set, in the order of the set.

    On a server of ours what others need is stored before. Of a server that is lost in the middle, what it
    said until then is kept. Without `dry_run` nothing is asked, and only what lives there is read.
    """
    made, lost = NOTHING, ""
    if api.owned:
        try:
            made = staged(wanted, api, Definitions(checked), jobs=jobs, progress=progress)
        except ServerLost as error:
            lost = str(error)
    entries = [one for target in wanted.targets for one in target.entries]
    found: dict[int, Rehearsed] = {}
    if not lost:
        asking = Asking(wanted, api, made, complete=is_whole(wanted, checked))
        found, lost = _asked(entries, api, asking, asking.ask if dry_run else asking.look_at, jobs, progress)
    objects = [found.get(number) or _unasked(one) for number, one in enumerate(entries)]
    return Rehearsal(
        set=wanted,
        objects=tuple(told_once(objects)),
        server=api.name,
        release=api.release,
        lost=lost,
        assumed=made.assumed,
        absent_webhooks=made.absent_webhooks,
    )


def _asked(
    entries: Sequence[Entry],
    api: Api,
    asking: Asking,
    ask: Callable[[Entry], Rehearsed],
    jobs: int,
    progress: Progress,
) -> tuple[dict[int, Rehearsed], str]:
    """What became of each entry that was asked about, by its number; and why no more were."""
    applied = [(number, one) for number, one in enumerate(entries) if not why_unasked(one)]
    found: dict[int, Rehearsed] = {}
    lanes = lanes_of(applied) if api.owned else [[one] for one in applied]
    try:
        asking.look_around((one for _, one in applied), jobs)
        with closing(in_lanes(lanes, ask, jobs)) as answers:
            for number, one in answers:
                found[number] = one
                progress(STAGE, len(found), len(applied))
    except ServerLost as error:
        return found, str(error)
    return found, ""


def _unasked(one: Entry) -> Rehearsed:
    return Rehearsed(one, Outcome.UNASKED, note=why_unasked(one))
