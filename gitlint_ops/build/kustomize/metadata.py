"""`buildMetadata:`: annotations that tell where a resource came from and what changed it.

Source: api/resource/origin.go, api/resmap/reswrangler.go, api/krusty/kustomizer.go
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.faults import Place, fault
from gitlint_ops.build.kustomize.merge_nodes import Written
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.shared_values import with_own_annotations
from gitlint_ops.discover.remote import remote_folder
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at, with_value, without

ORIGIN_ANNOTATIONS = "originAnnotations"
TRANSFORMER_ANNOTATIONS = "transformerAnnotations"
MANAGED_BY_LABEL = "managedByLabel"

_ORIGIN = "config.kubernetes.io/origin"
_TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"
_MANAGED_BY = ("metadata", "labels", "app.kubernetes.io/managed-by")
_MANAGER = "kustomize-v5.8.1"
_ANNOTATIONS = ("metadata", "annotations")
HELM_GENERATED = "internal.config.kubernetes.io/helm-generated"
_INTERNAL = frozenset(
    f"internal.config.kubernetes.io/{name}"
    for name in (
        "previousKinds",
        "previousNames",
        "prefixes",
        "suffixes",
        "previousNamespaces",
        "allowNameChange",
        "allowKindChange",
        "refBy",
        "generatorBehavior",
        "needsHashSuffix",
        "path",
        "index",
        "seqindent",
        "id",
        "annotations-migration-resource-id",
        "helm-generated",
    )
) | {"config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"}


_REMOTE_ROOT = "notCloned"
"""What kustomize calls a repository's root by mistake: the folder not cloned to yet (Origin.Append)."""


class Trail(Struct, frozen=True):
    """Where a kustomization stands as seen from the folder that is built: "", "../base".

    In another repository it is seen from that one's root; `repo` and `ref` are as kustomize gives
    them to git.
    """

    path: str = ""
    repo: str = ""
    ref: str = ""

    def of(self, name: str) -> Trail:
        remote = remote_folder(name)
        if remote is not None:
            return Trail(remote.path or _REMOTE_ROOT, remote.url, remote.ref)
        return Trail(posixpath.normpath(posixpath.join(self.path, name)), self.repo, self.ref)

    def text(self) -> str:
        return f"path: {self.path}\n{_repository_lines(self.repo, self.ref)}"


class Maker(Struct, frozen=True):
    """A generator or transformer, and the file that configures it."""

    configured_in: str
    api_version: str
    kind: str
    name: str = ""
    namespace: str = ""
    repo: str = ""
    ref: str = ""

    def text(self) -> str:
        lines = [
            *_repository_lines(self.repo, self.ref).splitlines(),
            f"configuredIn: {self.configured_in}",
            "configuredBy:",
            f"  apiVersion: {self.api_version}",
            f"  kind: {self.kind}",
        ]
        lines += [f"  name: {self.name}"] if self.name else []
        lines += [f"  namespace: {self.namespace}"] if self.namespace else []
        return "".join(f"{line}\n" for line in lines)


def _repository_lines(repo: str, ref: str) -> str:
    return "".join(f"{key}: {value}\n" for key, value in (("repo", repo), ("ref", ref)) if value)


def with_path(resource: Resource, trail: Trail, place: Place) -> Resource:
    """A resource read from a file, noting the file."""
    return _annotated(resource, _ORIGIN, trail.text(), place)


def with_maker(resource: Resource, maker: Maker, place: Place) -> Resource:
    """A generated resource, noting its generator unless something is noted already."""
    if _note(resource, _ORIGIN) is not None:
        return resource
    return _annotated(resource, _ORIGIN, maker.text(), place)


def origin_trail(resource: Resource) -> Trail:
    """The file noted as a resource's origin; its path is "" where none is noted."""
    lines = (line.partition(": ") for line in (_note(resource, _ORIGIN) or "").splitlines())
    noted = {key: value for key, _, value in lines}
    return Trail(noted.get("path", ""), noted.get("repo", ""), noted.get("ref", ""))


def origin_note(resource: Resource) -> str | None:
    return _note(resource, _ORIGIN)


