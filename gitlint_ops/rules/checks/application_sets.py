"""ApplicationSets that go on where they should stop, and that delete what should outlive them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.delivery import ARGO, Delivery, OwnerKind
from gitlint_ops.model.environments import PRODUCTION, canonical, environment_of_name
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params, nameless

_STRICT = "missingkey=error"
_KEEPING = frozenset({"create-only", "create-update"})
_LABELS = ("environment", "env")
_CASCADE = "resources-finalizer.argocd.argoproj.io"


@nameless
def missing_key_not_error(on: RenderedObject, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Go templates that write `<no value>` and go on."""
    if on.kind != "ApplicationSet" or on.key.group != ARGO:
        return
    options = value_at(on.body, ("spec", "goTemplateOptions"))
    listed: list[Any] = options if isinstance(options, list) else []
    if value_at(on.body, ("spec", "goTemplate")) is not True or _STRICT in listed:
        return
    path = ("spec", "goTemplateOptions") if listed else ("spec", "goTemplate")
    message = "this set goes on without a parameter that is missing, and writes '<no value>' in its place"
    yield Violation(on, path, message, hint=f"add `goTemplateOptions: [{_STRICT}]`")


def deletion_unguarded(deliveries: Deliveries, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Sets whose Applications in production go, with all that they deployed, once a generator drops them."""
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION_SET):
        owner = delivery.owner
        policy = owner.text("spec", "syncPolicy", "applicationsSync")
        if policy in _KEEPING or owner.value("spec", "syncPolicy", "preserveResourcesOnDeletion") is True:
            continue
        hit = next((one for one in deliveries.children(owner) if _is_hit(one, deliveries, facts)), None)
        if hit is not None:
            name = hit.owner.object.key.name
            yield Violation(
                owner.object,
                ("spec", "syncPolicy") if owner.value("spec", "syncPolicy") is not None else ("spec",),
                "what this set no longer generates it deletes, and with that it deletes what it deployed to "
                f"production ('{name}')",
                hint="set `syncPolicy: {applicationsSync: create-update, preserveResourcesOnDeletion: true}`",
                at_key=True,
            )


def _is_hit(child: Delivery, deliveries: Deliveries, facts: Facts) -> bool:
    """Whether deleting an Application deletes what runs in production."""
    if child.owner.kind is not OwnerKind.APPLICATION:
        return False
    finalizers = child.owner.value("metadata", "finalizers")
    cascades = isinstance(finalizers, list) and any(str(one).startswith(_CASCADE) for one in finalizers)
    return cascades and canonical(_environment(child, deliveries, facts)) == PRODUCTION


def _environment(child: Delivery, deliveries: Deliveries, facts: Facts) -> str:
    """The environment of a destination: as the inventory says, else as labels, path or names do."""
    cluster = deliveries.clusters.get(child.destination)
    if cluster is not None:
        said = cluster.environment or next(
            (cluster.labels[one] for one in _LABELS if one in cluster.labels), ""
        )
        if said:
            return said
    if child.result is not None and child.result.target.environment:
        return child.result.target.environment
    told = (child.destination, child.namespace, child.owner.object.key.name)
    return next((found for one in told if (found := environment_of_name(one, facts.environments))), "")
