"""Structural defaults, and Go's patterns for the engine that reads them here."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, RegexOptions

from gitlint_ops.validate.defaulting import defaulted
from gitlint_ops.validate.patterns import for_this_engine

NODE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mode": {"type": "string", "default": "auto"},
        "maybe": {"type": "string", "nullable": True, "default": "a"},
        "below": {"type": "object", "default": {}, "properties": {"size": {"default": 1}}},
        "absent": {"type": "object", "properties": {"size": {"default": 1}}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"port": {"default": 80}}}},
        "named": {"additionalProperties": {"properties": {"on": {"default": True}}}},
    },
}
FILLED = {"mode": "auto", "maybe": "a", "below": {"size": 1}}


@pytest.mark.parametrize(
    ("body", "added"),
    [
        ({}, {}),
        ({"mode": None}, {}),
        ({"mode": "manual"}, {"mode": "manual"}),
        ({"maybe": None}, {"maybe": None}),
        ({"absent": {}}, {"absent": {"size": 1}}),
        ({"items": [{}, {"port": 1}]}, {"items": [{"port": 80}, {"port": 1}]}),
        ({"named": {"a": {}}}, {"named": {"a": {"on": True}}}),
        ({"items": "no list", "other": {}}, {"items": "no list", "other": {}}),
    ],
)
def test_absent_fields_get_their_defaults(body: dict[str, Any], added: dict[str, Any]) -> None:
    assert defaulted(body, NODE) == {**FILLED, **added}


def test_what_is_given_is_never_changed() -> None:
    body = {"absent": {}, "items": [{}]}
    defaulted(body, NODE)
    assert body == {"absent": {}, "items": [{}]}
    assert NODE["properties"]["below"]["default"] == {}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from([*NODE["properties"], "size", "port"]), below, max_size=4)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_filling_in_twice_is_filling_in_once(body: Any) -> None:
    once = defaulted(body, NODE)
    assert defaulted(once, NODE) is once


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("^[^][ ()]+$", "abc", "a[c"),
        ("^[a[]$", "[", "b"),
        ("^[[:alpha:]_]+$", "ab_", "a1"),
        ("^[[:punct:]]+$", "[~]", "a"),
        ("^[[:graph:]]+$", "a~!", " "),
        ("^[a&&b]$", "&", "c"),
        ("^[~~a]+$", "~a", "b"),
        (r"^\[[\]x]$", "[]", "[y"),
        ("^[]a]+$", "]a", "b"),
        ("^a|b[c]$", "a", "c"),
    ],
)
def test_patterns_mean_what_they_mean_to_go(pattern: str, matching: str, other: str) -> None:
    schema = {"pattern": for_this_engine(pattern)}
    validator = Draft202012Validator(schema, pattern_options=RegexOptions())
    assert (validator.is_valid(matching), validator.is_valid(other)) == (True, False)


@given(st.text(alphabet="ab[]^\\&~:-"))
def test_any_text_is_rewritten_without_losing_a_character(pattern: str) -> None:
    assert for_this_engine(pattern).replace("\\", "") == pattern.replace("\\", "")
