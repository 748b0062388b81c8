"""A directory source: the plain manifests of a folder, as Argo CD reads them.

Source: argo-cd reposerver/repository/repository.go (findManifests, getObjsFromYAMLOrJSON)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from gitlint_ops.build.argo.globs import argo_glob
from gitlint_ops.build.argo.source import ArgoSource
from gitlint_ops.build.plain import plain_objects
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.version_ranges import version
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

_ENDINGS = (".yaml", ".yml", ".json", ".jsonnet")
_SKIPPED = b"+argocd:skip-file-rendering"
_Wanted: TypeAlias = Callable[[str], bool]


class Manifests(Struct):
    """What a folder of manifests gives.

    `unread` are files that cannot be evaluated here, `faults` those that Argo CD refuses, each with the
    reason. `inputs` are all paths that were looked at.
    """

    objects: list[RenderedObject] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def manifests_of(
    source: ArgoSource, tree: Tree, folder: str, sources: Sources, target: str, argocd: str = ""
) -> Manifests:
    """The objects of a folder, and what kept others of its files from being read.

    `argocd` is the version of Argo CD, "" where it is not known.
    """
    found = Manifests()
    for path in _paths(source, tree, folder, any_ending=_takes_any_ending(source, argocd)):
        found.inputs.add(path)
        if path.endswith(".jsonnet"):
            found.unread[path] = "jsonnet is not evaluated here"
            continue
        try:
            _read(path, tree, sources, target, found)
        except Unreadable as error:
            found.faults[path] = error.reason
    return found


def _takes_any_ending(source: ArgoSource, argocd: str) -> bool:
    """Whether names do not count: since Argo CD 3.6."""
    held = version(argocd) if argocd else None
    is_old = held is not None and (held.major, held.minor) < (3, 6)
    return not is_old and source.value("directory", "disableExtensionFilter") is True


def _paths(source: ArgoSource, tree: Tree, folder: str, *, any_ending: bool) -> Iterator[str]:
    wanted = _wanted(source)
    recurse = source.value("directory", "recurse") is True
    prefix = f"{folder}/" if folder else ""
    for path, entry in tree.entries().items():
        inner = path[len(prefix) :]
        if not path.startswith(prefix) or ("/" in inner and not recurse):
            continue
        named = any_ending or path.endswith(_ENDINGS)
        if named and entry.kind is not EntryKind.SUBMODULE and not tree.is_folder(path) and wanted(inner):
            yield path


def _wanted(source: ArgoSource) -> _Wanted:
    """What `include` and `exclude` let through."""
    include, exclude = (source.text("directory", name) for name in ("include", "exclude"))
    kept, dropped = (argo_glob(one) if one else None for one in (include, exclude))

    def wanted(path: str) -> bool:
        if dropped is not None and dropped.match(path):
            return False
        return not include or (kept is not None and kept.match(path) is not None)

    return wanted


def _read(path: str, tree: Tree, sources: Sources, target: str, found: Manifests) -> None:
    file = tree.ref(path)
    data = sources.data(file)
    if _SKIPPED in data:
        return
    if path.endswith(".json") and not _is_one_object(data):
        found.faults[path] = "is not one JSON object with a kind"
        return
    text = sources.text(file, Typing.KUBECTL)
    looks_right = all(one in data for one in (b"apiVersion:", b"kind:", b"metadata:"))
    if text.problems or text.templated:
        if looks_right:
            found.faults[path] = "is no YAML that Argo CD can read"
        return
    before = len(found.objects)
    for document in text.documents:
        if document.body is None:
            continue
        if not _has_kind(document.body):
            if looks_right or len(found.objects) > before:
                found.faults[path] = "holds a document that is no object with a kind"
            return
        found.objects.extend(plain_objects(document.body, DocumentRef(file, document.index), (), target))


def _has_kind(body: object) -> bool:
    kind = body.get("kind") if isinstance(body, Mapping) else None
    return isinstance(kind, str) and bool(kind)


def _is_one_object(data: bytes) -> bool:
    """Whether a file is what Argo CD takes of one that is called .json: no YAML, no list, no values."""
    try:
        return _has_kind(json.loads(data.decode("utf-8-sig"), parse_constant=_refused))
    except (ValueError, RecursionError):
        return False


def _refused(text: str) -> None:
    raise ValueError(text)
