"""ConfigMaps and Secrets. No message shows what a Secret holds.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    each_key,
    fields,
    is_settled,
    mapping,
    wrong,
)
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import config_key

MOST_BYTES = 1024 * 1024

_KEYS = each_key(config_key)


def _size(texts: Mapping[str, Any], packed: Mapping[str, Any]) -> int:
    plain = sum(
        len(held.encode("utf-8", "surrogatepass")) for held in texts.values() if isinstance(held, str)
    )
    return plain + sum(len(held) * 3 // 4 for held in packed.values() if isinstance(held, str))


# --- ConfigMap


def _no_key_twice(value: Any) -> Iterator[Fault]:
    for key in mapping(value.get("data")):
        if key in mapping(value.get("binaryData")):
            yield wrong("the key stands in `data`, too", "binaryData", key, at_key=True)


def _config_size(value: Any) -> Iterator[Fault]:
    size = _size(mapping(value.get("data")), mapping(value.get("binaryData")))
    if size > MOST_BYTES:
        yield wrong(f"it holds {size} bytes, at most {MOST_BYTES} (1 MiB) are allowed", "kind", at_key=True)


# --- Secret

_REQUIRED_KEYS = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_JSON_KEYS = (".dockercfg", ".dockerconfigjson")
_BASIC_AUTH = ("username", "password")
_ACCOUNT = "kubernetes.io/service-account.name"


def _secret_keys(value: Any) -> Iterator[Fault]:
    kind = value.get("type")
    held = {**mapping(value.get("data")), **mapping(value.get("stringData"))}
    for key in _REQUIRED_KEYS.get(kind, ()) if isinstance(kind, str) else ():
        if key not in held:
            yield wrong(f"a Secret of type {kind} needs the key {key}", "type")
    if kind == "kubernetes.io/basic-auth" and not any(key in held for key in _BASIC_AUTH):
        yield wrong(f"a Secret of type {kind} needs the key username or password", "type")
    if kind == "kubernetes.io/service-account-token":
        annotations = mapping(mapping(value.get("metadata")).get("annotations"))
        if not annotations.get(_ACCOUNT):
            yield wrong(f"a Secret of type {kind} needs the annotation {_ACCOUNT}", "type")


def _docker_json(value: Any) -> Iterator[Fault]:
    kind = value.get("type")
    key = _REQUIRED_KEYS.get(kind, ("",))[0] if isinstance(kind, str) else ""
    if key not in _JSON_KEYS:
        return
    holder = "stringData" if key in mapping(value.get("stringData")) else "data"
    held = mapping(value.get(holder)).get(key)
    # A null is an empty text, which is no JSON.
    held = "" if held is None and key in mapping(value.get(holder)) else held
    if isinstance(held, str) and is_settled(held) and not _is_json_mapping(held, packed=holder == "data"):
        yield wrong("it is no JSON object", holder, key)


def _is_json_mapping(text: str, *, packed: bool) -> bool:
    import base64
    import binascii
    import json

    try:
        held = base64.b64decode(text) if packed else text
        return isinstance(json.loads(held), (dict, type(None)))
    except binascii.Error:
        return True  # said of the value already
    except (ValueError, RecursionError):
        return False


def _secret_size(value: Any) -> Iterator[Fault]:
    size = _size(mapping(value.get("stringData")), mapping(value.get("data")))
    if size > MOST_BYTES:
        yield wrong(f"it holds {size} bytes, at most {MOST_BYTES} (1 MiB) are allowed", "kind", at_key=True)


config_map: Check = fields({"data": _KEYS, "binaryData": _KEYS}, _no_key_twice, _config_size)
"""A ConfigMap."""

secret: Check = fields(
    {"data": _KEYS, "stringData": _KEYS},
    _secret_keys,
    _docker_json,
    _secret_size,
)
"""A Secret."""
