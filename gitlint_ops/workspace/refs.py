"""What a ref that a reference names means in a clone, as the server would have understood it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import pygit2

_FULL_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z", re.IGNORECASE)
_SHORT_ID = re.compile(r"[0-9a-f]{7,63}\Z", re.IGNORECASE)


class RefKind(Enum):
    """What a ref is; only a commit's id always means the same."""

    COMMIT = "commit"
    TAG = "tag"
    BRANCH = "branch"
    DEFAULT = "default branch"
    SHORT_ID = "abbreviated commit id"


class Revision(Struct, frozen=True):
    """A commit, and the kind of ref that led to it."""

    commit: str
    kind: RefKind


def is_full_id(ref: str) -> bool:
    """Whether a ref is a whole commit id."""
    return _FULL_ID.match(ref) is not None


def revision_of(git: pygit2.Repository, ref: str, remotes: Sequence[str]) -> Revision | None:
    """The commit that `git fetch REPOSITORY REF` would bring; None where the clone does not know it.

    A tag goes before a branch, as on the server; a branch is the clone's own, else that of the first
    of `remotes` that has it. "" and "HEAD" are the default branch. Expressions (`HEAD~2`) mean nothing
    to a server, and abbreviated ids mean nothing either, but are found, so that they can be told.

    Source: https://git-scm.com/docs/gitrevisions, https://git-scm.com/docs/git-fetch
    """
    if ref in ("", "HEAD"):
        return _default(git, remotes)
    if is_full_id(ref):
        return _by_id(git, ref, RefKind.COMMIT)
    for name, kind in _candidates(ref, remotes):
        commit = _commit_at(git, name)
        if commit is not None:
            return Revision(commit, kind)
    return _by_id(git, ref, RefKind.SHORT_ID) if _SHORT_ID.match(ref) else None


def _candidates(ref: str, remotes: Sequence[str]) -> Iterator[tuple[str, RefKind]]:
    """Full names of refs in the order in which git tries them."""
    if ref.startswith("refs/"):
        ref = ref.removeprefix("refs/")
        if not ref.startswith(("tags/", "heads/")):
            yield f"refs/{ref}", RefKind.BRANCH
            return
    else:
        yield f"refs/tags/{ref}", RefKind.TAG
        yield from _branches(ref, remotes)
    if ref.startswith("tags/"):
        yield f"refs/{ref}", RefKind.TAG
    elif ref.startswith("heads/"):
        yield from _branches(ref.removeprefix("heads/"), remotes)


def _branches(name: str, remotes: Sequence[str]) -> Iterator[tuple[str, RefKind]]:
    yield f"refs/heads/{name}", RefKind.BRANCH
    for remote in remotes:
        yield f"refs/remotes/{remote}/{name}", RefKind.BRANCH


def tag_names(git: pygit2.Repository) -> tuple[str, ...]:
    """The names of all tags."""
    prefix = "refs/tags/"
    return tuple(one.removeprefix(prefix) for one in git.references if one.startswith(prefix))


def branch_names(git: pygit2.Repository, remotes: Sequence[str]) -> tuple[str, ...]:
    """The names of all branches, the clone's own and those of its remotes."""
    prefixes = ("refs/heads/", *(f"refs/remotes/{remote}/" for remote in remotes))
    found = (
        one.removeprefix(prefix) for one in git.references for prefix in prefixes if one.startswith(prefix)
    )
    return tuple(dict.fromkeys(one for one in found if one != "HEAD"))


def state_of(git: pygit2.Repository) -> str:
    """All refs and what they point to, and what is checked out."""
    held = (f"{one.name} {one.target}" for one in git.references.iterator())
    return "\n".join([_symbolic(git, "HEAD"), *sorted(held)])


def default_name(git: pygit2.Repository, remotes: Sequence[str]) -> str:
    """The default branch of the first remote that tells it, "" where none does."""
    return next((name for _, name in _default_names(git, remotes)), "")


def branch_at(git: pygit2.Repository, revision: str) -> str:
    """The branch that is checked out, if the revision is its tip or no commit; else one whose tip it is."""
    head = _symbolic(git, "HEAD").removeprefix("refs/heads/")
    if not is_full_id(revision) or _commit_at(git, "HEAD") == revision:
        return head
    tips = (
        one for one in git.references if one.startswith("refs/heads/") and _commit_at(git, one) == revision
    )
    return min(tips, default="").removeprefix("refs/heads/")


def _default_names(git: pygit2.Repository, remotes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Remotes that tell their default branch, with its name."""
    for remote in remotes:
        prefix = f"refs/remotes/{remote}/"
        name = _symbolic(git, f"{prefix}HEAD")
        if name.startswith(prefix):
            yield remote, name.removeprefix(prefix)


def _default(git: pygit2.Repository, remotes: Sequence[str]) -> Revision | None:
    """The default branch of the first remote that tells it, else what the clone has checked out."""
    for remote, name in _default_names(git, remotes):
        if name:
            for branch, _ in _branches(name, (remote,)):
                commit = _commit_at(git, branch)
                if commit is not None:
                    return Revision(commit, RefKind.DEFAULT)
    commit = _commit_at(git, "HEAD")
    return Revision(commit, RefKind.DEFAULT) if commit is not None else None


def _symbolic(git: pygit2.Repository, name: str) -> str:
    import pygit2

    try:
        target = git.lookup_reference(name).target
    except (pygit2.GitError, KeyError, ValueError):
        return ""
    return target if isinstance(target, str) else ""


def _commit_at(git: pygit2.Repository, name: str) -> str | None:
    import pygit2

    try:
        return str(git.lookup_reference(name).peel(pygit2.Commit).id)
    except (pygit2.GitError, KeyError, ValueError):
        return None


def _by_id(git: pygit2.Repository, ref: str, kind: RefKind) -> Revision | None:
    import pygit2

    try:
        return Revision(str(git[ref.lower()].peel(pygit2.Commit).id), kind)
    except (pygit2.GitError, KeyError, ValueError):
        return None
