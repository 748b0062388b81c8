"""`namespace:`: the namespace of all resources, and of what refers to it.

Source: api/internal/builtins/NamespaceTransformer.go, api/filters/namespace/namespace.go
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import RESOURCE_ID_CONFLICT, BuildFault, Place, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpec, FieldSpecFault, Hit, SpecsByKind
from gitlint_ops.build.kustomize.identity import Identity, Scopes, format_id
from gitlint_ops.build.kustomize.metadata import HELM_GENERATED
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.findings import Note
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

DEFAULT_ONLY, ALL_SERVICE_ACCOUNTS, NO_SUBJECTS = "defaultOnly", "allServiceAccounts", "none"
SUBJECT_MODES = (DEFAULT_ONLY, ALL_SERVICE_ACCOUNTS, NO_SUBJECTS)

_ROLE_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_NAMESPACE: FieldPath = ("metadata", "namespace")


class NamespaceSetting(Struct, frozen=True):
    """The namespace to set, and where it says so. `unset_only`: only where there is none yet."""

    namespace: str
    place: Place
    unset_only: bool = False
    subjects: str = DEFAULT_ONLY


def apply(
    resources: tuple[Resource, ...],
    setting: NamespaceSetting,
    specs: Sequence[FieldSpec],
    scopes: Scopes,
) -> tuple[Resource, ...]:
    """The resources in the namespace.

    Raises:
        BuildFault: two of them are the same there, or a field spec does not fit.
    """
    change = _Change(setting, tuple(specs), scopes)
    moved = tuple(
        resource if _is_of_chart(resource) else change.resource(resource.remembered())
        for resource in resources
    )
    _check_unique(moved, setting, scopes)
    return moved


def _is_of_chart(resource: Resource) -> bool:
    """Whether helm rendered it, in a namespace of its own choice."""
    return bool(value_at(resource.body, ("metadata", "annotations", HELM_GENERATED)) == "true")


def moved(resource: Resource, setting: NamespaceSetting, scopes: Scopes) -> Resource:
    """One resource in the namespace, without field specs and without remembering where it was."""
    return _Change(setting, (), scopes).resource(resource)


class _Change:
    """One namespace, set in one resource after the other."""

    def __init__(self, setting: NamespaceSetting, specs: tuple[FieldSpec, ...], scopes: Scopes) -> None:
        self._setting = setting
        self._scopes = scopes
        self._origin = setting.place.origin()
        useful = tuple(spec for spec in specs if spec.path != "metadata/namespace")
        self._specs_of_core = SpecsByKind(useful, creates=True)
        self._specs = SpecsByKind(
            tuple(spec for spec in useful if spec.path != "metadata/name"), creates=True
        )

    def resource(self, resource: Resource) -> Resource:
        gvk = resource.gvk
        if not self._scopes.is_cluster_scoped(gvk):
            resource = self._set(resource, _NAMESPACE, resource.namespace)
        specs = self._specs_of_core if resource.body.get("apiVersion") == "v1" else self._specs
        if gvk.kind in _ROLE_BINDINGS:
            resource = self._subjects(resource)
            specs = self._without_subjects(specs)
        return specs.change(resource, self._setting.place, self._set_hit)

    def _without_subjects(self, specs: SpecsByKind) -> SpecsByKind:
        if not any(spec.path == "subjects/namespace" for spec in specs.specs):
            return specs
        kept = tuple(
            spec
            for spec in specs.specs
            if not (spec.path == "subjects/namespace" and spec.gvk.kind in _ROLE_BINDINGS)
        )
        return SpecsByKind(kept, creates=True)

    def _set_hit(self, resource: Resource, hit: Hit) -> Resource:
        if isinstance(hit.value, dict | list):
            raise FieldSpecFault("namespace field specs must target scalar nodes")
        return self._set(resource, hit.path, hit.value)

    def _set(self, resource: Resource, path: FieldPath, old: Any) -> Resource:
        if self._setting.unset_only and old not in (None, ""):
            return resource
        if path in resource.untagged:
            resource = replace(resource, untagged=tuple(one for one in resource.untagged if one != path))
        return resource.with_field(path, self._setting.namespace, self._origin)

    def _subjects(self, resource: Resource) -> Resource:
        """The service accounts of a role binding, which live in the namespace too."""
        subjects = resource.body.get("subjects")
        if subjects is None or self._setting.subjects == NO_SUBJECTS:
            return resource
        if not isinstance(subjects, list):
            raise self._no_subjects(resource, "are no list", "SequenceNode")
        for index, subject in enumerate(subjects):
            if subject is not None and not isinstance(subject, dict):
                raise self._no_subjects(resource, "are no mappings", "MappingNode")
            if subject and isinstance(subject.get(self._tells), dict | list):
                raise self._no_subjects(resource, f"have a {self._tells} that is no text", "ScalarNode")
            if isinstance(subject, dict) and self._is_meant(subject):
                path = ("subjects", index, "namespace")
                resource = self._set(resource, path, subject.get("namespace"))
        return resource

    def _no_subjects(self, resource: Resource, what: str, wanted: str) -> BuildFault:
        return fault(
            f"the subjects of {resource.gvk.kind} {resource.name} {what}, so their namespace cannot be set "
            f"(kustomize: wrong node kind: expected {wanted})",
            self._setting.place,
        )

    @property
    def _tells(self) -> str:
        """The field of a subject that says whether it is meant."""
        return "kind" if self._setting.subjects == ALL_SERVICE_ACCOUNTS else "name"

    def _is_meant(self, subject: dict[str, Any]) -> bool:
        if self._setting.subjects == ALL_SERVICE_ACCOUNTS:
            return subject.get("kind") == "ServiceAccount"
        return subject.get("name") == "default"


def _check_unique(resources: tuple[Resource, ...], setting: NamespaceSetting, scopes: Scopes) -> None:
    seen: dict[Identity, Resource] = {}
    for resource in resources:
        identity = scopes.current(resource)
        if identity in seen:
            raise _conflict(resource, seen[identity], setting)
        seen[identity] = resource


def _conflict(resource: Resource, other: Resource, setting: NamespaceSetting) -> BuildFault:
    notes = (_written(other, "the first is written here"), _written(resource, "the second is written here"))
    return fault(
        f"two resources become {resource.gvk.kind} {resource.name} in the namespace {setting.namespace} "
        f"(kustomize: namespace transformation produces ID conflict: {format_id(resource.cur_id)})",
        setting.place,
        rule=RESOURCE_ID_CONFLICT,
        hint="give one of the two another name, or build them with kustomizations of their own",
        related=notes,
    )


def _written(resource: Resource, message: str) -> Note:
    source = origin(at(resource.blame, ()))
    return Note(source.source, source.source_path, message)
