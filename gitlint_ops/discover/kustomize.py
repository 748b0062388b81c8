"""Kustomization folders and what they refer to, read leniently and without building."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.remote import is_git_repository, is_url
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree, Unreadable

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class Reference(Enum):
    """What a kustomization takes a path for.

    `SETTING` says how to build: configurations, values, the folder of a chart. `DATA` is copied as it is.
    """

    RESOURCE = "resource"
    COMPONENT = "component"
    PATCH = "patch"
    SETTING = "setting"
    DATA = "data"
    PLUGIN = "plugin"


class Referred(Struct, frozen=True):
    """One path that a kustomization names; `path` is relative to the repository's root.

    It may be missing: the builder reports that. Remote references have an empty path.
    """

    use: Reference
    text: str
    path: str
    at: FieldPath


class KustomizeDir(Struct, frozen=True):
    """A folder with a kustomization file. `readable` is False where it holds no mapping."""

    path: str
    document: DocumentRef
    component: bool
    references: tuple[Referred, ...]
    readable: bool = True
    inflates_charts: bool = False

    @property
    def folders(self) -> Iterator[str]:
        """Paths that may be other kustomization folders."""
        for referred in self.references:
            if referred.path and referred.use in (Reference.RESOURCE, Reference.COMPONENT, Reference.PLUGIN):
                yield referred.path


def is_remote(text: str) -> bool:
    """Whether kustomize would fetch this reference and not look for a local path."""
    return "://" in text or is_url(text) or is_git_repository(text)


def kustomize_dirs(sources: Sources, tree: Tree) -> dict[str, KustomizeDir]:
    """All kustomization folders of a repository by path."""
    found: dict[str, KustomizeDir] = {}
    for path in tree.entries():
        folder, _, name = path.rpartition("/")
        # Where a folder has several of the names, the builder says so; the first is read here.
        if name in FILE_NAMES and folder not in found:
            found[folder] = _read(sources, tree, folder, path)
    return found


def _read(sources: Sources, tree: Tree, folder: str, path: str) -> KustomizeDir:
    document = DocumentRef(tree.ref(path), 0)
    try:
        # Kustomize reads its own file as kubectl reads manifests (sigs.k8s.io/yaml).
        text = sources.text(document.file, Typing.KUBECTL)
    except Unreadable:
        return KustomizeDir(folder, document, component=False, references=(), readable=False)
    bodies = [one for one in text.documents if isinstance(one.body, Mapping)]
    if not bodies:
        return KustomizeDir(folder, document, component=False, references=(), readable=False)
    body = bodies[0].body
    return KustomizeDir(
        path=folder,
        document=DocumentRef(document.file, bodies[0].index),
        component=body.get("kind") == "Component",
        inflates_charts=any(str(key).lower() in _CHART_FIELDS for key in body),
        references=tuple(_references(folder, body, sources, tree)),
    )


_CHART_FIELDS = frozenset({"helmcharts", "helmchartinflationgenerator"})

# Field, what its entries are taken for, and the key of a mapping entry that holds the path
# (None: the entry itself). Kustomize reads field names without regard to case.
_FIELDS: tuple[tuple[str, Reference, str | None], ...] = (
    ("resources", Reference.RESOURCE, None),
    ("bases", Reference.RESOURCE, None),
    ("components", Reference.COMPONENT, None),
    ("patchesstrategicmerge", Reference.PATCH, None),
    ("patches", Reference.PATCH, "path"),
    ("patchesjson6902", Reference.PATCH, "path"),
    ("replacements", Reference.SETTING, "path"),
    ("configurations", Reference.SETTING, None),
    ("crds", Reference.SETTING, None),
    ("transformers", Reference.PLUGIN, None),
    ("generators", Reference.PLUGIN, None),
    ("validators", Reference.PLUGIN, None),
    ("helmcharts", Reference.SETTING, "valuesFile"),
)


def _references(folder: str, body: Mapping[str, Any], sources: Sources, tree: Tree) -> Iterator[Referred]:
    fields = {key.lower(): key for key in body if isinstance(key, str)}
    for lowered, use, inner in _FIELDS:
        field = fields.get(lowered)
        entries = body.get(field) if field else None
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            at: FieldPath = (field or lowered, index)
            named = entry.get(inner) if inner is not None and isinstance(entry, Mapping) else entry
            if isinstance(named, str) and "\n" not in named and named:
                yield _referred(folder, use, named, at)
                if use is Reference.PLUGIN:
                    yield from _named_by_plugin(folder, named, at, sources, tree)
    yield from _generator_files(folder, body, fields)
    yield from _chart_folders(folder, body, fields)
    charts = fields.get("helmcharts", "helmCharts")
    for index, chart in enumerate(entries if isinstance(entries := body.get(charts), list) else ()):
        more = chart.get("additionalValuesFiles") if isinstance(chart, Mapping) else None
        for number, one in enumerate(more if isinstance(more, list) else ()):
            if isinstance(one, str):
                at = (charts, index, "additionalValuesFiles", number)
                yield _referred(folder, Reference.SETTING, one, at)
    openapi = body.get(fields.get("openapi", ""))
    if isinstance(openapi, Mapping) and isinstance(openapi.get("path"), str):
        yield _referred(folder, Reference.SETTING, openapi["path"], (fields["openapi"], "path"))


# The field, and under which names its entries say a chart's name, version and repository.
_CHARTS = (
    ("helmcharts", ("name", "version", "repo")),
    ("helmchartinflationgenerator", ("chartName", "chartVersion", "chartRepoUrl")),
)


def _chart_folders(folder: str, body: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[Referred]:
    """Where kustomize looks for charts (build.kustomize.charts): a change in them is a change here."""
    settings = body.get(fields.get("helmglobals", ""))
    given = settings.get("chartHome") if isinstance(settings, Mapping) else None
    for lowered, names in _CHARTS:
        field = fields.get(lowered, lowered)
        entries = body.get(field)
        for index, chart in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(chart, Mapping):
                home = given or chart.get("chartHome") or "charts"
                name, version, repo = (chart.get(one) for one in names)
                versioned = f"{name}-{version}" if version and repo else ""
                if isinstance(name, str) and name and isinstance(home, str):
                    path = posixpath.join(home, versioned, name)
                    yield _referred(folder, Reference.SETTING, path, (field, index))


def _generator_files(folder: str, body: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[Referred]:
    for lowered in ("configmapgenerator", "secretgenerator"):
        field = fields.get(lowered, lowered)
        entries = body.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, Mapping):
                continue
            for key in ("files", "envs"):
                files = entry.get(key)
                for number, one in enumerate(files if isinstance(files, list) else ()):
                    if isinstance(one, str):
                        path = one.partition("=")[2] if key == "files" and "=" in one else one
                        yield _referred(folder, Reference.DATA, path, (field, index, key, number))
            if isinstance(entry.get("env"), str):
                yield _referred(folder, Reference.DATA, entry["env"], (field, index, "env"))


def _named_by_plugin(
    folder: str, text: str, at: FieldPath, sources: Sources, tree: Tree
) -> Iterator[Referred]:
    """Files that a plugin's configuration names (ksops and the like): they are in use."""
    path = _joined(folder, text)
    if not path or not tree.is_file(path):
        return
    try:
        parsed = sources.text(tree.ref(tree.resolve(path)), Typing.KUSTOMIZE)
    except Unreadable:
        return
    for document in parsed.documents:
        for value in _strings(document.body, depth=0):
            named = _joined(folder, value)
            if named and "\n" not in value and tree.is_file(named):
                yield Referred(Reference.DATA, value, named, at)


def _strings(body: Any, depth: int) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif depth < 12:
        members = body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ()
        for member in members:
            yield from _strings(member, depth + 1)


def _referred(folder: str, use: Reference, text: str, at: FieldPath) -> Referred:
    return Referred(use, text, "" if is_remote(text) else _joined(folder, text), at)


def _joined(folder: str, text: str) -> str:
    """`text` as a path from the repository's root, or "" where it points out of it."""
    if text.startswith("/"):
        return ""
    path = posixpath.normpath(posixpath.join(folder, text))
    return "" if path.startswith("../") or path == ".." else "" if path == "." else path
