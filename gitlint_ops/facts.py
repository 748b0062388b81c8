"""What rules are told beside the objects: the facts of each target and file of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from msgspec.structs import replace

from gitlint_ops.discover.delivery import replaced_images
from gitlint_ops.discover.survey import Survey
from gitlint_ops.discover.untouched import documents_with
from gitlint_ops.model.environments import environment_of
from gitlint_ops.model.objects import SourceDocument
from gitlint_ops.model.pod_security import PREFIX
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.namespaces import Labelled, Namespaces, labelled_in, mildest, namespaces_by_target
from gitlint_ops.rules.subjects import Facts
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree


def rule_inputs(
    judged: tuple[BuildResult, ...],
    altered: tuple[BuildResult, ...],
    surveys: Sequence[Survey],
    config: Config,
    kubernetes: str,
    namespaces: Mapping[str, Namespaces],
) -> RuleInputs:
    """All that the rules of a run look at; `kubernetes` overrides the configuration's versions.

    `namespaces` are those that each target sees.
    """
    documents = tuple(one for found in surveys for one in found.documents)
    whole = Facts(
        kubernetes=kubernetes or config.kubernetes,
        flux=config.operators.flux,
        argocd=config.operators.argocd,
        replaced_images=replaced_images(one.body for one in documents),
        environments=config.declared_environments,
        pod_security=config.pod_security,
    )
    return RuleInputs(
        judged=judged,
        altered=altered,
        documents=documents,
        facts=whole,
        target_facts=_of_targets(judged, whole, config, namespaces),
        file_facts={} if kubernetes else _of_files(documents, whole, config),
    )


def _of_targets(
    judged: Sequence[BuildResult], whole: Facts, config: Config, namespaces: Mapping[str, Namespaces]
) -> dict[str, Facts]:
    """The facts of each target; those of which the same is known share one value."""
    levels = {one.name: one.pod_security for one in config.environments}
    made: dict[tuple[str, str, Namespaces], Facts] = {}
    found: dict[str, Facts] = {}
    for target in (one.target for one in judged):
        level = levels.get(target.environment or "", "") or config.pod_security
        key = target.kubernetes, level, namespaces[target.id]
        if key not in made:
            made[key] = replace(
                whole, kubernetes=target.kubernetes, pod_security=level, namespaces=namespaces[target.id]
            )
        found[target.id] = made[key]
    return found


def _of_files(
    documents: Sequence[SourceDocument], whole: Facts, config: Config
) -> dict[tuple[str, str], Facts]:
    """The facts of files of an environment that runs its own version of Kubernetes."""
    versions = {one.name: one.kubernetes for one in config.environments if one.kubernetes}
    made = {version: replace(whole, kubernetes=version) for version in versions.values()}
    found: dict[tuple[str, str], Facts] = {}
    for file in (one.ref.file for one in documents) if versions else ():
        environment = environment_of(file.path, config.declared_environments)
        if environment is not None and environment[0] in versions:
            found[file.repo, file.path] = made[versions[environment[0]]]
    return found


def labelled_namespaces(
    judged: Sequence[BuildResult], sources: Sources, trees: Sequence[Tree], *, limited: bool
) -> dict[str, Namespaces]:
    """The labelled namespaces that each target sees, by its id.

    Where the run is `limited` and does not build everything, those of other files are looked for as soon
    as one is missed.
    """

    @cache
    def rest() -> Mapping[str, Labelled]:
        found: dict[str, Labelled] = {}
        for tree in trees:
            for ref, body in documents_with(PREFIX, sources, tree):
                for name, one in labelled_in(ref, body):
                    found[name] = mildest((one, found.get(name, one))) or one
        return found

    return namespaces_by_target(judged, rest if limited else None)
