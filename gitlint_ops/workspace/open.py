"""From what the user typed to repositories, and from a repository to its files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.disk import folder_name, require_own_rules
from gitlint_ops.workspace.tree import (
    INDEX,
    MAX_FILE_BYTES,
    WORKTREE,
    Repository,
    Tree,
    Workspace,
    path_text,
)

_MANIFESTS = (".yaml", ".yml")


class _Place(Struct, frozen=True):
    """Where a PATH lies: the repository or plain folder around it, and the part of it that was named."""

    root: str
    git_dir: str
    scope: str


def open_workspace(
    paths: Sequence[str], *, revision: str = WORKTREE, cwd: str, index_file: str = ""
) -> Workspace:
    """The repositories that hold `paths`, each once, with distinct names.

    A plain folder of clones stands for the clones in it. `revision` is "worktree", "index", or any name of
    a commit (a branch called "index" is "refs/heads/index"). A repository is looked for in the path itself
    and upwards; a path that git ignores, such as a build's output, is taken for a plain folder. `index_file`
    is the environment's GIT_INDEX_FILE; it counts for the repository it lies in.

    Raises:
        UsageError: a path does not exist, or the revision cannot be had of it.
    """
    places: dict[tuple[str, str], list[str]] = {}
    for path in paths or (".",):
        for place in _with_clones(_place_of(path, cwd, revision)):
            places.setdefault((place.root, place.git_dir), []).append(place.scope)
    names = _distinct(folder_name(root or git_dir) for root, git_dir in places)
    return Workspace(
        tuple(
            _repository(name, root, git_dir, scopes, revision, Path(cwd, index_file))
            for name, ((root, git_dir), scopes) in zip(names, places.items(), strict=True)
        )
    )


def open_tree(repository: Repository, max_bytes: int = MAX_FILE_BYTES) -> Tree:
    """A handle on the files of a repository; files larger than `max_bytes` are not read.

    Raises:
        UsageError: git's data cannot be read.
    """
    if not repository.git_dir:
        from gitlint_ops.workspace.plain import PlainTree

        return PlainTree(repository, max_bytes)
    if repository.revision == WORKTREE:
        from gitlint_ops.workspace.worktree import WorkTree

        return WorkTree(repository, max_bytes)
    if repository.revision == INDEX:
        from gitlint_ops.workspace.index import IndexTree

        return IndexTree(repository, max_bytes)
    from gitlint_ops.workspace.git_tree import CommitTree

    return CommitTree(repository, max_bytes)


def open_parts(root: str, parts: Sequence[str]) -> Tree:
    """A plain folder of which only some folders are listed and read."""
    from gitlint_ops.workspace.plain import PartialTree

    return PartialTree(Repository(folder_name(root), root, "", WORKTREE, tuple(parts)))


def _place_of(path: str, cwd: str, revision: str) -> _Place:
    full = Path(os.path.realpath(Path(cwd, path)))
    is_folder = _is_folder(path, full, revision)
    if is_folder and _is_bare(full):
        return _Place("", str(full), "")
    root = _root_above(full)
    if root is None:
        return _plain_place(full, is_folder)
    scope = "" if full == root else path_text(os.fsencode(full.relative_to(root)))
    if ".git" in scope.split("/"):
        raise UsageError(f"{path} lies in git's own folder", hint=f"name {root} instead")
    if scope and revision == WORKTREE and _is_left_out(full, root, scope):
        return _plain_place(full, is_folder)
    return _Place(str(root), str(root / ".git"), scope)


def _with_clones(place: _Place) -> Iterator[_Place]:
    """A place; of a plain folder with clones in it these, and what lies beside them."""
    if place.git_dir or place.scope:
        yield place
        return
    folder = Path(place.root)
    entries = sorted(one for one in folder.iterdir() if not one.is_symlink())
    clones = [one for one in entries if _root_above(one) == one]
    if not clones:
        yield place
        return
    for one in entries:
        if one not in clones and (one.suffix in _MANIFESTS or (one.is_dir() and one.name[0] != ".")):
            yield _Place(place.root, "", path_text(os.fsencode(one.name)))
    for one in clones:
        yield _Place(str(one), str(one / ".git"), "")


def _is_folder(path: str, full: Path, revision: str) -> bool:
    try:
        mode = full.stat().st_mode
    except OSError as error:
        if revision != WORKTREE and isinstance(error, FileNotFoundError) and _root_above(full):
            return False  # a commit may hold what is no longer there
        raise UsageError(f"{path}: there is no such file or folder") from error
    if stat.S_ISDIR(mode):
        return True
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path} is neither a file nor a folder")
    return False


def _plain_place(full: Path, is_folder: bool) -> _Place:
    if is_folder:
        return _Place(str(full), "", "")
    return _Place(str(full.parent), "", path_text(os.fsencode(full.name)))


def _root_above(full: Path) -> Path | None:
    """The nearest folder with a `.git`, from `full` upwards."""
    for folder in (full, *full.parents):
        git = folder / ".git"
        # As git does, pass by a `.git` folder that is no repository; a `.git` file names one.
        if git.is_file() or (git / "HEAD").exists():
            return folder
    return None


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _is_left_out(full: Path, root: Path, scope: str) -> bool:
    """Whether git ignores a path that the user named, and nothing in it is committed."""
    from gitlint_ops.workspace import git

    for folder in (full, *full.parents):
        if folder.is_relative_to(root):
            require_own_rules(str(folder / ".gitignore"), str(root))
    repository = git.open_git(str(root))
    if not repository.path_is_ignored(scope):
        return False
    tracked = git.tracked(git.index_of(repository)).files
    return not any(path == scope or path.startswith(f"{scope}/") for path in tracked)


def _repository(
    name: str, root: str, git_dir: str, scopes: Iterable[str], revision: str, index_file: Path
) -> Repository:
    shown = root or git_dir
    widest = _widest(scopes)
    if not git_dir:
        if revision != WORKTREE:
            raise UsageError(f"{shown} is no git repository, so it has no index and no revisions")
        return Repository(name, root, "", WORKTREE, widest)
    if not root and revision == INDEX:
        raise UsageError(f"{shown} is a bare repository, so it has no index", hint="name a commit with --rev")
    if root:
        git_dir = _require_ordinary(root)
        if revision in (WORKTREE, INDEX):
            temporary = str(index_file) if revision == INDEX and _lies_in(index_file, git_dir) else ""
            return Repository(name, root, git_dir, revision, widest, temporary)
    commit = _commit_id(shown, "HEAD" if revision == WORKTREE else revision, widest)
    return Repository(name, root, git_dir, commit, widest)


def _require_ordinary(root: str) -> str:
    """The git folder of a checkout.

    Raises:
        UsageError: its configuration puts the working tree elsewhere (`core.worktree`), so that what
            it says about files here is not about them.
    """
    from gitlint_ops.workspace import git

    repository = git.open_git(root)
    workdir = repository.workdir
    if workdir is None or os.path.realpath(workdir) != root:
        raise UsageError(
            f"{root}: git's configuration puts the working tree elsewhere ({workdir or 'nowhere'})",
            hint="name that folder, or a commit of the bare repository with --rev",
        )
    return os.path.realpath(repository.path)


def _commit_id(shown: str, ref: str, scopes: Iterable[str]) -> str:
    from gitlint_ops.workspace import git

    commit = git.commit_of(git.open_git(shown), ref)
    for scope in scopes:
        if scope not in git.tree_of(commit):
            raise UsageError(f"there is no '{scope}' in {ref} of {shown}")
    return str(commit.id)


def _lies_in(path: Path, folder: str) -> bool:
    return path.is_file() and os.path.realpath(path).startswith(f"{folder}/")


def _widest(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes that no other one holds; none where one is the whole repository."""
    named = sorted(set(scopes))
    if "" in named:
        return ()
    return tuple(
        one for one in named if not any(one.startswith(f"{other}/") for other in named if other != one)
    )


def _distinct(names: Iterable[str]) -> list[str]:
    """Names made different by a number: "shop", "shop-2"."""
    taken: list[str] = []
    for name in names:
        plain = name.removesuffix(".git") or "repository"
        number, free = 1, plain
        while free in taken:
            number += 1
            free = f"{plain}-{number}"
        taken.append(free)
    return taken
