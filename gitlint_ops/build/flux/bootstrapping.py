"""Repositories that deliver themselves, whatever the address says, as clusters are bootstrapped from them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from gitlint_ops.build.site import Site
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import FLUX_KUSTOMIZE, Owner
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.workspace.tree import Tree

FLUX_SYSTEM = "flux-system"


def delivers_itself(owner: Owner, source: RenderedObject, known: KnownObjects, site: Site) -> Tree | None:
    """The repository of the owner, where it delivers itself by this source.

    It does where a Kustomization that is delivered from the source stands in the folder that it delivers,
    as those do that `flux bootstrap` writes.
    """
    tree = _tree_of(owner, site)
    for one in known.of_kind(FLUX_KUSTOMIZE, "Kustomization") if tree else ():
        named, path = value_at(one.body, ("spec", "sourceRef")), value_at(one.body, ("spec", "path"))
        if value_at(named, ("name",)) != source.key.name or value_at(named, ("kind",)) != source.kind:
            continue
        if tree and isinstance(path, str) and _stands_in(one, tree, path):
            return tree
    return None


def lies_in_its_sync(owner: Owner, instance: RenderedObject, site: Site) -> Tree | None:
    """The repository of the owner, where a FluxInstance in it stands in the folder that it delivers."""
    tree = _tree_of(owner, site)
    path = value_at(instance.body, ("spec", "sync", "path"))
    return tree if tree and isinstance(path, str) and _stands_in(instance, tree, path) else None


def holds_what_flux_delivers(owner: Owner, known: KnownObjects, site: Site) -> Tree | None:
    """The repository of the owner, where it holds a folder that is delivered from `flux-system`."""
    tree = _tree_of(owner, site)
    if tree is not None and any(tree.is_folder(_folder(one)) for one in _paths_of_flux_system(owner, known)):
        return tree
    return None


def _stands_in(one: RenderedObject, tree: Tree, path: str) -> bool:
    """Whether an object is written in a folder of a repository; the root, which holds all, says nothing."""
    file, folder = origin(one.blame).source.file, _folder(path)
    return bool(folder) and file.repo == tree.name and file.path.startswith(f"{folder}/")


def _paths_of_flux_system(owner: Owner, known: KnownObjects) -> Iterator[str]:
    """The folders that are delivered from the source flux-system, the owner's own first."""
    yield owner.text("spec", "path")
    for one in known.of_kind(FLUX_KUSTOMIZE, "Kustomization"):
        if value_at(one.body, ("spec", "sourceRef", "name")) == FLUX_SYSTEM:
            path = value_at(one.body, ("spec", "path"), "")
            yield path if isinstance(path, str) else ""


def _folder(path: str) -> str:
    """A path from the root, "" for the root itself."""
    folder = posixpath.normpath(path.strip().lstrip("/") or ".")
    return "" if folder == "." else folder


def _tree_of(owner: Owner, site: Site) -> Tree | None:
    return next((one for one in site.sources.trees if one.name == owner.repo), None)
