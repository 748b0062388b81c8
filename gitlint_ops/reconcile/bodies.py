"""Objects as they are sent: without what their operator takes away before it applies them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.structure import value_at, without
from gitlint_ops.reconcile.api import Body, ServedKind
from gitlint_ops.reconcile.outcomes import Entry, Operator
from gitlint_ops.reconcile.providers import namespace_of
from gitlint_ops.validate.coverage import ENCRYPTED, unknown_values
from gitlint_ops.validate.objects import decrypted

_STAND_IN = "Kg=="  # "*" in base64, where the operator puts what it decrypts
_MARK = "ENC["
_DEFINITION = "CustomResourceDefinition"
_AUTHORITY = ("spec", "conversion", "webhook", "clientConfig", "caBundle")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


class Sent(Struct, frozen=True):
    """A body to be sent, and why some of its values are not those that the operator would send, or ""."""

    body: Body
    lack: str = ""


def sent(one: Entry) -> Sent:
    """An object as its operator sends it, as far as that is known."""
    held = one.object.body
    lack = unknown_values(held)
    body = decrypted(held)
    if one.applier.operator is Operator.FLUX_KUSTOMIZE and one.object.kind == _DEFINITION:
        body = _without_wrong_authority(body)
    return Sent(_without_ciphers(body) if lack == ENCRYPTED else body, lack)


def placed(body: Body, one: Entry, kind: ServedKind) -> Body:
    """A body that names the namespace that its object goes to."""
    metadata = body.get("metadata")
    held = metadata if isinstance(metadata, Mapping) else {}
    if not kind.namespaced or held.get("namespace"):
        return body
    return {**body, "metadata": {**held, "namespace": namespace_of(one) or "default"}}


def _without_wrong_authority(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A definition without a certificate authority that is none: others fill it in, and Flux leaves it out.

    Source: fluxcd/pkg/ssa utils/cert_validation.go
    """
    held = value_at(body, _AUTHORITY)
    if not isinstance(held, str) or not held or _is_certificate(held):
        return body
    kept: Mapping[str, Any] = without(body, _AUTHORITY)
    return kept


def _is_certificate(text: str) -> bool:
    try:
        return _CERTIFICATE in base64.b64decode(text)
    except ValueError:
        return False


def _without_ciphers(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Secret whose encrypted values are some that the server takes."""
    data = body.get("data")
    if body.get("kind") != "Secret" or not isinstance(data, Mapping):
        return body
    return {**body, "data": {key: _deciphered(value) for key, value in data.items()}}


def _deciphered(value: Any) -> Any:
    return _STAND_IN if isinstance(value, str) and value.startswith(_MARK) else value
