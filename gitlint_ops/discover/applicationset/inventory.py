"""The clusters that an Argo CD knows: those declared, and those whose Secrets are found.

Source: docs/operator-manual/declarative-setup.md of argo-cd, "Clusters"
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import Blame, at
from gitlint_ops.model.delivery import Cluster
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

IN_CLUSTER = "in-cluster"
IN_CLUSTER_SERVER = "https://kubernetes.default.svc"
SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label

# State of Argo CD and kubectl, which is no parameter: clusterAnnotationParams in generators/cluster.go.
_OWN_ANNOTATIONS = frozenset(
    {
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/refresh-timestamp",
        "argocd.argoproj.io/hydrate",
        "argocd.argoproj.io/hydrate-timestamp",
        "argocd.argoproj.io/tracking-id",
        "argocd.argoproj.io/installation-id",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)

# Where the metadata of a cluster's Secret stand, and its values where they are texts.
_SECRETS: tuple[tuple[tuple[str, str], FieldPath, FieldPath], ...] = (
    (("", "Secret"), ("metadata",), ("stringData",)),
    (
        ("external-secrets.io", "ExternalSecret"),
        ("spec", "target", "template", "metadata"),
        ("spec", "target", "template", "data"),
    ),
    (("bitnami.com", "SealedSecret"), ("spec", "template", "metadata"), ("spec", "template", "data")),
)


class Registered(Struct, frozen=True):
    """A cluster as generators see it; `place` is what set it, with labels and annotations beneath.

    `is_local`: the one that Argo CD runs in, which has no Secret, and so neither of them.
    """

    name: str
    server: str
    project: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    labelled: Blame | None = None
    annotated: Blame | None = None
    place: Blame | None = None
    declared: bool = False
    is_local: bool = False


def registered(clusters: Sequence[Cluster], known: KnownObjects, namespace: str) -> tuple[Registered, ...]:
    """The inventory in its order, then the Secrets that it does not name.

    A Secret that stands in the repositories goes before what the inventory says of the same cluster.
    """
    secrets = {one.name: one for one in _from_secrets(known, namespace)}
    named = [one for one in clusters if one.declared]
    found = [secrets.pop(one.name) if one.name in secrets else _declared(one) for one in named]
    return (*found, *secrets.values())


def local(held: Sequence[Registered], clusters: Sequence[Cluster]) -> Registered | None:
    """The cluster that Argo CD runs in, where none of those held is it.

    A cluster of the inventory without a server may be it: then there is no other.
    """
    if any(one.server.rstrip("/") == IN_CLUSTER_SERVER for one in held):
        return None
    if any(one.declared and not one.server for one in clusters):
        return None
    return Registered(IN_CLUSTER, IN_CLUSTER_SERVER, declared=True, is_local=True)


def _declared(cluster: Cluster) -> Registered:
    labels = {SECRET_TYPE: "cluster", **cluster.labels}
    place = cluster.origin
    return Registered(
        cluster.name,
        IN_CLUSTER_SERVER if cluster.name == IN_CLUSTER and not cluster.server else cluster.address,
        labels=labels,
        annotations=cluster.annotations,
        labelled=at(place, ("labels",)) if place else None,
        annotated=at(place, ("annotations",)) if place else None,
        place=place,
        declared=True,
    )


def _from_secrets(known: KnownObjects, namespace: str) -> Iterator[Registered]:
    """The Secrets of Argo CD's own namespace; of all, where none is in that of the ApplicationSet."""
    found = [one for one in _cluster_secrets(known) if one[0]]
    beside = [held for place, held in found if place == namespace]
    yield from beside or (held for _, held in found)


def _cluster_secrets(known: KnownObjects) -> Iterator[tuple[str, Registered]]:
    """Each with its namespace; of those that are made in the cluster, what their templates say."""
    for (group, kind), at_metadata, at_data in _SECRETS:
        for secret in known.of_kind(group, kind):
            labels = _texts(value_at(secret.body, (*at_metadata, "labels")))
            name = _datum(secret, at_data, "name")
            if labels.get(SECRET_TYPE) == "cluster" and name:
                annotations = _texts(value_at(secret.body, (*at_metadata, "annotations")))
                yield (
                    secret.key.namespace,
                    Registered(
                        name,
                        _datum(secret, at_data, "server") or f"https://{name}.invalid",
                        _datum(secret, at_data, "project"),
                        labels,
                        {key: value for key, value in annotations.items() if key not in _OWN_ANNOTATIONS},
                        at(secret.blame, (*at_metadata, "labels")),
                        at(secret.blame, (*at_metadata, "annotations")),
                        secret.blame,
                    ),
                )


def _datum(secret: RenderedObject, at_data: FieldPath, key: str) -> str:
    """A value of a Secret, "" where it has none that can be read (SOPS, a template)."""
    plain = value_at(secret.body, (*at_data, key))
    if isinstance(plain, str):
        return "" if plain.startswith("ENC[") or "{{" in plain else plain
    coded = value_at(secret.body, ("data", key))
    if not isinstance(coded, str) or coded.startswith("ENC["):
        return ""
    try:
        return base64.b64decode(coded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _texts(held: Any) -> dict[str, str]:
    if not isinstance(held, Mapping):
        return {}
    return {key: value for key, value in held.items() if isinstance(value, str)}
