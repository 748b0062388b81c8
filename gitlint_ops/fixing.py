"""Making the safe edits that findings carry, until there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gitlint_ops.build.proof import Proof
from gitlint_ops.build.safe_edits import edited_bytes
from gitlint_ops.discovering import Progress, Request
from gitlint_ops.model.findings import Edit, Finding, State, TriagedFinding
from gitlint_ops.model.fixes import FixedFile, Fixes
from gitlint_ops.model.location import FileRef
from gitlint_ops.pipeline import check
from gitlint_ops.workspace.edited import EditedTree
from gitlint_ops.workspace.remotes import declared
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

FIXABLE = frozenset({"deprecated-field"})
"""The rules whose findings carry edits."""

_MOST_ROUNDS = 100
"""Edits of one file in a run; a file with more needs another run."""


def fixes(trees: Sequence[Tree], request: Request, progress: Progress) -> Fixes:
    """The files as they should be; nothing is written.

    A file gets one edit a round, and is then looked at again: where one edit has put a field, the
    next may add to it. What comes out in the end is proved once more as a whole.

    Raises:
        UsageError: as `check`.
    """
    edited: dict[FileRef, bytes] = {}
    made: dict[FileRef, list[tuple[str, str]]] = {}
    left: tuple[Finding, ...] = ()
    for _ in range(_MOST_ROUNDS):
        now = [EditedTree(tree, _of(tree, edited)) for tree in trees]
        left = _counting(check(now, request, progress).findings)
        wanted = _first_edits(left)
        if not wanted:
            break
        sources = Sources(now)
        for file, (rule, edit) in wanted.items():
            edited[file] = edited_bytes(sources.data(file), edit)
            made.setdefault(file, []).append((rule, edit.title))
    sources = Sources(trees, declared=declared(request.config.repositories, trees[0]))
    refused = Proof(sources).refused(edited) if edited else {}
    done = tuple(
        FixedFile(file, sources.data(file), edited[file], tuple(made[file]))
        for file in sorted(edited)
        if file not in refused
    )
    return Fixes(done, left, tuple(sorted(refused.items())))


def _of(tree: Tree, edited: Mapping[FileRef, bytes]) -> dict[str, bytes]:
    return {file.path: data for file, data in edited.items() if file.repo == tree.name}


def _counting(findings: Iterable[TriagedFinding]) -> tuple[Finding, ...]:
    """The findings of fixable rules that nobody has allowed; accepted old ones are among them."""
    return tuple(
        one.finding for one in findings if one.state is not State.SUPPRESSED and one.finding.rule in FIXABLE
    )


def _first_edits(findings: Iterable[Finding]) -> dict[FileRef, tuple[str, Edit]]:
    """The first edit of each file, with its rule."""
    found: dict[FileRef, tuple[str, Edit]] = {}
    for one in findings:
        if one.edit is not None:
            found.setdefault(one.edit.file, (one.rule, one.edit))
    return found
