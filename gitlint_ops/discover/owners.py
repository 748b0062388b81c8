"""The delivery objects that a repository holds, and which of them nothing else here delivers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.clusters import Clusters
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import FLUX_SOURCE, OWNER_KINDS, OwnerKind
from gitlint_ops.model.environments import DeclaredEnvironment, environment_of
from gitlint_ops.model.findings import Confidence
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult, Status
from gitlint_ops.workspace.tree import Tree, Unreadable

FLUX_SYSTEM = "flux-system"
_OF_OWNERS = (b"argoproj.io/", b"toolkit.fluxcd.io/")
_OF_CLUSTER = re.compile(r"(?:^|/)clusters/(?!flux-system(?:/|$)|base(?:/|$))([^/]+)(?=/|$)")


class Candidate(Struct, frozen=True, eq=False):
    """A delivery object as its folder by itself renders it; `document` is where it is written.

    Not `is_delivered`: in a folder of examples.
    """

    kind: OwnerKind
    object: RenderedObject
    build: BuildResult
    document: DocumentRef
    is_delivered: bool = True

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.document.file.path)

    @property
    def is_open(self) -> bool:
        """Whether it delivers folders that its text does not name: they may hold any of the others."""
        return any("{{" in path or "${" in path for path, _ in self.paths)

    @property
    def is_chart(self) -> bool:
        """Whether it plainly asks helm: what charts render to is seldom a delivery object."""
        return any("chart" in one or "helm" in one for one in _sources(self))

    @property
    def paths(self) -> tuple[tuple[str, str], ...]:
        """The folders that it delivers, each with what says of which repository."""
        return tuple(_paths(self))


def is_owner(body: Any) -> bool:
    """Whether a document is a delivery object."""
    kind = value_at(body, ("kind",))
    group = api_group(str(value_at(body, ("apiVersion",)) or ""))
    return isinstance(kind, str) and (group, kind) in OWNER_KINDS


def candidates(surveys: Sequence[Survey], builds: Iterable[BuildResult]) -> tuple[Candidate, ...]:
    """The delivery objects of all folders that no other kustomization takes in, and that are delivered."""
    rendered = [one for one in builds if one.objects and one.status is not Status.FAILED]
    taken = {(one.target.repo, folder) for one in rendered for folder in one.included}
    apart = {(found.repo, folder) for found in surveys for folder in found.undelivered}
    return candidates_in(rendered, taken | apart)


def candidates_in(
    builds: Iterable[BuildResult], apart: AbstractSet[tuple[str, str]] = frozenset()
) -> tuple[Candidate, ...]:
    """The delivery objects of folders that are not among those set `apart`, by repository and path."""
    found: dict[tuple[DocumentRef, str, str], Candidate] = {}
    for build in builds:
        if (build.target.repo, build.target.path) in apart:
            continue
        for one in build.objects:
            kind = OWNER_KINDS.get((one.key.group, one.key.kind))
            if kind is not None and one.key.name:
                document = origin(one.blame).source
                key = (document, one.key.namespace, one.key.name)
                found.setdefault(key, Candidate(kind, one, build, document))
    return tuple(found.values())


def _paths(candidate: Candidate) -> Iterator[tuple[str, str]]:
    body = candidate.object.body
    if candidate.kind is OwnerKind.FLUX_KUSTOMIZATION:
        path, name = value_at(body, ("spec", "path"), ""), value_at(body, ("spec", "sourceRef", "name"), "")
        if isinstance(path, str) and isinstance(name, str):
            yield path, name
        return
    for source in _sources(candidate):
        path, url = source.get("path", ""), source.get("repoURL", "")
        if isinstance(path, str) and isinstance(url, str) and path:
            yield path, url


def _sources(candidate: Candidate) -> Iterator[Mapping[str, Any]]:
    """The sources of an Application, or of those that an ApplicationSet makes."""
    spec = ("spec",) if candidate.kind is OwnerKind.APPLICATION else ("spec", "template", "spec")
    several = value_at(candidate.object.body, (*spec, "sources"))
    for one in (
        value_at(candidate.object.body, (*spec, "source")),
        *(several if isinstance(several, list) else ()),
    ):
        if isinstance(one, Mapping):
            yield one


class Roots(Struct, frozen=True):
    """Where to start; `leading` are those to be followed to their end before the next one is begun."""

    all: Sequence[Candidate]
    leading: AbstractSet[Candidate]
    rest: Sequence[tuple[Candidate, frozenset[DocumentRef]]]


def roots_first(found: Sequence[Candidate], builds: Sequence[BuildResult], site_trees: SourceTrees) -> Roots:
    """Candidates that no other delivers, or that deliver themselves, and all others with what delivers them.

    What may deliver any folder goes before what says which, with all above it: the others may be among that.
    """
    cover = _Cover(found, builds, site_trees)
    above = {one: cover.above(one) for one in found}
    roots = [one for one in found if not above[one] - {one}]
    own = [one for one in found if one in above[one] and one not in roots]
    own.sort(key=lambda one: (one.object.key.name != FLUX_SYSTEM, one.document))
    rest = [one for one in found if one not in set(roots) and one not in set(own)]
    leading = _with_all_above(cover.open | {one for one in found if one.is_open}, above)
    roots.sort(key=lambda one: (one not in leading, one.is_chart, one not in above[one], one.document))
    rest_above = [(one, frozenset(each.document for each in above[one])) for one in rest]
    return Roots((*roots, *own), leading, rest_above)


def _with_all_above(
    some: AbstractSet[Candidate], above: Mapping[Candidate, AbstractSet[Candidate]]
) -> AbstractSet[Candidate]:
    """Candidates, those that deliver them, those that deliver these, and so on."""
    reached = set(some)
    waiting = list(some)
    while waiting:
        more = above[waiting.pop()] - reached
        reached |= more
        waiting += more
    return reached


def _makes_owners(tree: Tree, folder: str) -> bool:
    prefix = f"{folder}/" if folder else ""
    if f"{prefix}Chart.yaml" not in tree.entries():
        return False
    templates = (path for path in tree.entries() if path.startswith(f"{prefix}templates/"))
    return any(any(one in _bytes_of(tree, path) for one in _OF_OWNERS) for path in templates)


def _bytes_of(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except Unreadable:
        return b""


class _Cover:
    """Which candidates deliver which files, as far as their texts say it.

    `open` are those of charts that make delivery objects.
    """

    def __init__(self, found: Sequence[Candidate], builds: Sequence[BuildResult], trees: SourceTrees) -> None:
        self._trees = trees
        self._builds = {(one.target.repo, one.target.path): one for one in builds}
        self._addresses: dict[str, set[str]] = {}
        for build in {id(one.build): one.build for one in found}.values():
            self._note_addresses(build)
        self._by_folder: dict[tuple[str, str], set[Candidate]] = {}
        self._by_file: dict[tuple[str, str], set[Candidate]] = {}
        self._beside: dict[tuple[str, str], set[Candidate]] = {}
        self._charts: dict[tuple[str, str], bool] = {}
        self.open: set[Candidate] = set()
        for one in found:
            self._note(one)

    def _note_addresses(self, build: BuildResult) -> None:
        for one in build.objects:
            if one.key.group == FLUX_SOURCE:
                url = value_at(one.body, ("spec", "url"), "")
                self._addresses.setdefault(one.key.name, set()).add(url if isinstance(url, str) else "")

    def _note(self, one: Candidate) -> None:
        repo = one.document.file.repo
        for path, source in one.paths:
            folder = posixpath.normpath(path.strip().lstrip("/") or ".")
            folder = "" if folder == "." else folder
            if not self._is_own(one, source):
                continue
            build = self._builds.get((repo, folder))
            if build is not None:
                for file in build.inputs:
                    self._by_file.setdefault((repo, file), set()).add(one)
                for taken in (folder, *build.included):
                    self._beside.setdefault((repo, taken), set()).add(one)
            else:
                self._by_folder.setdefault((repo, folder), set()).add(one)
                if self._is_chart_of_owners(one.document.file.repo, source, folder):
                    self.open.add(one)

    def _is_chart_of_owners(self, repo: str, source: str, folder: str) -> bool:
        """Whether a folder is a chart that makes delivery objects, which may name any of the others."""
        key = (repo, folder)
        if key not in self._charts:
            tree = self._trees.known(source)
            self._charts[key] = tree is not None and _makes_owners(tree, folder)
        return self._charts[key]

    def _is_own(self, one: Candidate, source: str) -> bool:
        """Whether a source is the repository that the candidate itself stands in."""
        urls = {source}
        if one.kind is OwnerKind.FLUX_KUSTOMIZATION:
            urls = self._addresses.get(source, set())
            if source == FLUX_SYSTEM and not any(map(self._trees.known, urls)):
                return True
        trees = (self._trees.known(url) for url in urls if url)
        return any(tree is not None and tree.name == one.document.file.repo for tree in trees)

    def above(self, one: Candidate) -> set[Candidate]:
        """The candidates that deliver the file of another, itself among them.

        So do those that take in other folders beside it, or other files of its folder: it is left out there.
        """
        file = one.document.file
        found = set(self._by_file.get((file.repo, file.path), ()))
        own = one.build.target.path
        if not found and own:
            found |= self._beside.get((file.repo, own), set())
            found |= self._beside.get((file.repo, posixpath.dirname(own)), set()) if "/" in own else set()
        folder = posixpath.dirname(file.path)
        while True:
            found |= self._by_folder.get((file.repo, folder), set())
            if not folder:
                return found
            folder = posixpath.dirname(folder)


def host_of(candidate: Candidate, clusters: Clusters, environments: Sequence[DeclaredEnvironment]) -> str:
    """The cluster that an object lives in which nobody delivers, "" where its place does not say."""
    folder = candidate.folder
    own = [path for path, source in candidate.paths if source == FLUX_SYSTEM]
    if candidate.object.key.name == FLUX_SYSTEM and own and not clusters.declared_at(folder):
        return clusters.bootstrapped_at(posixpath.normpath(own[0].lstrip("/") or "."))
    return host_of_folder(folder, clusters, environments)


def host_of_folder(folder: str, clusters: Clusters, environments: Sequence[DeclaredEnvironment]) -> str:
    """The cluster that a folder is applied to by hand, "" where its path does not say."""
    declared = clusters.declared_at(folder)
    if declared:
        return declared
    found = _OF_CLUSTER.search(folder)
    if found is not None:
        return clusters.bootstrapped_at(folder[: found.end()])
    environment = environment_of(folder, environments)
    if environment is not None and environment[1] is not Confidence.LOW:
        return clusters.of_environment(environment[0])
    return ""
