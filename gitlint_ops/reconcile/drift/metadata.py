"""Labels and annotations of objects, and what operators read in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.model.structure import value_at

ARGO_OPTIONS = "argocd.argoproj.io/sync-options"


def annotations_of(body: Any) -> Mapping[str, Any]:
    """The annotations of an object, as they stand there."""
    return _texts(body, "annotations")


def labels_of(body: Any) -> Mapping[str, Any]:
    """The labels of an object, as they stand there."""
    return _texts(body, "labels")


def is_marked(body: Any, key: str, value: str) -> bool:
    """Whether a label or annotation has a value, in upper or lower case: what Flux takes for a mark.

    Source: fluxcd/pkg/ssa utils/meta.go AnyInMetadata
    """
    return any(str(held.get(key, "")).lower() == value for held in (labels_of(body), annotations_of(body)))


def sync_option(body: Any, name: str) -> str:
    """The value of an option in an object's own sync-options, "" where it has none."""
    listed = annotations_of(body).get(ARGO_OPTIONS)
    for one in listed.split(",") if isinstance(listed, str) else ():
        key, _, value = one.strip().partition("=")
        if key == name:
            return value
    return ""


def _texts(body: Any, field: str) -> Mapping[str, Any]:
    held = value_at(body, ("metadata", field))
    return held if isinstance(held, dict) else {}
