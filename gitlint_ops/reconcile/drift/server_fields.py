"""What no difference of which is anybody's drift: the server's own fields, and the marks of operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.drift.ignored.removal import without_paths
from gitlint_ops.reconcile.drift.metadata import annotations_of, labels_of

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_OF_SERVER: tuple[FieldPath, ...] = (
    ("status",),
    ("apiVersion",),  # which items of lists do not tell
    ("kind",),
    *(
        ("metadata", one)
        for one in (
            "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink",
            "deletionTimestamp", "deletionGracePeriodSeconds",
        )
    ),
    ("metadata", "annotations", LAST_APPLIED),
)  # fmt: skip
_BUNDLES: tuple[FieldPath, ...] = (
    ("spec", "caBundle"),
    ("spec", "conversion", "webhook", "clientConfig", "caBundle"),
)
_MARKS_IN_ANNOTATIONS = (
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/installation-id",
    "argocd.argoproj.io/refresh",
    "deployment.kubernetes.io/revision",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
    "kustomize.toolkit.fluxcd.io/checksum",
    "reconcile.fluxcd.io/requestedAt",
    "reconcile.fluxcd.io/forceAt",
    "reconcile.fluxcd.io/resetAt",
)
_MARKS_IN_LABELS = (
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
    "helm.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/namespace",
    "resourceset.fluxcd.controlplane.io/name",
    "resourceset.fluxcd.controlplane.io/namespace",
    "app.kubernetes.io/managed-by",
    "kubernetes.io/metadata.name",
)


def without_server_fields(body: Any, git: Mapping[str, Any], label_key: str) -> Any:
    """A live object without what the server, its controllers and the operators keep there.

    Marks that Git sets itself stay. `label_key` is the label by which Argo CD may track.
    """
    return without_paths(body, _paths(body, git, label_key))


def _paths(body: Any, git: Mapping[str, Any], label_key: str) -> Iterator[FieldPath]:
    yield from _OF_SERVER
    yield from _BUNDLES
    for index, _ in enumerate(value_at(body, ("webhooks",)) or ()):
        yield ("webhooks", index, "clientConfig", "caBundle")
    if git.get("kind") == "Namespace":
        yield ("spec", "finalizers")
    if value_at(body, ("aggregationRule",)):
        yield ("rules",)  # the aggregating controller writes them
    for key in _MARKS_IN_ANNOTATIONS:
        if key not in annotations_of(git):
            yield ("metadata", "annotations", key)
    for key in (*_MARKS_IN_LABELS, label_key):
        if key not in labels_of(git):
            yield ("metadata", "labels", key)
