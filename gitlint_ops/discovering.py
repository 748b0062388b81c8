"""What a workspace holds and delivers, before anything of it is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.changed_deliveries import touched
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.lone_charts import build_charts
from gitlint_ops.build.site import Site, settings_of
from gitlint_ops.build.stage import (
    build_all,
    results_of,
)
from gitlint_ops.discover.flux_versions import InstalledFlux
from gitlint_ops.discover.owners import is_owner
from gitlint_ops.discover.survey import Extent, Survey, survey
from gitlint_ops.discover.targets import Versions, targets
from gitlint_ops.expansion import expand, expand_changed
from gitlint_ops.model.cards import Card
from gitlint_ops.model.delivery import Expansion
from gitlint_ops.model.globs import Globs
from gitlint_ops.model.targets import BuildResult, BuildTarget
from gitlint_ops.triage.baseline import Baseline
from gitlint_ops.workspace.config import Config, RemoteRepository
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

if TYPE_CHECKING:
    from gitlint_ops.workspace.remotes import Declared

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


class Request(Struct, frozen=True):
    """What one run checks.

    `cards` are the selected rules with the user's severities, `known` the ids of all rules.
    `changed` limits the run to what a change can alter: the base to compare with ("" for what the
    tree itself stages over HEAD), or None for everything. `kubernetes` overrides the
    configuration's versions. `helm` renders the charts of kustomizations. `limits` are the paths of the
    change by repository, where another run has found them: this one looks at what they were before.
    """

    config: Config
    cards: tuple[Card, ...]
    known: frozenset[str]
    today: date
    kubernetes: str = ""
    changed: str | None = None
    baseline: Baseline = Baseline()
    helm: Helm = Helm()
    limits: Mapping[str, frozenset[str] | None] | None = None


class Discovered(Struct, frozen=True):
    """What a workspace holds: its folders, each built by itself, and what its delivery objects come to."""

    sources: Sources
    surveys: tuple[Survey, ...]
    site: Site
    alone: tuple[BuildResult, ...]
    expansion: Expansion
    followed: Expansion = Expansion()
    """All deliveries, where `expansion` has only those that a change can alter."""


def discovered(trees: Sequence[Tree], request: Request, progress: Progress) -> Discovered:
    """Discover, build, and follow what is built; nothing is judged yet.

    Raises:
        UsageError: as `check` does.
    """
    sources = Sources(trees, declared=declared_repositories(request.config.repositories, trees[0]))
    surveys = tuple(survey(sources, tree, extent(tree, request)) for tree in trees)
    installed = InstalledFlux(surveys, sources, limited=is_limited(trees, request))
    site = Site(sources, request.helm, settings_of(request.config), installed=installed)
    alone = build_all(surveys, targets_of(surveys, request), site, progress)
    followed = _followed(trees, site, request, progress) if request.changed else None
    if followed is not None:
        changed = {found.repo: found.changed or frozenset() for found in surveys}
        expansion = touched(followed, changed)
    else:
        expansion = _expansion(surveys, alone, site, request, progress)
    charts = build_charts(surveys, (*alone, *results_of(expansion)), site, _versions(request), request.config)
    return Discovered(sources, surveys, site, (*alone, *charts), expansion, followed or expansion)


def _expansion(
    surveys: Sequence[Survey],
    alone: Sequence[BuildResult],
    site: Site,
    request: Request,
    progress: Progress,
) -> Expansion:
    """What the delivery objects come to; a run limited to a change does not build all that it takes."""
    if request.changed is not None:
        return expand_changed(surveys, alone, site, request.config, progress)
    return expand(surveys, alone, site, request.config, progress, request.kubernetes)


def _followed(trees: Sequence[Tree], site: Site, request: Request, progress: Progress) -> Expansion | None:
    """All deliveries of a workspace of which only a change is judged; None where nothing is delivered.

    What a delivery renders to hangs on parents far from the change, so that all have to be followed.
    """
    whole = tuple(
        survey(site.sources, tree, extent(tree, replace(request, changed=None, limits=None)))
        for tree in trees
    )
    if not any(is_owner(one.body) for found in whole for one in found.documents):
        return None
    alone = build_all(whole, targets_of(whole, request), site, progress)
    return expand(whole, alone, site, request.config, progress, request.kubernetes)


def declared_repositories(repositories: Sequence[RemoteRepository], tree: Tree) -> Sequence[Declared]:
    """What addresses mean by a configuration; most have none, and then nothing is loaded."""
    if not repositories:
        return ()
    from gitlint_ops.workspace.remotes import declared

    return declared(repositories, tree)


def extent(tree: Tree, request: Request) -> Extent:
    """What of a repository a run looks at."""
    excluded = Globs(request.config.exclude)
    changed: frozenset[str] | None = None
    if request.limits is not None:
        changed = request.limits.get(tree.name)
    elif request.changed is not None:
        changed = tree.changed_since(request.changed or None)
        source = request.config.source
        if source is not None and source.file.path in changed:
            changed = None  # other settings can change any verdict
    return Extent(
        scopes=tree.repository.scopes,
        changed=changed,
        excluded=frozenset(path for path in tree.entries() if excluded.match(path)),
    )


def targets_of(surveys: Sequence[Survey], request: Request) -> tuple[BuildTarget, ...]:
    """The folders to build."""
    return targets(surveys, request.config.declared_environments, _versions(request))


def _versions(request: Request) -> Versions:
    config = request.config
    by_environment = {one.name: one.kubernetes for one in config.environments if one.kubernetes}
    return Versions(request.kubernetes or config.kubernetes, {} if request.kubernetes else by_environment)


def is_limited(trees: Sequence[Tree], request: Request) -> bool:
    """Whether a run does not look at all files."""
    return request.changed is not None or any(tree.repository.scopes for tree in trees)
