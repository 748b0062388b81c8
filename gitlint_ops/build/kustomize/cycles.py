"""Kustomizations that take each other in, in a circle."""

from __future__ import annotations

from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import BuildFault, fault
from gitlint_ops.build.kustomize.folders import Folders, NoKustomization
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.build.kustomize.loader import Folder, NotFound


def check_cycle(here: Folder, entry: Entry, folder: Folder, folders: Folders) -> None:
    """Refuse an entry of `here` that leads to a folder which is being built.

    Raises:
        BuildFault: it does. A circle is told at one and the same of its entries wherever the build
            came into it, so that it is one finding.
    """
    visited = here.passed(folder)
    if visited is None:
        return
    ring = _ring(here, folder)
    if visited == folder.path and folder.outer is not here:
        ring = _from_least(ring)
        entry = _entry_between(here, entry, ring, folders)
        visited = ring[0]
    found = fault(
        f"{entry.text} leads back to {visited or 'the root'}, which is being built (kustomize: cycle "
        f"detected); the way round is {' > '.join(one or 'the root' for one in ring)}",
        entry.place,
        hint="remove this entry, or move what both need into a base of its own",
    )
    found.lasting = False
    raise found


def _ring(here: Folder, folder: Folder) -> tuple[str, ...]:
    """The folders of the circle in the order in which they were entered, or all on the way here."""
    way = (*here.chain, here.path)
    return way[way.index(folder.path) :] if folder.path in way else way


def _from_least(ring: tuple[str, ...]) -> tuple[str, ...]:
    start = ring.index(min(ring))
    return ring[start:] + ring[:start]


def _entry_between(here: Folder, entry: Entry, ring: tuple[str, ...], folders: Folders) -> Entry:
    """The entry of the circle's last folder that leads to its first; `entry` where that is not found."""
    last = replace(here, path=ring[-1], chain=())
    if last.path == here.path:
        return entry
    try:
        kustomization = folders.kustomization(last)
    except (BuildFault, NoKustomization):
        return entry
    for one in kustomization.entries("resources", "bases", "components"):
        found = last.folder(one.text)
        if not isinstance(found, NotFound) and found.path == ring[0]:
            return one
    return entry
