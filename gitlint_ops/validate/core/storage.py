"""Persistent volumes, their claims and their classes.

Sources: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (persistent volumes and claims) and
pkg/apis/storage/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    both,
    duplicates,
    each,
    fields,
    filled,
    is_absent,
    is_settled,
    mapping,
    members,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.paths import hostpath, nfs, no_steps_up
from gitlint_ops.validate.core.resources import positive
from gitlint_ops.validate.core.selectors import label_selector, volume_node_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import annotation_key, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given

_ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_RECLAIM_POLICIES = ("Retain", "Delete", "Recycle")
_VOLUME_MODE = one_of("Filesystem", "Block", empty=False)


def _once_pod_alone(value: Any) -> Iterator[Fault]:
    if isinstance(value, list) and "ReadWriteOncePod" in value and set(value) != {"ReadWriteOncePod"}:
        yield wrong("ReadWriteOncePod must stand alone")


_MODES = both(some("at least one access mode"), each(both(filled, one_of(*_ACCESS_MODES))), _once_pod_alone)


def _needs_storage(value: Any) -> Iterator[Fault]:
    held: Any = value
    found: list[str] = []
    for name in ("resources", "requests", "storage"):
        if name not in mapping(held):
            break
        found.append(name)
        held = held[name]
    if len(found) < 3 or held is None:
        yield wrong("`resources.requests.storage` is required", *found, at_key=True)


def _one_data_source(value: Any) -> Iterator[Fault]:
    source, reference = value.get("dataSource"), value.get("dataSourceRef")
    if not isinstance(source, dict) or not isinstance(reference, dict):
        return
    if not is_absent(reference.get("namespace")):
        yield wrong("`dataSource` excludes a `dataSourceRef` with a namespace", "dataSource", at_key=True)
    elif any(source.get(name) != reference.get(name) for name in ("apiGroup", "kind", "name")):
        yield wrong("`dataSource` and `dataSourceRef` must be the same", "dataSource", at_key=True)


def _group_of_source(value: Any) -> Iterator[Fault]:
    group, kind = value.get("apiGroup"), value.get("kind")
    if not (is_settled(group) and is_settled(kind)):
        return
    if is_absent(group):
        if isinstance(kind, str) and kind and kind != "PersistentVolumeClaim":
            said = f"without `apiGroup` it must be PersistentVolumeClaim, not {given(kind)}"
            yield wrong(said, "kind")
    elif isinstance(group, str) and (reason := dns_subdomain(group)):
        yield wrong(f"{given(group)} is not allowed: {reason}", "apiGroup")


_SOURCES_THAT_STAY = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))


def _data_source(value: Any) -> Iterator[Fault]:
    """A `dataSource`; one of another kind than these is dropped by the API server, unread."""
    named = mapping(value)
    if (named.get("apiGroup") or "", named.get("kind")) in _SOURCES_THAT_STAY and is_absent(
        named.get("name")
    ):
        yield wrong("`name` is required", *(("name",) if "name" in named else ()), at_key=True)


claim_spec: Check = fields(
    {
        "accessModes": _MODES,
        "selector": label_selector,
        "resources": fields({"requests": fields({"storage": positive})}),
        "storageClassName": text(dns_subdomain),
        "volumeMode": _VOLUME_MODE,
        "volumeAttributesClassName": text(dns_subdomain),
        "dataSource": _data_source,
        "dataSourceRef": fields({"name": filled, "kind": filled}, _group_of_source),
    },
    requires("accessModes"),
    _needs_storage,
    _one_data_source,
)
"""The spec of a PersistentVolumeClaim, also where it is a template."""

# Fields of a PersistentVolume's spec that are no volume source.
_NO_SOURCES = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)


def _one_source(value: Any) -> Iterator[Fault]:
    chosen = [name for name in value if name not in _NO_SOURCES and value[name] is not None]
    if not chosen:
        yield wrong("no volume source is given, one is required (csi, nfs, local, …)", at_key=True)
    elif len(chosen) > 1:
        said = f"`{chosen[0]}` and `{chosen[1]}` are both given, but a volume has one source"
        yield wrong(said, chosen[1], at_key=True)


def _capacity(value: Any) -> Iterator[Fault]:
    if set(value) != {"storage"} or value["storage"] is None:
        yield wrong("exactly `storage` is required here")


def _local_needs_a_node(value: Any) -> Iterator[Fault]:
    if value.get("local") is not None and not mapping(value.get("nodeAffinity")).get("required"):
        yield wrong("a local volume needs `nodeAffinity`", "local", at_key=True)


_VOLUME_SPEC = fields(
    {
        "accessModes": _MODES,
        "capacity": fields({"storage": positive}, _capacity),
        "persistentVolumeReclaimPolicy": one_of(*_RECLAIM_POLICIES),
        "storageClassName": text(dns_subdomain),
        "volumeMode": _VOLUME_MODE,
        "nodeAffinity": fields({"required": volume_node_selector}),
        "csi": fields({"driver": text(dns_subdomain, required=True), "volumeHandle": filled}),
        "nfs": nfs,
        "local": fields({"path": both(filled, no_steps_up)}),
        "hostPath": hostpath,
    },
    requires("accessModes"),
    requires("capacity"),
    _one_source,
    _local_needs_a_node,
)

persistent_volume: Check = fields({"spec": _VOLUME_SPEC})
"""A PersistentVolume."""

persistent_volume_claim: Check = fields({"spec": claim_spec})
"""A PersistentVolumeClaim."""


def _topologies_differ(value: Any) -> Iterator[Fault]:
    """Terms that ask for nothing, too, are refused as duplicates: of one that the API server begins with."""
    met: list[Any] = [{}]
    for index, term in enumerate(value if isinstance(value, list) else ()):
        asked = {
            str(label.get("key")): {str(one) for one in label["values"]} if label.get("values") else set()
            for _, label in members(term, "matchLabelExpressions")
            if isinstance(label.get("values"), (list, type(None)))
        }
        if asked in met:
            said = "an earlier term asks for the same" if asked else "it asks for nothing"
            yield wrong(said, index, at_key=True)
        met.append(asked)


def _values_differ(value: Any) -> Iterator[Fault]:
    for index, held in enumerate(value if isinstance(value, list) else ()):
        if held in value[:index]:
            yield wrong(f"duplicate {given(held)}", index)


_TOPOLOGY_LABELS = both(
    each(
        fields(
            {
                "key": text(qualified_name, required=True),
                "values": both(some("at least one value"), _values_differ),
            },
            requires("values"),
        )
    ),
    duplicates("key", rule="schema-violation"),
)

storage_class: Check = fields(
    {
        "provisioner": text(annotation_key, required=True),
        "reclaimPolicy": one_of("Delete", "Retain"),
        "volumeBindingMode": one_of("Immediate", "WaitForFirstConsumer", empty=False),
        "allowedTopologies": both(
            each(fields({"matchLabelExpressions": _TOPOLOGY_LABELS})), _topologies_differ
        ),
    }
)
"""A StorageClass."""
