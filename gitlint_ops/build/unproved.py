"""Entries that serve several builds, of which some failed: then nothing proves them to be idle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitlint_ops.discover.kustomize import KustomizeDir
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.targets import BuildResult, Status


def proved(
    idle: Iterable[Violation], results: Sequence[BuildResult], surveys: Sequence[Survey]
) -> Iterator[Violation]:
    """The violations of entries that no failed build takes in, directly or through others."""
    failed = {(one.target.repo, one.target.path) for one in results if one.status is Status.FAILED}
    if not failed:
        yield from idle
        return
    doubtful = {
        (found.repo, path)
        for found in surveys
        for path in _taken_in([path for repo, path in failed if repo == found.repo], found.dirs)
    }
    for one in idle:
        if not isinstance(one.on, DocumentRef) or (one.on.file.repo, one.on.file.path) not in doubtful:
            yield one


def _taken_in(folders: Sequence[str], dirs: Mapping[str, KustomizeDir]) -> Iterator[str]:
    """The files that kustomizations name, and their own."""
    pending, seen = [*folders], set(folders)
    while pending:
        directory = dirs.get(pending.pop())
        if directory is None:
            continue
        yield directory.document.file.path
        for referred in directory.references:
            yield referred.path
            if referred.path in dirs and referred.path not in seen:
                seen.add(referred.path)
                pending.append(referred.path)
