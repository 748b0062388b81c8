"""What a run has seen of deliveries, as proof of what a repository delivers and what it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec import Struct, field

from gitlint_ops.discover.delivery import ARGO, FLUX_KUSTOMIZATION
from gitlint_ops.discover.roots import FLUX_SOURCE, Roots, roots
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Delivery, Expansion, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import RenderedObject, SourceDocument, object_key
from gitlint_ops.model.targets import BuildResult, Status
from gitlint_ops.workspace.sources import Sources

# What delivers, too, and is not followed here: it may take in any folder.
_NOT_FOLLOWED = frozenset(
    {
        ("fluxcd.controlplane.io", "ResourceSet"),
        ("source.extensions.fluxcd.io", "ArtifactGenerator"),
        ("fleet.cattle.io", "GitRepo"),
        ("configsync.gke.io", "RootSync"),
        ("configsync.gke.io", "RepoSync"),
        ("apps.open-cluster-management.io", "Channel"),
        ("kappctrl.k14s.io", "App"),
    }
)


_ROOTS = frozenset(
    {
        *((ARGO, kind) for kind in ("Application", "ApplicationSet", "AppProject")),
        *((FLUX_SOURCE, kind) for kind in ("GitRepository", "OCIRepository", "Bucket")),
        ("fluxcd.controlplane.io", "FluxInstance"),
    }
)


_MISSED = frozenset({"path-missing", "source-path-missing"})


class Evidence(Struct, frozen=True):
    """All documents and rendered objects of a run, and what its deliveries read.

    `examples` prove nothing, but what they name is left alone. `expanded` are the ApplicationSets of
    which all Applications are known. `files` are those that deliveries read, by repository; `addresses` are
    those under which Applications found a repository.
    """

    bodies: Sequence[Any] = ()
    examples: Sequence[Any] = ()
    expanded: Sequence[Any] = ()
    deliveries: Sequence[Delivery] = ()
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    truncated: bool = False

    def read_in(self, repo: str) -> frozenset[str]:
        """The files of a repository that deliveries read."""
        return self.files.get(repo, frozenset())

    def rendered_in(self, repo: str) -> frozenset[str]:
        """Those of them that all was made of that they are for."""
        held = (one.result for one in self.deliveries if is_exact(one) and one.result is not None)
        return frozenset(path for one in held if one.target.repo == repo for path in one.inputs)


def evidence_of(surveys: Sequence[Survey], builds: Sequence[BuildResult], expansion: Expansion) -> Evidence:
    """What the folders of a workspace and their deliveries show."""
    apart = {(found.repo, folder) for found in surveys for folder in found.undelivered}
    documents = [one for found in surveys for one in found.documents]
    expanded = _expanded(expansion)
    return Evidence(
        bodies=[
            *(one.body for one in documents if one.delivered and one.ref not in expanded),
            *_rendered(builds, apart, expanded),
            *_delivering(expansion, expanded),
        ],
        examples=[one.body for one in documents if not one.delivered],
        expanded=[one.body for one in documents if one.ref in expanded],
        deliveries=expansion.deliveries,
        files=_by_repository(_files(expansion.deliveries)),
        addresses=_by_repository(_addresses(expansion.deliveries)),
        truncated=expansion.truncated,
    )


def _rendered(
    builds: Iterable[BuildResult], apart: AbstractSet[tuple[str, str]], expanded: AbstractSet[DocumentRef]
) -> Iterator[Any]:
    for built in builds:
        if (built.target.repo, built.target.path) not in apart:
            yield from (one.body for one in built.objects if origin(one.blame).source not in expanded)


def _delivering(expansion: Expansion, expanded: AbstractSet[DocumentRef]) -> Iterator[Any]:
    """The delivery objects that others make or render."""
    for one in expansion.deliveries:
        held = one.owner.object
        made_by_set = one.owner.kind is OwnerKind.APPLICATION
        if one.owner.parent and (made_by_set or origin(held.blame).source not in expanded):
            yield held.body


def _expanded(expansion: Expansion) -> frozenset[DocumentRef]:
    """The documents of ApplicationSets that came to known Applications, in all that renders them.

    One that comes to nothing, or of which something is told, may be meant to deliver more.
    """
    if expansion.truncated:
        return frozenset()
    sets = [one.owner for one in expansion.deliveries if one.owner.kind is OwnerKind.APPLICATION_SET]
    lacking = {one.target for one in expansion.unchecked}
    parents = {one.owner.parent for one in expansion.deliveries}
    told = {source for one in expansion.violations for source in _sources_of(one)}
    unknown = {
        source
        for one in sets
        for source in [origin(one.object.blame).source]
        if one.id in lacking or one.id not in parents or source in told
    }
    return frozenset(origin(one.object.blame).source for one in sets) - unknown


def _sources_of(violation: Violation) -> Iterator[DocumentRef]:
    on = violation.on
    if isinstance(on, RenderedObject):
        yield origin(on.blame).source
    elif isinstance(on, DocumentRef):
        yield on


def _files(deliveries: Iterable[Delivery]) -> Iterator[tuple[str, str]]:
    for one in deliveries:
        if one.result is not None and one.result.objects:
            yield from ((one.result.target.repo, path) for path in one.result.inputs)
            yield from one.result.beside


def _addresses(deliveries: Iterable[Delivery]) -> Iterator[tuple[str, str]]:
    for one in deliveries:
        if one.owner.kind is OwnerKind.APPLICATION and one.result is not None and one.result.inputs:
            yield one.result.target.repo, one.owner.text("spec", "source", "repoURL")


def _by_repository(found: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    held: dict[str, set[str]] = {}
    for repo, text in found:
        held.setdefault(repo, set()).add(text)
    return {repo: frozenset(texts) for repo, texts in held.items()}


def delivered_roots(found: Survey, sources: Sources, evidence: Evidence) -> Roots | None:
    """What is delivered from a repository; None unless it plainly is, by objects that are all understood."""
    tree = sources.tree(found.repo)
    if found.changed is not None or tree.repository.scopes or evidence.truncated:
        return None
    if any(map(_leads_nowhere, evidence.deliveries)):
        return None  # what it should lead to is delivered, once it is mended

    addresses = evidence.addresses.get(found.repo, frozenset()) - {""}

    def is_own(url: str) -> bool:
        return url in addresses or _is_own(url, found.repo, sources)

    if not roots(evidence.bodies, is_own, tree.is_folder).own:
        return None
    bodies = (*evidence.bodies, *evidence.examples)
    delivered = roots(bodies, is_own, tree.is_folder, evidence.expanded)
    return delivered if delivered.whole and not any(map(_delivers_otherwise, bodies)) else None


def _leads_nowhere(delivery: Delivery) -> bool:
    result = delivery.result
    return result is not None and any(one.rule in _MISSED for one in result.violations)


def _delivers_otherwise(body: Any) -> bool:
    key = object_key(body) if isinstance(body, Mapping) else None
    return key is not None and (key.group, key.kind) in _NOT_FOLLOWED


def _is_own(url: str, repo: str, sources: Sources) -> bool:
    if not url or "{{" in url:
        return False
    clone = sources.remotes.clone(url)
    return clone is not None and clone.name == repo


def is_exact(delivery: Delivery) -> bool:
    """Whether a delivery was rendered in full: what it did not read, it does not deliver."""
    result = delivery.result
    return result is not None and result.status is Status.BUILT and result.complete


def is_root(document: SourceDocument) -> bool:
    """Whether a document is an object from which deliveries start, so that a hand may have applied it."""
    if not isinstance(document.body, Mapping):
        return False
    key = object_key(document.body)
    return key.group == FLUX_KUSTOMIZATION or (key.group, key.kind) in _ROOTS
