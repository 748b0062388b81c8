"""The schemas of well-known custom resources that are shipped with the package (schemas/crds).

They judge custom resources whose definition does not stand in the workspace. The index says which
kinds and versions there are; the schema of a kind is read when its first object is met.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct

from gitlint_ops.model.objects import api_group
from gitlint_ops.resources import schemas_folder
from gitlint_ops.validate.compiled import Schema
from gitlint_ops.validate.crds import CustomSchema

_RULES = b'"x-kubernetes-validations"'
_VERSION = re.compile(r"v(\d{1,9})(?:(alpha|beta)(\d{1,9}))?")


class PinnedSchemas:
    """The pinned schemas, by exact group, version and kind.

    `object_meta` is a schema with the definition of ObjectMeta at its root.
    """

    def __init__(self, object_meta: Mapping[str, Any]) -> None:
        self._object_meta = object_meta
        self._schemas: dict[tuple[str, str], Schema] = {}

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of exactly this group, version and kind, where that version is served."""
        wanted = (api_version, kind)
        group, _, version = api_version.rpartition("/")
        if version not in self._served(group, kind):
            return None
        if wanted not in self._schemas:
            text = (_folder() / group / f"{kind.lower()}_{version}.json").read_bytes()
            source = json.loads(text, object_pairs_hook=EqualParts().joined)
            scope = self._index["kinds"][group][kind]["scope"]
            made = CustomSchema(source, self._object_meta, scope=scope)
            # Most have no rules, and looking for them in the parsed schema takes longer than compiling it.
            self._schemas[wanted] = made if _RULES in text else made.without_rules()
        return self._schemas[wanted]

    def versions(self, api_version: str, kind: str) -> tuple[str, ...]:
        """The versions of the kind in this group that have a schema, the most stable first."""
        return by_stability(self._served(api_group(api_version), kind))

    def origin(self, api_version: str, kind: str) -> str:
        """What a kind's schema was taken from, as "argo-cd v3.5.7"."""
        group, _, version = api_version.rpartition("/")
        entry = self._index["kinds"][group][kind]
        source = entry["versions"][version].get("only_in", entry["source"])
        return str(self._index["sources"][source])

    def _served(self, group: str, kind: str) -> tuple[str, ...]:
        entry = self._index["kinds"].get(group, {}).get(kind, {})
        versions: Mapping[str, Any] = entry.get("versions", {})
        return tuple(name for name, facts in versions.items() if facts.get("schema"))

    @cached_property
    def _index(self) -> Mapping[str, Any]:
        held = json.loads((_folder() / "index.json").read_bytes())
        assert isinstance(held, dict)
        return held


class ShippedKind(Struct, frozen=True):
    """A shipped kind: versions that are served and have a schema, and those that are not served.

    `plural` is its name in URLs, "" where that is not known.
    """

    group: str
    kind: str
    scope: str
    versions: tuple[str, ...]
    unserved: tuple[str, ...]
    origin: str
    plural: str = ""


def shipped_kinds() -> Iterator[ShippedKind]:
    """All kinds that schemas are shipped of, by group and kind."""
    index = json.loads((_folder() / "index.json").read_bytes())
    for group, kinds in index["kinds"].items():
        for kind, entry in kinds.items():
            versions = entry["versions"]
            yield ShippedKind(
                group,
                kind,
                entry["scope"],
                by_stability(name for name, facts in versions.items() if facts.get("schema")),
                by_stability(name for name, facts in versions.items() if not facts.get("served")),
                str(index["sources"][entry["source"]]),
                entry.get("plural", ""),
            )


class EqualParts:
    """Makes equal objects of one JSON text one value, so that they are worked on once."""

    def __init__(self) -> None:
        self._met: dict[tuple[Any, ...], dict[str, Any]] = {}

    def joined(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        key = tuple((name, _identity(value)) for name, value in pairs)
        held = self._met.get(key)
        if held is None:
            held = self._met[key] = dict(pairs)
        return held


def _identity(value: Any) -> Any:
    """What equal values share; the objects below were joined before, so one place is one value."""
    if isinstance(value, dict):
        return (dict, id(value))
    if isinstance(value, list):
        return (list, *map(_identity, value))
    return (type(value), value)


def by_stability(versions: Iterable[str]) -> tuple[str, ...]:
    """Versions of a kind, the most stable first: v2, v1, v1beta2, v1beta1, v1alpha1."""
    return tuple(sorted(versions, key=_stability, reverse=True))


def _folder() -> Path:
    return schemas_folder() / "crds"


def _stability(version: str) -> tuple[int, int, int]:
    """How versions of a kind are ranked: v2, v1, v1beta2, v1beta1, v1alpha1."""
    named = _VERSION.fullmatch(version)
    if named is None:
        return (-1, 0, 0)
    return (("alpha", "beta", None).index(named[2]), int(named[1]), int(named[3] or 0))
