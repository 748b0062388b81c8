"""One pass over a repository: its targets, its documents, and what is not read as YAML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from gitlint_ops.discover.affected import affected_dirs, included_dirs
from gitlint_ops.discover.kustomize import FILE_NAMES, KustomizeDir, kustomize_dirs
from gitlint_ops.discover.roles import (
    LEFT_OUT,
    MANIFEST_ENDINGS,
    NOT_JUDGED,
    FileRole,
    charts,
    document_role,
    file_role,
    is_delivered,
    is_object,
    uses,
)
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FileRef, Location
from gitlint_ops.model.objects import DocumentRole, SourceDocument
from gitlint_ops.syntax.documents import YAML_INVALID, Document, Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable


class Extent(Struct, frozen=True):
    """What a run looks at.

    `scopes` are the folders or files that the user named (empty: all). `changed` are the paths
    of a change (None: everything is looked at). `exclude` says which paths to leave out.
    """

    scopes: tuple[str, ...] = ()
    changed: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()

    def holds(self, path: str) -> bool:
        """Whether a file is in one of the scopes."""
        return not self.scopes or any(
            not scope or path == scope or path.startswith(f"{scope}/") for scope in self.scopes
        )

    def scope_of(self, path: str) -> str:
        return max((scope for scope in self.scopes if path.startswith(f"{scope}/")), key=len, default="")


class Survey(Struct, frozen=True):
    """What a repository holds, as far as a run looks at it.

    `kustomizations` are the folders to build, and `undelivered` those of them that are examples or
    tests; `loose` are the manifests that no kustomization lists, by folder. `changed` are the paths
    of the change that the run is limited to, if it is, and `manifests` files of nothing but objects.
    `files` counts the files read; `left_out` those that were not, or not judged, by reason, but for
    `chart_files`, which helm may render.
    """

    repo: str
    dirs: Mapping[str, KustomizeDir]
    kustomizations: tuple[str, ...]
    included: frozenset[str]
    undelivered: frozenset[str]
    changed: frozenset[str] | None
    manifests: frozenset[str]
    documents: tuple[SourceDocument, ...]
    loose: Mapping[str, tuple[SourceDocument, ...]]
    violations: tuple[Violation, ...]
    files: int
    left_out: Counter[str] = field(default_factory=Counter)
    chart_files: frozenset[str] = frozenset()


def survey(sources: Sources, tree: Tree, extent: Extent) -> Survey:
    """Read a repository's YAML as far as `extent` allows, and say what everything is."""
    dirs = {
        folder: directory
        for folder, directory in kustomize_dirs(sources, tree).items()
        if directory.document.file.path not in extent.excluded
    }
    affected = affected_dirs(dirs, extent.changed) if extent.changed is not None else frozenset(dirs)
    run = _Pass(sources, tree, extent, dirs)
    submodules = sum(entry.kind is EntryKind.SUBMODULE for entry in tree.entries().values())
    if submodules:
        run.left_out["submodules (name their folders to check them)"] = submodules
    for folder, reason in tree.unlisted():
        run.left_out[f"folder {folder}, which {reason}"] += 1
    run.violations += _unreadable_links(tree, extent)
    for path in _yaml_files(tree, extent):
        if _is_wanted(path, extent, affected):
            run.read(path)
    return Survey(
        repo=tree.name,
        dirs=dirs,
        kustomizations=tuple(sorted(one for one in affected if extent.holds(dirs[one].document.file.path))),
        included=included_dirs(dirs),
        undelivered=run.undelivered(affected),
        changed=extent.changed,
        manifests=run.manifests(),
        documents=tuple(run.documents),
        loose=run.loose(),
        violations=tuple(run.violations),
        files=run.files,
        left_out=run.left_out,
        chart_files=frozenset(run.chart_files),
    )


def _yaml_files(tree: Tree, extent: Extent) -> Iterator[str]:
    """Files that hold YAML by their names, and JSON files that may hold manifests."""
    for path, entry in tree.entries().items():
        named = path.rpartition("/")[2] == "Kustomization" or path.lower().endswith(MANIFEST_ENDINGS)
        if named and entry.kind is EntryKind.FILE and extent.holds(path) and path not in extent.excluded:
            yield path


def _is_wanted(path: str, extent: Extent, affected: frozenset[str]) -> bool:
    """With a change given: the changed files, and the neighbours of a changed kustomization."""
    if extent.changed is None or path in extent.changed:
        return True
    folder = path.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    return folder in affected and any(f"{prefix}{name}" in extent.changed for name in FILE_NAMES)


