"""What one cluster uses of another, and whether that one has it.

Sources: the Multi-Cluster Services API (sigs.k8s.io/mcs-api, KEP-1645) for exports and clusterset.local
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

CONSUMES = "gitlint-ops.dev/consumes"
"""An annotation of what an object uses of other clusters, by commas: `eu-1/shop/orders:8080`,
`eu-1/Certificate.cert-manager.io/v1`."""

_PATH: FieldPath = ("metadata", "annotations", CONSUMES)
_EXPORTS = ("multicluster.x-k8s.io", "ServiceExport")
_DEFINITIONS = ("apiextensions.k8s.io", "CustomResourceDefinition")
_SERVICE = re.compile(
    r"(?P<cluster>[^/\s]+)/(?P<namespace>[a-z0-9-]+)/(?P<name>[a-z0-9-]+)(?::(?P<port>[\w-]+))?\Z"
)
_API = re.compile(r"(?P<cluster>[^/\s]+)/(?P<kind>[A-Z]\w*)\.(?P<group>[a-z0-9.-]+)/(?P<version>v\w+)\Z")
_CLUSTERSET = re.compile(
    r"(?<![\w.-])(?P<name>[a-z0-9-]{1,63})\.(?P<namespace>[a-z0-9-]{1,63})\.svc\.clusterset\.local(?::(?P<port>\d{1,5}))?"
)
_MAX_DEPTH = 30


class _Use(Struct, frozen=True):
    """A service that an object uses; `cluster` is "" where any may have it."""

    on: RenderedObject
    path: FieldPath
    cluster: str
    namespace: str
    name: str
    port: str


def contract_mismatch(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Services, ports and API versions that other clusters, or the object's own, do not have."""
    yield from _unserved(deliveries)
    for cluster in deliveries.clusters:
        for on, _ in deliveries.objects_in(cluster):
            declared = value_at(on.body, _PATH)
            for entry in re.split(r"[,\s]+", declared.strip()) if isinstance(declared, str) else ():
                yield from _declared(on, entry, deliveries)
            yield from (one for use in _by_host(on) for one in _of_clusterset(use, deliveries))


def _declared(on: RenderedObject, entry: str, deliveries: Deliveries) -> Iterator[Violation]:
    service, api = _SERVICE.match(entry), _API.match(entry)
    found = service or api
    if found is None:
        yield Violation(
            on,
            _PATH,
            f"'{entry}' says neither a service nor an API of a cluster",
            hint="write cluster/namespace/service:port, or cluster/Kind.group/version",
        )
        return
    cluster = found["cluster"]
    if cluster not in deliveries.clusters:
        near = did_you_mean(cluster, deliveries.clusters)
        yield Violation(
            on, _PATH, f"there is no cluster '{cluster}'", hint=f"did you mean '{near}'?" if near else ""
        )
    elif service is not None:
        use = _Use(on, _PATH, cluster, service["namespace"], service["name"], service["port"] or "")
        yield from _of_service(use, deliveries)
    elif api is not None:
        yield from _of_api(on, api, deliveries)


def _of_service(use: _Use, deliveries: Deliveries) -> Iterator[Violation]:
    held = deliveries.known(use.cluster).get("", "Service", use.namespace, use.name)
    if held is None:
        if deliveries.is_complete(use.cluster):
            names = [one.key.name for one in deliveries.known(use.cluster).of_kind("", "Service")]
            near = did_you_mean(use.name, names)
            yield Violation(
                use.on,
                use.path,
                f"the cluster {use.cluster} gets no Service {use.namespace}/{use.name}",
                hint=f"did you mean '{near}'?" if near else "deliver it there first, or use what is there",
            )
        return
    yield from _of_port(use, held)


def _of_port(use: _Use, held: RenderedObject) -> Iterator[Violation]:
    ports = value_at(held.body, ("spec", "ports"))
    known = [one for one in ports if isinstance(one, Mapping)] if isinstance(ports, list) else []
    said = {str(one[field]) for one in known for field in ("port", "name") if field in one}
    if use.port and known and use.port not in said:
        yield Violation(
            use.on,
            use.path,
            f"Service {use.namespace}/{use.name} of {use.cluster} has no port {use.port}, but "
            f"{' and '.join(str(one.get('port')) for one in known)}",
            related=(Note(held, ("spec", "ports"), "its ports"),),
            hint="serve the port there before it is used here",
        )


