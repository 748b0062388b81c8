"""CustomResourceDefinitions as far as they judge custom resources: what is left when prose goes.

Two texts that the API server would take for one definition come out equal: what it leaves out when
it stores a definition (false flags, empty lists) is left out here, and 1.0 is 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath

API_VERSION = "apiextensions.k8s.io/v1"
KIND = "CustomResourceDefinition"

GROUP = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){1,10}"
KIND_NAME = r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
VERSION = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"

_MOST_VERSIONS = 100
_VALUES = frozenset(
    {
        "type", "format", "required", "enum", "default", "nullable", "pattern", "uniqueItems",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
        "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    }
)  # fmt: skip
_PROSE = frozenset(
    {
        "$ref", "$schema", "additionalItems", "definitions", "dependencies", "description", "example",
        "externalDocs", "id", "patternProperties", "title",
    }
)  # fmt: skip
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_SCHEMAS = frozenset({"items", "not", "additionalProperties"})
KEYWORDS = frozenset({"properties", *_VALUES, *_PROSE, *_LISTS, *_SCHEMAS})
"""All that a schema of a definition may say."""
_GIVEN = frozenset({"default", "enum"})
"""Keywords whose values are a user's own: a false or an empty list in them says something."""


class DefinedVersion(Struct, frozen=True):
    """One version; `schema` is structural and without prose, {} where none is given."""

    name: str
    served: bool
    storage: bool
    schema: Mapping[str, Any]


class Definition(Struct, frozen=True):
    """What a definition says of its kind; `scope` is "Namespaced" or "Cluster"."""

    group: str
    kind: str
    plural: str
    scope: str
    versions: tuple[DefinedVersion, ...]

    @property
    def name(self) -> str:
        """The object's name, as Kubernetes demands it."""
        return f"{self.plural}.{self.group}"


class NoDefinition(Exception):
    """A body that the API server would refuse as a definition; `path` is where."""

    def __init__(self, path: FieldPath, message: str) -> None:
        super().__init__(message)
        self.path = path


def is_definition(body: Any) -> bool:
    """Whether a body says that it is a CustomResourceDefinition of the version that is read."""
    return isinstance(body, Mapping) and (body.get("apiVersion"), body.get("kind")) == (API_VERSION, KIND)


def definition(body: Mapping[str, Any]) -> Definition:
    """The definition that a body holds.

    Raises:
        NoDefinition: a name is missing or none, or a schema holds what JSON cannot say.
    """
    spec = _mapping(body.get("spec"))
    names = _mapping(spec.get("names"))
    versions = spec.get("versions")
    if not isinstance(versions, list) or not versions:
        raise NoDefinition(("spec",), "a definition needs `spec.versions`, with at least one version")
    if len(versions) > _MOST_VERSIONS:
        raise NoDefinition(("spec", "versions"), f"a definition has at most {_MOST_VERSIONS} versions")
    scope = spec.get("scope")
    if scope not in ("Namespaced", "Cluster"):
        raise NoDefinition(("spec", "scope"), "the scope is either Namespaced or Cluster")
    return Definition(
        group=_name(spec, ("spec", "group"), GROUP),
        kind=_name(names, ("spec", "names", "kind"), KIND_NAME),
        plural=_name(names, ("spec", "names", "plural"), VERSION),
        scope=scope,
        versions=tuple(_version(one, number) for number, one in enumerate(versions)),
    )


def canonical(schema: Mapping[str, Any]) -> bytes:
    """The one text of a schema, in lines that a review can read."""
    return json.dumps(schema, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _version(held: Any, number: int) -> DefinedVersion:
    version = _mapping(held)
    at: FieldPath = ("spec", "versions", number)
    schema = reduced(_mapping(_mapping(version.get("schema")).get("openAPIV3Schema")))
    try:
        canonical(schema).decode()
    except (ValueError, TypeError) as error:
        raise NoDefinition((*at, "schema"), "the schema holds a value that JSON cannot say") from error
    return DefinedVersion(
        name=_name(version, (*at, "name"), VERSION),
        served=version.get("served") is True,
        storage=version.get("storage") is True,
        schema=schema,
    )


def _name(held: Mapping[str, Any], at: FieldPath, form: str) -> str:
    value = held.get(str(at[-1]))
    if not isinstance(value, str) or len(value) > 253 or re.fullmatch(form, value) is None:
        shown = f"{value[:60]!r} is no name for it" if isinstance(value, str) else "it is missing"
        raise NoDefinition(at, f"the {at[-1]} of a definition must be a DNS name: {shown}")
    return value


def reduced(node: Mapping[str, Any]) -> dict[str, Any]:
    """`node` with all that judges a value or gives one.

    Prose goes, and keywords that Kubernetes does not know, which the API server drops as well.
    """
    return {key: value for key, value in _kept(node) if key in _GIVEN or not _says_nothing(value)}


def unknown_keywords(body: Mapping[str, Any]) -> Iterator[FieldPath]:
    """Where the schemas of a definition have keywords that Kubernetes does not know: they judge nothing."""
    versions = _mapping(body.get("spec")).get("versions")
    for number, version in enumerate(versions if isinstance(versions, list) else ()):
        schema = _mapping(_mapping(version).get("schema")).get("openAPIV3Schema")
        at = ("spec", "versions", number, "schema", "openAPIV3Schema")
        yield from _unknown(_mapping(schema), at)


def _unknown(node: Mapping[str, Any], at: FieldPath) -> Iterator[FieldPath]:
    for key, value in node.items():
        if key not in KEYWORDS:
            yield (*at, str(key))
        elif key == "properties":
            for name, field in _mapping(value).items():
                yield from _unknown(_mapping(field), (*at, key, str(name)))
        elif key in _LISTS:
            for index, branch in enumerate(value if isinstance(value, list) else ()):
                yield from _unknown(_mapping(branch), (*at, key, index))
        elif key in _SCHEMAS:
            yield from _unknown(_mapping(value), (*at, key))


def _kept(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if key in _VALUES:
            if value is not None or key == "default":
                yield key, _plain(value)
        elif key == "properties" and isinstance(value, Mapping):
            yield key, {str(name): reduced(_mapping(field)) for name, field in value.items()}
        elif key in _LISTS and isinstance(value, list):
            yield key, [reduced(_mapping(branch)) for branch in value]
        elif key in _SCHEMAS and (isinstance(value, Mapping) or key == "additionalProperties"):
            yield key, reduced(value) if isinstance(value, Mapping) else value


def _says_nothing(value: Any) -> bool:
    """Whether the API server leaves a keyword with this value out; `items: {}` says something."""
    return value is None or value is False or value == []


def _plain(value: Any) -> Any:
    """A value as JSON reads it back."""
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
