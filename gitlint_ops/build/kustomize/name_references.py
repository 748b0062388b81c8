"""Fields that hold the name of a resource that was renamed.

A candidate must have had, before some rename, the name that the field holds. Few have, so the
candidates are found by name; and all fields that may hold names are found in one walk per
resource, along a tree of the paths that its kind may have them at.

Source: api/internal/accumulator/namereferencetransformer.go, api/filters/nameref/nameref.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpecFault, NameReference, split_path
from gitlint_ops.build.kustomize.identity import (
    CLUSTER_SCOPED,
    Scopes,
    format_id,
    is_any_selected,
    is_selected,
)
from gitlint_ops.build.kustomize.memo import Memo
from gitlint_ops.build.kustomize.merge_nodes import Written, unknown_text
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.build.kustomize.scalar_setting import with_scalar
from gitlint_ops.model.blame import Origin, at, chain, origin, over
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

_NAME: FieldPath = ("metadata", "name")
_NAMESPACE: FieldPath = ("metadata", "namespace")


class _Paths(Struct):
    """A tree of paths: the kinds that a field may name end its path, in order."""

    below: dict[str, _Paths] = field(default_factory=dict)
    targets: list[Gvk] = field(default_factory=list)


_Reference: TypeAlias = tuple[FieldPath, Sequence[Gvk]]


class ReferencePaths:
    """Where resources may hold names, by their kind; found once for all builds that agree on it."""

    def __init__(self, references: Sequence[NameReference]) -> None:
        self.references = references
        self._held: dict[Gvk, _Paths] = {}
        self._memo: Memo[tuple[_Reference, ...]] = Memo()
        self._renamed: Memo[Resource] = Memo()

    def of(self, gvk: Gvk) -> _Paths:
        held = self._held.get(gvk)
        if held is None:
            held = self._held[gvk] = _path_tree(gvk, self.references)
        return held

    def renamed(
        self, resource: Resource, path: FieldPath, old_name: str, found: Resource, written: Written
    ) -> Resource:
        """A resource whose field `path` names another by its new name.

        Overlays that leave both alone get the same one, so that it is judged once for all.
        """
        return self._renamed.of(
            resource,
            found,
            lambda: with_scalar(resource, path, found.name, _renamed_by(found, old_name), written),
            at=path,
        )

    def fields(self, resource: Resource) -> list[_Reference]:
        """The fields of a resource that may hold names, with the kinds they may name, in order.

        What stands below each key of the body is searched once: overlays share it.
        """
        paths = self.of(resource.org_id.gvk)
        found: list[_Reference] = [((), paths.targets)] if paths.targets else []
        for key, below in paths.below.items():
            value = resource.body.get(key)
            if value is not None:
                found += self._memo.of(value, below, lambda: tuple(_fields(value, below, (key,))))  # noqa: B023
        return found


def apply(
    resources: tuple[Resource, ...], paths: ReferencePaths, scopes: Scopes, written: Written = unknown_text
) -> tuple[Resource, ...]:
    """The resources with names and namespaces of the renamed put where they are referred to.

    Raises:
        BuildFault: a name may mean several resources.
    """
    fixer = _Fixer(resources, paths, scopes, written)
    return tuple(fixer.fixed(index) for index in range(len(resources)))


class _LeadsNowhere(Exception):
    """The path to a name goes on below a scalar, which is at `path`."""

    def __init__(self, path: FieldPath) -> None:
        super().__init__(path)
        self.path = path


class _Fixer:
    """All resources of a build as candidates, and the one whose references are being fixed."""

    def __init__(
        self, resources: tuple[Resource, ...], paths: ReferencePaths, scopes: Scopes, written: Written
    ) -> None:
        self._resources = resources
        self.paths = paths
        self.written = written
        self._scopes = scopes
        self._namespaces = [scopes.namespace(resource.gvk, resource.namespace) for resource in resources]
        self._by_old_name: dict[str, list[int]] = {}
        for index, resource in enumerate(resources):
            for name in dict.fromkeys(previous.name for previous in resource.previous):
                self._by_old_name.setdefault(name, []).append(index)

    def fixed(self, index: int) -> Resource:
        referrer = _Referrer(self, index)
        resource = self._resources[index]
        for path, targets in self._fields_of(resource):
            try:
                resource = referrer.fix(resource, path, targets)
            except FieldSpecFault as error:
                raise _reference_fault(resource, path, str(error)) from error
        return resource

    def _fields_of(self, resource: Resource) -> list[_Reference]:
        try:
            return self.paths.fields(resource)
        except _LeadsNowhere as error:
            told = f"a name is looked for below this field of {resource.gvk.kind} {resource.name}"
            reason = "expected sequence or mapping node"
            raise _reference_fault(resource, error.path, reason, f"{told}, and it holds a scalar") from error

    def named(self, old_name: str) -> Sequence[int]:
        return self._by_old_name.get(old_name, ())

    def resource(self, index: int) -> Resource:
        return self._resources[index]

    def namespace(self, index: int) -> str:
        return self._namespaces[index]

    def original_namespace(self, index: int) -> str:
        org_id = self._resources[index].org_id
        return self._scopes.namespace(org_id.gvk, org_id.namespace)

    def all(self) -> Iterable[int]:
        return range(len(self._resources))


def _path_tree(gvk: Gvk, references: Sequence[NameReference]) -> _Paths:
    tree = _Paths()
    for reference in references:
        for spec in reference.referrers:
            if is_selected(gvk, spec.gvk):
                node = tree
                for part in split_path(spec.path):
                    node = node.below.setdefault(part.removesuffix("[]"), _Paths())
                node.targets.append(reference.target)
    return tree


def _fields(node: Any, paths: _Paths, path: FieldPath) -> Iterator[_Reference]:
    if paths.targets:
        yield path, paths.targets
    if isinstance(node, dict):
        for key, below in paths.below.items():
            value = node.get(key)
            if value is not None:
                yield from _fields(value, below, (*path, key))
    elif isinstance(node, list) and paths.below:
        deeper = _Paths(paths.below)
        for index, item in enumerate(node):
            yield from _fields(item, deeper, (*path, index))
    elif paths.below and node is not None:
        raise _LeadsNowhere(path)


class _Referrer:
    """One resource whose fields may name others."""

    def __init__(self, fixer: _Fixer, index: int) -> None:
        self._fixer = fixer
        self._resource = fixer.resource(index)
        self._namespace = fixer.namespace(index)
        self._binding_namespaces = _service_account_namespaces(self._resource)

    def fix(self, resource: Resource, path: FieldPath, targets: Sequence[Gvk]) -> Resource:
        """The resource with the field at `path` naming what it named before renames."""
        value = value_at(resource.body, path)
        if isinstance(value, list):
            for index in range(len(value)):
                resource = self._fix_one(resource, (*path, index), targets)
            return resource
        return self._fix_one(resource, path, targets)

    def _fix_one(self, resource: Resource, path: FieldPath, targets: Sequence[Gvk]) -> Resource:
        for target in targets:
            value = value_at(resource.body, path)
            if isinstance(value, dict):
                resource = self._fix_mapping(resource, path, value, target)
            elif isinstance(value, list):
                raise FieldSpecFault("is expected to be either a string or a map of string")
            elif value is not None:
                resource = self._fix_scalar(resource, path, scalar_text(value), target)
        return resource

    def _fix_scalar(self, resource: Resource, path: FieldPath, name: str, target: Gvk) -> Resource:
        if not self._fixer.named(name):
            return resource
        found = self._select(name, target, path, None, lambda one: (one.name,))
        if found is None or found.name == name:
            return resource
        return self._fixer.paths.renamed(resource, path, name, found, self._fixer.written)

    def _fix_mapping(
        self, resource: Resource, path: FieldPath, value: dict[str, Any], target: Gvk
    ) -> Resource:
        if "name" not in value:
            raise FieldSpecFault("path config error; no 'name' field in node")
        name = scalar_text(value["name"])
        if not self._fixer.named(name):
            return resource
        within = scalar_text(value["namespace"]) if "namespace" in value else None
        found = self._select(name, target, path, within, lambda one: (one.name, one.namespace))
        if found is None:
            return resource
        if found.name != name:
            resource = self._fixer.paths.renamed(resource, (*path, "name"), name, found, self._fixer.written)
        if found.namespace and found.namespace != value.get("namespace"):
            resource = resource.with_field((*path, "namespace"), found.namespace, _moved_by(found))
        return resource

    def _select(
        self,
        old_name: str,
        target: Gvk,
        path: FieldPath,
        within: str | None,
        written: Callable[[Resource], tuple[str, ...]],
    ) -> Resource | None:
        """The resource that a field names, or None. `written`: what would be put in the field."""
        indexes = [one for one in self._fixer.named(old_name) if self._may_refer_to(one)]
        if within is not None and indexes:
            indexes = self._in_namespace(indexes, within)
        role = self._role_kind(path)
        left = [
            resource
            for index in indexes
            if is_any_selected((resource := self._fixer.resource(index)).prev_ids, target)
            and (role is None or is_any_selected(resource.prev_ids, role))
            and self._is_in_reach(index)
        ]
        if len(left) > 1:
            left = self._by_affixes(left)
        elif len(left) == 1:
            return left[0]
        if not left:
            return None
        if len({written(one) for one in left}) > 1:
            raise self._ambiguous(old_name, path, left)
        return left[0]

    def _by_affixes(self, candidates: list[Resource]) -> list[Resource]:
        """Those that went through the same prefixes and suffixes as the referrer."""
        left = [one for one in candidates if _same_affixes(one, self._resource, or_none=True)]
        if len(left) > 1:
            left = [one for one in left if _same_affixes(one, self._resource, or_none=False)]
        return left

    def _may_refer_to(self, index: int) -> bool:
        if self._namespace == CLUSTER_SCOPED:
            return True
        namespace = self._fixer.namespace(index)
        return (
            namespace in (CLUSTER_SCOPED, self._namespace)
            or self._fixer.resource(index).namespace in self._binding_namespaces
        )

    def _is_in_reach(self, index: int) -> bool:
        return (
            self._namespace == CLUSTER_SCOPED
            or self._fixer.namespace(index) in (CLUSTER_SCOPED, self._namespace)
            or self._fixer.resource(index).gvk.kind == "ServiceAccount"
        )

    def _in_namespace(self, indexes: list[int], namespace: str) -> list[int]:
        """Those that were in a namespace at first; if nothing was, those that are in it now."""
        if any(
            self._fixer.original_namespace(one) == namespace and self._may_refer_to(one)
            for one in self._fixer.all()
        ):
            return [one for one in indexes if self._fixer.original_namespace(one) == namespace]
        return [one for one in indexes if self._fixer.namespace(one) == namespace]

    def _role_kind(self, path: FieldPath) -> Gvk | None:
        """What a role binding says of the kind of its role."""
        role = self._resource.body.get("roleRef")
        # The name may stand in a list, where something has put one.
        fields = tuple(key for key in path if not isinstance(key, int))
        if fields[-2:] != ("roleRef", "name") or not isinstance(role, dict):
            return None
        if role.get("apiGroup") is None or role.get("kind") is None:
            return None
        return Gvk(scalar_text(role["apiGroup"]), "", scalar_text(role["kind"]))

    def _ambiguous(self, name: str, path: FieldPath, candidates: Sequence[Resource]) -> BuildFault:
        ids = ", ".join(format_id(one.cur_id) for one in candidates)
        return _reference_fault(
            self._resource,
            path,
            f"found multiple possible referrals: {ids}",
            f"{name!r} may mean any of {len(candidates)} resources",
        )


def _reference_fault(resource: Resource, path: FieldPath, reason: str, told: str = "") -> BuildFault:
    source = origin(at(resource.blame, path))
    told = told or f"this field of {resource.gvk.kind} {resource.name} cannot name a resource"
    return fault(f"{told} (kustomize: {reason})", Place(source.source, source.source_path))


def _renamed_by(renamed: Resource, old_name: str) -> Origin:
    """What renamed a resource since it was called so, as the maker of fields that refer to it."""
    names = [*(one.name for one in renamed.previous), renamed.name]
    *renamers, _ = places = tuple(chain(at(renamed.blame, _NAME)))
    # Each rename is remembered by steps that are made to rename; a replacement is not.
    if len(renamers) == _changes(names):
        renamers = renamers[: _changes(names[len(names) - 1 - names[::-1].index(old_name) :])]
    return _as_maker(tuple(renamers) or places)


def _changes(names: Sequence[str]) -> int:
    return sum(name != following for name, following in pairwise(names))


def _moved_by(found: Resource) -> Origin:
    """What gave a resource its namespace, as the maker of fields that name it."""
    places = tuple(chain(at(found.blame, _NAMESPACE)))
    # The last is what the resource itself said, unless it said nothing.
    own = origin(found.blame).source
    return _as_maker(places[:-1] if len(places) > 1 and places[-1].source == own else places)


def _as_maker(places: tuple[Origin, ...]) -> Origin:
    made = replace(places[-1], verbatim=False, over=None)
    for place in reversed(places[:-1]):
        made = over(replace(place, verbatim=False, over=None), made)
    return made


def _same_affixes(one: Resource, other: Resource, *, or_none: bool) -> bool:
    return _same_ending(one.prefixes, other.prefixes, or_none=or_none) and _same_ending(
        one.suffixes, other.suffixes, or_none=or_none
    )


def _same_ending(one: tuple[str, ...], other: tuple[str, ...], *, or_none: bool) -> bool:
    if not one or not other:
        return or_none or not (one or other)
    length = min(len(one), len(other))
    return one[-length:] == other[-length:]


def _service_account_namespaces(resource: Resource) -> frozenset[str]:
    """The namespaces that a role binding reaches into by its subjects."""
    subjects = resource.body.get("subjects")
    if resource.gvk.kind != "RoleBinding" or not isinstance(subjects, list):
        return frozenset()
    meant = [one for one in subjects if isinstance(one, dict) and one.get("kind") == "ServiceAccount"]
    for one in meant:
        if "namespace" in one and not isinstance(one["namespace"], str):
            raise _reference_fault(
                resource,
                ("subjects", subjects.index(one), "namespace"),
                f"Invalid Input: namespace is blank for resource {format_id(resource.cur_id)}",
                "the namespace of this ServiceAccount is no text",
            )
    return frozenset(one["namespace"] for one in meant if one.get("namespace"))
