"""What one folder or one delivery renders to, for `gitlint-ops build`."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.build.stage import with_ways
from gitlint_ops.discovering import Discovered, declared_repositories
from gitlint_ops.model.cards import Profile
from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.findings import Finding
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.pipeline import to_findings
from gitlint_ops.workspace.config import RemoteRepository
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree


def build_folder(
    tree: Tree,
    path: str,
    helm: Helm,
    *,
    repositories: Sequence[RemoteRepository] = (),
    restricted: bool = True,
    others: Sequence[Tree] = (),
) -> tuple[BuildResult, tuple[Finding, ...], Sources]:
    """What one folder renders to, with the faults that keep it from building at their lines.

    `restricted` as in `KustomizeBuilder`; `others` are repositories that bases may lie in.
    """
    sources = Sources([tree, *others], declared=declared_repositories(repositories, tree))
    target = BuildTarget(tree.name, path, TargetKind.KUSTOMIZE)
    builder = KustomizeBuilder(sources, tree.name, restricted=restricted, helm=helm)
    (result,) = with_ways([builder.build(target)])
    return result, faults_of(result, sources), sources


def faults_of(result: BuildResult, sources: Sources) -> tuple[Finding, ...]:
    """What was found while building, at its lines."""
    from gitlint_ops.rules.catalogue import catalogue

    held = catalogue() if result.violations else ()
    cards = {card.id: card for card in held if card.profile is not Profile.STRICT}
    violations = (replace(one, targets=(result.target.id,)) for one in result.violations)
    return tuple(to_findings(violations, cards, sources, {result.target.id: result.elsewhere}))


def delivered(found: Discovered, name: str) -> BuildResult:
    """What the delivery of that id renders to; the end of an id will do where only one ends so.

    Raises:
        UsageError: there is none, or there are several.
    """
    results = [one.result for one in found.expansion.deliveries if one.result is not None]
    exact = [one for one in results if one.target.id == name]
    ending = exact or [one for one in results if one.target.id.endswith(f"/{name}")]
    if len(ending) == 1:
        return ending[0]
    ids = [one.target.id for one in results]
    if not ending:
        near = did_you_mean(name, ids)
        hint = f"did you mean '{near}'?" if near else "`gitlint-ops graph` lists them"
        raise UsageError(f"nothing here delivers a target '{name}'", hint=hint)
    listed = ", ".join(one.target.id for one in ending[:10])
    raise UsageError(f"several targets end with '{name}'", hint=f"name one of {listed}")
