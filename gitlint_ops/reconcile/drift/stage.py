"""Compares what a server holds with what Git delivers to it; reads, and never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitlint_ops.discovering import Discovered
from gitlint_ops.model.blame import origin
from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.reconcile.api import Api, ServerLost
from gitlint_ops.reconcile.drift.aftermath import aftermath_of, as_living, paused
from gitlint_ops.reconcile.drift.context import Context
from gitlint_ops.reconcile.drift.fields import fields_drift
from gitlint_ops.reconcile.drift.ignored.owners import ignoring_of
from gitlint_ops.reconcile.drift.live import Reader, key_in
from gitlint_ops.reconcile.drift.missing import missing_drift
from gitlint_ops.reconcile.drift.outcome import Drift
from gitlint_ops.reconcile.drift.pruning.owned import Listing
from gitlint_ops.reconcile.drift.pruning.told import prune_drift
from gitlint_ops.reconcile.drift.revisions import is_current
from gitlint_ops.reconcile.drift.scaled import Scaled
from gitlint_ops.reconcile.drift.settings import ArgoSettings, argo_settings
from gitlint_ops.reconcile.drift.states import state_of
from gitlint_ops.reconcile.outcomes import Operator, Rehearsal, Rehearsed, TargetSet
from gitlint_ops.reconcile.providers import namespace_of

_MOST_NAMED = 8


def drift_of(rehearsal: Rehearsal, api: Api, found: Discovered, *, prune: bool = True) -> Drift:
    """Where a server differs from what Git delivers to it, by whom and with what consequence.

    Where the server is lost in the middle, what was learned until then is told.
    """
    comparing = _Comparing(rehearsal, api, found, prune=prune)
    parts: list[Drift] = []
    try:
        parts.extend(comparing.parts())
    except ServerLost as error:
        parts.append(Drift(notes=(f"comparing with what lives there ended early: {error}",)))
    parts.append(Drift(notes=tuple(comparing.refusals())))
    return Drift(
        violations=tuple(one for part in parts for one in part.violations),
        changes=tuple(one for part in parts for one in part.changes),
        notes=tuple(dict.fromkeys(one for part in parts for one in part.notes)),
    )


class _Comparing:
    """One comparison: what all targets of it need is read once."""

    def __init__(self, rehearsal: Rehearsal, api: Api, found: Discovered, *, prune: bool) -> None:
        self._rehearsal = rehearsal
        self._found = found
        self._prune = prune
        self._reader = Reader(api)
        self._listing = Listing(self._reader)
        self._scaled = Scaled(
            ((namespace_of(one.entry), one.entry.object.body) for one in rehearsal.objects), self._reader
        )
        self._by_target: dict[str, list[Rehearsed]] = {}
        for one in rehearsal.objects:
            self._by_target.setdefault(one.entry.target, []).append(one)

    def parts(self) -> Iterator[Drift]:
        """What each object and target comes to, one after the other."""
        elsewhere = self._homes()
        for target in self._rehearsal.set.targets:
            context, settings = self._context(target)
            for one in context.objects:
                if one.before is not None:
                    yield fields_drift(one, context)
            yield missing_drift(context)
            if note := paused(context.owner, context.living):
                yield Drift(notes=(note,))
            if self._prune:
                yield prune_drift(context, self._listing, settings, elsewhere)

    def refusals(self) -> Iterator[str]:
        """What could not be looked at."""
        refused = list(self._reader.refused)
        if refused:
            more = f" and {len(refused) - _MOST_NAMED} more" if len(refused) > _MOST_NAMED else ""
            yield (
                f"the server does not let us {', '.join(refused[:_MOST_NAMED])}{more}: "
                "what is missing, changed or left over of these is not seen"
            )
        broken = sorted(self._reader.api.broken_groups())
        if broken and self._prune:
            yield f"{', '.join(broken[:_MOST_NAMED])}: announced by the server and not answered, so not seen"

    def _homes(self) -> Mapping[ObjectKey, str]:
        return {
            key_in(one.entry.object, one.kind, namespace_of(one.entry)): one.entry.target
            for one in self._rehearsal.objects
        }

    def _context(self, target: TargetSet) -> tuple[Context, ArgoSettings]:
        owner = target.delivery.owner if target.delivery else None
        settings = ArgoSettings()
        if target.applier.operator is Operator.ARGO_CD:
            settings = argo_settings(self._found.followed, owner.cluster if owner else "")
        state = state_of(owner, self._reader)
        living = as_living(owner, state.live)
        context = Context(
            target=target,
            objects=tuple(self._by_target.get(target.result.target.id, ())),
            reader=self._reader,
            state=state,
            aftermath=aftermath_of(owner, living),
            ignoring=ignoring_of(target, settings.held),
            is_scaled=self._scaled.is_scaled,
            locate=self._locate,
            label_key=settings.label_key,
            is_current=is_current(state.revisions, target.result, self._found.sources),
            living=living,
        )
        return context, settings

    def _locate(self, on: RenderedObject) -> Location | None:
        return self._found.sources.location_of(origin(on.blame))[0]
