"""The published schemas of Kubernetes' own kinds, for each minor release.

They are the data of the package kubernetes-validate, read without importing it (that costs more
than all the rest). Only the definitions that a kind needs are prepared, when it is first met.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.objects import api_group
from gitlint_ops.validate.amendments import amended, published_as
from gitlint_ops.validate.compiled import Schema

_FOLDER = re.compile(r"v(\d+)\.(\d+)\.\d+-local-strict\Z")
_REF = "#/$defs/"
_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_GROUP_VERSION_KIND = "x-kubernetes-group-version-kind"


def available_versions() -> tuple[str, ...]:
    """The minor releases that have schemas, oldest first, as "1.34"."""
    return tuple(_folders())


def resolve_version(text: str) -> str:
    """The minor release that a user means by "1.34", "v1.34.2" or "1.34.2+k3s1"; "" is the newest.

    Raises:
        UsageError: there are no schemas for that release.
    """
    versions = available_versions()
    if not text:
        return versions[-1]
    found = re.match(r"v?(\d+\.\d+)(?![\d])", text)
    if found is None or found[1] not in versions:
        raise UsageError(
            f"no schemas for Kubernetes version '{text}'", hint=f"known are {versions[0]} to {versions[-1]}"
        )
    return found[1]


def may_be_core(api_version: str) -> bool:
    """Whether Kubernetes itself may have this group; said without reading 2 MB of definitions."""
    group = api_group(api_version)
    return "." not in group or group.endswith(".k8s.io")


class CoreSchemas:
    """The schemas of one release, such as "1.34"."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._prepared: dict[str, Any] = {}
        self._schemas: dict[tuple[str, str], Schema] = {}

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of exactly this group, version and kind."""
        wanted = (api_version, kind)
        if wanted not in self._schemas:
            name = self._names.get(wanted)
            if name is None:
                return None
            self._schemas[wanted] = Schema({"$ref": _REF + name, "$defs": self._closure(name)})
        return self._schemas[wanted]

    def has(self, schema: Schema) -> bool:
        """Whether a schema is one of these."""
        return any(schema is held for held in self._schemas.values())

    def object_meta(self) -> Mapping[str, Any]:
        """The schema of every object's metadata."""
        return {"$ref": _REF + _OBJECT_META, "$defs": self._closure(_OBJECT_META)}

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """Each apiVersion that the API server of this release has, with its kinds."""
        found: dict[str, list[str]] = {}
        for api_version, kind in self._names:
            found.setdefault(api_version, []).append(kind)
        return {api_version: tuple(kinds) for api_version, kinds in found.items()}

    @cached_property
    def _definitions(self) -> Mapping[str, Any]:
        folder = _folders()[self.version]
        held = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
        assert isinstance(held, dict)
        return held

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], str]:
        """The name of each kind's definition.

        Types that go by several kinds at once (WatchEvent, DeleteOptions) are no objects.
        """
        names = {}
        for name, definition in self._definitions.items():
            labels = definition.get(_GROUP_VERSION_KIND, ())
            if len(labels) == 1 and "properties" in definition:
                (label,) = labels
                group = label["group"]
                version = label["version"]
                names[(f"{group}/{version}" if group else version, label["kind"])] = name
        return names

    def _closure(self, name: str) -> Mapping[str, Any]:
        """The definitions that `name` leads to, itself included."""
        found: dict[str, Any] = {}
        waiting = [name]
        while waiting:
            now = waiting.pop()
            if now not in found:
                found[now] = self._definition(now)
                waiting.extend(_references(found[now]))
        return found

    def _definition(self, name: str) -> Any:
        if name not in self._prepared:
            self._prepared[name] = amended(name, self._definitions[published_as(name)])
        return self._prepared[name]


def _references(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        yield node["$ref"][len(_REF) :]
    # Not all values: the fields of JSONSchemaProps are themselves called $ref, items and so on.
    for below in (node.get("items"), node.get("additionalProperties"), *node.get("properties", {}).values()):
        yield from _references(below)


def _folders() -> dict[str, Path]:
    """The folder of each minor release, oldest first."""
    spec = importlib.util.find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "the package kubernetes-validate, which holds the schemas, is not installed"
        )
    root = Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema"
    found = {}
    for folder in root.iterdir():
        named = _FOLDER.match(folder.name)
        if named:
            found[(int(named[1]), int(named[2]))] = folder
    return {f"{major}.{minor}": found[(major, minor)] for major, minor in sorted(found)}
