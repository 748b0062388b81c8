"""Kustomizations that nothing delivers, beside others that are delivered."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.kustomize import KustomizeDir
from gitlint_ops.discover.roots import Roots, roots
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable, parents

OVERLAY_DEAD = "overlay-dead"

# Folders that people apply by hand, copy from, or keep for later.
_BY_HAND = frozenset(
    {
        *("bootstrap", "init", "install", "setup", "template", "templates", "skeleton", "scaffold"),
        *("archive", "archived", "attic", "disabled", "deprecated", "wip", "experimental"),
        *("vendor", "third_party", "third-party", "upstream", "remote", "hack", "scripts", "tools", "docs"),
    }
)
_MAX_FILES = 20_000
_MAX_BYTES = 1_000_000
_DELIVERS = re.compile(rb"argoproj\.io/|kustomize\.toolkit\.fluxcd\.io/|fleet\.cattle\.io/|kind: *GitRepo\b")
_APPLIED = re.compile(rb"(?:apply|create|replace)\s+(?:-k|--kustomize)[ =]?((?:\{\{.{0,80}?\}\}|\S){1,300})")
_FILLED_IN = re.compile(rb"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|`[^`]*`|\*")
_PROSE = (".md", ".txt", ".rst", ".adoc")
_FEWEST_ALIKE = 2
_MAX_DEPTH = 32


class Reach(Struct, frozen=True):
    """What is `reached` by deliveries; `below` and `users` are what folders take in, and who them."""

    dirs: Mapping[str, KustomizeDir]
    below: Mapping[str, tuple[str, ...]]
    users: Mapping[str, tuple[str, ...]]
    reached: frozenset[str]


def dead(
    found: Survey, sources: Sources, bodies: Sequence[Any], examples: Sequence[Any] = ()
) -> Iterator[Violation]:
    """One violation for each folder at the top of what nothing delivers.

    Silent unless delivery objects here plainly deliver this very repository, and all of them are
    understood: absence proves nothing else. `bodies` are all documents and rendered objects of the run;
    those of `examples` prove nothing, but what they name is left alone.
    """
    tree = sources.tree(found.repo)
    if found.changed is not None or tree.repository.scopes or not found.dirs:
        return

    def is_own(url: str) -> bool:
        return _is_own(url, found.repo, sources)

    if not roots(bodies, is_own, tree.is_folder).own:
        return
    delivered = roots((*bodies, *examples), is_own, tree.is_folder)
    if not delivered.whole:
        return
    reach = _reach(found, tree, delivered)
    if reach is None:
        return
    neighbours = _neighbours(reach)
    suspects = {
        folder: sibling
        for folder in _tops(reach)
        if (sibling := _sibling(folder, reach, neighbours)) is not None
    }
    for folder in _unmentioned(suspects, found, tree) if suspects else ():
        yield _violation(reach.dirs[folder], reach.dirs[suspects[folder]], reach)


def _is_own(url: str, repo: str, sources: Sources) -> bool:
    if not url or "{{" in url:
        return False
    clone = sources.remotes.clone(url)
    return clone is not None and clone.name == repo


# What is reached


def _reach(found: Survey, tree: Tree, delivered: Roots) -> Reach | None:
    """None where a kustomization that is reached cannot be read: it may reach anything."""
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
        by_hand = any(part in _BY_HAND or part.startswith((".", "_")) for part in parts)
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


# What speaks for a suspect


def _unmentioned(suspects: Collection[str], found: Survey, tree: Tree) -> tuple[str, ...]:
    """The suspects that no file outside of them mentions by its path; none if any file could deliver all.

    Scripts, CI and other tools deliver folders too, and a comment that names one says that it is known.
    """
    files = [one for one in tree.entries().values() if one.kind is EntryKind.FILE]
    if len(files) > _MAX_FILES:
        return ()
    read = {one.ref.file.path for one in found.documents}
    left = set(suspects)
    wanted = {folder: _Mentions(folder) for folder in suspects}
    for entry in files:
        data = _bytes(tree, entry.path)
        applied = frozenset(_applied(data)) if not entry.path.lower().endswith(_PROSE) else frozenset()
        if "" in applied or _makes_deliveries(entry.path, data, read):
            return ()
        left -= {
            folder
            for folder in left
            if posixpath.basename(folder) in applied or wanted[folder].is_in(entry.path, data)
        }
    return tuple(sorted(left))


def _applied(data: bytes) -> Iterator[str]:
    """The last names of folders that a script applies by paths with variables, "" for any name."""
    for found in _APPLIED.finditer(data):
        path = _FILLED_IN.sub(b"\0", found[1]).strip(b"\"'/;&|)")
        if b"\0" in path:
            last = path.rpartition(b"/")[2]
            yield "" if b"\0" in last else last.decode("utf-8", "replace")
    if b"kustomize" in data and b"apply" in data and any(map(_builds_any, data.splitlines())):
        yield ""


def _builds_any(line: bytes) -> bool:
    """Whether a line of a script builds a folder that a variable names."""
    _, built, rest = line.partition(b"kustomize build ")
    folder = rest.partition(b"|")[0]
    return bool(built) and any(one in folder for one in (b"$", b"{{", b"*", b"`"))


def _bytes(tree: Tree, path: str) -> bytes:
    try:
        data = tree.read(path)
    except Unreadable:
        return b""
    return data if len(data) <= _MAX_BYTES else b""


def _makes_deliveries(path: str, data: bytes, read: AbstractSet[str]) -> bool:
    """Whether a file is a template of delivery objects, as charts of Applications are."""
    return path not in read and b"{{" in data and bool(_DELIVERS.search(data))


class _Mentions:
    """The ways in which a file can mention a folder: by its path from the root, or from the file's own."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._whole = _bounded(folder)
        self._from: dict[str, re.Pattern[bytes]] = {}

    def is_in(self, path: str, data: bytes) -> bool:
        if path.startswith(f"{self._folder}/"):
            return False
        above = posixpath.dirname(path)
        if above and self._folder.startswith(f"{above}/"):
            held = self._from.get(above)
            if held is None:
                held = self._from[above] = _bounded(self._folder[len(above) + 1 :])
            return bool(held.search(data))
        return bool(self._whole.search(data))


def _bounded(path: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w.-])" + re.escape(path.encode("utf-8", "surrogatepass")) + rb"(?![\w-])")


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
