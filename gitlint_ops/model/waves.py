"""When Argo CD applies an object within one sync: its phase, and its wave within that.

Source: gitops-engine pkg/sync/syncwaves/waves.go, pkg/sync/hook, pkg/sync/sync_phase.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

ANNOTATIONS: FieldPath = ("metadata", "annotations")
WAVE = "argocd.argoproj.io/sync-wave"
HOOK = "argocd.argoproj.io/hook"
HELM_HOOK = "helm.sh/hook"
HELM_WEIGHT = "helm.sh/hook-weight"

_NUMBER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_LARGEST = 2**63


class Phase(IntEnum):
    """The parts of a sync, in their order."""

    PRE_SYNC = -1
    SYNC = 0
    POST_SYNC = 1
    SYNC_FAIL = 2


_PHASES = {
    "PreSync": Phase.PRE_SYNC,
    "Sync": Phase.SYNC,
    "PostSync": Phase.POST_SYNC,
    "SyncFail": Phase.SYNC_FAIL,
}
_HELM_PHASES = {
    "pre-install": Phase.PRE_SYNC,
    "pre-upgrade": Phase.PRE_SYNC,
    "post-install": Phase.POST_SYNC,
    "post-upgrade": Phase.POST_SYNC,
}
_SKIP = "Skip"
_OTHERS = frozenset({_SKIP, "PreDelete", "PostDelete"})


class Turn(Struct, frozen=True, order=True):
    """When something is applied; a lesser one comes first."""

    phase: Phase = Phase.SYNC
    wave: int = 0

    @property
    def said(self) -> str:
        """As people say it: "wave 3", "the phase PreSync"."""
        if self.phase is Phase.SYNC:
            return f"wave {self.wave}"
        return f"the phase {next(name for name, one in _PHASES.items() if one is self.phase)}"


_THAT_COUNT = frozenset({WAVE, HOOK, HELM_HOOK, HELM_WEIGHT})
_USUAL = (Turn(),)


def wave_number(text: object) -> int | None:
    """The number that a wave's text means to Go; None where it is none, and Argo CD takes 0."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if -_LARGEST <= number < _LARGEST else None


def declared_wave(body: Any) -> int | None:
    """The wave that an object names, None where it names none that counts."""
    return wave_number(_annotation(body, WAVE))


def turns_of(body: Any) -> tuple[Turn, ...]:
    """All turns of an object, the first one first; none where it is never applied by a sync."""
    held = value_at(body, ANNOTATIONS)
    if not isinstance(held, Mapping) or _THAT_COUNT.isdisjoint(held):
        return _USUAL
    wave = declared_wave(body)
    if wave is None:
        wave = wave_number(_annotation(body, HELM_WEIGHT)) or 0
    return tuple(Turn(phase, wave) for phase in sorted(set(_phases(body))))


def first_turn(body: Any) -> Turn | None:
    """The first turn of an object, None where it is never applied by a sync."""
    return next(iter(turns_of(body)), None)


def setting_of(body: Any, turn: Turn) -> FieldPath:
    """The annotation that makes a turn of an object what it is; `turn` is not the usual one."""
    if turn.phase is not Phase.SYNC:
        return (*ANNOTATIONS, HOOK if _argo_hooks(body) else HELM_HOOK)
    return (*ANNOTATIONS, WAVE if declared_wave(body) is not None else HELM_WEIGHT)


def _phases(body: Any) -> Iterator[Phase]:
    hooks = _argo_hooks(body)
    if hooks:
        yield from (_PHASES[one] for one in hooks if one in _PHASES)
        return
    helm = _annotation(body, HELM_HOOK)
    # Helm calls CRDs hooks of their own, which Argo CD applies like any other object.
    if helm is None or helm == "crd-install":
        yield Phase.SYNC
        return
    yield from (_HELM_PHASES[one] for one in _listed(helm) if one in _HELM_PHASES)


def _argo_hooks(body: Any) -> list[str]:
    return [one for one in _listed(_annotation(body, HOOK)) if one in _PHASES or one in _OTHERS]


def _listed(text: object) -> list[str]:
    return [one.strip() for one in text.split(",")] if isinstance(text, str) else []


def _annotation(body: Any, name: str) -> object:
    held = value_at(body, ANNOTATIONS)
    return held.get(name) if isinstance(held, Mapping) else None
