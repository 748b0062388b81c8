"""Waves of Applications that an Application delivers.

Argo CD waits for a wave to be healthy, and judges the health of an Application only where its settings say
how; without that the next wave starts at once.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#argocd-app
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import ARGO, Delivery, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import ANNOTATIONS, WAVE, declared_wave
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_SETTINGS = "argocd-cm"
_KEY = "resource.customizations.health.argoproj.io_Application"
_OLD_KEY = "resource.customizations"
_MOST_NOTES = 3


def waves_inert(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Settings of an Argo CD under which waves of Applications order nothing; unknown ones are not judged."""
    for cluster in sorted({one.owner.cluster for one in deliveries.of_kind(OwnerKind.APPLICATION)}):
        waves = [one for parent in _parents(deliveries, cluster) for one in _in_waves(parent, deliveries)]
        settings = list(_settings(deliveries, cluster))
        if not waves or not settings or any(_judges_applications(one) for one in settings):
            continue
        first = settings[0]
        yield Violation(
            first,
            _place(first),
            f"{waves[0].owner.said} and others have waves, which order nothing: Argo CD does not wait for an "
            "Application to be healthy unless its settings say how to tell",
            related=tuple(
                Note(one.owner.object, (*ANNOTATIONS, WAVE), "this wave") for one in waves[:_MOST_NOTES]
            ),
            hint=f"add the health check of Argo CD's documentation as {_KEY}",
            at_key=True,
        )


def _parents(deliveries: Deliveries, cluster: str) -> Iterator[Delivery]:
    held = deliveries.of_kind(OwnerKind.APPLICATION)
    return (one for one in held if one.owner.cluster == cluster and not one.owner.is_example)


def _in_waves(parent: Delivery, deliveries: Deliveries) -> list[Delivery]:
    """The children with a wave of their own, none where all are in one wave."""
    children = [one for one in deliveries.children(parent.owner) if one.owner.kind is OwnerKind.APPLICATION]
    waves = {declared_wave(one.owner.object.body) or 0 for one in children}
    named = [one for one in children if declared_wave(one.owner.object.body) is not None]
    return named if len(waves) > 1 else []


def _settings(deliveries: Deliveries, cluster: str) -> Iterator[RenderedObject]:
    """The settings of the Argo CD in a cluster: its ConfigMap, or what an operator makes that of."""
    known = deliveries.known(cluster)
    yield from known.named("", "ConfigMap", _SETTINGS)
    yield from known.of_kind(ARGO, "ArgoCD")


def _judges_applications(settings: RenderedObject) -> bool:
    if settings.kind == "ConfigMap":
        return _has_check(value_at(settings.body, ("data",)))
    checks = value_at(settings.body, ("spec", "resourceHealthChecks"))
    named = (value_at(one, ("kind",)) for one in (checks if isinstance(checks, list) else ()))
    old = value_at(settings.body, ("spec", "resourceCustomizations"))
    more = value_at(settings.body, ("spec", "extraConfig"))
    return "Application" in named or _has_check({_OLD_KEY: old}) or _has_check(more)


def _has_check(data: Any) -> bool:
    if not isinstance(data, Mapping):
        return False
    old = data.get(_OLD_KEY)
    in_old = isinstance(old, str) and ("argoproj.io/Application:" in old or "argoproj.io/*" in old)
    return in_old or any(one in data for one in (_KEY, f"{_OLD_KEY}.health.argoproj.io_*"))


def _place(settings: RenderedObject) -> FieldPath:
    part = "data" if settings.kind == "ConfigMap" else "spec"
    return (part,) if value_at(settings.body, (part,)) is not None else ("metadata", "name")
