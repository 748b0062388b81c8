"""The revision that a change is compared with, as a tree of its own."""

from __future__ import annotations

from msgspec.structs import replace

from gitlint_ops.workspace import git
from gitlint_ops.workspace.open import open_tree
from gitlint_ops.workspace.tree import INDEX, WORKTREE, Tree


def base_of(tree: Tree, base: str | None) -> Tree | None:
    """What `Tree.changed_since` compares with, under the same name; None where there is nothing before.

    Raises:
        UsageError: as `Tree.changed_since` does.
    """
    repository = tree.repository
    if not repository.git_dir:
        return None
    handle = git.open_git(repository.root or repository.git_dir)
    if repository.revision in (WORKTREE, INDEX):
        head = git.head_commit(handle)
    else:
        head = git.commit_of(handle, repository.revision)
        if base is None:
            base = f"{repository.revision}~1" if head.parent_ids else None
            head = head if base else None
    commit = git.base_commit(handle, base, head)
    if commit is None:
        return None
    return open_tree(replace(repository, revision=str(commit.id), index_file=""), tree.max_bytes)
