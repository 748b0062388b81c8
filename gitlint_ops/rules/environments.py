"""What different environments get of the same app, side by side for the rules that compare them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.model.delivery import OwnerKind
from gitlint_ops.model.environments import (
    DeclaredEnvironment,
    canonical,
    environment_of,
    without_environment,
)
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult

Family: TypeAlias = tuple[str, str, str]
"""What the variants of one app have in common: repository, owner and folder, without environments' names."""

ObjectForm: TypeAlias = tuple[str, str, str]
"""Group, kind and name of an object, without an environment's name and the hash of its content."""

_KINDS = frozenset(one.value for one in OwnerKind)
# The ten letters of kustomize's hashes, which leave out vowels and what looks like another.
_HASH = re.compile(r"-[bcdfghkmt2456789]{10}\Z")


class Variant(Struct, frozen=True, eq=False):
    """An app as one environment gets it, from one or several targets (clusters, regions)."""

    environment: str
    builds: tuple[BuildResult, ...]
    objects: Mapping[ObjectForm, tuple[RenderedObject, ...]]

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of its objects."""
        return frozenset(one.key.namespace for held in self.objects.values() for one in held)

    @property
    def complete(self) -> bool:
        """Whether nothing was left out, so that absence proves something."""
        return all(one.complete for one in self.builds)


class Environments:
    """The apps of a workspace that several environments get.

    `families` holds the variants of each by the common name of its environment. What a path tells
    another environment of than the cluster that gets it is left out: that itself is a finding.
    """

    def __init__(
        self, builds: Sequence[BuildResult] = (), declared: Sequence[DeclaredEnvironment] = ()
    ) -> None:
        self.declared = declared
        self._builds = builds

    @property
    def first(self) -> RenderedObject:
        """Any object, to point at where nothing else can be."""
        family = next(iter(self.families.values()))
        variant = next(iter(family.values()))
        return next(one for held in variant.objects.values() for one in held)

    @cached_property
    def families(self) -> Mapping[Family, Mapping[str, Variant]]:
        """Only those that at least two environments get something of."""
        found: dict[Family, dict[str, list[BuildResult]]] = {}
        for build in self._builds:
            environment = build.target.environment
            if environment and build.objects and self._is_at_home(build):
                family = found.setdefault(self._family_of(build), {})
                family.setdefault(canonical(environment), []).append(build)
        return {
            family: {name: self._variant(held) for name, held in by_name.items()}
            for family, by_name in found.items()
            if len(by_name) > 1
        }

    @cached_property
    def services(self) -> frozenset[tuple[str, str]]:
        """Namespace and name of all Services."""
        held = (one for build in self._builds for one in build.objects)
        return frozenset((one.key.namespace, one.key.name) for one in held if one.kind == "Service")

    def _is_at_home(self, build: BuildResult) -> bool:
        found = environment_of(build.target.path, self.declared)
        return found is None or canonical(found[0]) == canonical(build.target.environment or "")

    def _family_of(self, build: BuildResult) -> Family:
        target = build.target
        path = target.path or self._path_elsewhere(build)
        folder = without_environment(path, self.declared)
        # A folder of one environment says enough; what is delivered alike to all is known by its owner.
        owner = "" if folder != path else "/".join(_owner_parts(target.owner))
        if target.cluster:
            owner = owner.replace(target.cluster, "*")
        return target.repo, without_environment(owner, self.declared), folder

    def _path_elsewhere(self, build: BuildResult) -> str:
        """The environment's folder in another revision of its own repository, where it is built from one."""
        repo = build.target.repo
        files = (one for one in build.elsewhere if one.repo.startswith(f"{repo}@"))
        folders = {posixpath.dirname(one.path) for one in files}
        own = (one for one in folders if without_environment(one, self.declared) != one)
        return min(own, key=lambda one: (one.count("/"), one), default="")

    def _variant(self, builds: Sequence[BuildResult]) -> Variant:
        objects: dict[ObjectForm, list[RenderedObject]] = {}
        for build in builds:
            for one in build.objects:
                environment = build.target.environment or ""
                objects.setdefault(self._form_of(one, environment), []).append(one)
        held = {form: tuple(found) for form, found in objects.items()}
        return Variant(builds[0].target.environment or "", tuple(builds), held)

    def _form_of(self, one: RenderedObject, environment: str) -> ObjectForm:
        """What an object is known by in all environments."""
        name = _HASH.sub("", one.key.name) if one.kind in ("ConfigMap", "Secret") else one.key.name
        first, hyphen, rest = name.partition("-")
        # "dev-web" may be anything, but not in development (namePrefix).
        if rest and canonical(first) == canonical(environment):
            name = f"*{hyphen}{rest}"
        return one.key.group, one.kind, without_environment(name, self.declared)

    def names(self) -> Iterator[str]:
        """The common names of all environments that get something, and of those that are declared."""
        held = dict.fromkeys(canonical(one.name) for one in self.declared)
        held.update(
            dict.fromkeys(canonical(one.target.environment) for one in self._builds if one.target.environment)
        )
        return iter(held)


def _owner_parts(owner: str) -> Iterator[str]:
    """Kind and name of an owner's id, whatever cluster it lives in."""
    parts = owner.partition("//")[2].split("/")
    yield from (one for one in parts[:-1] if one in _KINDS)
    yield parts[-1].partition("~")[0]
