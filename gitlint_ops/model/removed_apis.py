"""Which API versions are gone from which release of Kubernetes and Flux, and what replaces them.

Those of Kubernetes are generated from its modules (schemas/api-lifecycles.json) and held against the
published schemas of each release; those of Flux are what its release notes say. `NEWEST` follows when
schemas of a release are added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct

from gitlint_ops.resources import schemas_folder

NEWEST: Mapping[str, str] = {"kubernetes": "1.37", "flux": "2.9"}
"""The newest release of each product that the table knows; it is assumed where none is declared."""


class Removal(Struct, frozen=True):
    """An API that a product stopped serving.

    `removed_in` is the first minor release without it. `deprecated_in` is empty where that release
    is not known. `replacement` is an apiVersion of the same kind, or empty: then `advice` says what
    to do instead. `source` is where the fact is published.
    """

    api_version: str
    kind: str
    product: str
    deprecated_in: str
    removed_in: str
    replacement: str
    advice: str
    source: str


def removals() -> tuple[Removal, ...]:
    """The whole table, in the order of the products and releases."""
    return tuple(_table().values())


def is_listed(api_version: str, kind: str) -> bool:
    """Whether the table tells when this API ends."""
    return (api_version, kind) in _table()


def removed(api_version: str, kind: str, versions: Mapping[str, str]) -> Removal | None:
    """The removal that hits this kind in these releases, such as `{"kubernetes": "1.34"}`.

    A product that `versions` does not name, or names by something that is no release ("main"),
    counts as `NEWEST`.
    """
    found = _table().get((api_version, kind))
    if found is None or _release(versions, found.product) < _minor(found.removed_in):
        return None
    return found


def deprecated(api_version: str, kind: str, versions: Mapping[str, str]) -> Removal | None:
    """The removal to come of a kind that these releases still serve, from its deprecation on.

    Where nobody has said since when it is deprecated, it counts as that for all of its time.
    """
    found = _table().get((api_version, kind))
    if found is None:
        return None
    release = _release(versions, found.product)
    since = _minor(found.deprecated_in) if found.deprecated_in else release
    return found if since <= release < _minor(found.removed_in) else None


def minors_left(removal: Removal, versions: Mapping[str, str]) -> int:
    """How many minor releases after the one that is judged take the API away; of another major, at least."""
    gone, judged = _minor(removal.removed_in), _release(versions, removal.product)
    return gone[1] - judged[1] if gone[0] == judged[0] else gone[1] + 1


def kubernetes_minor(version: str) -> int:
    """The minor release that "1.34", "v1.34.2" or "" (the newest known) names."""
    return _release({"kubernetes": version}, "kubernetes")[1]


def _release(versions: Mapping[str, str], product: str) -> tuple[int, int]:
    try:
        return _minor(versions.get(product, ""))
    except ValueError:
        return _minor(NEWEST[product])


_MINOR = re.compile(r"v?(\d+)\.(\d+)")


def _minor(text: str) -> tuple[int, int]:
    found = _MINOR.match(text)
    if found is None:
        raise ValueError(f"no release: {text!r}")
    return int(found[1]), int(found[2])


class _Row(Struct, frozen=True):
    """`kinds` separated by spaces; the rest as in `Removal`."""

    api_version: str
    kinds: str
    removed_in: str
    deprecated_in: str = ""
    replacement: str = ""
    advice: str = ""


_POD_SECURITY = "label the namespaces for Pod Security admission (pod-security.kubernetes.io/enforce)"
_DRIVER_CLASSES = "use a DeviceClass of resource.k8s.io/v1"
_NO_SUCCESSOR = "nothing takes its place; remove the object"
_NOT_YET = "no version takes its place yet; look at the notes of the release before you upgrade"
# What to do about kinds that no version of their group serves any more.
_ADVICE = {
    "PodSecurityPolicy": _POD_SECURITY,
    **dict.fromkeys(("ResourceClass", "ResourceClassParameters", "ResourceClaimParameters"), _DRIVER_CLASSES),
    **dict.fromkeys(("AuditSink", "ClusterCIDR", "PodPreset", "PodScheduling"), _NO_SUCCESSOR),
    "PodSchedulingContext": _NO_SUCCESSOR,
}
# API servers gave these up before the source did: the published schemas of the release lack them (of which
# those of 1.25 are the oldest).
_GONE_EARLIER = {
    ("scheduling.k8s.io/v1alpha1", "PriorityClass"): "1.25",
    ("networking.k8s.io/v1alpha1", "IPAddress"): "1.31",
    ("networking.k8s.io/v1alpha1", "ServiceCIDR"): "1.31",
}
# Never served, and named by the guide all the same.
_NEVER_SERVED = {"apps/v1beta1": {"ReplicaSet": {"removed": "1.16", "replacement": "apps/v1"}}}
_GUIDE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"


def _of_kubernetes() -> Iterator[Removal]:
    """What Kubernetes' own modules say (tools/generate_api_lifecycles.py)."""
    table: Mapping[str, Mapping[str, Mapping[str, str]]]
    table = json.loads((schemas_folder() / "api-lifecycles.json").read_bytes())
    for held in (table, _NEVER_SERVED):
        for api_version, kinds in held.items():
            for kind, facts in kinds.items():
                replacement = facts.get("replacement", "")
                yield Removal(
                    api_version,
                    kind,
                    "kubernetes",
                    facts.get("deprecated", ""),
                    _GONE_EARLIER.get((api_version, kind), facts["removed"]),
                    replacement,
                    "" if replacement else _ADVICE.get(kind, _NOT_YET),
                    _GUIDE,
                )