def with_origin_note(resource: Resource, note: str | None, place: Place) -> Resource:
    """A merged resource, keeping the origin of the one that it was merged into."""
    return resource if note is None else _annotated(resource, _ORIGIN, note, place)


def with_transformation(resource: Resource, maker: Maker, place: Place) -> Resource:
    """A resource that a transformer was run on, whether it changed or not."""
    resource = with_own_annotations(resource)
    if _note(resource, _ORIGIN) is None:
        return _annotated(resource, _ORIGIN, maker.text(), place)
    held = _note(resource, _TRANSFORMATIONS) or ""
    first, *rest = maker.text().splitlines()
    item = "".join(f"{line}\n" for line in (f"- {first}", *(f"  {line}" for line in rest)))
    return _annotated(resource, _TRANSFORMATIONS, held + item, place)


def finished(resource: Resource, options: frozenset[str], place: Place, written: Written) -> Resource:
    """A resource as it is printed: without notes that were not asked for.

    Kustomize writes all annotations anew at the end: values become the texts that their files have
    (`1.10`, `~`), and an empty mapping goes; a list of nothing, which may lack metadata, gets some.
    """
    if MANAGED_BY_LABEL in options:
        _demand_labels(resource, place)
        resource = resource.with_field(_MANAGED_BY, _MANAGER, place.origin())
    if "metadata" not in resource.body:
        return replace(resource, body={**resource.body, "metadata": {}})
    metadata = resource.body["metadata"]
    if not isinstance(metadata, dict) or "annotations" not in metadata:
        return resource
    held = metadata["annotations"]
    dropped = {_ORIGIN} if ORIGIN_ANNOTATIONS not in options else set()
    dropped |= {_TRANSFORMATIONS} if TRANSFORMER_ANNOTATIONS not in options else set()
    held = _as_mapping(held, resource, place)
    texts = _texts(held, resource, written)
    kept = {key: text for key, text in texts.items() if key not in dropped and key not in _INTERNAL}
    if kept and kept == metadata["annotations"] and not resource.untyped:
        return resource
    body = with_value(resource.body, _ANNOTATIONS, kept) if kept else without(resource.body, _ANNOTATIONS)
    return replace(resource, body=body)


def _demand_labels(resource: Resource, place: Place) -> None:
    labels = value_at(resource.body, ("metadata", "labels"))
    if labels is not None and not isinstance(labels, dict):
        raise fault(
            f"the labels of {resource.gvk.kind} {resource.name} are no mapping, so none can be added "
            "(kustomize: wrong node kind: expected MappingNode)",
            place,
        )


def _as_mapping(held: Any, resource: Resource, place: Place) -> Any:
    """Annotations that are a list, which kustomize reads as keys and values in turn."""
    if not isinstance(held, list):
        return held
    if len(held) % 2 or any(isinstance(one, dict | list) for one in held):
        raise fault(
            f"the annotations of {resource.gvk.kind} {resource.name} are a list, on which kustomize crashes",
            place,
            hint="annotations are a mapping (`key: value`)",
        )
    return dict(zip(map(scalar_text, held[::2]), map(scalar_text, held[1::2]), strict=True))


def _texts(held: Any, resource: Resource, written: Written) -> Mapping[str, str]:
    if not isinstance(held, dict):
        return {}
    return {
        key: str(value) if isinstance(value, str) else _text(value, (*_ANNOTATIONS, key), resource, written)
        for key, value in held.items()
    }


def _text(value: Any, path: FieldPath, resource: Resource, written: Written) -> str:
    text = None if isinstance(value, dict | list) else written(origin(at(resource.blame, path)))
    return scalar_text(value) if text is None else text


def _annotated(resource: Resource, key: str, text: str, place: Place) -> Resource:
    held = value_at(resource.body, _ANNOTATIONS)
    if isinstance(held, list):
        body = with_value(resource.body, _ANNOTATIONS, _as_mapping(held, resource, place))
        resource = replace(resource, body=body)
    return resource.with_field((*_ANNOTATIONS, key), text, place.origin())


def _note(resource: Resource, key: str) -> str | None:
    value = value_at(resource.body, (*_ANNOTATIONS, key))
    return value if isinstance(value, str) else None
