"""From the `sourceRef` of a Kustomization to the files that its source hands on.

Sources: source-controller docs/spec/v1 (gitrepositories.md, ocirepositories.md, buckets.md), flux2
pkg/manifestgen/sync (what `flux bootstrap` writes), flux-operator api/v1 (FluxInstance)
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.build.flux.artifact_generators import split_of
from gitlint_ops.build.flux.bootstrapping import (
    FLUX_SYSTEM,
    delivers_itself,
    holds_what_flux_delivers,
    lies_in_its_sync,
)
from gitlint_ops.build.flux.source_ignore import Kept, artifact_filter
from gitlint_ops.build.site import Site
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.source_trees import GitRef, Lacking, SourceTree
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.delivery import FLUX_SOURCE, Owner
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.workspace.tree import EntryKind, Tree

GIT = "GitRepository"
OCI = "OCIRepository"
BUCKET = "Bucket"
EXTERNAL = "ExternalArtifact"

_INSTANCES = "fluxcd.controlplane.io"
_REF_FIELDS = ("commit", "name", "semver", "tag", "branch")
_MOST_INCLUDES = 100


class Artifact(Struct, frozen=True):
    """The files that a source hands on: those of a folder (`root`) of a tree that are `kept`.

    `kept` goes by paths from `root`. `checked`: what is found in them can be mended here. `said` names
    the source in messages, `includes` tells that parts of other repositories are put into it. `paths` are
    those of the tree in their order, and `links` tells that some are links, which no artifact has.
    """

    tree: Tree
    root: str
    kept: Kept
    checked: bool
    said: str
    paths: Sequence[str]
    links: bool
    includes: bool = False

    def folder(self, path: str) -> str:
        """A path in the artifact as one of the tree; `..` cannot lead out of it."""
        parts: list[str] = []
        for part in path.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        return posixpath.join(self.root, *parts) if self.root else "/".join(parts)

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the tree in and below a folder."""
        prefix = f"{folder}/" if folder else ""
        for number in range(bisect_left(self.paths, prefix), len(self.paths)):
            if not self.paths[number].startswith(prefix):
                return
            yield self.paths[number]

    def holds(self, path: str) -> bool:
        """Whether a file of the tree is in the artifact."""
        above = f"{self.root}/" if self.root else ""
        return path.startswith(above) and self.kept(path[len(above) :], False)

    def has_folder(self, folder: str) -> bool:
        """Whether a folder of the tree is in the artifact, if only without its files."""
        inner = folder[len(self.root) :].lstrip("/")
        return not inner or self.kept(inner, True) or any(map(self.holds, self.below(folder)))


class NoArtifact(Struct, frozen=True):
    """Why there are no files, and the field that leads there. `absent`: no such source is known."""

    reason: str
    on: DocumentRef
    path: FieldPath
    absent: bool = False


def artifact_of(owner: Owner, known: KnownObjects, site: Site) -> tuple[Artifact | NoArtifact, str]:
    """What a Kustomization is built from, and the path of its folder in that."""
    path = owner.text("spec", "path")
    kind, name = owner.text("spec", "sourceRef", "kind"), owner.text("spec", "sourceRef", "name")
    namespace = owner.text("spec", "sourceRef", "namespace") or owner.object.key.namespace
    source = known.get(FLUX_SOURCE, kind, namespace, name)
    if source is not None and kind == GIT:
        return _with_includes(owner, source, known, site, path)
    found = _split(owner, namespace, name, known, site) if kind == EXTERNAL else None
    found = found or _named(owner, (kind, namespace, name), known, site)
    if found is not None:
        return found, path
    place = owner.origin(("spec", "sourceRef"))
    said = f"{kind or 'source'} {namespace}/{name}"
    reason = f"no {said} is known here, so that what it holds cannot be rendered"
    return NoArtifact(reason, place.source, (*place.source_path, "name"), absent=True), path


def _named(
    owner: Owner, named: tuple[str, str, str], known: KnownObjects, site: Site
) -> Artifact | NoArtifact | None:
    """What a source holds, by its kind, namespace and name; None where there is none."""
    kind, namespace, name = named
    source = known.get(FLUX_SOURCE, kind, namespace, name)
    if source is not None:
        return _of_source(owner, source, known, site)
    found = _of_instance(owner, known, site, kind, name, namespace)
    return found or (_bootstrapped(owner, known, site) if (kind, name) == (GIT, FLUX_SYSTEM) else None)


