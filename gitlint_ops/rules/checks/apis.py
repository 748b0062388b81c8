"""API versions that the cluster no longer serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import DocumentRole, SourceDocument
from gitlint_ops.model.removed_apis import NEWEST, Removal, removed
from gitlint_ops.rules.subjects import Facts, Params

_PRODUCTS = {"kubernetes": "Kubernetes", "flux": "Flux", "argocd": "Argo CD"}


def removed_versions(document: SourceDocument, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Objects and patches whose apiVersion is gone in the releases that the facts name."""
    if not document.delivered or document.role not in (DocumentRole.OBJECT, DocumentRole.PATCH):
        return
    versions = {"kubernetes": facts.kubernetes, "flux": facts.flux, "argocd": facts.argocd}
    known = {product: version for product, version in versions.items() if version}
    for path, api_version, kind in _objects((), document.body):
        gone = removed(api_version, kind, known)
        if gone is not None:
            in_use = known.get(gone.product, "")
            yield Violation(
                document.ref, (*path, "apiVersion"), _message(gone, in_use), hint=_hint(gone, in_use)
            )


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


def _hint(gone: Removal, in_use: str) -> str:
    advice = (f"use {gone.replacement}" if gone.replacement else "", gone.advice)
    told = ": ".join(one for one in advice if one)
    if in_use:
        return told
    setting = "kubernetes" if gone.product == "kubernetes" else f"operators.{gone.product}"
    return f"{told}; if you run an older release, set `{setting}` in gitlint-ops.yaml"
