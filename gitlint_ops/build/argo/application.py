"""What an Application renders to: all of its sources, each by the tool that Argo CD would take.

Sources: argo-cd reposerver/repository/repository.go, util/app/discovery/discovery.go,
docs/user-guide/multiple_sources.md
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.argo.directory import manifests_of
from gitlint_ops.build.argo.kustomized import edit_of
from gitlint_ops.build.argo.source import (
    ArgoSource,
    ParameterFault,
    build_environment,
    sources_of,
    with_parameters,
)
from gitlint_ops.build.site import Site
from gitlint_ops.discover.kustomize import FILE_NAMES
from gitlint_ops.discover.remote_lookup import without_credentials
from gitlint_ops.discover.source_trees import GitRef, Lack, Lacking, SourceTree
from gitlint_ops.model.delivery import ARGO, Cluster, Owner
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.near_names import most_alike, near_name
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind, Unchecked
from gitlint_ops.workspace.tree import Tree, Unreadable

SOURCE_PATH_MISSING = "source-path-missing"
SOURCE_TYPE_CONFLICT = "source-type-conflict"
VALUES_REF_BROKEN = "values-ref-broken"
BUILD_FAILED = "build-failed"

_PLACEHOLDER = ("{{", "${")
_REF = re.compile(r"[A-Za-z0-9_-]+")


class Gathering(Struct):
    """What the sources of an Application have come to so far."""

    target: BuildTarget
    objects: list[RenderedObject] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    read: set[tuple[str, str]] = field(default_factory=set)
    included: set[tuple[str, str]] = field(default_factory=set)
    elsewhere: dict[FileRef, tuple[DocumentRef, FieldPath]] = field(default_factory=dict)
    failed: str = ""
    complete: bool = True

    def leave_out(self, source: ArgoSource, path: FieldPath, reason: str) -> None:
        """Note that a source, or a part of it, could not be rendered here."""
        at = source.place(*path)
        self.unchecked.append(Unchecked(self.target.id, reason, at.document, at.path))
        self.complete = False

    def refuse(self, source: ArgoSource, path: FieldPath, rule: str, message: str, hint: str = "") -> None:
        """Note a fault for which Argo CD would render nothing."""
        where = (*source.path, *path)
        self.violations.append(Violation(source.owner.object, where, message, hint=hint, rule=rule))
        self.failed = self.failed or message
        self.complete = False


class Rendering(Struct, frozen=True):
    """One Application on its way: all of its sources with their files, where it goes, what was found."""

    site: Site
    cluster: Cluster | None
    namespace: str
    sources: tuple[ArgoSource, ...]
    trees: Mapping[FieldPath, SourceTree | Lacking]
    found: Gathering


def build_application(
    owner: Owner, target: BuildTarget, site: Site, cluster: Cluster | None, namespace: str
) -> BuildResult:
    """What an Application renders to; never raises: what is wrong is told in the result.

    `cluster` is what it is delivered to, `namespace` the default one there.
    """
    sources = sources_of(owner)
    trees = {one.path: _tree_of(one, site) for one in sources}
    run = Rendering(site, cluster, namespace, sources, trees, Gathering(target))
    rendered = [one for one in sources if not _is_only_ref(one)]
    _check_refs(sources, run.found)
    for source in rendered:
        _render(source, run)
    return _result(run.found, rendered, trees)


def _is_only_ref(source: ArgoSource) -> bool:
    """Whether a source only gives its files to others: one with a `ref`, and neither path nor chart."""
    return bool(source.text("ref")) and not source.text("path") and not source.text("chart")


def _check_refs(sources: tuple[ArgoSource, ...], found: Gathering) -> None:
    """Names of sources that Argo CD refuses, whether or not a values file uses them."""
    seen: set[str] = set()
    for source in sources:
        name = source.text("ref")
        if name and not _REF.fullmatch(name):
            message = f"the ref '{name}' has other characters than letters, digits, '_' and '-'"
            hint = f"write {name.lstrip('$')}: the $ stands only in the values file" if name[0] == "$" else ""
            found.refuse(source, ("ref",), VALUES_REF_BROKEN, message, hint)
        elif name and name in seen:
            message = f"another source has the ref '{name}' as well"
            found.refuse(source, ("ref",), VALUES_REF_BROKEN, message, "give each its own name")
        seen.add(name)


def _tree_of(source: ArgoSource, site: Site) -> SourceTree | Lacking:
    url, revision = source.text("repoURL"), source.text("targetRevision")
    return site.trees.at(url, GitRef(name="" if revision == "HEAD" else revision))


def _render(source: ArgoSource, run: Rendering) -> None:
    found = run.found
    if any(one in source.text(name) for name in ("repoURL", "path", "chart") for one in _PLACEHOLDER):
        found.leave_out(source, (), "its source is filled in by something that is not known here")
        return
    if not source.text("repoURL"):
        found.leave_out(source, (), "the source names no repository (repoURL)")
        return
    if len(source.tools) > 1:
        named = " and ".join(source.tools)
        message = f"the source is told to be rendered by {named}, of which Argo CD takes only one"
        hint = "split it into several entries of `sources`, or remove what does not apply"
        found.refuse(source, (source.tools[1],), SOURCE_TYPE_CONFLICT, message, hint)
        return
    if source.text("chart"):
        _render_chart(source, None, "", run)
        return
    tree = run.trees[source.path]
    if isinstance(tree, Lacking):
        _lacking(source, tree, found)
        return
    folder = _folder(source, tree, found)
    if folder is None:
        return
    try:
        source = with_parameters(source, tree.tree, folder, run.site.sources)
    except ParameterFault as error:
        found.refuse(source, ("path",), BUILD_FAILED, str(error))
        return
    kind = _type_of(source, tree.tree, folder)
    if kind == "plugin":
        found.leave_out(source, ("plugin",), "a config management plugin renders it, which is not run here")
    elif kind == "helm":
        _render_chart(source, tree, folder, run)
    elif kind == "kustomize":
        _render_kustomization(source, tree, folder, run)
    else:
        _render_directory(source, tree, folder, run)


def _lacking(source: ArgoSource, lack: Lacking, found: Gathering) -> None:
    found.leave_out(source, ("targetRevision",) if lack.lack is Lack.REF else ("repoURL",), lack.reason)


def _folder(source: ArgoSource, tree: SourceTree, found: Gathering) -> str | None:
    """The folder that the source names, None where there is none: then the fault is told."""
    text = source.text("path")
    if text.startswith("/"):
        message = f"'{text}' is an absolute path (Argo CD: app path is absolute)"
        found.refuse(source, ("path",), SOURCE_PATH_MISSING, message, f"write {text.lstrip('/')}")
        return None
    wanted = posixpath.normpath(text or ".")
    wanted = "" if wanted == "." else wanted
    try:
        path = tree.tree.resolve(wanted)
    except Unreadable as error:
        found.refuse(source, ("path",), SOURCE_PATH_MISSING, f"'{text}' {error.reason}")
        return None
    if tree.tree.is_folder(path):
        return path
    if tree.tree.unfetched(path):
        found.leave_out(source, ("path",), tree.tree.unfetched(path))
        return None
    where = _in_repository(source, tree)
    is_file = path in tree.tree.entries()
    message = f"'{text}' is a file and no folder{where}" if is_file else f"there is no folder '{text}'{where}"
    folders = tree.tree.folders()
    near = near_name(wanted, folders) or most_alike(wanted, folders)
    hint = f"did you mean '{near}'?" if near else ""
    if is_file:
        hint = f"name its folder '{posixpath.dirname(path) or '.'}', and the file in directory.include"
    found.refuse(source, ("path",), SOURCE_PATH_MISSING, message, hint)
    return None


def _in_repository(source: ArgoSource, tree: SourceTree) -> str:
    """Which repository was looked at, where it is not the one that the Application stands in."""
    if tree.checked and tree.tree.name == source.owner.repo:
        return ""
    at = "" if tree.checked else f" at {tree.ref}"
    return f" in {without_credentials(source.text('repoURL'))}{at}"


def _type_of(source: ArgoSource, tree: Tree, folder: str) -> str:
    """The tool for a folder: the one that the source names, else what the folder holds."""
    if source.tools:
        return source.tools[0]
    prefix = f"{folder}/" if folder else ""
    names = {path[len(prefix) :] for path in tree.entries() if path.startswith(prefix)}
    here = {one for one in names if "/" not in one}
    # Files are looked at in the order of their names, and the last one counts.
    kinds = [_kind_by(one) for one in sorted(here)]
    return next((one for one in reversed(kinds) if one), "directory")


def _kind_by(name: str) -> str:
    if name.endswith("Chart.yaml"):
        return "helm"
    return "kustomize" if name in FILE_NAMES else ""


def _render_directory(source: ArgoSource, tree: SourceTree, folder: str, run: Rendering) -> None:
    found = run.found
    sources, argocd = run.site.sources, run.site.settings.argocd
    held = manifests_of(source, tree.tree, folder, sources, found.target.id, argocd)
    found.objects += held.objects
    _note_read(source, tree, held.inputs, found)
    for path, reason in held.unread.items():
        found.leave_out(source, ("path",), f"{path}: {reason}")
    for path, reason in held.faults.items():
        message = f"{path} {reason}, so that Argo CD renders nothing"
        found.refuse(source, ("path",), BUILD_FAILED, message, "leave it out by directory.exclude")


def _render_kustomization(source: ArgoSource, tree: SourceTree, folder: str, run: Rendering) -> None:
    environment = build_environment(source, tree.tree.revision, run.namespace)
    version = source.text("kustomize", "kubeVersion") or run.found.target.kubernetes
    target = BuildTarget(tree.tree.name, folder, TargetKind.KUSTOMIZE, kubernetes=version)
    edited = source.value("kustomize")
    edit = (
        edit_of(source, environment, tree.tree, run.site.settings.argocd)
        if isinstance(edited, Mapping) and edited
        else None
    )
    result = run.site.builder(tree.tree.name).build(target, edit)
    take_over(source, result, tree, run.found)


def take_over(source: ArgoSource, result: BuildResult, tree: SourceTree, found: Gathering) -> None:
    """Note what one source came to."""
    found.objects += (replace(one, target=found.target.id) for one in result.objects)
    found.violations += result.violations
    found.unchecked += (replace(one, target=found.target.id) for one in result.unchecked)
    found.complete = found.complete and result.complete
    if result.status is Status.FAILED:
        found.failed = found.failed or result.reason or "it does not build"
    _note_read(source, tree, result.inputs, found)
    found.elsewhere.update(result.elsewhere)
    if tree.checked:
        folders = (result.target.path, *result.included)
        found.included.update((tree.tree.name, one) for one in folders)


def _note_read(
    source: ArgoSource, tree: SourceTree, paths: frozenset[str] | set[str], found: Gathering
) -> None:
    if tree.checked:
        found.read.update((tree.tree.name, one) for one in paths)
        return
    at = source.place("targetRevision" if source.text("targetRevision") else "repoURL")
    found.elsewhere.update((tree.tree.ref(one), (at.document, at.path)) for one in paths)


def _render_chart(source: ArgoSource, tree: SourceTree | None, folder: str, run: Rendering) -> None:
    from gitlint_ops.build.argo.charts import render_chart

    render_chart(source, tree, folder, run)


def _result(
    found: Gathering, sources: list[ArgoSource], trees: Mapping[FieldPath, SourceTree | Lacking]
) -> BuildResult:
    """All sources together; of two objects of one name the later source's counts."""
    objects = {(one.key, one.api_version): one for one in found.objects}
    found.violations += _repeated(found.objects)
    repo, path = found.target.repo, found.target.path
    for source in sources:
        tree = trees[source.path]
        if isinstance(tree, SourceTree) and tree.checked:
            folder = posixpath.normpath(source.text("path") or ".")
            repo, path = tree.tree.name, "" if folder == "." else folder
            break
    target = replace(found.target, repo=repo, path=path)
    status = Status.UNCHECKED if found.unchecked else Status.BUILT
    reason = found.unchecked[0].reason if found.unchecked else None
    if found.failed:
        status, reason = Status.FAILED, found.failed
    return BuildResult(
        target,
        status,
        objects=tuple(objects.values()),
        violations=tuple(found.violations),
        unchecked=tuple(dict.fromkeys(found.unchecked)),
        inputs=frozenset(one for name, one in found.read if name == repo),
        beside=frozenset(one for one in found.read if one[0] != repo),
        included=frozenset(one for name, one in found.included if name == repo),
        elsewhere=found.elsewhere,
        complete=found.complete,
        reason=reason,
    )


def _repeated(objects: Sequence[RenderedObject]) -> Iterator[Violation]:
    """Applications that one Application delivers twice, of which the cluster keeps the last."""
    seen: dict[ObjectKey, RenderedObject] = {}
    for one in objects:
        if (one.key.group, one.kind) == (ARGO, "Application") and one.key in seen:
            yield Violation(
                one,
                ("metadata", "name"),
                f"there is another Application {one.key.namespace}/{one.key.name}".replace(" /", " "),
                related=(Note(seen[one.key], ("metadata", "name"), "the other one"),),
                hint="give one of the two another name: only one of them comes into being",
                rule="application-duplicate",
            )
        seen[one.key] = one
