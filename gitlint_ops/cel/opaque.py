"""Values of the Kubernetes types that CEL does not have: quantities, addresses, versions, formats.

The engine takes no opaque values from Python, so such a value travels as a map of one entry: the
name of its type, and a canonical text. Equal values have equal texts, so `==` compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

QUANTITY = "kubernetes.Quantity"
IP = "net.IP"
CIDR = "net.CIDR"
SEMVER = "kubernetes.Semver"
URL = "kubernetes.URL"
FORMAT = "kubernetes.NamedFormat"


def opaque(type_name: str, text: str) -> dict[str, Any]:
    return {type_name: text}


def text_of(value: Mapping[str, Any], type_name: str) -> str:
    """The text of a value of that type.

    Raises:
        KeyError: it is of another type.
    """
    return str(value[type_name])
