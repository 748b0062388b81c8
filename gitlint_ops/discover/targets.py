"""The targets of a repository: each with its environment and its version of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.environments import DeclaredEnvironment, environment_of
from gitlint_ops.model.targets import BuildTarget, TargetKind


class Versions(Struct, frozen=True):
    """The version of Kubernetes by environment, and where none is said."""

    default: str
    by_environment: Mapping[str, str] = field(default_factory=dict)


def targets(
    surveys: Iterable[Survey], environments: Sequence[DeclaredEnvironment], versions: Versions
) -> tuple[BuildTarget, ...]:
    """What to build: kustomizations, components that nothing uses, folders of plain manifests."""
    found: list[BuildTarget] = []
    for survey in surveys:
        for kind, path in _folders(survey):
            environment = environment_of(path, environments)
            name = environment[0] if environment else None
            found.append(
                BuildTarget(
                    repo=survey.repo,
                    path=path,
                    kind=kind,
                    environment=name,
                    kubernetes=versions.by_environment.get(name or "", "") or versions.default,
                )
            )
    return tuple(found)


def _folders(survey: Survey) -> Iterator[tuple[TargetKind, str]]:
    for path in survey.kustomizations:
        # A component is no target: it is built as part of the kustomizations that use it.
        if not (survey.dirs[path].component and path in survey.included):
            yield TargetKind.KUSTOMIZE, path
    for path in sorted(survey.loose):
        yield TargetKind.PLAIN, path