_FLUX_2_7 = "https://fluxcd.io/blog/2025/09/flux-v2.7.0/#upgrade-procedure"
_FLUX_2_8 = "https://github.com/fluxcd/flux2/issues/5711"
_FLUX_2_9 = "https://github.com/fluxcd/flux2/issues/5942"

_FLUX_IN_2_7 = (
    _Row(
        "source.toolkit.fluxcd.io/v1beta1",
        "Bucket GitRepository HelmChart HelmRepository",
        "2.7",
        "",
        "source.toolkit.fluxcd.io/v1",
    ),
    _Row("kustomize.toolkit.fluxcd.io/v1beta1", "Kustomization", "2.7", "", "kustomize.toolkit.fluxcd.io/v1"),
    _Row("helm.toolkit.fluxcd.io/v2beta1", "HelmRelease", "2.7", "2.2", "helm.toolkit.fluxcd.io/v2"),
    _Row(
        "image.toolkit.fluxcd.io/v1beta1",
        "ImagePolicy ImageRepository ImageUpdateAutomation",
        "2.7",
        "",
        "image.toolkit.fluxcd.io/v1",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta1",
        "Alert Provider",
        "2.7",
        "0.38",
        "notification.toolkit.fluxcd.io/v1beta3",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta1",
        "Receiver",
        "2.7",
        "0.38",
        "notification.toolkit.fluxcd.io/v1",
    ),
)

_FLUX_IN_2_8 = (
    _Row("source.toolkit.fluxcd.io/v1beta2", "GitRepository", "2.8", "2.0", "source.toolkit.fluxcd.io/v1"),
    _Row(
        "source.toolkit.fluxcd.io/v1beta2",
        "HelmChart HelmRepository",
        "2.8",
        "2.3",
        "source.toolkit.fluxcd.io/v1",
    ),
    _Row("source.toolkit.fluxcd.io/v1beta2", "Bucket", "2.8", "2.4", "source.toolkit.fluxcd.io/v1"),
    _Row("source.toolkit.fluxcd.io/v1beta2", "OCIRepository", "2.8", "2.6", "source.toolkit.fluxcd.io/v1"),
    _Row(
        "kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization", "2.8", "2.0", "kustomize.toolkit.fluxcd.io/v1"
    ),
    _Row("helm.toolkit.fluxcd.io/v2beta2", "HelmRelease", "2.8", "2.3", "helm.toolkit.fluxcd.io/v2"),
)

_FLUX_IN_2_9 = (
    _Row(
        "image.toolkit.fluxcd.io/v1beta2",
        "ImagePolicy ImageRepository ImageUpdateAutomation",
        "2.9",
        "2.7",
        "image.toolkit.fluxcd.io/v1",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta2",
        "Alert Provider",
        "2.9",
        "2.2",
        "notification.toolkit.fluxcd.io/v1beta3",
    ),
    _Row(
        "notification.toolkit.fluxcd.io/v1beta2",
        "Receiver",
        "2.9",
        "2.0",
        "notification.toolkit.fluxcd.io/v1",
    ),
)


def _expanded(product: str, source: str, rows: tuple[_Row, ...]) -> Iterator[Removal]:
    for row in rows:
        for kind in row.kinds.split():
            yield Removal(
                row.api_version,
                kind,
                product,
                row.deprecated_in,
                row.removed_in,
                row.replacement,
                row.advice,
                source,
            )


@cache
def _table() -> Mapping[tuple[str, str], Removal]:
    """All removals by apiVersion and kind."""
    by_hand = ((_FLUX_2_7, _FLUX_IN_2_7), (_FLUX_2_8, _FLUX_IN_2_8), (_FLUX_2_9, _FLUX_IN_2_9))
    of_flux = (one for source, rows in by_hand for one in _expanded("flux", source, rows))
    return {(one.api_version, one.kind): one for one in (*_of_kubernetes(), *of_flux)}
