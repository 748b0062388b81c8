"""API versions that the cluster no longer serves, or will not for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import DocumentRole, SourceDocument
from gitlint_ops.model.removed_apis import (
    NEWEST,
    Removal,
    deprecated,
    kubernetes_minor,
    minors_left,
    removed,
)
from gitlint_ops.rules.subjects import Facts, Params

_PRODUCTS = {"kubernetes": "Kubernetes", "flux": "Flux", "argocd": "Argo CD"}


def removed_versions(document: SourceDocument, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Objects and patches whose apiVersion is gone in the releases that the facts name."""
    known = _releases(facts)
    for path, api_version, kind in _judged(document):
        gone = removed(api_version, kind, known)
        if gone is not None:
            in_use = known.get(gone.product, "")
            yield Violation(
                document.ref, (*path, "apiVersion"), _message(gone, in_use), hint=_hint(gone, in_use)
            )


def deprecated_versions(document: SourceDocument, params: Params, facts: Facts) -> Iterator[Violation]:
    """Objects and patches whose apiVersion is still served, and gone within `horizon` minor releases."""
    known = _releases(facts)
    for path, api_version, kind in _judged(document):
        ending = deprecated(api_version, kind, known)
        if ending is not None and minors_left(ending, known) <= params["horizon"]:
            in_use = known.get(ending.product, "")
            yield Violation(
                document.ref, (*path, "apiVersion"), _warning(ending, in_use), hint=_hint(ending, in_use)
            )
        lasting = _LASTING.get((api_version, kind))
        if lasting is not None and kubernetes_minor(facts.kubernetes) >= lasting.minor:
            yield Violation(
                document.ref,
                (*path, "kind"),
                f"{kind} {api_version} is deprecated since Kubernetes 1.{lasting.minor}; "
                "no release is announced that removes it",
                hint=lasting.advice,
                severity=Severity.NOTE,
            )


class _Lasting(Struct, frozen=True):
    """A kind that is deprecated from a minor release on, and stays."""

    minor: int
    advice: str


# Source: what k8s.io/api/core/v1 says of Endpoints
_LASTING = {("v1", "Endpoints"): _Lasting(33, "write an EndpointSlice of discovery.k8s.io/v1")}


def _releases(facts: Facts) -> dict[str, str]:
    versions = {"kubernetes": facts.kubernetes, "flux": facts.flux, "argocd": facts.argocd}
    return {product: version for product, version in versions.items() if version}


def _judged(document: SourceDocument) -> Iterator[tuple[FieldPath, str, str]]:
    """The delivered objects and patches of a document: path, apiVersion and kind."""
    if document.delivered and document.role in (DocumentRole.OBJECT, DocumentRole.PATCH):
        yield from _objects((), document.body)


def _objects(path: FieldPath, body: Any) -> Iterator[tuple[FieldPath, str, str]]:
    """The object that a document is, or those that its List holds."""
    if not isinstance(body, Mapping):
        return
    api_version, kind = body.get("apiVersion"), body.get("kind")
    if isinstance(api_version, str) and isinstance(kind, str):
        yield path, api_version, kind
    items = body.get("items") if kind == "List" and not path else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield from _objects(("items", index), item)


def _message(gone: Removal, in_use: str) -> str:
    """`in_use` is the release of the configuration, or empty: then the newest known is judged."""
    product = _PRODUCTS.get(gone.product, gone.product)
    judged = f"; this is judged for {in_use}" if in_use and in_use != gone.removed_in else ""
    if not in_use:
        judged = f"; this is judged for {product} {NEWEST[gone.product]}, the newest known"
    return f"{gone.kind} {gone.api_version} was removed from {product} {gone.removed_in}{judged}"


def _warning(ending: Removal, in_use: str) -> str:
    """As `_message`, of an API that is still served."""
    product = _PRODUCTS.get(ending.product, ending.product)
    judged = f"this is judged for {in_use}" if in_use else f"{NEWEST[ending.product]} is the newest known"
    since = f" since {product} {ending.deprecated_in}" if ending.deprecated_in else ""
    gone = ending.removed_in if since else f"{product} {ending.removed_in}"
    return f"{ending.kind} {ending.api_version} is deprecated{since} and removed in {gone}; {judged}"


def _hint(gone: Removal, in_use: str) -> str:
    advice = (f"use {gone.replacement}" if gone.replacement else "", gone.advice)
    told = ": ".join(one for one in advice if one)
    if in_use:
        return told
    setting = "kubernetes" if gone.product == "kubernetes" else f"operators.{gone.product}"
    return f"{told}; if you run an older release, set `{setting}` in gitlint-ops.yaml"
