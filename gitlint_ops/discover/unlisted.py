"""Manifests that lie beside a kustomization which does not list them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from gitlint_ops.discover.kustomize import KustomizeDir
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.objects import DocumentRole, SourceDocument, object_key
from gitlint_ops.workspace.sources import Sources


def unlisted(found: Survey, sources: Sources) -> Iterator[Violation]:
    """One violation a file; silent where the kustomization mentions the file in a comment.

    A line that was commented out was left out on purpose, and says so where people look.
    """
    reported: set[str] = set()
    for document in found.documents:
        path = document.ref.file.path
        if document.listed or document.role is not DocumentRole.OBJECT or path in reported:
            continue
        directory = _owner(path, found.dirs)
        if directory is None or not document.delivered or _is_mentioned(path, directory, sources):
            continue
        reported.add(path)
        yield _violation(document, directory)


def _owner(path: str, dirs: Mapping[str, KustomizeDir]) -> KustomizeDir | None:
    """The kustomization of the file's folder, or of the nearest folder above that lists from it."""
    folder = path.rpartition("/")[0]
    while True:
        if folder in dirs:
            return dirs[folder]
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _is_mentioned(path: str, directory: KustomizeDir, sources: Sources) -> bool:
    """Whether a whole-line comment of the kustomization names the file."""
    relative = posixpath.relpath(path, directory.path or ".")
    lines = sources.lines(directory.document.file)
    return any(relative in line for line in lines if line.lstrip().startswith("#"))


def _violation(document: SourceDocument, directory: KustomizeDir) -> Violation:
    path = document.ref.file.path
    key = object_key(document.body if isinstance(document.body, Mapping) else {})
    relative = posixpath.relpath(path, directory.path or ".")
    return Violation(
        document.ref,
        ("kind",),
        f"{key.kind} {key.name} is not listed in {directory.document.file.path}, which leaves it out",
        related=(Note(directory.document, (), "the kustomization of this folder"),),
        hint=f"add `{relative}` to resources, or delete the file",
        rule="file-unlisted",
    )
