"""Manifests that lie beside a kustomization which does not list them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.discover.kustomize import KustomizeDir
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.objects import DocumentRole, SourceDocument, object_key
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.syntax.documents import DUPLICATE_KEY
from gitlint_ops.workspace.sources import Sources


def unlisted(
    found: Survey,
    sources: Sources,
    builds: Iterable[BuildResult] = (),
    is_placeholder: Callable[[str], bool] = lambda _: False,
) -> Iterator[Violation]:
    """One violation a file; silent where something else explains why the file is not listed.

    A line that was commented out was left out on purpose. A misspelt entry or field, or a lost block of a
    kustomization with a key written twice, is a finding of its own. What `helm template` printed
    beside a kustomization that inflates the chart is a copy, and so is an object that the kustomization
    has from another file or a base. What a generator makes by now is a leftover, and told as one. A Secret
    of nothing but placeholders is a form to be filled in and applied by hand.
    """
    reported: set[str] = set()
    by_folder = {one.target.path: one for one in builds if one.target.repo == found.repo}
    for document in found.documents:
        path = document.ref.file.path
        if document.listed or document.role is not DocumentRole.OBJECT or path in reported:
            continue
        directory = _owner(path, found.dirs)
        if directory is None or not document.delivered or _is_explained(document, directory, sources):
            continue
        if _is_form(document.body, is_placeholder):
            continue
        if _is_had_from_elsewhere(document, directory, by_folder.get(directory.path), sources):
            continue
        reported.add(path)
        yield _violation(document, directory, generated=_is_generated(document, directory, sources))


def _is_explained(document: SourceDocument, directory: KustomizeDir, sources: Sources) -> bool:
    path = document.ref.file.path
    return (
        not directory.readable
        or _is_mentioned(path, directory, sources)
        or _is_meant_by_a_misspelt_entry(path, directory, sources)
        or _has_double_key(directory, sources)
        or (directory.inflates_charts and _is_of_helm(document.body))
    )


def _is_form(body: Any, is_placeholder: Callable[[str], bool]) -> bool:
    if not isinstance(body, Mapping) or body.get("kind") != "Secret":
        return False
    held = [body[field] for field in ("data", "stringData") if isinstance(body.get(field), Mapping)]
    values = [value for each in held for value in each.values()]
    return bool(values) and all(isinstance(value, str) and is_placeholder(value) for value in values)


_GENERATED = {"ConfigMap": "configmapgenerator", "Secret": "secretgenerator"}


def _is_had_from_elsewhere(
    document: SourceDocument, directory: KustomizeDir, built: BuildResult | None, sources: Sources
) -> bool:
    key = object_key(document.body)
    if built is None or _is_generated(document, directory, sources):
        return False
    return any((one.kind, one.key.name) == (key.kind, key.name) for one in built.objects)


def _is_generated(document: SourceDocument, directory: KustomizeDir, sources: Sources) -> bool:
    """Whether the kustomization itself generates an object of that kind and name."""
    key = object_key(document.body)
    body = getattr(sources.document(directory.document), "body", None)
    for field, entries in body.items() if isinstance(body, Mapping) else ():
        if str(field).lower() == _GENERATED.get(key.kind) and isinstance(entries, list):
            return any(value_at(one, ("name",)) == key.name for one in entries)
    return False


def _is_meant_by_a_misspelt_entry(path: str, directory: KustomizeDir, sources: Sources) -> bool:
    tree = sources.tree(directory.document.file.repo)
    missing = (
        referred.path
        for referred in directory.references
        if referred.path and not tree.is_file(referred.path) and not tree.is_folder(referred.path)
    )
    return any(one.lower() == path.lower() or did_you_mean(one, [path]) for one in missing)


def _has_double_key(directory: KustomizeDir, sources: Sources) -> bool:
    document = sources.document(directory.document)
    return document is not None and any(one.rule == DUPLICATE_KEY for one in document.problems)


def _is_of_helm(body: Any) -> bool:
    labels = value_at(body, ("metadata", "labels"), {})
    annotations = value_at(body, ("metadata", "annotations"), {})
    return "meta.helm.sh/release-name" in (annotations or {}) or (
        isinstance(labels, Mapping) and labels.get("app.kubernetes.io/managed-by") == "Helm"
    )


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
    """Whether the kustomization names the file: in a comment, or in a field that is not what it seems.

    A list under a misspelt field, or a text where a list should be, is a finding of its own.
    """
    relative = posixpath.relpath(path, directory.path or ".")
    named = re.compile(rf"(?<![\w./-])(?:\./)?{re.escape(relative)}(?![\w-])")
    lines = sources.lines(directory.document.file)
    return any(named.search(line) for line in lines)


def _violation(document: SourceDocument, directory: KustomizeDir, *, generated: bool) -> Violation:
    path = document.ref.file.path
    key = object_key(document.body if isinstance(document.body, Mapping) else {})
    relative = posixpath.relpath(path, directory.path or ".")
    listing = directory.document.file.path
    message = f"{key.kind} {key.name} is not listed in {listing}, which leaves it out"
    hint = f"add `{relative}` to resources, or delete the file"
    if generated:
        message = f"{key.kind} {key.name} is generated by {listing} now, and this file has no effect any more"
        hint = "delete the file"
    return Violation(
        document.ref,
        ("kind",),
        message,
        related=(Note(directory.document, (), "the kustomization of this folder"),),
        hint=hint,
        rule="file-unlisted",
    )
