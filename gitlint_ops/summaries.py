"""What a report says beside the findings: targets, coverage, and what was not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from gitlint_ops.discover.roles import LEFT_OUT, FileRole
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.results import Coverage, TargetSummary
from gitlint_ops.model.targets import BuildResult, Status, Unchecked
from gitlint_ops.validate.stage import Validated
from gitlint_ops.workspace.sources import Sources


def unchecked_of(
    builds: Sequence[BuildResult],
    others: Sequence[Unchecked],
    surveys: Sequence[Survey],
    sources: Sources,
) -> tuple[Unchecked, ...]:
    """What is unchecked, at the entry that asks for it; of a change, only what stands in its files."""
    changed = {found.repo: found.changed for found in surveys}
    found: dict[Unchecked, None] = {}
    for one in (*(each for build in builds for each in build.unchecked), *others):
        if one.on is None:
            found[one] = None
            continue
        of_change = changed.get(one.on.file.repo)
        if of_change is None or one.on.file.path in of_change:
            location, _ = sources.location(one.on, one.path)
            file = location.file
            shown = f"{file.repo}/{file.path}" if len(surveys) > 1 else file.path
            found[replace(one, place=f"{shown}:{location.line}")] = None
    return tuple(found)


def coverage_of(
    surveys: Sequence[Survey],
    builds: Sequence[BuildResult],
    judged: Sequence[BuildResult],
    validated: Validated,
) -> Coverage:
    """What a run looked at, in files and objects; files of charts that were rendered were looked at."""
    looked_at = [one for one in builds if one.objects or one.status is not Status.UNCHECKED]
    rendered = {(one.target.repo, path) for one in looked_at for path in one.inputs}
    rendered |= {place for one in looked_at for place in one.beside}
    left_out: Counter[str] = Counter()
    for found in surveys:
        left_out.update(found.left_out)
        idle = sum((found.repo, path) not in rendered for path in found.chart_files)
        if idle:
            left_out[LEFT_OUT[FileRole.CHART]] += idle
    return Coverage(
        files=sum(found.files for found in surveys),
        objects=sum(len(one.objects) for one in judged),
        validated=validated.objects,
        unvalidated=validated.unvalidated,
        left_out=tuple(sorted(left_out.items())),
        unverifiable=validated.unverifiable,
    )


def summary_of(build: BuildResult, validated: Validated) -> TargetSummary:
    """One target's line in the report."""
    measure = validated.measures.get(build.target.id)
    return TargetSummary(build.target, build.status, len(build.objects), build.reason, measure)
