"""CustomResourceDefinitions for kinds that a cluster's set does not define itself.

In the order in which `check` asks them: what the workspace renders elsewhere, what the user pinned, and the
pins that are shipped. Pins hold schemas and no whole definitions, so that these are put together anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.pipeline import Checked
from gitlint_ops.reconcile.api import Body
from gitlint_ops.resources import schemas_folder
from gitlint_ops.validate.own_pins import OwnPins

GROUP, KIND = "apiextensions.k8s.io", "CustomResourceDefinition"

# Groups of Kubernetes' own (*.k8s.io) are kept for definitions that name who approved them.
_APPROVED = {"api-approved.kubernetes.io": "unapproved, put together for a rehearsal"}


class Definitions:
    """What is known of kinds beyond a set."""

    def __init__(self, checked: Checked) -> None:
        self._rendered: dict[tuple[str, str], RenderedObject] = {}
        for build in checked.judged:
            for one in definitions_among(build.objects):
                self._rendered.setdefault(defined_kind(one.body), one)
        self._pins = checked.own.pins if checked.own is not None else None

    def body_of(self, group: str, kind: str) -> Body | None:
        """A definition of the kind, None where nothing describes it."""
        rendered = self._rendered.get((group, kind))
        if rendered is not None:
            return rendered.body
        if self._pins is not None and self._pins.defines(group, kind):
            return self._of_user(self._pins, group, kind)
        return self._shipped(group, kind)

    def _of_user(self, pins: OwnPins, group: str, kind: str) -> Body | None:
        schemas = {one: pins.source(group, one, kind) for one in pins.versions(group, kind)}
        held = {name: schema for name, schema in schemas.items() if schema is not None}
        plural = self._plurals.get((group, kind), "")
        return _made(group, kind, plural, pins.scope(group, kind), held, next(iter(held), ""))

    @cached_property
    def _plurals(self) -> Mapping[tuple[str, str], str]:
        locked = self._pins.locked() if self._pins is not None else ()
        return {entry.key: entry.plural for _, _, entry in locked}

    def _shipped(self, group: str, kind: str) -> Body | None:
        entry = self._index.get(group, {}).get(kind)
        if entry is None:
            return None
        versions = {name: facts for name, facts in entry["versions"].items() if facts.get("schema")}
        schemas = {
            name: json.loads((_folder() / group / f"{kind.lower()}_{name}.json").read_bytes())
            for name in versions
        }
        stored = next((name for name, facts in versions.items() if facts.get("storage")), "")
        return _made(group, kind, entry.get("plural", ""), entry["scope"], schemas, stored)

    @cached_property
    def _index(self) -> Mapping[str, Any]:
        held: Mapping[str, Any] = json.loads((_folder() / "index.json").read_bytes())["kinds"]
        return held


def definitions_among(objects: Iterable[RenderedObject]) -> Iterator[RenderedObject]:
    """The CustomResourceDefinitions among some objects."""
    return (one for one in objects if (one.key.group, one.key.kind) == (GROUP, KIND))


def defined_kind(body: Any) -> tuple[str, str]:
    """Group and kind that a definition defines, "" where it does not say."""
    group, kind = value_at(body, ("spec", "group")), value_at(body, ("spec", "names", "kind"))
    return group if isinstance(group, str) else "", kind if isinstance(kind, str) else ""


def served_versions(body: Any) -> tuple[str, ...]:
    """The versions that a definition serves."""
    held = value_at(body, ("spec", "versions"))
    return tuple(
        name
        for one in (held if isinstance(held, list) else ())
        if value_at(one, ("served",)) is True and isinstance(name := value_at(one, ("name",)), str)
    )


def is_put_together(body: Body) -> bool:
    """Whether a definition was made here of schemas, so that how it converts versions is not known."""
    name, value = next(iter(_APPROVED.items()))
    return bool(value_at(body, ("metadata", "annotations", name)) == value)


def _made(
    group: str, kind: str, plural: str, scope: str, schemas: Mapping[str, Any], stored: str
) -> Body | None:
    if not schemas:
        return None
    plural = plural or f"{kind.lower()}s"
    stored = stored or next(iter(schemas))
    versions = [
        {
            "name": name,
            "served": True,
            "storage": name == stored,
            "schema": {"openAPIV3Schema": _legal(schema)},
            "subresources": {"status": {}},
        }
        for name, schema in schemas.items()
    ]
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": KIND,
        "metadata": {"name": f"{plural}.{group}", "annotations": _APPROVED},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": versions,
        },
    }


def _legal(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema that a server takes, which judges no more than it did; some pins were no definitions."""
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and "metadata" in properties:
        schema = {**schema, "properties": {**properties, "metadata": {"type": "object"}}}
    legal = _structural(schema)
    return {**legal, "type": "object"}


def _structural(node: Any) -> Any:
    if not isinstance(node, Mapping):
        return node
    made = dict(node)
    for name in ("items", "additionalProperties"):
        if name in made:
            made[name] = _structural(made[name])
    properties = made.get("properties")
    if isinstance(properties, Mapping):
        made["properties"] = {name: _structural(field) for name, field in properties.items()}
    if made.get("x-kubernetes-embedded-resource"):
        made["type"] = "object"
    if "type" not in made and "x-kubernetes-int-or-string" not in made:
        made["x-kubernetes-preserve-unknown-fields"] = True
    if not _has_usable_keys(made):
        made = {name: held for name, held in made.items() if not name.startswith("x-kubernetes-list-")}
    return made


def _has_usable_keys(node: Mapping[str, Any]) -> bool:
    """Whether each key of a list's items is always there, as a server demands it."""
    items = node.get("items")
    if not isinstance(items, Mapping):
        return True
    fields, required = items.get("properties"), items.get("required")
    return all(
        key in (required or ()) or "default" in (value_at(fields, (key,)) or ())
        for key in node.get("x-kubernetes-list-map-keys") or ()
    )


def _folder() -> Path:
    return schemas_folder() / "crds"
