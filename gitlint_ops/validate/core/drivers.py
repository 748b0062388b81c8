"""Storage drivers and what they tell the cluster.

Source: k8s.io/kubernetes/pkg/apis/storage/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    between,
    both,
    duplicates,
    each,
    exactly_one,
    fields,
    filled,
    not_empty,
    one_of,
    text,
    wrong,
)
from gitlint_ops.validate.core.resources import not_negative
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_subdomain, qualified_name
from gitlint_ops.validate.values import given


def driver_name(name: str) -> str:
    """A driver's name: a DNS subdomain of at most 63 characters, capitals allowed."""
    if len(name) > 63:
        return f"it has {len(name)} characters, at most 63 are allowed"
    return dns_subdomain(name.lower())


driver: Check = fields(
    {
        "spec": fields(
            {
                "volumeLifecycleModes": each(both(filled, one_of("Persistent", "Ephemeral"))),
                "fsGroupPolicy": one_of("ReadWriteOnceWithFSType", "File", "None", empty=False),
                "tokenRequests": both(
                    each(fields({"expirationSeconds": between(600, 2**32)})),
                    duplicates("audience", rule="schema-violation"),
                ),
            }
        )
    }
)
"""A CSIDriver."""


def _keys_differ(value: Any) -> Iterator[Fault]:
    keys = value.get("topologyKeys")
    for index, key in enumerate(keys if isinstance(keys, list) else ()):
        if key in keys[:index]:
            yield wrong(f"duplicate {given(key)}", "topologyKeys", index)


node_drivers: Check = fields(
    {
        "spec": fields(
            {
                "drivers": each(
                    fields(
                        {
                            "name": text(driver_name, required=True),
                            "nodeID": filled,
                            "topologyKeys": each(not_empty(qualified_name)),
                            "allocatable": fields({"count": between(0)}),
                        },
                        _keys_differ,
                    )
                )
            }
        )
    }
)
"""A CSINode."""

capacity: Check = fields(
    {
        "storageClassName": text(dns_subdomain, required=True),
        "nodeTopology": label_selector,
        "capacity": not_negative,
        "maximumVolumeSize": not_negative,
    }
)
"""A CSIStorageCapacity."""

attachment: Check = fields(
    {
        "spec": fields(
            {
                "attacher": text(driver_name, required=True),
                "nodeName": text(dns_subdomain, required=True),
                "source": fields(
                    {"persistentVolumeName": text(dns_subdomain, required=True)},
                    exactly_one(("persistentVolumeName", "inlineVolumeSpec"), "source"),
                ),
            }
        )
    }
)
"""A VolumeAttachment."""
