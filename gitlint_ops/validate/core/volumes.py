"""A pod's volumes and what may stand in each.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (volume sources)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    between,
    both,
    each,
    fields,
    filled,
    is_settled,
    members,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.drivers import driver_name
from gitlint_ops.validate.core.paths import hostpath, inside, nfs
from gitlint_ops.validate.core.resources import not_negative
from gitlint_ops.validate.core.storage import claim_spec
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label
from gitlint_ops.validate.values import given

MODE: Check = between(0, 0o777)
"""A file's permissions."""

_NAME_OF_VOLUME = frozenset({"name"})


def _below_volume(value: Any) -> Iterable[Fault]:
    """A file in a projected volume; names that begin with `..` are the kubelet's."""
    if isinstance(value, str) and value.startswith("..") and not value.startswith("../"):
        return (wrong(f"{given(value)} must not begin with '..'"),)
    return inside(value)


_KEY_TO_PATH = fields({"key": filled, "path": both(filled, _below_volume), "mode": MODE})

_POD_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
)


def _downward_file(value: Any) -> Iterator[Fault]:
    if value.get("fieldRef") is None and value.get("resourceFieldRef") is None:
        yield wrong("`fieldRef` or `resourceFieldRef` is required", at_key=True)
    elif value.get("fieldRef") is not None and value.get("resourceFieldRef") is not None:
        said = "`fieldRef` and `resourceFieldRef` must not both be given"
        yield wrong(said, "resourceFieldRef", at_key=True)


def _downward_field(value: Any) -> Iterable[Fault]:
    if not isinstance(value, str) or not is_settled(value) or value in _POD_FIELDS or value.endswith("']"):
        return ()
    return (wrong(f"expected one of {', '.join(_POD_FIELDS)}; got {given(value)}"),)


_DOWNWARD_FILE = fields(
    {
        "path": both(filled, _below_volume),
        "mode": MODE,
        "fieldRef": fields({"fieldPath": _downward_field}),
        "resourceFieldRef": fields({}, requires("containerName")),
    },
    _downward_file,
)

_SOURCES_OF_PROJECTED = (
    "secret",
    "configMap",
    "downwardAPI",
    "serviceAccountToken",
    "clusterTrustBundle",
    "podCertificate",
)


def _one_projection(value: Any) -> Iterator[Fault]:
    chosen = [name for name in value if name in _SOURCES_OF_PROJECTED and value[name] is not None]
    if len(chosen) > 1:
        yield wrong(f"`{chosen[0]}` and `{chosen[1]}` must be two sources", chosen[1], at_key=True)


_NAMED_FILES = fields({"name": filled, "items": each(_KEY_TO_PATH)}, requires("name"))

_PROJECTION = fields(
    {
        "secret": _NAMED_FILES,
        "configMap": _NAMED_FILES,
        "downwardAPI": fields({"items": each(_DOWNWARD_FILE)}),
        "serviceAccountToken": fields(
            {"expirationSeconds": between(600, 2**32), "path": both(filled, _below_volume)}
        ),
    },
    _one_projection,
)


def _iscsi_name(name: str) -> str:
    return "" if name.startswith(("iqn.", "eui.", "naa.")) else "it must begin with iqn., eui. or naa."


_SOURCES: dict[str, Check] = {
    "hostPath": hostpath,
    "nfs": nfs,
    "emptyDir": fields({"sizeLimit": not_negative}),
    "secret": fields({"items": each(_KEY_TO_PATH), "defaultMode": MODE}, requires("secretName")),
    "configMap": fields({"items": each(_KEY_TO_PATH), "defaultMode": MODE}, requires("name")),
    "downwardAPI": fields({"items": each(_DOWNWARD_FILE), "defaultMode": MODE}),
    "projected": fields({"sources": each(_PROJECTION), "defaultMode": MODE}),
    "persistentVolumeClaim": fields({"claimName": filled}),
    "csi": fields({"driver": text(driver_name, required=True)}),
    "ephemeral": fields(
        {"volumeClaimTemplate": fields({"spec": claim_spec})}, requires("volumeClaimTemplate")
    ),
    "image": fields(
        {"reference": filled, "pullPolicy": one_of("Always", "IfNotPresent", "Never")}, requires("reference")
    ),
    "cephfs": fields({"monitors": some("at least one monitor")}),
    "iscsi": fields({"iqn": text(_iscsi_name)}),
}


def _one_source(value: Any) -> Iterator[Fault]:
    # None at all is legal: the API server takes an empty emptyDir.
    chosen = [name for name in value if name not in _NAME_OF_VOLUME and value[name] is not None]
    if len(chosen) > 1:
        said = f"`{chosen[0]}` and `{chosen[1]}` are both given, but a volume has one source"
        yield wrong(said, chosen[1], at_key=True)


volume: Check = fields({"name": text(dns_label, required=True), **_SOURCES}, _one_source)
"""One volume of a pod."""


def names(spec: Any) -> set[Any]:
    """The names of a pod's volumes."""
    return {item.get("name") for _, item in members(spec, "volumes")}
