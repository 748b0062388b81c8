"""Which lists strategic merge joins by key, and which kinds live in a namespace.

The table is that of kustomize: the OpenAPI of Kubernetes v1.21.2, looked up by the exact apiVersion
and kind. Kinds that it lacks (custom resources, later versions) have no schema, and their lists are
replaced whole. `tools/generate_merge_tables` makes the table.

Source: kyaml/openapi/openapi.go, kyaml/yaml/schema/schema.go
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

Schema: TypeAlias = Mapping[str, Any]
"""One schema of the document, with its own `$ref` followed."""

_REF = "#/definitions/"
_MAX_REFS = 32
_KINDS = "x-kubernetes-group-version-kind"
_STRATEGY = "x-kubernetes-patch-strategy"
_MERGE_KEY = "x-kubernetes-patch-merge-key"
_MAP_KEYS = "x-kubernetes-list-map-keys"


class MergeSchema(Struct, frozen=True):
    """Definitions by name, definition names by kind, and scopes by kind.

    Kinds are written `apiVersion|kind`; the scope is True for a kind that lives in a namespace.
    """

    definitions: Mapping[str, Any]
    kinds: Mapping[str, str]
    scopes: Mapping[str, bool]

    @classmethod
    def load_default(cls) -> MergeSchema:
        """The table shipped with the package. Takes some 2 ms: load it once for a build."""
        file = Path(__file__).parent / "data" / "merge_tables.json"
        table = json.loads(file.read_bytes())
        return cls(table["definitions"], table["kinds"], table["namespaced"])

    def with_openapi(self, body: Any) -> MergeSchema:
        """The table of an `openapi: {path: ...}` document, which replaces the built-in one.

        Built-in scopes still hold; the document adds those of kinds that its paths name.
        """
        held = _mapping(body)
        definitions = _mapping(held.get("definitions"))
        kinds = {
            kind: name
            for name, definition in definitions.items()
            for kind in _kinds(_mapping(definition).get(_KINDS))
        }
        return MergeSchema(definitions, kinds, {**_scopes(_mapping(held.get("paths"))), **self.scopes})

    def is_namespaced(self, api_version: str, kind: str) -> bool | None:
        """None for kinds that the table does not know; kustomize takes those for namespaced."""
        return self.scopes.get(f"{api_version}|{kind}")

    def of_kind(self, api_version: str, kind: str) -> Schema | None:
        name = self.kinds.get(f"{api_version}|{kind}")
        return None if name is None else _mapping(self.definitions.get(name))

    def field(self, schema: Schema | None, name: str) -> Schema | None:
        """The schema of a member of a mapping."""
        if schema is None:
            return None
        properties = schema.get("properties")
        found = properties.get(name) if isinstance(properties, dict) else None
        if found is None:
            found = schema.get("additionalProperties")
        return found if found == {} else self._followed(found)

    def item(self, schema: Schema | None) -> Schema | None:
        """The schema of the items of a list."""
        if schema is None or schema.get("type") not in ("array", ["array"]):
            return None
        return self._followed(schema.get("items"))

    def _followed(self, schema: Any) -> Schema | None:
        for _ in range(_MAX_REFS):
            if not isinstance(schema, dict):
                return None
            ref = schema.get("$ref")
            if not isinstance(ref, str):
                return schema
            name = ref.removeprefix(_REF).replace("~1", "/").replace("~0", "~")
            schema = self.definitions.get(name)
        return None


def merge_keys(schema: Schema | None) -> tuple[str, ...] | None:
    """The keys by which items of a list are joined: () for a set of scalars, None to replace it."""
    strategy = schema.get(_STRATEGY) if schema is not None else None
    if schema is None or not isinstance(strategy, str) or "merge" not in strategy.split(","):
        return None
    keys = schema.get(_MAP_KEYS)
    if isinstance(keys, list):
        return tuple(str(key) for key in keys)
    key = schema.get(_MERGE_KEY)
    return (key,) if isinstance(key, str) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _kinds(extension: Any) -> Iterator[str]:
    """One or many group-version-kinds as `apiVersion|kind`."""
    for held in extension if isinstance(extension, list) else [extension]:
        if isinstance(held, Mapping) and isinstance(held.get("version"), str):
            group = held.get("group")
            prefix = f"{group}/" if isinstance(group, str) and group else ""
            yield f"{prefix}{held['version']}|{held.get('kind')}"


def _scopes(paths: Mapping[str, Any]) -> dict[str, bool]:
    """A kind lives in a namespace if some path to fetch it names one."""
    scopes: dict[str, bool] = {}
    for path, item in paths.items():
        for kind in _kinds(_mapping(_mapping(item).get("get")).get(_KINDS)):
            scopes[kind] = scopes.get(kind, False) or "namespaces/{namespace}" in str(path)
    return scopes
