"""Whether a cluster has what a delivery object names, and what to say where it does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from gitlint_ops.model.blame import Via, chain
from gitlint_ops.model.delivery import FLUX_SOURCE, Delivery, Owner, OwnerKind
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.near_names import likeness, most_alike, near_name
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import Status
from gitlint_ops.rules.deliveries import Deliveries

FLUX_SYSTEM = "flux-system"

_TEMPLATED = ("${", "{{")


class Wanted(Struct, frozen=True):
    """An object that a delivery object names: the field that names it is `path`."""

    owner: Owner
    group: str
    kind: str
    namespace: str
    name: str
    path: FieldPath

    @property
    def said(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    @property
    def is_known(self) -> bool:
        """Whether all of the name stands there as it will be."""
        return bool(self.name) and not any(
            one in text for one in _TEMPLATED for text in (self.name, self.namespace, self.kind)
        )


def is_there(wanted: Wanted, deliveries: Deliveries) -> bool:
    """Whether the cluster of the owner gets the object."""
    known = deliveries.known(wanted.owner.cluster)
    if wanted.kind == "ExternalArtifact":
        # Other controllers make them; only of generators that stand here it is known which.
        made = list(_generated(known.of_kind("source.extensions.fluxcd.io", "ArtifactGenerator")))
        return not made or ANY in made or (wanted.namespace, wanted.name) in made
    return known.get(wanted.group, wanted.kind, wanted.namespace, wanted.name) is not None


ANY = ("", "")


def _generated(generators: Iterable[RenderedObject]) -> Iterator[tuple[Any, Any]]:
    """Namespace and name of the artifacts of generators, `ANY` for those named after what there is."""
    for one in generators:
        if value_at(one.body, ("spec", "pathPattern")):
            yield ANY
        artifacts = value_at(one.body, ("spec", "artifacts"))
        for each in artifacts if isinstance(artifacts, list) else ():
            yield value_at(each, ("namespace",)) or one.key.namespace, value_at(each, ("name",))


def hint_for(wanted: Wanted, deliveries: Deliveries) -> str:
    """What is probably meant: another namespace, another kind, or a name that is nearly the same."""
    known = deliveries.known(wanted.owner.cluster)
    elsewhere = next(iter(known.named(wanted.group, wanted.kind, wanted.name)), None)
    if elsewhere is not None:
        return f"there is one in the namespace '{elsewhere.key.namespace}'"
    for kind in ("GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmChart"):
        if wanted.group == FLUX_SOURCE and known.get(FLUX_SOURCE, kind, wanted.namespace, wanted.name):
            return f"there is a {kind} of that name: write kind: {kind}"
    names = [_without_hash(one) for one in _alike(wanted, deliveries)]
    if wanted.name in names:
        return (
            "kustomize makes one with a hash at the end of its name: tell kustomize of this field "
            "(`configurations:` with a nameReference), or set `disableNameSuffixHash: true`"
        )
    near = near_name(wanted.name, names)
    return f"did you mean '{near}'?" if near else ""


def likely_for(wanted: Wanted, deliveries: Deliveries) -> str:
    """The name that is most like that of an object that is missing in any case; "" where none is."""
    alike = most_alike(wanted.name, [_without_hash(one) for one in _alike(wanted, deliveries)])
    return f"did you mean '{alike}'?" if likeness(wanted.name, alike) >= _QUITE_ALIKE else ""


# Names of a kind often end alike (`cilium-charts`, `mailu-charts`).
_QUITE_ALIKE = 0.85
_HASH = re.compile(r"-[bcdfghkmt2456789]{10}\Z")


def _alike(wanted: Wanted, deliveries: Deliveries) -> Iterator[RenderedObject]:
    """The objects of that kind in that namespace."""
    known = deliveries.known(wanted.owner.cluster)
    found = known.of_kind(wanted.group, wanted.kind)
    return (one for one in found if one.key.namespace == wanted.namespace)


def _without_hash(one: RenderedObject) -> str:
    """A name as a generator has it, where one made the object."""
    is_generated = any(each.via is Via.GENERATOR for each in chain(one.blame))
    return _HASH.sub("", one.key.name) if is_generated else one.key.name


def is_surely_missing(wanted: Wanted, deliveries: Deliveries, *, namespace: str = "") -> bool:
    """Whether nothing brings the cluster of the owner such an object, neither here nor unseen.

    What an owner itself would deliver comes too late for it.
    """
    owner = wanted.owner
    seen = deliveries.sees_around(owner) and not owner.is_example
    return seen and not may_come(deliveries, owner.cluster, namespace=namespace, but=owner.id)


def may_come(deliveries: Deliveries, cluster: str, *, namespace: str = "", but: str = "") -> bool:
    """Whether something that could not be rendered may hold more delivery objects and sources.

    With a `namespace`, also the charts that are installed there; `but` is the id of an owner that is left
    aside.
    """
    if deliveries.expansion.truncated or deliveries.expansion.is_part:
        return True
    return any(
        _is_open(one, deliveries, namespace)
        for one in deliveries
        if one.destination == cluster and one.owner.id != but
    )


def _is_open(one: Delivery, deliveries: Deliveries, namespace: str) -> bool:
    if one.result is None or (one.result.complete and one.result.status is Status.BUILT):
        return False
    if one.owner.kind is OwnerKind.HELM_RELEASE:
        names = (one.owner.object.key.name, one.owner.text("spec", "chart", "spec", "chart"))
        return one.namespace == namespace or any("flux" in name for name in names)
    return not _lacks_source(one, deliveries)


def _lacks_source(one: Delivery, deliveries: Deliveries) -> bool:
    """Whether a Kustomization is not rendered for want of its source, which is what is asked about."""
    wanted = next(sources_wanted(one.owner), None)
    return wanted is not None and not is_there(wanted, deliveries) and wanted.name != FLUX_SYSTEM


def sources_wanted(owner: Owner) -> Iterator[Wanted]:
    """The sources that a Flux object names."""
    for path in (("spec", "sourceRef"), ("spec", "chartRef"), ("spec", "chart", "spec", "sourceRef")):
        kind, name = owner.text(*path, "kind"), owner.text(*path, "name")
        namespace = owner.text(*path, "namespace") or owner.object.key.namespace
        if kind and name:
            yield Wanted(owner, FLUX_SOURCE, kind, namespace, name, (*path, "name"))
