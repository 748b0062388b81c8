"""What the owner of a target ignores of its objects, whichever operator that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.reconcile.drift.ignored.argo import argo_ignores
from gitlint_ops.reconcile.drift.ignored.flux import helm_ignores, kustomize_ignores
from gitlint_ops.reconcile.drift.ignored.rules import Ignoring
from gitlint_ops.reconcile.outcomes import Operator, TargetSet

IgnoringOf: TypeAlias = Callable[[RenderedObject, str, Any], Ignoring]
"""Of an object, the namespace that it lies in, and how it lives (None: it is not there)."""


def ignoring_of(target: TargetSet, settings: RenderedObject | None) -> IgnoringOf:
    """What is ignored of the objects of a target; `settings` is the argocd-cm of its Argo CD, if known."""
    owner = target.delivery.owner if target.delivery else None
    if target.applier.operator is Operator.FLUX_KUSTOMIZE:
        return kustomize_ignores(owner)
    if target.applier.operator is Operator.FLUX_HELM:
        return helm_ignores(owner)
    if target.applier.operator is Operator.ARGO_CD:
        of_argo = argo_ignores(owner, settings)
        return lambda on, namespace, _live: of_argo(on, namespace)
    return lambda _on, _namespace, _live: Ignoring()
