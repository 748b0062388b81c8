"""Which files of a repository get into the artifact that a source makes of it.

What Flux leaves out by itself (images, archives, the files of CI systems) is let in as soon as the
repository or the source has a rule of its own.

Source: github.com/fluxcd/pkg/sourceignore (sourceignore.go, gitignore/pattern.go)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from gitlint_ops.build.flux.operators import as_regex
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree, Unreadable

FILE = ".sourceignore"

_OF_GIT = (".git/", ".gitignore", ".gitmodules", ".gitattributes")
_BY_DEFAULT = (
    *("*.jpg", "*.jpeg", "*.gif", "*.png", "*.wmv", "*.flv", "*.tar.gz", "*.zip"),
    *(".github/", ".circleci/", ".travis.yml", ".gitlab-ci.yml", "appveyor.yml", ".drone.yml"),
    *("cloudbuild.yaml", "codeship-services.yml", "codeship-steps.yml"),
    *("**/.goreleaser.yml", "**/.sops.yaml", "**/.flux.yaml"),
)
_MOST_RULES = 10_000


_Matcher: TypeAlias = Callable[[str], bool]
"""Whether a name is meant; compared part by part, so that no rule takes long."""

Kept: TypeAlias = Callable[[str, bool], bool]
"""Whether something gets into an artifact, by its path in that, and whether it is a folder."""

_ANY_FOLDERS = "**"
_SIGNS = frozenset("*?[\\")


class _Rule:
    """One line: what it says of the paths that it matches."""

    def __init__(self, line: str, folder: str) -> None:
        self.keeps = line.startswith("!")
        line = line[1:] if self.keeps else line
        line = line if line.endswith("\\ ") else line.rstrip(" ")
        self._of_folders = line.endswith("/")
        line = line[:-1] if self._of_folders else line
        self._above = folder.split("/") if folder else []
        self._anywhere = "/" not in line
        self._parts = [(part, _matcher(part)) for part in line.split("/")]

    def matches(self, path: Sequence[str], *, folder: bool = False) -> bool:
        """Whether the rule is about a file or `folder`, given the parts of its path."""
        depth = len(self._above)
        if depth:
            if path[:depth] != self._above:
                return False
            path = path[depth:]
        not_last = self._of_folders and not folder
        return self._is_named(path, not_last) if self._anywhere else self._is_at(path, not_last)

    def _is_named(self, path: Sequence[str], not_last: bool) -> bool:
        matches = self._parts[0][1]
        return any(map(matches, path[:-1] if not_last else path))

    def _is_at(self, path: Sequence[str], not_last: bool) -> bool:
        """A path with slashes: from where the rule stands, with `**` for any folders between."""
        at, matched, skips = 0, False, False
        for number, (part, matches) in enumerate(self._parts):
            if not part:
                skips = False
            elif part == _ANY_FOLDERS:
                if number == len(self._parts) - 1:
                    break
                skips = True
            elif _ANY_FOLDERS in part or at >= len(path):
                return False
            elif skips:
                skips = False
                found = next((one for one in range(at, len(path)) if matches(path[one])), None)
                # Flux goes on behind the path where nothing matches, and what follows then fails.
                at, matched = (len(path), False) if found is None else (found + 1, True)
            elif matches(path[at]):
                at, matched = at + 1, True
            else:
                return False
        return matched and not (not_last and at >= len(path))


def _matcher(part: str) -> _Matcher:
    if not _SIGNS & set(part):
        return part.__eq__
    if part[:1] == "*" and not _SIGNS & set(part[1:]):
        return lambda name: name.endswith(part[1:])
    return as_regex(part) or (lambda _: False)


def artifact_filter(
    tree: Tree, sources: Sources, ignore: str | None, root: str = "", *, defaults: bool = True
) -> Kept:
    """What tells whether something gets into the artifact.

    `ignore` is the source's own text. A Bucket has no `defaults`, and only the file at its root counts.
    """
    # One list for all: of two rules about a file the later counts.
    own = [*_rules_of_files(tree, sources, root, nested=defaults), *_rules(ignore or "", "")]
    if not defaults:
        rules = own
    else:
        rules = [_Rule(line, "") for line in _OF_GIT]
        rules += own or [_Rule(line, "") for line in _BY_DEFAULT]
    return lambda path, folder: not _is_ignored(path, folder, rules)


def _is_ignored(path: str, folder: bool, rules: Sequence[_Rule]) -> bool:
    parts = path.split("/")
    return next((not one.keeps for one in reversed(rules) if one.matches(parts, folder=folder)), False)


def _rules_of_files(tree: Tree, sources: Sources, root: str, *, nested: bool) -> Iterator[_Rule]:
    """Those of all `.sourceignore` files, the outer first."""
    above = f"{root}/" if root else ""
    found = [one for one in tree.entries() if one.endswith(FILE) and one.startswith(above)]
    folders = {one.rpartition("/")[0]: one for one in found if one.rpartition("/")[2] == FILE}
    for folder in sorted(folders, key=lambda one: one.split("/")):
        inner = folder[len(above) :]
        if inner and not nested:
            continue
        try:
            text = sources.data(tree.ref(folders[folder])).decode(errors="replace")
        except Unreadable:
            continue
        yield from _rules(text, inner)


def _rules(text: str, folder: str) -> Iterator[_Rule]:
    return (_Rule(line, folder) for line in _lines(text))


def _lines(text: str) -> Iterable[str]:
    held = [one.removesuffix("\r") for one in text.split("\n")]
    return [one for one in held if not one.startswith("#") and one.strip()][:_MOST_RULES]
