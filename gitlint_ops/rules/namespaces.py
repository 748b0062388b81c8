"""The namespaces of a workspace that carry labels of Pod Security admission, as each target sees them."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.pod_security import Level, Standard, standards
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult, BuildTarget

_NAMESPACE_LABELS: FieldPath = ("metadata", "labels")
_MANAGED_LABELS: FieldPath = ("spec", "syncPolicy", "managedNamespaceMetadata", "labels")
_ARGO_DESTINATION: FieldPath = ("destination", "namespace")
# Where the spec of an object that delivers a folder stands, and in it the namespace that it fills.
_DELIVERIES: Mapping[tuple[str, str], tuple[FieldPath, FieldPath]] = {
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): (("spec",), ("targetNamespace",)),
    ("argoproj.io", "Application"): (("spec",), _ARGO_DESTINATION),
    ("argoproj.io", "ApplicationSet"): (("spec", "template", "spec"), _ARGO_DESTINATION),
}
_TEMPLATED = re.compile(r"\{\{|\$\{")


class Labelled(Struct, frozen=True):
    """A namespace with labels of Pod Security admission, where they stand, and what they ask for by mode."""

    name: str
    on: RenderedObject | DocumentRef
    path: FieldPath
    standards: Mapping[str, Standard]

    @property
    def rank(self) -> int:
        """How strict it is; what enforces nothing lies between privileged and baseline."""
        enforced = self.standards.get("enforce")
        if enforced is None:
            return 1
        return 0 if enforced.level is Level.PRIVILEGED else enforced.level.rank + 1


class Namespaces:
    """The labelled namespaces as one target sees them; two are equal only if they are the same.

    `delivered_to` are the namespaces that get what names none itself. `rest` finds labelled namespaces
    that the run did not build, and is asked only for a name that is not among `found`.
    """

    def __init__(
        self,
        found: Mapping[str, Labelled],
        delivered_to: tuple[str, ...] = (),
        rest: Callable[[], Mapping[str, Labelled]] | None = None,
    ) -> None:
        self._found = found
        self._delivered_to = delivered_to
        self._rest = rest

    @property
    def are_partial(self) -> bool:
        """Whether there may be others, which take time to find."""
        return self._rest is not None

    def names(self, written: str) -> tuple[str, ...]:
        """The namespaces that an object lands in: the one that is written, or those it is delivered to."""
        return (written,) if written or not self._delivered_to else self._delivered_to

    def labelled(self, written: str) -> Labelled | None:
        """The namespace that an object lands in, where it is labelled; of several, the mildest."""
        return mildest(self._labelled(name) for name in self.names(written))

    def _labelled(self, name: str) -> Labelled | None:
        found = self._found.get(name)
        if found is None and name and self._rest is not None:
            found = self._rest().get(name)
        return found


def mildest(labelled: Iterable[Labelled | None]) -> Labelled | None:
    """The namespace that asks for least; one without labels lies between privileged and baseline."""
    return min(labelled, key=lambda one: 1 if one is None else one.rank, default=None)


NO_NAMESPACES = Namespaces({})


class _Candidate(Struct, frozen=True):
    """A namespace of a target, and its labels where it has any of Pod Security admission."""

    target: BuildTarget
    labelled: Labelled | None


def namespaces_by_target(
    builds: Sequence[BuildResult], rest: Callable[[], Mapping[str, Labelled]] | None = None
) -> dict[str, Namespaces]:
    """What each target sees, by its id: its own namespaces before those of its environment and the nearest
    folders; where these differ, the mildest.

    Targets that see the same share one value.
    """
    candidates = _candidates(builds)
    deliveries = _deliveries(builds)
    only_ones = _only_ones(candidates)
    labelled = {name: held for name, held in candidates.items() if any(one.labelled for one in held)}
    made: dict[tuple[object, ...], Namespaces] = {}
    seen: dict[str, Namespaces] = {}
    for build in builds:
        found = {name: one for name, held in labelled.items() if (one := _chosen(build.target, held))}
        # Namespaces of which nothing is known are left out, so that more targets see the same.
        own = tuple(name for name in only_ones.get(build.target.id, ()) if name in found)
        to = deliveries.get(build.target.path) or own
        key = (to, *((name, _identity(one)) for name, one in found.items()))
        seen[build.target.id] = made.setdefault(key, Namespaces(found, to, rest))
    return seen


def labelled_in(on: RenderedObject | DocumentRef, body: Mapping[str, Any]) -> Iterator[tuple[str, Labelled]]:
    """The namespace that an object makes and labels, by name: a Namespace, or that of an Application."""
    for name, one in _namespaces(on, body):
        if one is not None:
            yield name, one


def _candidates(builds: Iterable[BuildResult]) -> dict[str, list[_Candidate]]:
    found: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for build in builds:
        for on in build.objects:
            if on.kind in ("Namespace", "Application"):
                for name, labelled in _namespaces(on, on.body):
                    found[name].append(_Candidate(build.target, labelled))
    return found


def _namespaces(
    on: RenderedObject | DocumentRef, body: Mapping[str, Any]
) -> Iterator[tuple[str, Labelled | None]]:
    kind, group = body.get("kind"), str(body.get("apiVersion", "")).rpartition("/")[0]
    if kind == "Namespace" and not group:
        name, path = value_at(body, ("metadata", "name")), _NAMESPACE_LABELS
    elif kind == "Application" and group == "argoproj.io" and value_at(body, _MANAGED_LABELS):
        name, path = value_at(body, ("spec", "destination", "namespace")), _MANAGED_LABELS
    else:
        return
    if isinstance(name, str) and name:
        labels = value_at(body, path)
        asked = standards(labels) if isinstance(labels, Mapping) else {}
        yield name, Labelled(name, on, path, asked) if asked else None


def _only_ones(candidates: Mapping[str, Sequence[_Candidate]]) -> dict[str, tuple[str, ...]]:
    """The namespace of each target that makes exactly one: what names none hardly goes elsewhere."""
    made: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, held in candidates.items():
        for one in held:
            made[one.target.id][name] = None
    return {target: tuple(names) for target, names in made.items() if len(names) == 1}


def _deliveries(builds: Iterable[BuildResult]) -> dict[str, tuple[str, ...]]:
    """The namespaces that Flux and Argo CD deliver each folder to."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for on in (one for build in builds for one in build.objects):
        where = _DELIVERIES.get((on.key.group, on.kind))
        if where is not None:
            spec = value_at(on.body, where[0])
            namespace = value_at(spec, where[1])
            for path in _folders(spec):
                if isinstance(namespace, str) and namespace and not _TEMPLATED.search(namespace):
                    found[path][namespace] = None
    return {path: tuple(names) for path, names in found.items()}


