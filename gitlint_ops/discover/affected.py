"""Which kustomizations a set of changed files can alter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitlint_ops.discover.kustomize import KustomizeDir


def affected_dirs(dirs: Mapping[str, KustomizeDir], changed: Iterable[str]) -> frozenset[str]:
    """Folders of the kustomizations that read a changed file, directly or through a base.

    A deleted file still affects what names it. A change below a folder that a kustomization
    names as a whole (a generator's directory) affects it too.
    """
    users = _users(dirs)
    reached: set[str] = set()
    frontier: list[str] = []
    for path in changed:
        parts = path.split("/")
        for length in range(len(parts), 0, -1):
            frontier.extend(users.get("/".join(parts[:length]), ()))
        folder = path.rpartition("/")[0]
        if folder in dirs and dirs[folder].document.file.path == path:
            frontier.append(folder)
    while frontier:
        folder = frontier.pop()
        if folder not in reached:
            reached.add(folder)
            frontier.extend(users.get(folder, ()))
    return frozenset(reached)


def included_dirs(dirs: Mapping[str, KustomizeDir]) -> frozenset[str]:
    """Folders that some other kustomization takes as a base or component."""
    return frozenset(
        path for directory in dirs.values() for path in directory.folders if path != directory.path
    )


def _users(dirs: Mapping[str, KustomizeDir]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for directory in dirs.values():
        for referred in directory.references:
            # "" is the root folder when it is a folder that is meant, else a remote reference.
            if referred.path or referred.text.rstrip("/").endswith(".."):
                users.setdefault(referred.path, []).append(directory.path)
    return users
