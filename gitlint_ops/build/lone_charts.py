"""The charts of a workspace that nothing renders, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gitlint_ops.build.site import Site
from gitlint_ops.discover.survey import Survey
from gitlint_ops.discover.targets import Versions
from gitlint_ops.model.environments import environment_of
from gitlint_ops.model.targets import BuildResult, BuildTarget
from gitlint_ops.workspace.config import Config

_CHART = "Chart.yaml"


def build_charts(
    surveys: Sequence[Survey],
    builds: Sequence[BuildResult],
    site: Site,
    versions: Versions,
    config: Config,
) -> tuple[BuildResult, ...]:
    """The charts that none of the `builds` has read; of a change, those that it touches."""
    if not any(path.rpartition("/")[2] == _CHART for tree in site.sources.trees for path in tree.entries()):
        return ()
    # Few repositories hold charts, and every run loads this module.
    from gitlint_ops.build.helm.folders import build_chart_folder

    read = {(one.target.repo, path) for one in builds for path in one.inputs}
    read |= {place for one in builds for place in one.beside}
    found = [one for survey in surveys for one in _targets(survey, read, site, versions, config)]
    if len(found) > 1 and site.helm.path:
        with site.charts.planned():
            for one in found:
                build_chart_folder(one, site)
    return tuple(build_chart_folder(one, site) for one in found)


def _targets(
    survey: Survey, read: set[tuple[str, str]], site: Site, versions: Versions, config: Config
) -> Iterator[BuildTarget]:
    from gitlint_ops.build.helm.folders import chart_targets

    for one in chart_targets(site.sources.tree(survey.repo), read, site.settings.charts):
        if survey.changed is not None and not any(_lies_in(path, one.path) for path in survey.changed):
            continue
        environment = environment_of(one.path, config.declared_environments)
        name = environment[0] if environment else None
        kubernetes = versions.by_environment.get(name or "", "") or versions.default
        yield replace(one, environment=name, kubernetes=kubernetes)


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
