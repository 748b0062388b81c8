"""What is asked of libgit2: opening, refs, the index, blobs and differences.

Nothing here writes, fetches or runs a program: libgit2 knows no hooks, no external filters, no
file system monitor and no credential helpers. pygit2 costs about 100 ms to import, so it is imported
inside the functions that begin the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.disk import too_large
from gitlint_ops.workspace.tree import MAX_FILES, Entry, EntryKind, Unreadable, path_text

if TYPE_CHECKING:
    import pygit2

_FOLDER_MODE = 0o040000
_LINK_MODE = 0o120000
_SUBMODULE_MODE = 0o160000

# git's index format: "extended flags" of a version 3 entry, in memory as libgit2 holds them.
_INTENT_TO_ADD = 1 << 13
_SKIP_WORKTREE = 1 << 14

_FETCH_HINT = (
    "is it fetched? a shallow clone needs more history "
    "(git fetch --unshallow; in CI, a fetch depth of 0), a branch of a remote its prefix (origin/main)"
)
_DAMAGE_HINT = "is the clone partial? try `git fsck`"


def open_git(folder: str) -> pygit2.Repository:
    """The repository whose working folder, or bare repository, is exactly `folder`.

    Owners are not verified (git's safe.directory), as CI containers often run as another user: the
    rule guards against programs that a repository's configuration names, and none is run here.

    Raises:
        UsageError: libgit2 cannot read it.
    """
    import pygit2
    from pygit2.enums import Option, RepositoryOpenFlag

    pygit2.option(Option.SET_OWNER_VALIDATION, False)
    try:
        return pygit2.Repository(folder, RepositoryOpenFlag.NO_SEARCH)
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise UsageError(
            f"{folder}: git's data cannot be read: {error}",
            hint="try `git status` there; a copy made by `git archive` can be checked as a plain folder",
        ) from error


def commit_of(git: pygit2.Repository, ref: str) -> pygit2.Commit:
    """The commit that a name means: a branch, a tag, an id, `HEAD~2`.

    Raises:
        UsageError: it means none.
    """
    import pygit2

    if ref == "HEAD" and _has_no_commit(git):
        raise UsageError("there is no 'HEAD': the repository has no commits yet")
    try:
        return git.revparse_single(ref).peel(pygit2.Commit)
    except (pygit2.GitError, KeyError, ValueError) as error:
        message = f"'{ref}' is no commit, branch or tag of this repository"
        raise UsageError(message, hint=_FETCH_HINT) from error


def tree_of(commit: pygit2.Commit) -> pygit2.Tree:
    """The root of a commit's files.

    Raises:
        UsageError: it is not there (a clone without trees).
    """
    import pygit2

    try:
        return commit.tree
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise _unlistable(error) from error


def blob_bytes(git: pygit2.Repository, entry: Entry, max_bytes: int) -> bytes:
    """The content of a blob; its header is read first, so that no small pack unfolds to gigabytes.

    Raises:
        Unreadable: too large, or not there (a partial clone).
    """
    import pygit2

    try:
        _, size = git.odb.read_header(entry.blob)
        if size > max_bytes:
            raise Unreadable(entry.path, too_large(size, max_bytes))
        return git.odb.read(entry.blob)[1]
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise Unreadable(
            entry.path, "has no content here: the clone is partial or damaged (try `git fsck`)"
        ) from error


class Tracked(Struct, frozen=True):
    """The paths that the index names; `skipped` are those that a sparse checkout leaves out."""

    files: frozenset[str] = frozenset()
    submodules: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()


def index_of(git: pygit2.Repository, index_file: str = "") -> pygit2.Index:
    """The index, or the one that `index_file` holds.

    Raises:
        UsageError: it is in a form that libgit2 cannot read (sparse and split indexes).
    """
    import pygit2

    try:
        index: pygit2.Index = pygit2.Index(index_file) if index_file else git.index
        if index_file:
            index.read(False)
    except (pygit2.GitError, OSError, KeyError, ValueError) as error:
        raise UsageError(
            f"git's index cannot be read: {error}",
            hint="a plain index helps: `git sparse-checkout reapply --no-sparse-index`, "
            "`git update-index --no-split-index`",
        ) from error
    return index


def tracked(index: pygit2.Index) -> Tracked:
    """What the index names, whatever it holds of it."""
    from pygit2.ffi import ffi

    files: set[str] = set()
    submodules: set[str] = set()
    skipped: set[str] = set()
    for record in _index_records(index):
        path = path_text(ffi.string(record.path))
        (submodules if record.mode == _SUBMODULE_MODE else files).add(path)
        if record.flags_extended & _SKIP_WORKTREE:
            skipped.add(path)
    return Tracked(frozenset(files), frozenset(submodules), frozenset(skipped))


def staged(index: pygit2.Index) -> dict[str, Entry]:
    """What the index holds; of a merge conflict, our side.

    A path that is only announced (`git add -N`) has nothing staged and is left out.
    """
    from pygit2.ffi import ffi

    found: dict[str, Entry] = {}
    stages: dict[str, int] = {}
    for record in _index_records(index):
        path = path_text(ffi.string(record.path))
        stage = (record.flags >> 12) & 3
        if record.flags_extended & _INTENT_TO_ADD or (path in found and not _is_nearer(stage, stages[path])):
            continue
        if stage:
            stages[path] = stage
        blob = bytes(ffi.buffer(ffi.addressof(record, "id"))).hex()
        found[path] = Entry(path, _kind(record.mode), blob)
    return found


def _index_records(index: pygit2.Index) -> Iterator[Any]:
    # libgit2's own structures: pygit2's entries have no flags and cost five times as much
    # (26 ms for 4,500 paths).
    from pygit2.ffi import C

    record_at, pointer = C.git_index_get_byindex, index._index
    for position in range(len(index)):
        yield record_at(pointer, position)


def _is_nearer(stage: int, held: int) -> bool:
    """Of a conflict's stages, ours (2) before theirs (3) before the ancestor (1)."""
    return (2, 3, 1).index(stage) < (2, 3, 1).index(held)


def tree_entries(root: pygit2.Tree) -> dict[str, Entry]:
    """All files beneath a git tree.

    Raises:
        UsageError: too many, or a tree is missing (a partial clone).
    """
    import pygit2

    found: dict[str, Entry] = {}
    pending = [("", root)]
    seen = 0
    try:
        while pending:
            prefix, tree = pending.pop()
            for child in tree:
                seen += 1
                # git refuses such names, but libgit2 does not look and a hostile pack may hold them.
                name = child.raw_name or b""
                if name in (b"", b".", b"..", b".git") or b"/" in name:
                    continue
                path = prefix + path_text(name)
                if child.filemode == _FOLDER_MODE:
                    assert isinstance(child, pygit2.Tree)
                    pending.append((f"{path}/", child))
                else:
                    found[path] = Entry(path, _kind(child.filemode), str(child.id))
            if seen > MAX_FILES:
                raise UsageError(f"the commit holds more than {MAX_FILES:,} files")
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise _unlistable(error) from error
    return found


def _unlistable(error: Exception) -> UsageError:
    return UsageError(f"the commit's files cannot be listed: {error}", hint=_DAMAGE_HINT)


def _kind(mode: int) -> EntryKind:
    if mode == _LINK_MODE:
        return EntryKind.SYMLINK
    return EntryKind.SUBMODULE if mode == _SUBMODULE_MODE else EntryKind.FILE


def base_tree(git: pygit2.Repository, base: str | None, head: pygit2.Commit | None) -> pygit2.Tree | None:
    """The files of what a change is compared with (raises as `base_commit` and `tree_of` do)."""
    commit = base_commit(git, base, head)
    return None if commit is None else tree_of(commit)


def base_commit(git: pygit2.Repository, base: str | None, head: pygit2.Commit | None) -> pygit2.Commit | None:
    """What a change is compared with: the merge base of `base` and `head`; without `base`, `head`.

    None before the first commit.

    Raises:
        UsageError: `base` is unknown, or has no common history with `head`.
    """
    import pygit2

    if head is None or base is None:
        return head
    commit = commit_of(git, base)
    try:
        common = git.merge_base(commit.id, head.id)
        merge_base = git[common] if common is not None else None
    except (pygit2.GitError, KeyError, ValueError):
        merge_base = None
    if not isinstance(merge_base, pygit2.Commit):
        why = " in this shallow clone" if git.is_shallow else ""
        raise UsageError(f"'{base}' has no common history with the commit checked{why}", hint=_FETCH_HINT)
    return merge_base


def head_commit(git: pygit2.Repository) -> pygit2.Commit | None:
    """The commit checked out, None before the first one.

    Raises:
        UsageError: HEAD means no commit (a damaged repository).
    """
    return None if _has_no_commit(git) else commit_of(git, "HEAD")


def _has_no_commit(git: pygit2.Repository) -> bool:
    import pygit2

    try:
        return git.head_is_unborn
    except (pygit2.GitError, KeyError, ValueError):
        return False  # HEAD is damaged; asking for its commit says so


def differing(make: Callable[[], pygit2.Diff]) -> frozenset[str]:
    """The paths of both sides of a difference.

    Raises:
        UsageError: objects are missing (a partial clone).
    """
    import pygit2

    try:
        return frozenset(
            path_text(file.raw_path) for delta in make().deltas for file in (delta.old_file, delta.new_file)
        )
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise UsageError(f"git cannot tell what changed: {error}", hint=_DAMAGE_HINT) from error
