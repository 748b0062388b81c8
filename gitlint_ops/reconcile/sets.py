"""What goes to which cluster, and how it is applied there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gitlint_ops.model.delivery import Cluster, Delivery, Expansion
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.near_names import most_alike
from gitlint_ops.model.targets import BuildResult, TargetKind
from gitlint_ops.pipeline import Checked
from gitlint_ops.reconcile.appliers import applier_of
from gitlint_ops.reconcile.identities import Identities
from gitlint_ops.reconcile.order import ordered
from gitlint_ops.reconcile.outcomes import ClusterSet, TargetSet
from gitlint_ops.reconcile.target_order import in_order

UNNAMED = "none"
"""What `--cluster` takes for all that goes to no cluster or environment that has a name."""

_MOST_NAMES = 20


class _Place(Struct, frozen=True, order=True):
    """A cluster, or an environment of which no cluster is known."""

    cluster: str = ""
    environment: str = ""


def cluster_sets(checked: Checked, *, cluster: str = "", as_operator: bool = False) -> tuple[ClusterSet, ...]:
    """What is judged, by the cluster that gets it; those that are not known by name come last.

    What nobody delivers goes to the cluster that its folder belongs to, else to its environment.
    `cluster` chooses one by its name or environment, `UNNAMED` what has neither. `as_operator`: requests
    are made as the operators.

    Raises:
        UsageError: there is no such cluster.
    """
    expansion = checked.found.followed
    by_hand = {one.target: name for name, objects in expansion.by_hand.items() for one in objects if name}
    deliveries = {one.owner.id: one for one in expansion.deliveries}
    by_place: dict[_Place, list[BuildResult]] = {}
    for build in (one for one in checked.judged if not _is_component(one, checked)):
        by_place.setdefault(_place(build, by_hand), []).append(build)
    if cluster:
        by_place = {_chosen(by_place, cluster, expansion): by_place[_chosen(by_place, cluster, expansion)]}
    clusters = {one.name: one for one in expansion.clusters}
    identities = Identities(expansion) if as_operator else None
    return tuple(
        _set(place, by_place[place], clusters.get(place.cluster), deliveries, identities)
        for place in sorted(by_place, key=lambda one: (not one.cluster, one))
    )


def is_whole(wanted: ClusterSet, checked: Checked) -> bool:
    """Whether all that may go to a cluster was rendered, so that what is absent is not delivered."""
    builds = {one.target.id: one for one in checked.builds}
    return not any(_may_go_to(wanted, builds.get(one.target), checked) for one in checked.unbuilt)


def _may_go_to(wanted: ClusterSet, build: BuildResult | None, checked: Checked) -> bool:
    if build is None:
        return True
    cluster = build.target.cluster or ""
    return not _is_component(build, checked) and (not wanted.cluster or cluster in ("", wanted.cluster))


def _is_component(build: BuildResult, checked: Checked) -> bool:
    """Whether a build is that of a component by itself, which nobody ever applies."""
    target = build.target
    if target.owner or target.kind is not TargetKind.KUSTOMIZE:
        return False
    surveys = (one for one in checked.found.surveys if one.repo == target.repo)
    return any(target.path in one.dirs and one.dirs[target.path].component for one in surveys)


def _place(build: BuildResult, by_hand: Mapping[str, str]) -> _Place:
    target = build.target
    cluster = (target.cluster or "") if target.owner else by_hand.get(target.id, target.cluster or "")
    return _Place(cluster) if cluster else _Place(environment=target.environment or "")


def _chosen(places: Mapping[_Place, object], name: str, expansion: Expansion) -> _Place:
    for place in places:
        if name in (place.cluster, place.environment):
            return place
    if name == UNNAMED and _Place() in places:
        return _Place()
    known = sorted(one.cluster or one.environment or UNNAMED for one in places)
    if any(one.name == name for one in expansion.clusters):
        raise UsageError(f"nothing that renders is delivered to the cluster '{name}'", hint=_listed(known))
    near = most_alike(name, known)
    raise UsageError(
        f"no cluster of the workspace is called '{name}'",
        hint=f"did you mean '{near}'?" if near else _listed(known),
    )


def _listed(known: Sequence[str]) -> str:
    if not known or [*known] == [UNNAMED]:
        return "nothing here names a cluster: leave --cluster away"
    more = f" and {len(known) - _MOST_NAMES} more" if len(known) > _MOST_NAMES else ""
    return f"known are {', '.join(known[:_MOST_NAMES])}{more}"


def _set(
    place: _Place,
    builds: Sequence[BuildResult],
    cluster: Cluster | None,
    deliveries: Mapping[str, Delivery],
    identities: Identities | None,
) -> ClusterSet:
    own = {one.target.id: deliveries[one.target.owner] for one in builds if one.target.owner in deliveries}
    targets = tuple(
        _target(one, own.get(one.target.id), identities) for one in in_order(builds, own, deliveries)
    )
    return ClusterSet(
        cluster=place.cluster,
        environment=place.environment or (cluster.environment if cluster else ""),
        kubernetes=(cluster.kubernetes if cluster else "") or next(_versions(builds), ""),
        targets=targets,
        server=cluster.server if cluster else "",
    )


def _versions(builds: Sequence[BuildResult]) -> Iterator[str]:
    return (one.target.kubernetes for one in builds if one.target.kubernetes)


def _target(build: BuildResult, delivery: Delivery | None, identities: Identities | None) -> TargetSet:
    applier = applier_of(delivery, build.target.kind, identities)
    entries = ordered(build.objects, build.target.id, applier)
    return TargetSet(build, applier, entries, delivery)
