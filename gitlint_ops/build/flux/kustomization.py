"""What a Kustomization of Flux delivers: its source's folder, built, substituted and labelled.

Source: fluxcd/kustomize-controller internal/controller/kustomization_controller.go (reconcile, build)
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.flux.artifacts import Artifact, NoArtifact, artifact_of
from gitlint_ops.build.flux.generated import edit_of, is_edited
from gitlint_ops.build.flux.near_folders import near_folder
from gitlint_ops.build.flux.substituted import with_substitutions
from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.build.site import Site
from gitlint_ops.discover.flux_versions import version_among
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.kustomize import FILE_NAMES
from gitlint_ops.model.blame import Blame, Via, origin, with_field
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at, with_value
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind, Unchecked
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.partial import PartialTree
from gitlint_ops.workspace.tree import Unreadable

PATH_MISSING = "path-missing"

_PATH: FieldPath = ("spec", "path")
_PLACEHOLDER = ("${", "{{")


def build_flux_kustomization(
    owner: Owner, target: BuildTarget, known: KnownObjects, site: Site
) -> BuildResult:
    """What a Kustomization delivers; never raises: what is wrong is told in the result.

    `known` are the objects of the cluster that it lives in: sources, and what it takes variables from.
    """
    artifact, path = _filled_in(owner) or artifact_of(owner, known, site)
    if isinstance(artifact, NoArtifact):
        return _unchecked(target, artifact)
    folder = artifact.folder(path)
    if artifact.checked:
        target = replace(target, repo=artifact.tree.name, path=folder)
    fault = _path_fault(owner, artifact, folder)
    if fault is not None:
        return _without_folder(target, artifact, folder, fault)
    result = _built(owner, target, artifact, folder, site)
    result = _seen_from(owner, result, artifact)
    if result.status is Status.FAILED:
        return _unsure(owner, result, artifact)
    result = with_substitutions(owner, result, known, _version_of_flux(owner, known, site))
    labelled = tuple(_with_common_metadata(one, owner) for one in result.objects)
    return replace(result, objects=labelled)


def _version_of_flux(owner: Owner, known: KnownObjects, site: Site) -> str:
    """The version that is configured, else that of the cluster, else of what is installed nearby; or ""."""
    if site.settings.flux or owner.value("spec", "postBuild") is None:
        return site.settings.flux
    found = version_among(known)
    if found or site.installed is None:
        return found
    file = origin(owner.object.blame).source.file
    return site.installed.nearest(file.repo, file.path)


def _filled_in(owner: Owner) -> tuple[NoArtifact, str] | None:
    """Why a Kustomization cannot be followed whose path or source is not final."""
    for path in (_PATH, ("spec", "sourceRef", "name"), ("spec", "sourceRef", "namespace")):
        text = owner.text(*path)
        if any(mark in text for mark in _PLACEHOLDER):
            place = owner.origin(path)
            reason = f"'{text}' is filled in by something that is not known here"
            return NoArtifact(reason, place.source, place.source_path), ""
    return None


def _unchecked(target: BuildTarget, lack: NoArtifact) -> BuildResult:
    unchecked = Unchecked(target.id, lack.reason, on=lack.on, path=lack.path)
    return BuildResult(target, Status.UNCHECKED, unchecked=(unchecked,), complete=False, reason=lack.reason)


# The folder


def _path_fault(owner: Owner, artifact: Artifact, folder: str) -> Violation | None:
    """What is wrong with `spec.path`, if the source has no such folder."""
    text = owner.text(*_PATH) or "."
    tree = artifact.tree
    if tree.is_folder(folder):
        if artifact.has_folder(folder):
            return None
        message = f"{artifact.said} leaves out all of '{text}'"
        hint = "see its `ignore` and sparseCheckout, .sourceignore files, or what its generator copies"
        return Violation(owner.object, _PATH, message, hint=hint, rule=PATH_MISSING)
    if folder in tree.entries():
        above = posixpath.dirname(folder) or "."
        message = f"'{text}' is a file, and Flux builds folders"
        return Violation(owner.object, _PATH, message, hint=f"name its folder '{above}'", rule=PATH_MISSING)
    message = f"there is no folder '{text}' in {artifact.said} (Flux: kustomization path not found)"
    return Violation(owner.object, _PATH, message, hint=_near(text, artifact), rule=PATH_MISSING)


def _near(text: str, artifact: Artifact) -> str:
    """The folder that may be meant: one or two names of the path are like others there."""
    wanted = artifact.folder(text)
    root = f"{artifact.root}/" if artifact.root else ""
    near = near_folder(wanted.removeprefix(root), artifact.tree.folders(), root)
    if not near:
        return "git knows no folder that holds no file"
    return f"did you mean '{'./' if text.startswith('./') else ''}{near}'?"


def _without_folder(target: BuildTarget, artifact: Artifact, folder: str, fault: Violation) -> BuildResult:
    reason = artifact.tree.unfetched(folder)
    if reason:
        return BuildResult(target, Status.UNCHECKED, reason=reason, complete=False)
    if artifact.includes:
        reason = f"{artifact.said} includes other repositories, which are not put together here"
        unchecked = (Unchecked(target.id, reason),)
        return BuildResult(target, Status.UNCHECKED, unchecked=unchecked, complete=False, reason=reason)
    return BuildResult(target, Status.FAILED, violations=(fault,), complete=False, reason=fault.message)


# Building


def _built(owner: Owner, target: BuildTarget, artifact: Artifact, folder: str, site: Site) -> BuildResult:
    """The folder as it renders from the artifact.

    What is shared with other builds of the repository is tried first. It comes to the same but where it
    fails, for Flux lets kustomizations read files anywhere in the artifact, or took something that is not
    in it.
    """
    tree = artifact.tree
    has_own = any(posixpath.join(folder, name) in tree.entries() for name in FILE_NAMES)
    edit = edit_of(owner, artifact, folder) if is_edited(owner) or not has_own else None
    edit = edit or (edit_of(owner, artifact, folder) if _is_bare(artifact, folder, site) else None)
    asked = BuildTarget(tree.name, folder, TargetKind.KUSTOMIZE, kubernetes=target.kubernetes)
    builder = _exact_builder(artifact, site) if artifact.links else site.builder(tree.name)
    result = builder.build(asked, edit)
    left_out = any(not artifact.holds(one) for one in result.inputs if one in tree.entries())
    if result.status is Status.FAILED or left_out:
        result = _exact_builder(artifact, site).build(asked, edit)
    inputs = frozenset(one for one in result.inputs if one in tree.entries())
    objects = tuple(replace(one, target=target.id) for one in result.objects)
    violations = result.violations if has_own else tuple(map(_in_made, result.violations))
    unchecked = tuple(replace(one, target=target.id) for one in result.unchecked)
    return replace(
        result, target=target, objects=objects, violations=violations, unchecked=unchecked, inputs=inputs
    )


def _in_made(violation: Violation) -> Violation:
    """A fault of a kustomization that is in no file."""
    said = "Flux takes in all YAML files of a folder that has no kustomization.yaml"
    return replace(violation, hint=f"{violation.hint}; {said}" if violation.hint else said)


def _is_bare(artifact: Artifact, folder: str, site: Site) -> bool:
    """Whether a folder's own kustomization names no resources, which Flux treats in a way of its own."""
    for name in FILE_NAMES:
        path = posixpath.join(folder, name)
        if path in artifact.tree.entries():
            try:
                documents = site.sources.text(artifact.tree.ref(path), Typing.KUBECTL).documents
            except Unreadable:
                return False
            return not any(value_at(one.body, ("resources",)) for one in documents[:1])
    return False


