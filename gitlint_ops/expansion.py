"""From delivery objects to what they deliver, and on to the delivery objects among that.

An Application or Flux Kustomization is often itself what another one renders. So objects are followed
from those that nothing else delivers: what they render to is searched for more, until there is none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.adopted import adopted
from gitlint_ops.build.argo.source import asks_helm
from gitlint_ops.build.delivered_entries import told_of_all_uses
from gitlint_ops.build.plain import examples_of
from gitlint_ops.build.site import Site
from gitlint_ops.build.stage import covered
from gitlint_ops.discover.clusters import IN_CLUSTER, Clusters
from gitlint_ops.discover.delivery_targets import DeliveryTargets
from gitlint_ops.discover.known import KnownObjects, settings_among
from gitlint_ops.discover.needs import is_needed, needs_of
from gitlint_ops.discover.owners import (
    Candidate,
    candidates,
    candidates_in,
    host_of,
    host_of_folder,
    roots_first,
)
from gitlint_ops.discover.said_by_itself import SAID_BY_ITSELF
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import OWNER_KINDS, Delivery, Expansion, Owner, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, Unchecked
from gitlint_ops.workspace.config import Config

if TYPE_CHECKING:
    from gitlint_ops.discover.applicationset import Generated

MAX_OWNERS = 20_000
"""Delivery objects of a workspace; a few lines of generators can ask for billions."""

_FEWEST_AT_ONCE = 3

MAX_GENERATIONS = 32
"""Delivery objects that deliver each other in a row."""


_OF_PARENTS = frozenset({"substitution-undefined"})


class _Waiting(Struct, frozen=True):
    """An owner that has yet to be rendered, and how many stand above it."""

    owner: Owner
    generation: int


def expand(
    surveys: Sequence[Survey],
    builds: Sequence[BuildResult],
    site: Site,
    config: Config,
    progress: Callable[[str, int, int], None],
    kubernetes: str = "",
) -> Expansion:
    """All deliveries of a workspace; `builds` are its folders, each as it is by itself.

    `kubernetes` overrides the configuration's versions.
    """
    return _Loop(surveys, builds, site, config, progress, kubernetes).run()


def expand_changed(
    surveys: Sequence[Survey],
    builds: Sequence[BuildResult],
    site: Site,
    config: Config,
    progress: Callable[[str, int, int], None],
) -> Expansion:
    """What is wrong with the sources of delivery objects that a change touches; nothing is delivered."""
    changed = {found.repo: found.changed or frozenset() for found in surveys}
    touched = [
        one
        for one in candidates(surveys, builds)
        if one.document.file.path in changed.get(one.document.file.repo, ())
        and one.kind in (OwnerKind.APPLICATION, OwnerKind.FLUX_KUSTOMIZATION, OwnerKind.APPLICATION_SET)
    ]
    found = _Loop(surveys, builds, site, config, progress, "").each_alone(touched) if touched else ()
    return Expansion(violations=tuple(one for one in found if one.rule in SAID_BY_ITSELF))


class _Loop:
    """One expansion; it never leaves this module."""

    def __init__(
        self,
        surveys: Sequence[Survey],
        builds: Sequence[BuildResult],
        site: Site,
        config: Config,
        progress: Callable[[str, int, int], None],
        kubernetes: str,
    ) -> None:
        self._surveys = surveys
        self._builds = builds
        self._site = site
        self._config = config
        self._progress = progress
        self._clusters = Clusters(config)
        self._targets = DeliveryTargets(self._clusters, config, kubernetes)
        self._known: dict[str, KnownObjects] = {}
        self._by_hand: dict[str, dict[str, tuple[RenderedObject, ...]]] = {}
        self._queue: deque[_Waiting] = deque()
        self._deferred: list[_Waiting] = []
        self._seen: set[str] = set()
        self._written: set[tuple[str, DocumentRef, FieldPath]] = set()
        self._delivered: set[DocumentRef] = set()
        self._roots: dict[tuple[DocumentRef, OwnerKind, str, str], str] = {}
        self._claims: dict[str, Owner] = {}
        self._deliveries: list[Delivery] = []
        self._violations: list[Violation] = []
        self._unchecked: list[Unchecked] = []
        self._truncated = False
        self._is_part = any(one.repository.scopes for one in site.sources.trees)
        self._charts: dict[str, Owner] = {}
        self._has_come = False
        """Whether an object has come that others may wait for."""

    def run(self) -> Expansion:
        """Follow all delivery objects."""
        found = candidates(self._surveys, self._builds)
        served = {one.build.target.repo for one in found}
        # A repository of nothing but examples is followed through these.
        for survey in self._surveys:
            if survey.repo not in served:
                found += tuple(replace(one, is_delivered=False) for one in candidates_in(examples_of(survey)))
        if not found:
            return Expansion(clusters=tuple(self._clusters))
        roots = roots_first(found, self._builds, self._site.trees)
        for candidate in roots.all:
            self._add_root(candidate)
            if candidate in roots.leading:
                self._drain()
        self._force()
        rendered = self._rendered()
        for candidate, above in roots.rest:
            # What stands where something delivers from, and is not among what that renders, nobody delivers.
            if not above <= rendered:
                self._add_root(candidate)
                self._force()
                rendered = self._rendered()
        deliveries = told_of_all_uses(adopted(self._deliveries, self._claims))
        return Expansion(
            tuple(deliveries),
            tuple(self._clusters),
            tuple(self._violations),
            tuple(dict.fromkeys(self._unchecked)),
            self._truncated,
            known={name: tuple(held) for name, held in self._known.items()},
            by_hand={
                name: tuple(one for held in builds.values() for one in held)
                for name, builds in self._by_hand.items()
            },
            is_part=self._is_part,
        )

    def _rendered(self) -> frozenset[DocumentRef]:
        """Where the delivery objects stand that were rendered, all that lies in the workspace."""
        return frozenset(
            origin(one.owner.object.blame).source
            for one in self._deliveries
            if one.result is not None and (one.result.objects or one.result.status is Status.BUILT)
        )

    def each_alone(self, found: Sequence[Candidate]) -> Iterator[Violation]:
        """What is wrong with some delivery objects, each as it is written."""
        for build in self._builds:
            self._known_in("").add(build.objects)
        for candidate in found:
            owner = Owner(candidate.kind, candidate.object, candidate.build.target.repo)
            if owner.kind is OwnerKind.APPLICATION_SET:
                generated = self._generated_by(owner)
                yield from (replace(one, targets=(owner.id,)) for one in generated.violations)
                made = [Owner(OwnerKind.APPLICATION, one, owner.repo) for one in generated.objects]
            else:
                made = [owner]
            for one in made:
                destination, namespace = self._targets.destination(one)
                result = self._render(one, self._targets.of(one, destination), namespace)
                yield from (replace(said, targets=(one.id,)) for said in result.violations)

    def _add_root(self, candidate: Candidate) -> None:
        """An object that is applied by hand, together with all that its folder holds."""
        if candidate.document in self._delivered:
            return
        host = host_of(candidate, self._clusters, self._config.declared_environments)
        if not host and candidate.kind in (OwnerKind.APPLICATION, OwnerKind.APPLICATION_SET):
            host = self._clusters.destination({"name": IN_CLUSTER}, "")
        self._hold(host, candidate.build)
        repo = candidate.build.target.repo
        example = not candidate.is_delivered
        self._await(Owner(candidate.kind, candidate.object, repo, host, is_example=example), 0)

    def _hold(self, cluster: str, build: BuildResult) -> None:
        """Take a folder for applied by hand."""
        self._known_in(cluster).add(build.objects)
        self._by_hand.setdefault(cluster, {})[build.target.id] = build.objects

    def _known_in(self, cluster: str) -> KnownObjects:
        return self._known.setdefault(cluster, KnownObjects())

    def _enqueue(self, owner: Owner, generation: int) -> None:
        known = self._registered(owner, generation)
        if known is not None:
            self._await(known, generation)

    def _await(self, owner: Owner, generation: int) -> None:
        self._queue.append(_Waiting(owner, generation))
        if asks_helm(owner):
            self._charts[owner.id] = owner

    def _registered(self, owner: Owner, generation: int) -> Owner | None:
        """An owner with an id of its own, None where it is followed already, or there are too many."""
        source = origin(owner.object.blame)
        written = (owner.id, source.source, source.source_path)
        if written in self._written:
            return None
        self._written.add(written)
        if len(self._seen) >= MAX_OWNERS or generation > MAX_GENERATIONS:
            if not self._truncated:
                reason = f"more than {MAX_OWNERS:,} delivery objects, or {MAX_GENERATIONS} above each other"
                self._unchecked.append(Unchecked(owner.id, f"{reason}: not all were followed"))
            self._truncated = True
            return None
        while owner.id in self._seen:
            owner = replace(owner, twin=owner.twin + 1)
        self._seen.add(owner.id)
        return owner

    def _drain(self) -> None:
        """Render what can be; what still lacks an object that may come is put aside."""
        self._render_ahead()
        while self._queue:
            one = self._queue.popleft()
            if self._lacks(one.owner):
                self._deferred.append(one)
                continue
            self._deliver(one)
            self._try_again()
            self._render_ahead()

    def _try_again(self) -> None:
        """Have what was put aside looked at again, if something came that it may have lacked."""
        if self._has_come:
            self._has_come = False
            self._queue.extend(self._deferred)
            self._deferred = []

    def _render_ahead(self) -> None:
        """Have the charts of all that waits rendered several at a time, each once."""
        if len(self._charts) < _FEWEST_AT_ONCE or not self._site.helm.path:
            return
        charts, self._charts = self._charts, {}
        with self._site.charts.planned():
            for owner in charts.values():
                destination, namespace = self._targets.destination(owner)
                self._render(owner, self._targets.of(owner, destination), namespace)

    def _force(self) -> None:
        """Render what was put aside: what it lacks will not come any more, but from undelivered folders."""
        self._add_undelivered()
        self._queue.extendleft(reversed(self._deferred))
        self._deferred = []
        self._drain()
        while self._deferred:
            self._deliver(self._deferred.pop(0))
            self._try_again()
            self._drain()

    def _add_undelivered(self) -> None:
        """Take folders that nothing delivers for applied by hand, to the cluster that their paths name."""
        files = covered(Expansion(tuple(self._deliveries))).files
        for build in self._builds:
            if any((build.target.repo, path) in files for path in build.inputs):
                continue
            environments = self._config.declared_environments
            host = host_of_folder(build.target.path, self._clusters, environments)
            self._hold(host, build)

    def _lacks(self, owner: Owner) -> bool:
        known = self._known_in(owner.cluster)
        return any(known.get(*need) is None for need in needs_of(owner))

    def _deliver(self, one: _Waiting) -> None:
        self._charts.pop(one.owner.id, None)
        if not one.generation:
            # While it waited, something may have come that delivers it.
            is_delivered = origin(one.owner.object.blame).source in self._delivered
            own = None if is_delivered else self._registered(one.owner, 0)
            if own is None:
                return
            one = replace(one, owner=own)
            self._roots[origin(own.object.blame).source, own.kind, own.object.key.name, own.cluster] = own.id
        owner = one.owner
        self._progress("following deliveries", len(self._deliveries), len(self._seen))
        if owner.kind is OwnerKind.APPLICATION_SET:
            self._generate(one)
            return
        destination, namespace = self._targets.destination(owner)
        target = self._targets.of(owner, destination)
        result = self._render(owner, target, namespace)
        if not target.environment:
            result = replace(result, target=self._targets.placed(result.target))
        if self._is_part and not owner.parent:
            # What delivers it, and gives it variables, may lie outside of what the user named.
            kept = tuple(one for one in result.violations if one.rule not in _OF_PARENTS)
            result = replace(result, violations=kept)
        self._deliveries.append(Delivery(owner, destination, namespace, result))
        known = self._known_in(destination)
        known.add(result.objects)
        self._has_come = self._has_come or any(map(is_needed, result.objects))
        known.complete = known.complete and result.complete
        for child in result.objects:
            self._take_in(child, one, destination, namespace)

    def _generated_by(self, owner: Owner) -> Generated:
        from gitlint_ops.discover.applicationset import applications_of

        known = settings_among(self._known_in(one) for one in dict.fromkeys((owner.cluster, "")))
        return applications_of(owner, self._clusters.declared, known, self._site.trees, self._config.fixtures)

    def _generate(self, one: _Waiting) -> None:
        owner = one.owner
        found = self._generated_by(owner)
        self._deliveries.append(Delivery(owner, owner.cluster, owner.object.key.namespace))
        self._violations += found.violations
        self._unchecked += found.unchecked
        if found.unchecked:
            self._known_in(owner.cluster).complete = False
        for child in found.objects:
            self._take_in(child, one, owner.cluster, owner.object.key.namespace)

    def _take_in(self, child: RenderedObject, above: _Waiting, cluster: str, namespace: str) -> None:
        kind = OWNER_KINDS.get((child.key.group, child.key.kind))
        if kind is None:
            return
        source = origin(child.blame).source
        self._delivered.add(source)
        if not child.key.namespace and namespace:
            child = replace(child, key=replace(child.key, namespace=namespace))
        parent = above.owner
        # What stands in another revision is told by who delivers it from there.
        repo = source.file.repo if self._site.sources.is_checked(source.file) else parent.repo
        owner = Owner(kind, child, repo, cluster, parent.id, is_example=parent.is_example)
        root = self._roots.get((source, kind, child.key.name, cluster))
        if root is not None:
            self._claims.setdefault(root, owner)
        self._enqueue(owner, above.generation + 1)

    def _render(self, owner: Owner, target: BuildTarget, namespace: str) -> BuildResult:
        if owner.kind is OwnerKind.APPLICATION:
            from gitlint_ops.build.argo.application import build_application

            cluster = self._clusters.get(target.cluster or "")
            return build_application(owner, target, self._site, cluster, namespace)
        if owner.kind is OwnerKind.RESOURCE_SET:
            from gitlint_ops.build.flux.resource_set import build_resource_set

            return build_resource_set(owner, target, self._site)
        known = self._known_in(owner.cluster)
        if owner.kind is OwnerKind.HELM_RELEASE:
            from gitlint_ops.build.helm.release import build_helm_release

            served = cluster.api_versions if (cluster := self._clusters.get(target.cluster or "")) else ()
            return build_helm_release(owner, target, known, self._site, served)
        from gitlint_ops.build.flux.kustomization import build_flux_kustomization

        return build_flux_kustomization(owner, target, known, self._site)