def _folders(spec: Any) -> Iterator[str]:
    sources = value_at(spec, ("sources",))
    for source in (spec, value_at(spec, ("source",)), *(sources if isinstance(sources, list) else ())):
        path = value_at(source, ("path",))
        if isinstance(path, str):
            folder = posixpath.normpath(path.lstrip("/"))
            yield "" if folder == "." else folder


def _chosen(target: BuildTarget, candidates: Sequence[_Candidate]) -> Labelled | None:
    own = [one for one in candidates if one.target.id == target.id]
    pool = own or _nearest(target, [one for one in candidates if _may_share(target, one.target)])
    return mildest(one.labelled for one in pool)


def _may_share(target: BuildTarget, other: BuildTarget) -> bool:
    """Whether two targets may be delivered to one cluster."""
    return not target.environment or not other.environment or target.environment == other.environment


def _nearest(target: BuildTarget, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    nearness = [_nearness(target, one.target) for one in candidates]
    return [one for one, near in zip(candidates, nearness, strict=True) if near == max(nearness)]


def _nearness(target: BuildTarget, other: BuildTarget) -> tuple[bool, int]:
    """The same environment counts most, then how much of their folders they share."""
    shared = 0
    for one, two in zip(target.id.split("/"), other.id.split("/"), strict=False):
        if one != two:
            break
        shared += 1
    return target.environment == other.environment, shared


def _identity(one: Labelled) -> int:
    return id(one.on.body if isinstance(one.on, RenderedObject) else one.on)
