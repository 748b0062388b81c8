"""CustomResourceDefinitions of a source, in one form whatever they came from."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml
from reduce import decoded_only, opened, reduced, without_needed_values
from sources import Source

_DEFINITION = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
_META = {"type": "object"}
_STRUCT = re.compile(r"type (\w+) struct\b")
_LABELS = "x-kubernetes-group-version-kind"
_NOT_SCHEMA = frozenset({"namespaced", _LABELS, "x-kubernetes-selectable-fields"})


@dataclass(frozen=True)
class Version:
    """One version of a kind; `schema` is structural and without prose, {} where none is given."""

    group: str
    kind: str
    plural: str
    scope: str
    name: str
    served: bool
    storage: bool
    deprecated: bool
    subresources: tuple[str, ...]
    schema: dict[str, Any]
    origin: str


def shipped(source: Source, folder: Path) -> Iterator[Version]:
    """The definitions in the files of a package, patched as the project itself patches them."""
    paths = {path for pattern in source.files for path in folder.glob(pattern)}
    for path in sorted(paths):
        origin = path.relative_to(folder).as_posix()
        if not any(fnmatch(origin, pattern) for pattern in source.without):
            for body in _definitions(path):
                patch = source.patches.get(body["metadata"]["name"])
                if patch:
                    _patched(body, _loaded((folder / patch).read_text(encoding="utf-8"))[0])
                yield from _versions(source, body, origin)


def generated(source: Source, folder: Path, types: Path) -> Iterator[Version]:
    """The definitions that controller-gen wrote into `folder`, of the Go types in the package `types`.

    Types that an API server of its own serves say their scope to the generator of clients only.
    """
    clustered = set(_without_namespace(source, types)) if source.aggregated else set()
    for path in sorted(folder.glob("*.yaml")):
        for body in _definitions(path):
            for version in _versions(source, body, ""):
                yield replace(version, scope="Cluster") if version.kind in clustered else version


def _without_namespace(source: Source, types: Path) -> Iterator[str]:
    for package in source.packages:
        for path in sorted((types / package).glob("types*.go")):
            said = ""
            for line in path.read_text(encoding="utf-8").splitlines():
                found = _STRUCT.match(line)
                if found and "+genclient:nonNamespaced" in said:
                    yield found[1]
                # Blank lines part markers from the comments of their type, and all of these from other types.
                said = said + line if line.startswith("//") or not line else ""


def published(source: Source, folder: Path) -> Iterator[Version]:
    """The kinds of the wanted groups among OpenAPI schemas that API servers published.

    They say nothing of storage, and only served versions are published.
    """
    held = json.loads(gzip.decompress((folder / source.mappings).read_bytes()))
    for name in sorted(held):
        for entry in held[name]:
            labels = entry.get(_LABELS, ())
            if len(labels) == 1 and labels[0]["group"] in source.groups and _is_object(entry):
                yield _from_openapi(source, entry)


def _is_object(entry: Mapping[str, Any]) -> bool:
    """Whether a published kind has a schema of its own and is no list of another kind.

    Only the types of API servers other than Kubernetes' refer to others; they are no custom resources.
    """
    fields = entry.get("properties", {})
    is_list = "items" in fields and entry[_LABELS][0]["kind"].endswith("List")
    own = {name: field for name, field in fields.items() if name != "metadata"}
    return "metadata" in fields and not is_list and '"$ref"' not in json.dumps(own)


def _from_openapi(source: Source, entry: Mapping[str, Any]) -> Version:
    (label,) = entry[_LABELS]
    fields = {**entry["properties"], "metadata": _META}
    given = {key: value for key, value in entry.items() if key not in _NOT_SCHEMA}
    schema = reduced({**given, "properties": fields})
    if not _is_whole(entry) or label["group"] in source.webhook_fills:
        schema = without_needed_values(schema)
    if label["group"] in source.open:
        schema = opened(schema)
    return Version(
        group=label["group"],
        kind=label["kind"],
        plural="",
        scope="Namespaced" if entry.get("namespaced") else "Cluster",
        name=label["version"],
        served=True,
        storage=False,
        deprecated=False,
        subresources=("status",) if "status" in fields else (),
        schema=schema,
        origin=source.mappings,
    )


def _is_whole(entry: Mapping[str, Any]) -> bool:
    """Whether a schema was published as OpenAPI 3, which keeps all of it.

    Version 2 loses defaults, choices and nullable; in it the metadata is a plain reference.
    """
    return "$ref" not in entry["properties"]["metadata"]


def _definitions(path: Path) -> Iterator[dict[str, Any]]:
    for body in _loaded(path.read_text(encoding="utf-8")):
        if isinstance(body, dict) and (body.get("apiVersion"), body.get("kind")) == _DEFINITION:
            yield body


def _loaded(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=_Loader))


class _Loader(yaml.CSafeLoader):
    """Reads `=` and dates as the strings that Kubernetes' tools read."""


for _tag in ("value", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", yaml.CSafeLoader.construct_scalar)


def _versions(source: Source, body: Mapping[str, Any], origin: str) -> Iterator[Version]:
    spec = body["spec"]
    for version in spec["versions"]:
        schema = reduced(version.get("schema", {}).get("openAPIV3Schema", {}))
        yield Version(
            group=spec["group"],
            kind=spec["names"]["kind"],
            plural=spec["names"]["plural"],
            scope=spec["scope"],
            name=version["name"],
            served=version["served"],
            storage=version["storage"],
            deprecated=version.get("deprecated", False),
            subresources=tuple(sorted(version.get("subresources", ()))),
            schema=decoded_only(schema) if source.aggregated else schema,
            origin=origin,
        )


def _patched(body: dict[str, Any], patch: list[Mapping[str, Any]]) -> None:
    """Apply a JSON patch of additions and removals (RFC 6902) in place."""
    for step in patch:
        *way, last = step["path"].strip("/").split("/")
        node: Any = body
        for key in way:
            node = node[int(key)] if isinstance(node, list) else node[key]
        if step["op"] == "remove":
            del node[last]
        elif isinstance(node, list) and last == "-":
            node.append(step["value"])
        else:
            node[last] = step["value"]
