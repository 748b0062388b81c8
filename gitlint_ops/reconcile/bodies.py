"""Objects as they are sent: without what their operator takes away before it applies them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.structure import value_at, without
from gitlint_ops.reconcile.api import Body, ServedKind
from gitlint_ops.reconcile.appliers import is_helm
from gitlint_ops.reconcile.outcomes import Entry, Operator
from gitlint_ops.reconcile.providers import namespace_of
from gitlint_ops.validate.coverage import ENCRYPTED, unknown_values
from gitlint_ops.validate.objects import decrypted

_STAND_IN = "Kg=="  # "*" in base64, where the operator puts what it decrypts
_MARK = "ENC["
_DEFINITION = "CustomResourceDefinition"
_AUTHORITY = ("spec", "conversion", "webhook", "clientConfig", "caBundle")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


_HELM = Operator.FLUX_HELM
_FLUX_MARKS = ("kustomize.toolkit.fluxcd.io", "resourceset.fluxcd.controlplane.io")
_MARKS: Mapping[Operator, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Operator.ARGO_CD: (
        ("annotations", ("argocd.argoproj.io/tracking-id", "argocd.argoproj.io/installation-id")),
    ),
    Operator.FLUX_KUSTOMIZE: (
        ("labels", tuple(f"{group}/{name}" for group in _FLUX_MARKS for name in ("name", "namespace"))),
    ),
    _HELM: (
        (
            "labels",
            (
                "helm.toolkit.fluxcd.io/name",
                "helm.toolkit.fluxcd.io/namespace",
                "app.kubernetes.io/managed-by",
            ),
        ),
        ("annotations", ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace")),
    ),
}


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


def marked(body: Body, standing: Body | None, one: Entry) -> Body:
    """A body with the marks of its operator that the object on the server has.

    The operator sends them; without them an apply would take them away, and so change what stays the same.
    """
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping):
        return body
    held = dict(metadata)
    for field, names in _MARKS.get(_HELM if is_helm(one.applier) else one.applier.operator, ()):
        there, own = value_at(standing, ("metadata", field)), held.get(field) or {}
        if isinstance(there, Mapping) and isinstance(own, Mapping):
            lacking = {name: there[name] for name in names if name in there and name not in own}
            held |= {field: {**own, **lacking}} if lacking else {}
    return {**body, "metadata": held} if held != metadata else body


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
