"""Gathering what users wrote to accept findings: comments, annotations, the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.syntax.comments import comments
from gitlint_ops.triage.allowances import Annotation, PathAllowance
from gitlint_ops.triage.suppressions import Accepted
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

ANNOTATION = "gitlint-ops.dev/allow"


def accepted(
    sources: Sources, files: Iterable[FileRef], judged: Iterable[BuildResult], config: Config
) -> Accepted:
    """All that accepts findings: comments in `files`, annotations, the configuration."""
    spoken = {file: found for file in files if (found := tuple(comments(_data(sources, file))))}
    return Accepted(
        comments=spoken,
        lines=sources.lines,
        annotations=dict(_annotations(sources, judged)),
        paths=tuple(_paths(config)),
    )


def _data(sources: Sources, file: FileRef) -> bytes:
    try:
        return sources.data(file)
    except Unreadable:
        return b""


def _annotations(
    sources: Sources, judged: Iterable[BuildResult]
) -> Iterator[tuple[tuple[str, ObjectKey], Annotation]]:
    path = ("metadata", "annotations", ANNOTATION)
    for build in judged:
        for one in build.objects:
            text = value_at(one.body, path)
            if isinstance(text, str):
                location, _ = sources.location_of(origin(at(one.blame, path)))
                yield (one.target, one.key), Annotation(text, location)


def _paths(config: Config) -> Iterator[PathAllowance]:
    for number, entry in enumerate(config.rules.paths):
        place = config.location(("rules", "paths", number)) or Location(FileRef("", "", ""), 1, 1, 1, 1)
        yield PathAllowance(entry.paths, entry.ignore, entry.reason, place, entry.until)
