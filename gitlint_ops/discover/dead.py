"""Kustomizations that nothing delivers, beside others that are delivered."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from gitlint_ops.discover.evidence import Evidence, delivered_roots
from gitlint_ops.discover.kustomize import KustomizeDir
from gitlint_ops.discover.mentions import unmentioned
from gitlint_ops.discover.roots import Roots
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree, Unreadable, parents

OVERLAY_DEAD = "overlay-dead"

# Folders that people apply by hand, copy from, or keep for later.
BY_HAND = frozenset(
    {
        *("bootstrap", "init", "install", "setup", "template", "templates", "skeleton", "scaffold"),
        *("archive", "archived", "attic", "disabled", "deprecated", "wip", "experimental"),
        *("vendor", "third_party", "third-party", "upstream", "remote", "hack", "scripts", "tools", "docs"),
    }
)
_FEWEST_ALIKE = 2
_MAX_DEPTH = 32


class Reach(Struct, frozen=True):
    """What is `reached` by deliveries; `below` and `users` are what folders take in, and who them."""

    dirs: Mapping[str, KustomizeDir]
    below: Mapping[str, tuple[str, ...]]
    users: Mapping[str, tuple[str, ...]]
    reached: frozenset[str]


def dead(found: Survey, sources: Sources, evidence: Evidence) -> Iterator[Violation]:
    """One violation for each folder at the top of what nothing delivers.

    Silent unless delivery objects here plainly deliver this very repository, and all of them are
    understood: absence proves nothing else.
    """
    delivered = delivered_roots(found, sources, evidence) if found.dirs else None
    if delivered is None:
        return
    tree = sources.tree(found.repo)
    reach = reach_of(found, tree, delivered)
    if reach is None:
        return
    neighbours = _neighbours(reach)
    suspects = {
        folder: sibling
        for folder in _tops(reach)
        if (sibling := _sibling(folder, reach, neighbours)) is not None
    }
    if suspects:
        rendered = evidence.rendered_in(found.repo)
        for folder in unmentioned({one: (one,) for one in suspects}, found, tree, rendered):
            yield _violation(reach.dirs[folder], reach.dirs[suspects[folder]], reach)


# What is reached


def reach_of(found: Survey, tree: Tree, delivered: Roots) -> Reach | None:
    """What is reached; None where a kustomization among it cannot be read: it may take in anything."""
    dirs = found.dirs
    below = {folder: tuple(_taken_in(directory, dirs, tree)) for folder, directory in dirs.items()}
    named = frozenset(folder for folder in dirs if delivered.name(folder))
    # Flux takes in all that lies below a folder without a kustomization; Argo CD may as well.
    plain = delivered.folders - dirs.keys()
    found_below = {folder for folder in dirs if not plain.isdisjoint((*parents(folder), ""))}
    reached: set[str] = set()
    frontier = [*named, *found_below, *found.undelivered]
    while frontier:
        folder = frontier.pop()
        if folder not in reached:
            reached.add(folder)
            frontier.extend(below[folder])
    if any(not dirs[folder].readable for folder in reached):
        return None
    users: dict[str, list[str]] = {}
    for folder, taken in below.items():
        for one in taken:
            if one != folder:
                users.setdefault(one, []).append(folder)
    return Reach(dirs, below, {one: tuple(by) for one, by in users.items()}, frozenset(reached))


def _taken_in(directory: KustomizeDir, dirs: Mapping[str, KustomizeDir], tree: Tree) -> Iterator[str]:
    for path in (*directory.folders, *_roots_above(directory)):
        try:
            folder = tree.resolve(path)
        except Unreadable:
            continue
        if folder in dirs:
            yield folder


def _roots_above(directory: KustomizeDir) -> Iterator[str]:
    """The repository's root has the empty path, as remote references have."""
    for referred in directory.references:
        if not referred.path and referred.text.rstrip("/").endswith(".."):
            yield ""


# What is suspected


def _tops(reach: Reach) -> Iterator[str]:
    """Folders that nothing reaches and nothing takes in, but for those that serve another purpose."""
    for folder, directory in reach.dirs.items():
        parts = folder.lower().split("/")
        by_hand = any(part in BY_HAND or part.startswith((".", "_")) for part in parts)
        is_idle = folder and folder not in reach.reached and folder not in reach.users
        if is_idle and directory.readable and not by_hand:
            yield folder


def _sibling(folder: str, reach: Reach, beside_in: Neighbours) -> str | None:
    """A delivered folder beside which this one stands out, or None.

    It takes in the same base; or the kustomization above lists others of its folders; or several that
    are delivered have the same path but for one name.
    """
    for base in sorted(reach.below[folder]):
        users = [one for one in reach.users[base] if one in reach.reached]
        beside = [one for one in users if posixpath.dirname(one) == posixpath.dirname(folder)]
        if beside and not reach.dirs[base].component:
            return min(beside)
    listed = beside_in.listed.get(posixpath.dirname(folder), ())
    if len(listed) >= _FEWEST_ALIKE:
        return min(listed)
    alike = {
        one
        for form in _forms(folder)
        for one in beside_in.by_form.get((reach.dirs[folder].component, form), ())
    }
    return min(alike) if len(alike) >= _FEWEST_ALIKE else None


class Neighbours(Struct, frozen=True):
    """Delivered folders by the folder above, where its kustomization lists them, and by their forms."""

    listed: Mapping[str, tuple[str, ...]]
    by_form: Mapping[tuple[bool, str], tuple[str, ...]]


def _neighbours(reach: Reach) -> Neighbours:
    listed: defaultdict[str, list[str]] = defaultdict(list)
    by_form: defaultdict[tuple[bool, str], list[str]] = defaultdict(list)
    for one in sorted(reach.reached):
        above = posixpath.dirname(one)
        if above in reach.reached and above in reach.users.get(one, ()):
            listed[above].append(one)
        for form in _forms(one):
            by_form[reach.dirs[one].component, form].append(one)
    return Neighbours(
        {above: tuple(held) for above, held in listed.items()},
        {form: tuple(held) for form, held in by_form.items()},
    )


def _forms(folder: str) -> Iterator[str]:
    """The path with each of its names but the first left open, in turn."""
    parts = folder.split("/")
    for index in range(1, min(len(parts), _MAX_DEPTH)):
        yield "/".join((*parts[:index], "*", *parts[index + 1 :]))


# What is told


def _violation(directory: KustomizeDir, sibling: KustomizeDir, reach: Reach) -> Violation:
    what = "component" if directory.component else "kustomization"
    above = posixpath.dirname(directory.path)
    lister = reach.dirs[above] if above in reach.users.get(sibling.path, ()) else None
    told = f"lists {sibling.path}, which is delivered" if lister else f"{sibling.path} is delivered"
    if lister is not None:
        mend = f"add `{posixpath.basename(directory.path)}` to {lister.document.file.path}"
    else:
        mend = f"deliver it as {sibling.path} is delivered"
    return Violation(
        directory.document,
        (),
        f"nothing delivers this {what}: no Application or Flux Kustomization here leads to "
        f"{directory.path}, and no kustomization takes it in",
        related=(Note((lister or sibling).document, (), told),),
        hint=f"{mend}, or delete the folder; if something outside of this repository delivers it, allow it "
        "here with that reason",
        rule=OVERLAY_DEAD,
    )
