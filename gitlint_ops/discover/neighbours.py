"""Bases beside a plain folder that is built by itself: there is no repository around it to look in."""

from __future__ import annotations

import os
import posixpath

from gitlint_ops.discover.kustomize import FILE_NAMES, KustomizeDir, is_remote, kustomize_dirs
from gitlint_ops.workspace.disk import holds_file
from gitlint_ops.workspace.open import open_parts
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

MAX_NEIGHBOURS = 200


def with_neighbours(tree: Tree, *, restricted: bool = True) -> tuple[Tree, str]:
    """A tree that also holds the folders that the kustomizations of a plain folder name, and the
    folder's path in it.

    Only folders with a kustomization file are taken in, never the file system's root: what a
    kustomization names otherwise stays outside, as in `kustomize build`. Without that restriction
    the folders of the files that it names are taken in too.
    """
    start = tree.repository.root
    parts = {start}
    while len(parts) < MAX_NEIGHBOURS:
        root = os.path.commonpath(parts)
        if not root.strip("/"):
            return tree, ""
        widened = (
            open_parts(root, sorted(posixpath.relpath(part, root) for part in parts))
            if len(parts) > 1
            else tree
        )
        found = _named_outside(widened, root, restricted=restricted) - parts
        if not found:
            return widened, "" if start == root else posixpath.relpath(start, root)
        parts |= found
    return tree, ""


def _named_outside(tree: Tree, root: str, *, restricted: bool) -> set[str]:
    """Folders that the tree's kustomizations name, or name files of, and that are not in the tree."""
    found: set[str] = set()
    for directory in kustomize_dirs(Sources([tree]), tree).values():
        for path in _folders(directory, root):
            inside = posixpath.relpath(path, root)
            if tree.is_folder("" if inside == "." else inside) or tree.is_file(inside):
                continue
            if holds_file(path, FILE_NAMES):
                found.add(os.path.realpath(path))
            elif not restricted and holds_file(posixpath.dirname(path), (posixpath.basename(path),)):
                found.add(os.path.realpath(posixpath.dirname(path)))
    return found


def _folders(directory: KustomizeDir, root: str) -> list[str]:
    return [
        posixpath.normpath(posixpath.join(root, directory.path, referred.text))
        for referred in directory.references
        if ".." in referred.text and not is_remote(referred.text) and "\0" not in referred.text
    ]
