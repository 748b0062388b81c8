"""How the generator of pinned schemas drops prose and nothing else."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def reduce(checkout: Path) -> ModuleType:
    path = checkout / "tools" / "generate_crds" / "reduce.py"
    if not path.is_file():
        pytest.skip("tools/ is not in this source tree")
    spec = spec_from_file_location("generate_crds_reduce", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_prose_goes_and_fields_called_like_prose_stay(reduce: ModuleType) -> None:
    node = {
        "type": "object",
        "description": "An App.",
        "required": ["description"],
        "properties": {
            "description": {"type": "string", "description": "What it is.", "example": "a shop"},
            "title": {"type": "string", "title": "Title"},
            "default": {"type": "object", "default": {"description": "kept, as it is a value"}},
        },
    }
    assert reduce.reduced(node) == {
        "type": "object",
        "required": ["description"],
        "properties": {
            "description": {"type": "string"},
            "title": {"type": "string"},
            "default": {"type": "object", "default": {"description": "kept, as it is a value"}},
        },
    }


@pytest.mark.parametrize(
    "node",
    [
        {"pattern": "^a$", "maxLength": 3, "nullable": True},
        {"x-kubernetes-validations": [{"rule": "self > 0", "message": "must be positive"}]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True},
        {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "default": []},
        {"additionalProperties": {"not": {"enum": ["a"]}}, "x-kubernetes-preserve-unknown-fields": True},
        {"additionalProperties": False, "default": None},
    ],
)
def test_what_judges_values_or_gives_them_stays(reduce: ModuleType, node: dict[str, Any]) -> None:
    assert reduce.reduced(node) == node


def test_a_keyword_that_is_not_known_stops_the_generator(reduce: ModuleType) -> None:
    with pytest.raises(ValueError, match="contentEncoding"):
        reduce.reduced({"properties": {"a": {"contentEncoding": "base64"}}})


def test_a_server_that_only_decodes_requires_nothing_and_takes_any_raw_object(reduce: ModuleType) -> None:
    node = {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "spec": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "object"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    assert reduce.decoded_only(node) == {
        "type": "object",
        "properties": {
            "spec": {"type": "array", "items": anything},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }


def test_plain_values_that_something_unseen_supplies_are_not_required(reduce: ModuleType) -> None:
    fields = {"name": {"type": "string"}, "template": {"type": "object"}, "ports": {"type": "array"}}
    node = {"required": ["name", "template", "ports"], "properties": fields}
    assert reduce.without_needed_values(node)["required"] == ["template", "ports"]
