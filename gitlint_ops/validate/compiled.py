"""One kind's schema: fast verdicts, and questions about its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

    from gitlint_ops.validate.cel_rules import RuleNode

MOST_ERRORS = 100
"""Errors looked at per object; a hostile document could hold millions."""

_REF = "#/$defs/"
_NUMBER = re.compile(r"\+?0*([0-9]{1,20})")


class SchemaError(Struct, frozen=True):
    """`keyword` of the schema, with its `argument`, refuses the `value` at `path`.

    The argument of "required" is one missing name, that of "additionalProperties" all unknown ones.
    """

    path: FieldPath
    keyword: str
    argument: Any
    value: Any


class Schema:
    """A JSON schema whose references all lead into its own `$defs`.

    `is_namespaced` says that its objects stand in namespaces, as far as a definition says otherwise.
    """

    is_namespaced = True

    def __init__(self, root: dict[str, Any]) -> None:
        self.source = root
        self._definitions: Mapping[str, Any] = root.get("$defs", {})

    @property
    def rules(self) -> RuleNode | None:
        """The rules in CEL that go with the schema, if there are any."""
        return None

    @property
    def compares(self) -> bool:
        """Whether some of the rules compare with the object of before."""
        return False

    def is_valid(self, body: Any) -> bool:
        return self._validator.is_valid(body)

    def errors(self, body: Any) -> Iterator[SchemaError]:
        """The first `MOST_ERRORS` errors."""
        for error in islice(self._validator.iter_errors(body), MOST_ERRORS):
            path = _path_in(body, error.instance_path)
            yield SchemaError(path, error.kind.name, error.kind.value, error.instance)

    def shape_at(self, path: FieldPath) -> Mapping[str, Any]:
        """The schema of the field at `path`, or an empty one where nothing is said of it."""
        node = self.resolved(self.source)
        for key in path:
            node = self.member(node, key)
        return node

    def member(self, node: Mapping[str, Any], key: str | int) -> Mapping[str, Any]:
        """The schema of one field or item of what `node` describes."""
        if isinstance(key, int):
            return self.resolved(node.get("items", {}))
        named = node.get("properties", {}).get(key)
        if named is not None:
            return self.resolved(named)
        other = node.get("additionalProperties", {})
        return self.resolved(other) if isinstance(other, Mapping) else {}

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """`node`, or what its reference leads to."""
        while "$ref" in node:
            node = self._definitions[node["$ref"][len(_REF) :]]
        return node

    @property
    def compiles(self) -> bool:
        """Whether the schema is one; that of a user's CustomResourceDefinition may not be."""
        from jsonschema_rs import ReferencingError, ValidationError

        try:
            return self._validator is not None
        except (ReferencingError, ValidationError, ValueError):
            return False

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # Costs 27 ms of CPU once in a process; a run without objects should not pay it.
        from jsonschema_rs import Draft202012Validator, RegexOptions

        # The plain engine reads Go's syntax and cannot be made to backtrack.
        return Draft202012Validator(self.source, validate_formats=False, pattern_options=RegexOptions())


def _path_in(body: Any, path: list[str | int]) -> FieldPath:
    """The path with keys as they stand in `body`: the validator returns the key "08" as number 8."""
    found: list[str | int] = []
    for key in path:
        name = _name_like(body, key) if isinstance(body, dict) and isinstance(key, int) else key
        body = body[name]
        found.append(name)
    return tuple(found)


def _name_like(body: Mapping[str, Any], number: int) -> str:
    named = ((name, _NUMBER.fullmatch(name)) for name in body)
    return next(name for name, digits in named if digits and int(digits[1]) == number)


def field_names(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that a schema node names."""
    return tuple(node.get("properties", ()))


def type_names(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The JSON types that a schema node allows but for null; empty means any."""
    held = node.get("type", ())
    names = (held,) if isinstance(held, str) else tuple(held)
    return tuple(name for name in names if name != "null")
