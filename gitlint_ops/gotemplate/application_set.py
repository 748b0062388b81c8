"""The functions that Argo CD's ApplicationSet controller gives to templates.

Source: applicationset/utils (utils.go, template_functions.go) of github.com/argoproj/argo-cd/v3;
github.com/gosimple/slug.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from gitlint_ops.gotemplate.builtins import BUILTINS
from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.json_text import NotJson, read_json, write_json
from gitlint_ops.gotemplate.signatures import Functions, function, simple
from gitlint_ops.gotemplate.sprig.characters import lower
from gitlint_ops.gotemplate.sprig.table import SPRIG
from gitlint_ops.gotemplate.values import Value, from_data, type_name

_NOT_IN_NAMES = re.compile(r"[^-a-z0-9.]")
_NOT_IN_SLUGS = re.compile(r"[^a-zA-Z0-9_-]+|-+")
_LONGEST_NAME = 253


class Yaml(Struct, frozen=True):
    """How YAML is read and written, which the layer above knows; `read` raises ValueError with the reason."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


def normalized(name: str) -> str:
    """`normalize`: a name as DNS has them; each character that none may have becomes a dash."""
    clean = _NOT_IN_NAMES.sub("-", lower(name))
    return clean[:_LONGEST_NAME].strip("-.")


def _slug(_: Budget, *given: Value) -> str:
    """`slugify [length [whole words]] name`."""
    size, smart, name = 50, True, ""
    for index, value in enumerate(given):
        if index == len(given) - 1:
            name = _of_type(value, "string")
        elif index == 0:
            size = _of_type(value, "int")
        elif index == 1:
            smart = _of_type(value, "bool")
    return _shortened(normalized(name), size, smart)


def _of_type(value: Value, wanted: str) -> Any:
    if type_name(value) != wanted:
        held = "nil" if value is None else type_name(value)
        raise FunctionFault(f"interface conversion: interface {{}} is {held}, not {wanted}")
    return value


def _shortened(name: str, size: int, smart: bool) -> str:
    if not smart and len(name) >= size:
        if size < 0:
            raise FunctionFault("runtime error: slice bounds out of range")
        name = name[:size]
    name = _NOT_IN_SLUGS.sub("-", name)
    name = re.sub("-+", "-", name).strip("-_")
    if not (smart and 0 < size < len(name)):
        return name
    dash = name.rfind("-", 0, size + 1)
    return name[:dash] if dash >= 0 else name[:size]


def application_set_functions(yaml: Yaml) -> Functions:
    """What a template of an ApplicationSet can call."""

    def to_yaml(budget: Budget, value: Value) -> str:
        # sigs.k8s.io/yaml goes through JSON.
        try:
            data = read_json(write_json(value, budget), budget)
        except NotJson as problem:
            raise FunctionFault(f"error marshaling into JSON: {problem}") from problem
        text = yaml.write(data).removesuffix("\n")
        budget.make(len(text))
        return text

    def from_yaml(budget: Budget, text: str) -> Value:
        data = _read(budget, text)
        if data is None:
            return {}
        if not isinstance(data, dict):
            raise FunctionFault("error unmarshaling JSON: json: cannot unmarshal into Go value of type map")
        return from_data(data, budget)

    def from_yaml_array(budget: Budget, text: str) -> Value:
        data = _read(budget, text)
        if data is None:
            return []
        if not isinstance(data, list):
            raise FunctionFault(
                "error unmarshaling JSON: json: cannot unmarshal into Go value of type []interface {}"
            )
        return from_data(data, budget)

    def _read(budget: Budget, text: str) -> Any:
        budget.make(len(text))
        try:
            return yaml.read(text)
        except ValueError as problem:
            raise FunctionFault(f"error converting YAML to JSON: {problem}") from problem

    return {
        **BUILTINS,
        **SPRIG,
        "normalize": simple("string", normalized),
        "slugify": function("...any", _slug),
        "toYaml": function("any", to_yaml),
        "fromYaml": function("string", from_yaml),
        "fromYamlArray": function("string", from_yaml_array),
    }
