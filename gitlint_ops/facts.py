"""What rules are told beside the objects: the facts of each target and file of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from msgspec.structs import replace

from gitlint_ops.discover.delivery import replaced_images
from gitlint_ops.discover.flux_versions import InstalledFlux, newest, version_among
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.survey import Survey
from gitlint_ops.discover.untouched import documents_with
from gitlint_ops.model.delivery import Expansion
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


def with_flux(inputs: RuleInputs, expansion: Expansion, installed: InstalledFlux) -> RuleInputs:
    """Inputs that know of each file with objects of Flux which version of it the clusters run.

    Of several clusters that get a file the newest counts; where none of them says it, the version that is
    installed nearest to the file.
    """
    files = {
        (one.ref.file.repo, one.ref.file.path)
        for one in inputs.documents
        if isinstance(one.body, Mapping) and _is_of_flux(one.body)
    }
    if not files:
        return inputs
    by_cluster = {name: version_among(KnownObjects(held)) for name, held in expansion.known.items() if name}
    served: dict[tuple[str, str], set[str]] = {}
    for delivery in expansion.deliveries if any(by_cluster.values()) else ():
        if delivery.result is not None:
            repo, version = delivery.result.target.repo, by_cluster.get(delivery.destination, "")
            for file in files.intersection((repo, path) for path in delivery.result.inputs):
                served.setdefault(file, set()).add(version)
    held_facts = dict(inputs.file_facts)
    for file in files:
        version = newest(served.get(file, ())) or installed.nearest(*file)
        if version:
            held_facts[file] = replace(inputs.facts_of_file(*file), flux=version)
    return replace(inputs, file_facts=held_facts)


def _is_of_flux(body: Mapping[str, Any]) -> bool:
    return ".toolkit.fluxcd.io/" in str(body.get("apiVersion")) or body.get("kind") == "List"


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
