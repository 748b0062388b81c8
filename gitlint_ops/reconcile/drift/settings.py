"""How an installation of Argo CD is set up: its argocd-cm, in the workspace or on the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from gitlint_ops.model.delivery import Expansion
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

SETTINGS = "argocd-cm"
DEFAULT_LABEL = "app.kubernetes.io/instance"
DEFAULT_NAMESPACE = "argocd"


class ArgoSettings(Struct, frozen=True):
    """What an argocd-cm says, as far as it matters for what belongs to whom.

    `method` is "annotation", "label", "annotation+label", or "" where nobody has said it; `namespace` that of
    the installation.
    """

    held: RenderedObject | None = None
    method: str = ""
    label_key: str = DEFAULT_LABEL
    installation: str = ""
    namespace: str = DEFAULT_NAMESPACE


def argo_settings(expansion: Expansion, cluster: str) -> ArgoSettings:
    """The settings of the Argo CD that an Application of a cluster is synced by."""
    held = _among(expansion.known.get(cluster, ())) or _anywhere(expansion)
    if held is None:
        return ArgoSettings()
    return ArgoSettings(
        held=held,
        method=_text(held.body, "application.resourceTrackingMethod"),
        label_key=_text(held.body, "application.instanceLabelKey") or DEFAULT_LABEL,
        installation=_text(held.body, "installationID"),
        namespace=held.key.namespace or DEFAULT_NAMESPACE,
    )


def _anywhere(expansion: Expansion) -> RenderedObject | None:
    """The only one of the workspace; of several, none can be said to be meant."""
    objects = {*expansion.known, *expansion.by_hand}
    found = [
        one
        for name in sorted(objects)
        if (one := _among((*expansion.known.get(name, ()), *expansion.by_hand.get(name, ())))) is not None
    ]
    return found[0] if len(found) == 1 else None


def _among(objects: Iterable[RenderedObject]) -> RenderedObject | None:
    return next(
        (
            one
            for one in objects
            if one.kind == "ConfigMap" and one.key.name == SETTINGS and not one.key.group
        ),
        None,
    )


def _text(body: Any, key: str) -> str:
    found = value_at(body, ("data", key))
    return found if isinstance(found, str) else ""