def _of_api(on: RenderedObject, api: re.Match[str], deliveries: Deliveries) -> Iterator[Violation]:
    cluster, kind, group, version = api["cluster"], api["kind"], api["group"], api["version"]
    for held in deliveries.known(cluster).of_kind(*_DEFINITIONS):
        if (
            value_at(held.body, ("spec", "group")) == group
            and value_at(held.body, ("spec", "names", "kind")) == kind
        ):
            served = _served(held)
            if version not in served:
                yield Violation(
                    on,
                    _PATH,
                    f"{cluster} serves no {group}/{version} {kind}, but {' and '.join(served) or 'none'}",
                    related=(Note(held, ("spec", "versions"), "the definition that is delivered there"),),
                    hint="deliver the definition with this version there first",
                )
            return
    if deliveries.is_complete(cluster):
        yield Violation(
            on,
            _PATH,
            f"nothing that {cluster} gets defines {kind} of {group}",
            hint="deliver its definition there first",
        )


def _unserved(deliveries: Deliveries) -> Iterator[Violation]:
    """Objects in a version that their own cluster does not serve, while another cluster does.

    What none serves is told wherever it stands (crd-version-not-served).
    """
    by_cluster = {name: _definitions(name, deliveries) for name in deliveries.clusters if name}
    everywhere = {
        (*kind, version)
        for held in by_cluster.values()
        for kind, found in held.items()
        for one in found
        for version in _served(one)
    }
    for cluster, definitions in by_cluster.items():
        for on, _ in deliveries.objects_in(cluster) if definitions else ():
            found = definitions.get((on.key.group, on.kind), ())
            version = on.api_version.rpartition("/")[2]
            if len(found) != 1 or (on.key.group, on.kind, version) not in everywhere:
                continue
            served = _served(found[0])
            if version not in served:
                yield Violation(
                    on,
                    ("apiVersion",),
                    f"{cluster} serves no {on.api_version} {on.kind}, but {' and '.join(served) or 'none'}: "
                    "other clusters have another definition",
                    related=(Note(found[0], ("spec", "versions"), "the definition that is delivered there"),),
                    hint="deliver the same definition to all clusters first, or use a version that all serve",
                )


def _definitions(cluster: str, deliveries: Deliveries) -> Mapping[tuple[str, str], Sequence[RenderedObject]]:
    found: dict[tuple[str, str], list[RenderedObject]] = {}
    for one in deliveries.known(cluster).of_kind(*_DEFINITIONS):
        group, kind = value_at(one.body, ("spec", "group")), value_at(one.body, ("spec", "names", "kind"))
        if isinstance(group, str) and isinstance(kind, str):
            found.setdefault((group, kind), []).append(one)
    return found


def _served(definition: RenderedObject) -> Sequence[str]:
    versions = value_at(definition.body, ("spec", "versions"))
    return [
        str(one.get("name"))
        for one in (versions if isinstance(versions, list) else ())
        if isinstance(one, Mapping) and one.get("served") is True
    ]


# Services that clusters export to each other


def _by_host(on: RenderedObject) -> Iterator[_Use]:
    for path, text in _texts(on.body, ()):
        for found in _CLUSTERSET.finditer(text):
            yield _Use(on, path, "", found["namespace"], found["name"], found["port"] or "")


def _texts(value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(value, str):
        if "clusterset.local" in value:
            yield path, value
    elif len(path) < _MAX_DEPTH and isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(one, (*path, key))
    elif len(path) < _MAX_DEPTH and isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, (*path, index))


def _of_clusterset(use: _Use, deliveries: Deliveries) -> Iterator[Violation]:
    """Silent where no cluster exports anything here: then exports are made elsewhere."""
    exports = {
        cluster: {(one.key.namespace, one.key.name) for one in deliveries.known(cluster).of_kind(*_EXPORTS)}
        for cluster in deliveries.clusters
    }
    offering = [cluster for cluster, held in exports.items() if (use.namespace, use.name) in held]
    if not offering:
        if any(exports.values()) and all(map(deliveries.is_complete, deliveries.clusters)):
            near = did_you_mean(use.name, {name for held in exports.values() for _, name in held})
            yield Violation(
                use.on,
                use.path,
                f"no cluster exports the Service {use.namespace}/{use.name}",
                hint=f"did you mean '{near}'?" if near else "deliver a ServiceExport of it",
            )
        return
    for cluster in offering:
        held = deliveries.known(cluster).get("", "Service", use.namespace, use.name)
        if held is not None:
            yield from _of_port(_Use(use.on, use.path, cluster, use.namespace, use.name, use.port), held)
