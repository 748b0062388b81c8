"""Kubernetes objects and the YAML documents they come from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from msgspec import Struct

from gitlint_ops.model.blame import Blame
from gitlint_ops.model.location import DocumentRef


class ObjectKey(Struct, frozen=True, order=True):
    """What the API server knows an object by; `group` is empty for the core group."""

    group: str
    kind: str
    namespace: str
    name: str


class RenderedObject(Struct, frozen=True):
    """One object of one target as it would be applied; `body` is shared, never change it."""

    key: ObjectKey
    api_version: str
    body: Mapping[str, Any]
    blame: Blame
    target: str

    @property
    def kind(self) -> str:
        return self.key.kind


class DocumentRole(Enum):
    """What a YAML document is to the repository."""

    OBJECT = "object"
    PATCH = "patch"
    KUSTOMIZATION = "kustomization"
    CHART_VALUES = "chart-values"
    OTHER = "other"


class SourceDocument(Struct, frozen=True):
    """One YAML document as it stands in the repository.

    `delivered` is False where the folder's name says that it is no deployment (examples, tests,
    docs, hack); `listed` is False for a manifest beside a kustomization that does not list it.
    """

    ref: DocumentRef
    body: Any
    role: DocumentRole
    delivered: bool = True
    listed: bool = True


def object_key(body: Mapping[str, Any]) -> ObjectKey:
    """The key of an object's body; parts that are missing or no string are empty."""
    metadata = body.get("metadata")
    held = metadata if isinstance(metadata, Mapping) else {}
    return ObjectKey(
        group=api_group(_text(body.get("apiVersion"))),
        kind=_text(body.get("kind")),
        namespace=_text(held.get("namespace")),
        name=_text(held.get("name")),
    )


def api_group(api_version: str) -> str:
    """The group of an apiVersion: "apps" of "apps/v1", "" of "v1"."""
    return api_version.rpartition("/")[0]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
