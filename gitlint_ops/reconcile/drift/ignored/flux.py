"""What Flux ignores: objects marked so, and fields by the rules of their Kustomization or HelmRelease.

Sources: kustomize-controller internal/controller/kustomization_controller.go apply; helm-controller
api/v2/helmrelease_types.go DriftDetection; fluxcd/pkg/ssa manager_apply.go shouldSkipApply
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import HELM_HOOK
from gitlint_ops.reconcile.drift.ignored.rules import Ignoring, Rule, by_selector, concerning, texts_of
from gitlint_ops.reconcile.drift.metadata import annotations_of, is_marked

KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
HELM = "helm.toolkit.fluxcd.io"
_AT_HELM: FieldPath = ("spec", "driftDetection", "ignore")
_AT_KUSTOMIZE: FieldPath = ("spec", "ignore")


def kustomize_ignores(owner: Owner | None) -> Callable[[RenderedObject, str, Any], Ignoring]:
    """What a Kustomization ignores of each object; the last argument is that object as it lives."""
    rules = tuple(_rules(owner, _AT_KUSTOMIZE))

    def ignoring(on: RenderedObject, namespace: str, live: Any) -> Ignoring:
        for mark, value in ((f"{KUSTOMIZE}/reconcile", "disabled"), (f"{KUSTOMIZE}/ssa", "ignore")):
            if is_marked(on.body, mark, value) or is_marked(live, mark, value):
                return Ignoring(skipped=f"{mark}: {value}")
        if live is not None and is_marked(on.body, f"{KUSTOMIZE}/ssa", "ifnotpresent"):
            return Ignoring(skipped=f"{KUSTOMIZE}/ssa: IfNotPresent")
        return concerning(rules, on, namespace)

    return ignoring


def helm_ignores(owner: Owner | None) -> Callable[[RenderedObject, str, Any], Ignoring]:
    """What a HelmRelease ignores of each object; the last argument is that object as it lives."""
    rules = tuple(_rules(owner, _AT_HELM))
    mark = f"{HELM}/driftDetection"

    def ignoring(on: RenderedObject, namespace: str, live: Any) -> Ignoring:
        if HELM_HOOK in annotations_of(on.body):
            return Ignoring(skipped="a hook")
        if is_marked(on.body, mark, "disabled") or is_marked(live, mark, "disabled"):
            return Ignoring(skipped=f"{mark}: disabled")
        return concerning(rules, on, namespace)

    return ignoring


def _rules(owner: Owner | None, path: FieldPath) -> Iterator[Rule]:
    listed = value_at(owner.object.body, path) if owner else None
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            yield Rule(by_selector(entry.get("target")), texts_of(entry, "paths"))