def _exact_builder(artifact: Artifact, site: Site) -> KustomizeBuilder:
    """A builder of what is in the artifact and nothing else."""

    def made() -> KustomizeBuilder:
        partial = PartialTree(artifact.tree, artifact.holds)
        sources = site.sources.with_tree(partial)
        return KustomizeBuilder(sources, partial.name, restricted=False, helm=site.helm)

    # The artifact is kept as well, so that its id stays its own.
    return site.once(("flux builder", id(artifact)), made)


def _seen_from(owner: Owner, result: BuildResult, artifact: Artifact) -> BuildResult:
    """A build of files that are not under check, as it is told at the field that leads to them."""
    if artifact.checked:
        return result
    entry = _entry(owner)
    files = (*(artifact.tree.ref(one) for one in result.inputs), *result.elsewhere)
    return replace(result, inputs=frozenset(), included=frozenset(), elsewhere=dict.fromkeys(files, entry))


def _entry(owner: Owner) -> tuple[DocumentRef, FieldPath]:
    found = owner.origin(("spec", "sourceRef"))
    return found.source, found.source_path


def _unsure(owner: Owner, result: BuildResult, artifact: Artifact) -> BuildResult:
    """A failed build; of a source that is put together of several, nothing can be said."""
    if not artifact.includes:
        return replace(result, complete=False)
    reason = f"{artifact.said} includes other repositories, which are not put together here"
    place = owner.origin(("spec", "sourceRef"))
    unchecked = Unchecked(result.target.id, reason, place.source, place.source_path)
    return BuildResult(
        result.target,
        Status.UNCHECKED,
        unchecked=(unchecked,),
        inputs=result.inputs,
        elsewhere=result.elsewhere,
        complete=False,
        reason=reason,
    )


# What is added


def _with_common_metadata(one: RenderedObject, owner: Owner) -> RenderedObject:
    """An object with the labels and annotations that the Kustomization gives to all of its own."""
    body: Any = one.body
    blame: Blame = one.blame
    for field in ("labels", "annotations"):
        common = owner.value("spec", "commonMetadata", field)
        for key, value in common.items() if isinstance(common, Mapping) else ():
            held = value_at(body, ("metadata", field))
            path = ("metadata", field, key)
            was_there = isinstance(held, Mapping) and key in held
            body = with_value(body, path, value)
            by = replace(
                owner.origin(("spec", "commonMetadata", field, key)), via=Via.TRANSFORMER, verbatim=False
            )
            blame = with_field(blame, path, by, replaced=was_there)
    return one if body is one.body else replace(one, body=body, blame=blame)
