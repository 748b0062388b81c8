"""Which resources a `target:` or `select:` means, and which of its fields leaves one out.

Source: api/types/selector.go, api/resmap/reswrangler.go Select
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.build.kustomize.faults import OURS
from gitlint_ops.build.kustomize.go_regex import GoRegex, RegexFault
from gitlint_ops.build.kustomize.identity import Scopes
from gitlint_ops.build.kustomize.label_selectors import (
    LabelSelectorFault,
    Requirement,
    matches_selector,
    parse_label_selector,
)
from gitlint_ops.build.kustomize.merge_nodes import scalar_text
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.model.near_names import most_alike, near_name
from gitlint_ops.model.structure import value_at

ID_FIELDS = ("group", "version", "kind", "name", "namespace")
_LABELS = "labelSelector"
_ANNOTATIONS = "annotationSelector"
# From the field that is wrong most easily to the one that people mean most.
_FORGIVEN = ("group", "version", "namespace", _ANNOTATIONS, _LABELS, "name", "kind")


class SelectorFault(Exception):
    """A selector that kustomize refuses; `field` is the one at fault."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class Selector(Struct, frozen=True):
    """Anchored patterns for the parts of an id, and requirements on labels and annotations."""

    patterns: Mapping[str, GoRegex]
    labels: tuple[Requirement, ...] = ()
    annotations: tuple[Requirement, ...] = ()

    @classmethod
    def parse(cls, selector: Mapping[str, Any]) -> Selector:
        """Raises: SelectorFault."""
        return cls(
            {field: _pattern(field, text) for field in ID_FIELDS if (text := _text(selector, field))},
            _requirements(selector, _LABELS),
            _requirements(selector, _ANNOTATIONS),
        )

    def matches(self, field: str, value: str) -> bool:
        pattern = self.patterns.get(field)
        return pattern is None or pattern.matches_all(value)

    def matches_gvk(self, gvk: Gvk) -> bool:
        return (
            self.matches("kind", gvk.kind)
            and self.matches("group", gvk.group)
            and self.matches("version", gvk.version)
        )

    def matches_metadata(self, resource: Resource) -> bool:
        """Whether the labels and annotations are as wanted."""
        return (not self.labels or _all_hold(self.labels, metadata_texts(resource, "labels"))) and (
            not self.annotations or _all_hold(self.annotations, metadata_texts(resource, "annotations"))
        )

    def selects(self, resource: Resource, scopes: Scopes) -> bool:
        """Kind as now; name and namespace, each for itself, as now or as first read."""
        return (
            self.matches_gvk(resource.gvk)
            and any(self.matches("name", name) for name in _names(resource))
            and any(self.matches("namespace", one) for one in _namespaces(resource, scopes))
            and self.matches_metadata(resource)
        )

    def excluded_by(self, resource: Resource, scopes: Scopes) -> tuple[str, ...]:
        """The fields of the selector that leave the resource out."""
        values = {
            **resource.gvk._asdict(),
            "name": _names(resource),
            "namespace": _namespaces(resource, scopes),
        }
        excluded = [
            field
            for field in self.patterns
            if not any(self.matches(field, one) for one in _several(values[field]))
        ]
        if not _all_hold(self.labels, metadata_texts(resource, "labels")):
            excluded.append(_LABELS)
        if not _all_hold(self.annotations, metadata_texts(resource, "annotations")):
            excluded.append(_ANNOTATIONS)
        return tuple(excluded)

    def nearest(
        self, resources: Sequence[Resource], scopes: Scopes
    ) -> tuple[Resource, tuple[str, ...]] | None:
        """The resource that comes closest to being selected, and the fields that leave it out.

        None where no resource is close: more than one field differs, or the names or kinds are not alike.
        """
        by_field: dict[str, list[Resource]] = {}
        for resource in resources:
            fields = self.excluded_by(resource, scopes)
            if len(fields) == 1:
                by_field.setdefault(fields[0], []).append(resource)
        for field in (one for one in _FORGIVEN if one in by_field):
            found = self._closest(field, by_field[field])
            if found is not None:
                return found, (field,)
        return None

    def _closest(self, field: str, resources: Sequence[Resource]) -> Resource | None:
        """The resource of those that one field leaves out that a slip in this field could mean."""
        pattern = self.patterns[field].pattern if field in self.patterns else ""
        if field == "name":
            by_name = {one.name: one for one in reversed(resources)}
            return by_name.get(most_alike(pattern, by_name))
        if field == "kind" and "name" not in self.patterns:
            by_kind = {one.gvk.kind: one for one in reversed(resources)}
            return by_kind.get(near_name(pattern, by_kind))
        return resources[0]


def metadata_texts(resource: Resource, field: str) -> dict[str, str]:
    """Labels or annotations as kustomize reads them: every value as text."""
    held = value_at(resource.body, ("metadata", field))
    if not isinstance(held, dict):
        return {}
    return {str(key): scalar_text(value) for key, value in held.items()}


def _names(resource: Resource) -> tuple[str, ...]:
    return (resource.name, resource.previous[0].name) if resource.previous else (resource.name,)


def _namespaces(resource: Resource, scopes: Scopes) -> tuple[str, ...]:
    gvk = resource.gvk
    now = scopes.namespace(gvk, resource.namespace)
    if not resource.previous:
        return (now,)
    first = resource.org_id
    return now, scopes.namespace(first.gvk, first.namespace)


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _text(selector: Mapping[str, Any], field: str) -> str:
    return scalar_text(selector[field]) if selector.get(field) is not None else ""


def _pattern(field: str, text: str) -> GoRegex:
    try:
        return GoRegex(text)
    except RegexFault as error:
        reason = str(error)
        told = reason if reason.startswith(OURS) else f"error parsing regexp: {reason}: `{text[:100]}`"
        raise SelectorFault(field, told) from error


def _requirements(selector: Mapping[str, Any], field: str) -> tuple[Requirement, ...]:
    try:
        return parse_label_selector(_text(selector, field))
    except LabelSelectorFault as error:
        reason = str(error)
        told = reason if reason.startswith(OURS) else f"unable to parse requirement: {reason}"
        raise SelectorFault(field, told) from error


def _all_hold(requirements: Iterable[Requirement], labels: Mapping[str, str]) -> bool:
    return all(requirement.holds(labels) for requirement in requirements)


__all__ = [
    "ID_FIELDS",
    "Selector",
    "SelectorFault",
    "matches_selector",
    "metadata_texts",
]
