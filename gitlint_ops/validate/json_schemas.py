"""JSON schemas of a repository made safe to compile: known keywords, and no reference that leads out.

A reference into another file of the same folder takes that file in; one that leads further is no
reason to fetch anything: the schema is not used, and that is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any, TypeAlias
from urllib.parse import unquote

from gitlint_ops.validate.patterns import for_this_engine
from gitlint_ops.validate.pins import EqualParts
from gitlint_ops.workspace.tree import Tree, Unreadable

MAX_SCHEMA_BYTES = 10_000_000
MAX_SCHEMA_DEPTH = 200

_MOST_FILES = 50

_MAPS = ("properties", "patternProperties", "definitions", "$defs", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    "items", "additionalItems", "additionalProperties", "not", "if", "then", "else",
    "contains", "propertyNames",
)  # fmt: skip
_VALUES = frozenset(
    {
        "type", "enum", "const", "default", "required", "multipleOf", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
        "uniqueItems", "minProperties", "maxProperties", "minContains", "maxContains",
        "dependentRequired", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
    }
)  # fmt: skip
_UNKNOWN_WAYS = ("$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor")

_Rewrite: TypeAlias = Callable[[str], str]


class UnusableSchema(Exception):
    """The text of a schema is none; the message continues a sentence about its file."""


def decode_schema(data: bytes) -> Mapping[str, Any]:
    """The schema that a file's bytes hold; its equal parts are one value.

    Raises:
        UnusableSchema: it is too large, too deep, or no JSON object.
    """
    if len(data) > MAX_SCHEMA_BYTES:
        raise UnusableSchema(f"is too large for a schema: {len(data):,} bytes")
    try:
        held = json.loads(data, object_pairs_hook=EqualParts().joined)
    except RecursionError as error:
        raise UnusableSchema("is nested too deeply for a schema") from error
    except ValueError as error:
        raise UnusableSchema(f"is no JSON ({error})") from error
    if not isinstance(held, dict):
        raise UnusableSchema("is no schema: it holds no JSON object")
    if is_deeper(held, MAX_SCHEMA_DEPTH):
        raise UnusableSchema(f"is nested deeper than {MAX_SCHEMA_DEPTH} levels")
    return held


def is_deeper(value: Any, levels: int) -> bool:
    """Whether mappings and lists are nested deeper than that; values that are one are looked at once."""
    level = [value]
    for _ in range(levels):
        below: dict[int, Any] = {}
        for held in level:
            inner = held.values() if isinstance(held, dict) else held
            below.update((id(one), one) for one in inner if isinstance(one, dict | list))
        if not below:
            return False
        level = list(below.values())
    return True


def bundled(tree: Tree, path: str, folder: str) -> dict[str, Any]:
    """The schema of a file, with all that it refers to in `folder` taken in.

    Raises:
        UnusableSchema: it cannot be read, or refers to what lies elsewhere.
    """
    return _Bundle(tree, folder).schema(path)


class _Bundle:
    """One schema and the files that it takes in, each under a name of its own in `$defs`."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self._tree = tree
        self._folder = folder
        self._names: dict[str, str] = {}
        self._waiting: list[str] = []

    def schema(self, path: str) -> dict[str, Any]:
        root = self._prepared(path, "#")
        taken: dict[str, Any] = {}
        self._names[path] = ""
        while self._waiting:
            other = self._waiting.pop()
            name = self._names[other]
            taken[name] = self._prepared(other, f"#/$defs/{name}")
        if taken:
            root["$defs"] = {**root.get("$defs", {}), **taken}
        return root

    def _prepared(self, path: str, base: str) -> dict[str, Any]:
        try:
            held = decode_schema(self._tree.read(path))
        except Unreadable as error:
            raise UnusableSchema(f"{path} {error.reason}" if base != "#" else error.reason) from error
        return _rebuilt(held, lambda reference: self._reference(reference, path, base))

    def _reference(self, reference: str, path: str, base: str) -> str:
        file, _, pointer = reference.partition("#")
        if pointer and not pointer.startswith("/"):
            raise UnusableSchema(f"refers to '{reference}' by a name, which is not read")
        if not file:
            return f"{base}{unquote(pointer)}" if base == "#" or pointer else base
        found = normpath(join(dirname(path), unquote(file)))
        inside = not self._folder or found.startswith(f"{self._folder}/")
        if "://" in file or found.startswith(("../", "/")) or not inside:
            said = f"refers to '{reference}', which is outside of the catalogue and not fetched"
            raise UnusableSchema(said)
        if found not in self._names:
            if len(self._names) >= _MOST_FILES:
                raise UnusableSchema(f"refers to more than {_MOST_FILES} files")
            self._names[found] = f"file{len(self._names)}"
            self._waiting.append(found)
        name = self._names[found]
        return f"#/$defs/{name}{unquote(pointer)}" if name else f"#{unquote(pointer)}"


def _rebuilt(node: Any, rewrite: _Rewrite) -> dict[str, Any]:
    """A schema of the keywords that are known, each with a value of the right form."""
    if node is False:
        return {"not": {}}
    if not isinstance(node, Mapping):
        return {}
    for way in _UNKNOWN_WAYS:
        if way in node:
            raise UnusableSchema(f"uses {way}, which is not read")
    if isinstance(node.get("$ref"), str) and "properties" not in node:
        kept = {"$ref": rewrite(node["$ref"])}
        # At the root, definitions stand beside a reference to one of them.
        return {**kept, **{key: value for key, value in _keywords(node, rewrite) if key in _MAPS}}
    return dict(_keywords(node, rewrite))


def _keywords(node: Mapping[str, Any], rewrite: _Rewrite) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if key in _VALUES:
            yield key, value
        elif key == "pattern" and isinstance(value, str):
            yield key, for_this_engine(value)
        elif key in _MAPS and isinstance(value, Mapping):
            yield key, {name: _rebuilt(held, rewrite) for name, held in value.items()}
        elif key in _LISTS and isinstance(value, list):
            yield key, [_rebuilt(held, rewrite) for held in value]
        elif key == "items" and isinstance(value, list):
            yield key, [_rebuilt(held, rewrite) for held in value]
        elif key in _SINGLE:
            closed = isinstance(value, bool) and key.startswith("additional")
            yield key, value if closed else _rebuilt(value, rewrite)
