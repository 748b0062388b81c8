"""Sources that all regions take from one host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitlint_ops.model.delivery import FLUX_SOURCE, Cluster, Delivery, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_REGIONS = ("region", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?=[:/]|\Z)")
_SOURCES = ("GitRepository", "OCIRepository", "HelmRepository", "Bucket")


def single_remote(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """One finding, where clusters of several regions have all their sources from one host."""
    regions: dict[str, list[tuple[RenderedObject, FieldPath, str]]] = {}
    for delivery in deliveries:
        cluster = deliveries.clusters.get(delivery.destination)
        region = _region(cluster) if cluster is not None and cluster.declared else ""
        if region and not delivery.owner.is_example:
            regions.setdefault(region, []).extend(_sources(delivery, deliveries))
    found = [one for held in regions.values() for one in held]
    hosts = {host for _, _, host in found}
    if len(regions) < 2 or len(hosts) != 1 or not all(regions.values()):
        return
    on, path, host = found[0]
    names = " and ".join(sorted(regions))
    yield Violation(
        on,
        path,
        f"the clusters of {names} all take everything from {host}: while it cannot be reached, none of them "
        "can be changed or restored",
        hint="let each region take from a mirror of its own, or say how the host is made to survive a region",
    )


def _region(cluster: Cluster) -> str:
    return next((cluster.labels[name] for name in _REGIONS if cluster.labels.get(name)), "")


def _sources(delivery: Delivery, deliveries: Deliveries) -> Iterator[tuple[RenderedObject, FieldPath, str]]:
    owner = delivery.owner
    if owner.kind is OwnerKind.APPLICATION:
        several = owner.value("spec", "sources")
        listed = (
            [("sources", index) for index in range(len(several))]
            if isinstance(several, list)
            else [("source",)]
        )
        for one in listed:
            yield from _hosted(owner.object, ("spec", *one, "repoURL"))
    elif owner.kind is not OwnerKind.APPLICATION_SET:
        known = deliveries.known(owner.cluster)
        for kind in _SOURCES:
            for held in known.of_kind(FLUX_SOURCE, kind):
                path = ("spec", "endpoint") if kind == "Bucket" else ("spec", "url")
                yield from _hosted(held, path)


def _hosted(on: RenderedObject, path: FieldPath) -> Iterator[tuple[RenderedObject, FieldPath, str]]:
    address = value_at(on.body, path)
    found = _HOST.match(address) if isinstance(address, str) else None
    if found is not None:
        yield on, path, found["host"].lower()
