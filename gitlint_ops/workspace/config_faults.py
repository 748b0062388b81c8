"""What is wrong with a configuration, in the user's words and at its place.

`schemas/config.schema.json` is the only description of what is allowed: editors use it, and so does this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.structure import value_at
from gitlint_ops.resources import schemas_folder

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a number",
    "boolean": "true or false",
    "null": "empty",
}


class ConfigFault(Struct, frozen=True):
    """One fault; `at_key` where the key is wrong and not its value."""

    path: FieldPath
    message: str
    hint: str = ""
    at_key: bool = False


def config_schema() -> Any:
    """The published JSON schema of the configuration."""
    return json.loads((schemas_folder() / "config.schema.json").read_text("utf-8"))


def faults(body: Any) -> Iterator[ConfigFault]:
    """All faults of a configuration's body, in no order."""
    import jsonschema_rs  # 30 ms, and most runs need it anyway to validate objects

    schema = config_schema()
    for error in jsonschema_rs.validator_for(schema).iter_errors(body):
        at: FieldPath = tuple(error.instance_path)
        keyword = str(error.schema_path[-1])
        # The path is that of the definition itself: references are followed already.
        rule = value_at(schema, tuple(error.schema_path)[:-1])
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
            yield _bad_name(at, str(kind.error.instance), rule)
        elif keyword == "additionalProperties":
            assert isinstance(error.instance, dict)
            for key in sorted(error.instance.keys() - rule["properties"].keys()):
                yield _unknown_key(at, key, rule)
        else:
            describe = _DESCRIBED.get(keyword, _too_long)
            yield describe(at, error.instance, rule)


def _unknown_key(at: FieldPath, key: str, rule: Any) -> ConfigFault:
    known = sorted(rule["properties"])
    guess = did_you_mean(key, known) or _deeper(key, rule)
    hint = f"did you mean '{guess}'?" if guess else f"known here: {', '.join(known)}"
    return ConfigFault((*at, key), f"unknown key '{key}'", hint, at_key=True)


def _deeper(key: str, rule: Any) -> str:
    """The key one level further down that is meant: "rules.select" for "selct"."""
    for name, held in rule["properties"].items():
        guess = did_you_mean(key, held.get("properties", ()))
        if guess:
            return f"{name}.{guess}"
    return ""


def _bad_name(at: FieldPath, name: str, rule: Any) -> ConfigFault:
    return ConfigFault((*at, name), f"'{name}' is no valid name here", _looks_like(rule), at_key=True)


def _wrong_type(at: FieldPath, value: Any, rule: Any) -> ConfigFault:
    message = f"{_named(at)} is {_kind_of(value)} and must be {_TYPES[rule['type']]}"
    if rule["type"] == "string" and isinstance(value, int | float):
        return ConfigFault(at, message, "put it in quotes, or YAML reads it as a number")
    if rule["type"] == "array" and isinstance(value, str):
        return ConfigFault(at, message, f"write it as a list: [{value}]")
    return ConfigFault(at, message, _looks_like(rule))


def _not_listed(at: FieldPath, value: Any, rule: Any) -> ConfigFault:
    allowed = [str(one) for one in rule["enum"]]
    guess = did_you_mean(value, allowed) if isinstance(value, str) else ""
    shown = f"'{value}'" if isinstance(value, str) else _kind_of(value)
    return ConfigFault(
        at,
        f"{_named(at)} is {shown} and must be one of {', '.join(allowed)}",
        f"did you mean '{guess}'?" if guess else "",
    )


def _wrong_form(at: FieldPath, value: Any, rule: Any) -> ConfigFault:
    if rule["pattern"] == "^[^!]":
        return ConfigFault(at, f"{_named(at)} starts with '!', and globs cannot be negated")
    return ConfigFault(at, f"{_named(at)} cannot be '{value}'", _looks_like(rule))


def _missing(at: FieldPath, value: Any, rule: Any) -> ConfigFault:
    absent = [key for key in rule["required"] if key not in value]
    keys = " and ".join(f"'{key}'" for key in absent)
    title = rule["properties"][absent[0]].get("description", "")
    return ConfigFault(at, f"{_named(at)} needs {keys}", f"{absent[0]}: {title}" if title else "")


def _empty(at: FieldPath, _value: Any, rule: Any) -> ConfigFault:
    return ConfigFault(at, f"{_named(at)} is empty", _looks_like(rule))


def _out_of_range(at: FieldPath, value: Any, rule: Any) -> ConfigFault:
    message = f"{_named(at)} is {value} and must be from {rule['minimum']} to {rule['maximum']}"
    return ConfigFault(at, message, _looks_like(rule))


def _too_long(at: FieldPath, _value: Any, rule: Any) -> ConfigFault:
    return ConfigFault(at, f"{_named(at)} is too long", _looks_like(rule))


_DESCRIBED: dict[str, Callable[[FieldPath, Any, Any], ConfigFault]] = {
    "type": _wrong_type,
    "enum": _not_listed,
    "pattern": _wrong_form,
    "required": _missing,
    "minItems": _empty,
    "minLength": _empty,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
}


def _looks_like(rule: Any) -> str:
    examples = rule.get("examples")
    return f"for example {json.dumps(examples[0])}" if examples else ""


def _named(at: FieldPath) -> str:
    return f"'{format_path(at)}'" if at else "the configuration"


def _kind_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a mapping"