def _split(
    owner: Owner, namespace: str, name: str, known: KnownObjects, site: Site
) -> Artifact | NoArtifact | None:
    """The part of a source that an ArtifactGenerator makes an artifact of; None where it is not as simple."""
    split = split_of(namespace, name, known)
    whole = _named(owner, (split.kind, split.namespace, split.name), known, site) if split else None
    if split is None or not isinstance(whole, Artifact):
        return whole
    folders = tuple(f"{one}/" if one else "" for one in split.folders)

    def kept(path: str, folder: bool) -> bool:
        return f"{path}/".startswith(folders) and whole.kept(posixpath.join(split.root, path), folder)

    def made() -> Artifact:
        said = f"{EXTERNAL} {namespace}/{name}"
        root = posixpath.join(whole.root, split.root)
        return Artifact(whole.tree, root, kept, whole.checked, said, whole.paths, whole.links)

    return site.once(("flux part", id(whole), split), made)


def _with_includes(
    owner: Owner, source: RenderedObject, known: KnownObjects, site: Site, path: str
) -> tuple[Artifact | NoArtifact, str]:
    """The source, or what it includes at the path that is wanted."""
    for repository, start, prefix in _includes(source, known):
        inner = _below(path, prefix)
        if inner is not None:
            return _of_source(owner, repository, known, site), posixpath.join(start, inner)
    return _of_source(owner, source, known, site), path


def _includes(source: RenderedObject, known: KnownObjects) -> Iterator[tuple[RenderedObject, str, str]]:
    """The repositories that a source includes: which folder of them it puts where."""
    entries = value_at(source.body, ("spec", "include"))
    for entry in entries[:_MOST_INCLUDES] if isinstance(entries, list) else ():
        name = value_at(entry, ("repository", "name"), "")
        found = known.get(FLUX_SOURCE, GIT, source.key.namespace, name) if isinstance(name, str) else None
        start, prefix = value_at(entry, ("fromPath",), ""), value_at(entry, ("toPath",), name)
        if found is not None and isinstance(start, str) and isinstance(prefix, str):
            yield found, start, prefix


def _below(path: str, prefix: str) -> str | None:
    """The rest of a path behind a prefix, None where it leads elsewhere."""
    parts, above = ([one for one in text.split("/") if one not in ("", ".")] for text in (path, prefix))
    return "/".join(parts[len(above) :]) if above and parts[: len(above)] == above else None


def _of_source(
    owner: Owner, source: RenderedObject, known: KnownObjects, site: Site
) -> Artifact | NoArtifact:
    said = f"{source.kind} {source.key.namespace}/{source.key.name}"
    if source.kind == GIT:
        url = _text(source, "spec", "url")
        if "${" in url or "{{" in url:
            reason = f"the address of {said} is filled in by something that is not known here"
            return _no_artifact(source, ("spec", "url"), reason)
        found = site.trees.at(url, git_ref(value_at(source.body, ("spec", "ref"))))
        own = delivers_itself(owner, source, known, site) if isinstance(found, Lacking) else None
        if own is not None:
            # `flux bootstrap` makes a repository deliver itself, whatever a fork or copy of it is called.
            site.trees.is_own(url, own)
            found = _whole(own)
        if isinstance(found, Lacking):
            return _no_artifact(source, ("spec", "url"), found.reason)
        return _of_tree(source, found, site, said)
    if source.kind in (OCI, BUCKET):
        address = _address(source)
        own = None if address in site.settings.artifacts else delivers_itself(owner, source, known, site)
        return _of_tree(source, _whole(own), site, said) if own else _mapped(source, site, address, said)
    reason = f"what {said} holds is made in the cluster, by another controller"
    key = f"{source.key.namespace}/{source.key.name}"
    return (
        _mapped(source, site, key, said)
        if key in site.settings.artifacts
        else _no_artifact(source, ("metadata", "name"), f"{reason}: {_to_map(key)}")
    )


def _of_tree(source: RenderedObject, found: SourceTree, site: Site, said: str) -> Artifact:
    ignore = value_at(source.body, ("spec", "ignore"))
    wanted = value_at(source.body, ("spec", "sparseCheckout"))
    sparse = tuple(one for one in wanted if isinstance(one, str)) if isinstance(wanted, list) else ()
    at_ref = "" if found.checked else f" at {found.ref}"
    contents = Contents(found.tree, "", ignore if isinstance(ignore, str) else None, sparse)
    includes = bool(value_at(source.body, ("spec", "include")))
    return _artifact(contents, site, found.checked, f"{said}{at_ref}", includes=includes)


class Contents(Struct, frozen=True, eq=False):
    """What an artifact is made of, by what the source says; without `defaults` it is a Bucket's."""

    tree: Tree
    root: str
    ignore: str | None
    sparse: tuple[str, ...] = ()
    defaults: bool = True


