"""Which resources the sources and targets of replacements mean, by all ids that they have or have had.

Source: api/filters/replacement/replacement.go selectSourceNode, applyReplacement, isRejected
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.build.kustomize.identity import DEFAULT_NAMESPACE, Scopes, is_selected
from gitlint_ops.build.kustomize.resource import Gvk, ResId, Resource
from gitlint_ops.build.kustomize.selection import SelectionIndex
from gitlint_ops.build.kustomize.selectors import ID_FIELDS, Selector


class ReplacedResources(Struct, frozen=True):
    """The resources that replacements work on; `resources` changes with each of them."""

    resources: list[Resource]
    index: SelectionIndex
    scopes: Scopes

    def sources(self, source: Mapping[str, Any]) -> list[int]:
        """The positions of the resources that a source names."""
        name, kind = source.get("name"), source.get("kind")
        positions: Iterable[int] = range(len(self.resources))
        if name:
            positions = self.index.named(self.resources, str(name))
        elif kind:
            positions = self.index.of_kind(self.resources, str(kind))
        return [
            position
            for position in positions
            if any(_is_source(one, source) for one in self._all_ids(self.resources[position]))
        ]

    def chosen(self, selector: Selector) -> list[int]:
        """The positions of the resources that a target selects."""
        return [
            position
            for position in self.index.candidates(self.resources, selector)
            if selector.matches_metadata(self.resources[position]) and self._has_id(position, selector)
        ]

    def is_rejected(self, position: int, selector: Selector, held: Mapping[str, Any]) -> bool:
        """By labels and annotations, or by id: either is enough where it is said."""
        by_metadata = (selector.labels or selector.annotations) and selector.matches_metadata(
            self.resources[position]
        )
        by_id = any(held.get(field) for field in ID_FIELDS) and self._has_id(position, selector)
        return bool(by_metadata or by_id)

    def _has_id(self, position: int, selector: Selector) -> bool:
        return any(
            selector.matches_gvk(one.gvk)
            and selector.matches("name", one.name)
            and selector.matches("namespace", one.namespace)
            for one in self._all_ids(self.resources[position])
        )

    def _all_ids(self, resource: Resource) -> tuple[ResId, ...]:
        """The present id and the earlier ones; those were stored with the namespace that counted."""
        namespace = self.scopes.namespace
        earlier = (one._replace(namespace=namespace(one.gvk, one.namespace)) for one in resource.prev_ids)
        return resource.cur_id, *earlier


def _is_source(found: ResId, source: Mapping[str, Any]) -> bool:
    name, namespace = source.get("name"), source.get("namespace")
    return (
        (not name or name == found.name)
        and (not namespace or namespace == (found.namespace or DEFAULT_NAMESPACE))
        and is_selected(found.gvk, Gvk(*(str(source.get(part) or "") for part in Gvk._fields)))
    )
