"""What the comparisons of one target need to know of its owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.location import Location
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.reconcile.drift.aftermath import Aftermath
from gitlint_ops.reconcile.drift.ignored.rules import Ignoring
from gitlint_ops.reconcile.drift.live import Reader
from gitlint_ops.reconcile.drift.states import OwnerState
from gitlint_ops.reconcile.outcomes import Rehearsed, TargetSet


class Context(Struct, frozen=True):
    """A target, and what is known of how it is delivered.

    `ignoring` tells what the owner ignores of an object, given its namespace and how it lives. `is_current`:
    what the operator delivered last is what Git has, so that nothing is merely not delivered yet. `living`
    is the owner as it is set on the server.
    `is_scaled` says whether an autoscaler sets an object's replicas. `label_key` is the label by which
    Argo CD may track.
    """

    target: TargetSet
    objects: tuple[Rehearsed, ...]
    reader: Reader
    state: OwnerState
    aftermath: Aftermath
    ignoring: Callable[[RenderedObject, str, Any], Ignoring]
    is_scaled: Callable[[RenderedObject, Mapping[str, Any]], bool]
    locate: Callable[[RenderedObject], Location | None]
    label_key: str = ""
    is_current: bool = False
    living: Owner | None = None

    @property
    def owner(self) -> Owner | None:
        return self.target.delivery.owner if self.target.delivery else None

    @property
    def said(self) -> str:
        """Who delivers the target, as people name it."""
        return self.owner.said if self.owner else "whoever applies it"
