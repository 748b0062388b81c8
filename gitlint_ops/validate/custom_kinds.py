"""What judges custom resources: the workspace's definitions, the user's pins and catalogues, our pins.

The first of these that knows a kind judges it, and the others are not asked: a workspace installs one
release of an operator, whatever other releases are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.validate.compiled import Schema
from gitlint_ops.validate.schemas import CoreSchemas

if TYPE_CHECKING:
    from gitlint_ops.validate.catalogues import Catalogues
    from gitlint_ops.validate.crds import CustomSchemas
    from gitlint_ops.validate.own_pins import OwnSchemas
    from gitlint_ops.validate.own_sources import OwnSources
    from gitlint_ops.validate.pins import PinnedSchemas

NOT_SERVED = "crd-version-not-served"

Elsewhere: TypeAlias = Callable[[], Iterable[RenderedObject]]
"""Definitions in files that a run does not read."""


class Judge(Struct, frozen=True):
    """The schemas of which one must be content with an object; `origin` says what they were taken from.

    No schema: nothing judges the kind. `origin` is "" for what the workspace itself defines.
    """

    schemas: tuple[Schema, ...] = ()
    origin: str = ""


_NOBODY = Judge()


class CustomKinds:
    """The schemas of custom resources, for one release of Kubernetes.

    `definitions` are objects of the workspace; those that are no CustomResourceDefinitions are
    passed over. `elsewhere` finds those in files that a limited run does not read; it is asked once the
    first custom resource is met.
    """

    def __init__(
        self,
        core: CoreSchemas,
        definitions: Iterable[RenderedObject],
        own: OwnSources | None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._core = core
        self._definitions = tuple(definitions)
        self._own = own
        self._elsewhere = elsewhere

    def judge(self, api_version: str, kind: str) -> Judge:
        """What judges objects of exactly this group, version and kind."""
        group = api_group(api_version)
        if self._is_defined(group, kind):
            return Judge(self._defined.schemas(api_version, kind))
        if not group:
            return _NOBODY
        if self._pinned_by_user is not None and self._pinned_by_user.defines(group, kind):
            schema = self._pinned_by_user.schema(api_version, kind)
            return Judge((schema,), self._pinned_by_user.origin(api_version, kind)) if schema else _NOBODY
        held = self._catalogues.schema(api_version, kind) if self._catalogues else None
        if held is not None and self._catalogues is not None:
            return Judge((held,), self._catalogues.origin(api_version, kind))
        schema = self._shipped.schema(api_version, kind)
        return Judge((schema,), self._shipped.origin(api_version, kind)) if schema else _NOBODY

    def versions(self, api_version: str, kind: str) -> tuple[str, ...]:
        """The versions with a schema of a kind that the workspace does not define."""
        group = api_group(api_version)
        if not group or self._is_defined(group, kind):
            return ()
        if self._pinned_by_user is not None and self._pinned_by_user.defines(group, kind):
            return self._pinned_by_user.versions(api_version, kind)
        return self._shipped.versions(api_version, kind)

    def not_served(self, obj: RenderedObject) -> Violation | None:
        """The violation of an object in a version that the definition of its kind does not serve.

        Only definitions in the workspace and the user's own pins say what a cluster serves.
        """
        group, _, version = obj.api_version.rpartition("/")
        related: tuple[Note, ...]
        if self._is_defined(group, obj.kind):
            definition = self._defined.definition(group, obj.kind)
            related = (Note(definition, ("spec", "versions"), "the definition that is delivered here"),)
            served: tuple[str, ...] | None = self._defined.served(group, obj.kind)
        else:
            related = ()
            served = self._pinned_by_user.serves(group, obj.kind) if self._pinned_by_user else None
        if not served or version in served:
            return None
        return Violation(
            obj,
            ("apiVersion",),
            f"the definition of {obj.kind} in {group} serves {', '.join(served)}, not {version}",
            hint=f"write apiVersion: {group}/{served[0]}",
            rule=NOT_SERVED,
            related=related,
        )

    def _is_defined(self, group: str, kind: str) -> bool:
        """Whether the workspace itself defines the kind, in this version or in others."""
        known = bool(self._definitions) or self._elsewhere is not None
        return known and self._defined.defines(group, kind)

    @cached_property
    def _defined(self) -> CustomSchemas:
        from gitlint_ops.validate.crds import CustomSchemas

        others = self._elsewhere() if self._elsewhere else ()
        return CustomSchemas((*self._definitions, *others), self._core.object_meta())

    @cached_property
    def _pinned_by_user(self) -> OwnSchemas | None:
        if self._own is None or self._own.pins is None:
            return None
        from gitlint_ops.validate.own_pins import OwnSchemas

        return OwnSchemas(self._own.pins, self._core.object_meta())

    @cached_property
    def _catalogues(self) -> Catalogues | None:
        return self._own.catalogues(self._core.version) if self._own else None

    @cached_property
    def _shipped(self) -> PinnedSchemas:
        from gitlint_ops.validate.pins import PinnedSchemas

        return PinnedSchemas(self._core.object_meta())