def _artifact(
    contents: Contents, site: Site, checked: bool, said: str, *, includes: bool = False
) -> Artifact:
    """The artifact, made once for all that are delivered from it."""
    tree, root = contents.tree, contents.root

    def made() -> Artifact:
        kept = artifact_filter(tree, site.sources, contents.ignore, root, defaults=contents.defaults)
        if contents.sparse:
            kept = _within(kept, tuple(f"{posixpath.normpath(one)}/" for one in contents.sparse))
        entries = tree.entries()
        links = any(one.kind is EntryKind.SYMLINK for one in entries.values())
        return Artifact(tree, root, kept, checked, said, tuple(entries), links, includes)

    key = (tree.name, root, contents.ignore, contents.sparse, contents.defaults, said, includes)
    return site.once(("flux artifact", *key), made)


def _within(kept: Kept, folders: tuple[str, ...]) -> Kept:
    """Of what is kept, only what lies in folders; files at the root are always checked out."""

    def kept_of(path: str, folder: bool) -> bool:
        inside = f"{path}/".startswith(folders) or ("/" not in path and not folder)
        return inside and kept(path, folder)

    return kept_of


def git_ref(held: Any) -> GitRef:
    """What a GitRepository tracks: of several fields the last counts, and of none the branch master."""
    for name in _REF_FIELDS:
        value = value_at(held, (name,))
        if isinstance(value, str) and value:
            return GitRef(**{name: value})
    return GitRef(branch="master")


def _address(source: RenderedObject) -> str:
    if source.kind == OCI:
        return _text(source, "spec", "url")
    return f"{_text(source, 'spec', 'endpoint')}/{_text(source, 'spec', 'bucketName')}"


def _mapped(source: RenderedObject, site: Site, address: str, said: str) -> Artifact | NoArtifact:
    """What an artifact holds that is no git repository, by the configuration."""
    where = site.settings.artifacts.get(address)
    if where is None:
        return _no_artifact(
            source, ("spec", "url"), f"what {said} holds is not known here: {_to_map(address)}"
        )
    name, separator, root = where.partition("//")
    trees = {one.name: one for one in site.sources.trees}
    tree = trees.get(name) if separator else next(iter(trees.values()))
    root = (root if separator else where).strip("/").removeprefix("./")
    root = "" if root == "." else root
    if tree is None or not tree.is_folder(root):
        lacking = f"there is no folder '{where}', which `artifacts` of gitlint-ops.yaml names for {address}"
        return _no_artifact(source, ("spec", "url"), lacking)
    ignore = value_at(source.body, ("spec", "ignore"))
    held = ignore if isinstance(ignore, str) else None
    return _artifact(Contents(tree, root, held, defaults=source.kind != BUCKET), site, True, said)


def _to_map(address: str) -> str:
    return (
        "name the folder that it is made of in gitlint-ops.yaml (`artifacts: {"
        + f'"{address}": FOLDER'
        + "}`, "
        "or REPOSITORY//FOLDER of another repository of the workspace)"
    )


def _of_instance(
    owner: Owner, known: KnownObjects, site: Site, kind: str, name: str, namespace: str
) -> Artifact | NoArtifact | None:
    """The source that a FluxInstance makes, which is in no file."""
    for instance in known.of_kind(_INSTANCES, "FluxInstance"):
        sync = value_at(instance.body, ("spec", "sync"))
        if not isinstance(sync, Mapping) or instance.key.namespace != namespace:
            continue
        if sync.get("kind") != kind or (sync.get("name") or FLUX_SYSTEM) != name:
            continue
        spec: dict[str, Any] = {"url": sync.get("url", ""), "ref": {"name": sync.get("ref", "")}}
        body = {**instance.body, "spec": spec}
        made = RenderedObject(instance.key, instance.api_version, body, instance.blame, instance.target)
        url, said = str(spec["url"]), f"{kind} {namespace}/{name}"
        if kind != GIT:
            own = None if url in site.settings.artifacts else lies_in_its_sync(owner, instance, site)
            return _of_tree(made, _whole(own), site, said) if own else _mapped(made, site, url, said)
        found = site.trees.at(url, git_ref(spec["ref"]))
        if isinstance(found, SourceTree):
            return _of_tree(made, found, site, said)
    return None


def _bootstrapped(owner: Owner, known: KnownObjects, site: Site) -> Artifact | None:
    """The repository that holds the Kustomization, where what delivers it is not in it."""
    tree = holds_what_flux_delivers(owner, known, site)
    said = f"{GIT} {FLUX_SYSTEM}/{FLUX_SYSTEM}"
    return _of_tree(owner.object, _whole(tree), site, said) if tree else None


def _whole(tree: Tree) -> SourceTree:
    """All of a repository of the run, as it is checked."""
    return SourceTree(tree, "", None, checked=True)


def _no_artifact(source: RenderedObject, path: FieldPath, reason: str) -> NoArtifact:
    found = origin(at(source.blame, path))
    return NoArtifact(reason, found.source, found.source_path)


def _text(source: RenderedObject, *path: str) -> str:
    value = value_at(source.body, path)
    return value if isinstance(value, str) else ""
