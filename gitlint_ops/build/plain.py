"""Folders of plain manifests: objects as `kubectl apply -f` would read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import DocumentRole, RenderedObject, SourceDocument, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind


def build_plain(target: BuildTarget, documents: Iterable[SourceDocument]) -> BuildResult:
    """The objects of the documents of one folder, `List`s unwrapped."""
    held = tuple(documents)
    objects = tuple(obj for one in held for obj in plain_objects(one.body, one.ref, (), target.id))
    inputs = frozenset(document.ref.file.path for document in held)
    return BuildResult(target, Status.BUILT, objects=objects, inputs=inputs)


def examples_of(survey: Survey) -> Iterator[BuildResult]:
    """The manifests in folders of examples and tests, as folders of plain manifests are built."""
    by_folder: dict[str, list[SourceDocument]] = {}
    for one in survey.documents:
        if not one.delivered and one.role is DocumentRole.OBJECT:
            by_folder.setdefault(one.ref.file.path.rpartition("/")[0], []).append(one)
    for folder, documents in by_folder.items():
        yield build_plain(BuildTarget(survey.repo, folder, TargetKind.PLAIN), documents)


def plain_objects(body: Any, ref: DocumentRef, path: FieldPath, target: str) -> Iterator[RenderedObject]:
    """The object at `path` of a document, or those of the `List` that it is, for the target of that id."""
    if not isinstance(body, Mapping):
        return
    items = body.get("items")
    if isinstance(items, list) and str(body.get("kind", "")).endswith("List"):
        for index, item in enumerate(items):
            yield from plain_objects(item, ref, (*path, "items", index), target)
        return
    yield RenderedObject(
        key=object_key(body),
        api_version=str(body.get("apiVersion", "")),
        body=body,
        blame=Origin(ref, path, Via.RESOURCE),
        target=target,
    )
