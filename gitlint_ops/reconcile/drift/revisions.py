"""Whether an operator has delivered exactly what is checked out here."""

from __future__ import annotations

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

_SHORTEST = 7


def is_current(revisions: frozenset[str], result: BuildResult, sources: Sources) -> bool:
    """Whether the commit that was delivered last is the one that the target was rendered from, with none of
    its files changed since; False where that is not known."""
    if not any(len(one) >= _SHORTEST for one in revisions):
        return False
    tree = next((one for one in sources.trees if one.name == result.target.repo), None)
    head = _commit(tree) if tree is not None else ""
    if tree is None or not head or not any(len(one) >= _SHORTEST and head == one for one in revisions):
        return False
    # What comes from elsewhere may have changed without this commit.
    return not result.elsewhere and result.inputs.isdisjoint(_changed(tree))


def _commit(tree: Tree) -> str:
    """The id of the commit that a tree is, or is checked out over; "" where there is none."""
    revision = tree.repository.revision
    if revision not in ("worktree", "index"):
        return revision
    if not tree.repository.git_dir:
        return ""
    from gitlint_ops.workspace.git import head_commit, open_git

    try:
        found = head_commit(open_git(tree.repository.root or tree.repository.git_dir))
    except UsageError:
        return ""
    return str(found.id) if found is not None else ""


def _changed(tree: Tree) -> frozenset[str]:
    try:
        return tree.changed_since(None) if tree.repository.revision in ("worktree", "index") else frozenset()
    except UsageError:
        return frozenset(tree.entries())
