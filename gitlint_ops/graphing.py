"""The delivery graph of a workspace, and which of it a file takes part in."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterator, Mapping

from gitlint_ops.build.stage import covered, judged_builds
from gitlint_ops.discover.kustomize import KustomizeDir
from gitlint_ops.discovering import Discovered
from gitlint_ops.model.blame import sources_of
from gitlint_ops.model.delivery import Delivery, Owner, OwnerKind
from gitlint_ops.model.disclosure import without_logins
from gitlint_ops.model.graph import ClusterNode, DeliveryGraph, FolderNode, OwnerNode, Reach, Why
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import declared_wave


def delivery_graph(found: Discovered) -> DeliveryGraph:
    """Clusters in the order of their names, the unnamed one last."""
    graph = _Graph(found)
    held = {one.name: one for one in found.expansion.clusters}
    names = {graph.cluster_of(one) for one in found.expansion.deliveries}
    names |= {one.name for one in found.expansion.clusters if one.declared}
    clusters = tuple(
        ClusterNode(
            name=name,
            environment=held[name].environment if name in held else "",
            kubernetes=held[name].kubernetes if name in held else "",
            declared=name in held and held[name].declared,
            owners=tuple(
                graph.node(one) for one in found.expansion.deliveries if graph.cluster_of(one) == name
            ),
        )
        for name in sorted(names, key=lambda name: (not name, name))
    )
    unchecked = tuple(one.reason for one in found.expansion.unchecked)
    return DeliveryGraph(clusters, tuple(_folders(found)), unchecked)


def _folders(found: Discovered) -> Iterator[FolderNode]:
    for one in judged_builds(found.alone, found.surveys, covered(found.expansion)):
        target = one.target
        yield FolderNode(
            target.id, target.kind.value, target.environment or "", one.status.value, len(one.objects)
        )


class _Graph:
    """Nodes of one expansion."""

    def __init__(self, found: Discovered) -> None:
        self._found = found
        self._by_id = {one.owner.id: one for one in found.expansion.deliveries}

    def cluster_of(self, one: Delivery) -> str:
        """The cluster that an owner is shown under: the one that it delivers to."""
        return one.destination

    def node(self, one: Delivery) -> OwnerNode:
        """An owner as the graph shows it."""
        owner, result = one.owner, one.result
        key = owner.object.key
        at, _ = self._found.sources.location_of(owner.origin(()))
        return OwnerNode(
            id=owner.id,
            kind=owner.kind.value,
            namespace=key.namespace,
            name=key.name,
            at=at,
            parent=owner.parent,
            home=owner.cluster if owner.cluster != one.destination else "",
            source=_source(owner),
            status=result.status.value if result else "",
            reason=(result.reason or "") if result else "",
            objects=tuple(each.key for each in result.objects) if result else (),
            wave=declared_wave(owner.object.body),
            depends_on=tuple(self._depends_on(owner)),
        )

    def owners_of(self, one: Delivery) -> tuple[OwnerNode, ...]:
        """An owner and all above it, the outermost first."""
        chain = [one]
        while (above := self._by_id.get(chain[-1].owner.parent)) is not None and above not in chain:
            chain.append(above)
        return tuple(self.node(each) for each in reversed(chain))

    def _depends_on(self, owner: Owner) -> Iterator[str]:
        listed = owner.value("spec", "dependsOn")
        for entry in listed if isinstance(listed, list) else ():
            name = value_at(entry, ("name",))
            namespace = value_at(entry, ("namespace",)) or owner.object.key.namespace
            for one in self._found.expansion.deliveries:
                key = one.owner.object.key
                same = one.owner.kind is owner.kind and one.owner.cluster == owner.cluster
                if same and (key.namespace, key.name) == (namespace, name):
                    yield one.owner.id


def _source(owner: Owner) -> str:
    """Where the content lies, in a few words."""
    if owner.kind is OwnerKind.APPLICATION:
        several = owner.value("spec", "sources")
        listed = several if isinstance(several, list) else [owner.value("spec", "source")]
        return ", ".join(filter(None, (_argo_source(one) for one in listed)))
    if owner.kind is OwnerKind.FLUX_KUSTOMIZATION:
        return owner.text("spec", "path")
    chart = owner.text("spec", "chart", "spec", "chart") or owner.text("spec", "chartRef", "name")
    version = owner.text("spec", "chart", "spec", "version")
    return f"chart {chart} {version}".rstrip() if chart else ""


def _argo_source(source: object) -> str:
    url, path, chart, revision = (
        str(value_at(source, (name,)) or "") for name in ("repoURL", "path", "chart", "targetRevision")
    )
    what = path or (f"chart {chart}" if chart else without_logins(url))
    return f"{what} @ {revision}" if revision and what else what


# Why


def why(found: Discovered, file: FileRef) -> Why:
    """All ways by which a file reaches clusters."""
    graph = _Graph(found)
    environments = {one.name: one.environment for one in found.expansion.clusters}
    reaches = [
        Reach(
            one.destination,
            environments.get(one.destination, ""),
            graph.owners_of(one),
            () if revision else _way(found, one, file),
            revision,
        )
        for one in found.expansion.deliveries
        for revision in _revisions(one, file)
    ]
    judged = judged_builds(found.alone, found.surveys, covered(found.expansion))
    folders = [one.target.id for one in judged if one.target.repo == file.repo and file.path in one.inputs]
    return Why(file.path, tuple(reaches), tuple(folders))


def _revisions(one: Delivery, file: FileRef) -> Iterator[str]:
    """The revisions of a file that a delivery takes in: "" for what is under check."""
    result = one.result
    here = any(_same(held, file) for held in sources_of(one.owner.object.blame))
    if result is not None:
        here = here or (result.target.repo == file.repo and file.path in result.inputs)
        here = here or (file.repo, file.path) in result.beside
    if here:
        yield ""
    for held in result.elsewhere if result is not None else ():
        name, _, revision = held.repo.partition("@")
        if revision and name == file.repo and held.path == file.path:
            yield revision


def _same(held: FileRef, file: FileRef) -> bool:
    return (held.repo, held.path) == (file.repo, file.path)


def _way(found: Discovered, one: Delivery, file: FileRef) -> tuple[str, ...]:
    """The folders from what an owner names down to the file, where kustomizations lead there."""
    result = one.result
    if result is None or result.target.repo != file.repo:
        return ()
    dirs = next((each.dirs for each in found.surveys if each.repo == file.repo), {})
    return _shortest(dirs, result.target.path, file.path)


def _shortest(dirs: Mapping[str, KustomizeDir], start: str, file: str) -> tuple[str, ...]:
    before: dict[str, str] = {start: ""}
    waiting = deque([start])
    while waiting:
        folder = waiting.popleft()
        held = dirs.get(folder)
        if held is None:
            continue
        if held.document.file.path == file or any(one.path == file for one in held.references):
            return _back(before, start, folder)
        for below in held.folders:
            if below not in before:
                before[below] = folder
                waiting.append(below)
    return ()


def _back(before: Mapping[str, str], start: str, end: str) -> tuple[str, ...]:
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return tuple(one or "." for one in reversed(way))


def file_named(found: Discovered, text: str, cwd: str) -> FileRef | None:
    """The file of a repository under check that a path means: on disk, or from a repository's root."""
    on_disk = posixpath.normpath(posixpath.join(cwd, text))
    for tree in found.sources.trees:
        root = tree.repository.root
        inner = on_disk[len(root) + 1 :] if root and on_disk.startswith(f"{root}/") else ""
        for path in (inner, posixpath.normpath(text)):
            if path in tree.entries():
                return tree.ref(path)
    return None