class _Pass:
    """One reading of a repository's files, and what it gathers; it never leaves this module."""

    def __init__(
        self, sources: Sources, tree: Tree, extent: Extent, dirs: Mapping[str, KustomizeDir]
    ) -> None:
        self._sources = sources
        self._tree = tree
        self._extent = extent
        self._dirs = dirs
        self._used = uses(dirs, _links(tree))
        self._charts = charts(tree.entries())
        self.documents: list[SourceDocument] = []
        self.violations: list[Violation] = []
        self.left_out: Counter[str] = Counter()
        self.chart_files: set[str] = set()
        self.files = 0

    def read(self, path: str) -> None:
        """Read one file and note its documents, or why it was left out."""
        role = file_role(path, self._used, self._charts, self._dirs)
        if role is FileRole.CHART:
            self.chart_files.add(path)
            return
        if role in LEFT_OUT:
            self.left_out[LEFT_OUT[role]] += 1
        if role in LEFT_OUT or role is FileRole.SETTING:
            return
        file = self._tree.ref(path)
        if path.lower().endswith(".json") and role is FileRole.LOOSE and not self._is_manifest(file):
            return
        typing = Typing.KUSTOMIZE if role in (FileRole.RESOURCE, FileRole.PATCH) else Typing.KUBECTL
        try:
            text = self._sources.text(file, typing)
        except Unreadable as error:
            self.violations.append(unreadable(Location(file, 1, 1, 1, 1), error))
            return
        if text.templated:
            self.left_out[f"templated files ({text.templated})"] += 1
            return
        self.files += 1
        delivered = role in (FileRole.RESOURCE, FileRole.PATCH) or is_delivered(
            path, self._extent.scope_of(path)
        )
        listed = role is not FileRole.LOOSE or not self._is_beside(path)
        if not delivered and any(is_object(one.body) for one in text.documents):
            self.left_out[NOT_JUDGED] += 1
        self.documents.extend(
            SourceDocument(
                ref=DocumentRef(file, one.index),
                body=one.body,
                role=DocumentRole.OTHER if _is_broken(one) else document_role(one.body, role),
                delivered=delivered,
                listed=listed,
            )
            for one in text.documents
        )

    def _is_manifest(self, file: FileRef) -> bool:
        """Whether a JSON file may hold an object: most JSON in a repository is something else."""
        try:
            data = self._sources.data(file)
        except Unreadable:
            return False
        return b'"apiVersion"' in data and b'"kind"' in data

    def undelivered(self, folders: Iterable[str]) -> frozenset[str]:
        """The kustomizations among `folders` that lie in folders of examples and tests."""
        files = {folder: self._dirs[folder].document.file.path for folder in folders}
        return frozenset(
            folder for folder, path in files.items() if not is_delivered(path, self._extent.scope_of(path))
        )

    def manifests(self) -> frozenset[str]:
        """Files of which every document is an object that a kustomization lists or a folder holds."""
        paths = {one.ref.file.path for one in self.documents}
        others = {one.ref.file.path for one in self.documents if one.role is not DocumentRole.OBJECT}
        return frozenset(paths - others)

    def loose(self) -> dict[str, tuple[SourceDocument, ...]]:
        """Objects that no kustomization lists and that stand where they would be applied, by folder."""
        found: dict[str, list[SourceDocument]] = {}
        for document in self.documents:
            path = document.ref.file.path
            if (
                document.role is DocumentRole.OBJECT
                and document.listed
                and document.delivered
                and path not in self._used.by_path
                and self._charts.of(path) is None
            ):
                found.setdefault(path.rpartition("/")[0], []).append(document)
        return {folder: tuple(documents) for folder, documents in found.items()}

    def _is_beside(self, path: str) -> bool:
        """Whether a file lies in a folder of which a kustomization lists others."""
        folder = path.rpartition("/")[0]
        return folder in self._dirs or folder in self._used.folders_listed_from


def _unreadable_links(tree: Tree, extent: Extent) -> Iterator[Violation]:
    """Links that lead out of the repository or in a circle, whatever they are for.

    Argo CD refuses to build anything of a repository that holds such a link.
    """
    for path, entry in tree.entries().items():
        if entry.kind is EntryKind.SYMLINK and extent.holds(path) and path not in extent.excluded:
            try:
                tree.resolve(path)
            except Unreadable as error:
                yield unreadable(Location(tree.ref(path), 1, 1, 1, 1), error)


def _links(tree: Tree) -> dict[str, str]:
    links: dict[str, str] = {}
    for path, entry in tree.entries().items():
        if entry.kind is EntryKind.SYMLINK:
            try:
                links[path] = tree.resolve(path)
            except Unreadable:
                continue
    return links


def _is_broken(document: Document) -> bool:
    """Whether a document was read with substitutes for what no tool accepts: its values mean nothing."""
    return any(one.rule == YAML_INVALID for one in document.problems)


def unreadable(at: Location, error: Unreadable) -> Violation:
    """A file that could not be read is a finding and never a silent skip."""
    return Violation(at, (), f"not checked, because it {error.reason}", rule="input-unreadable")
