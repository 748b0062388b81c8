"""JSON 6902 as the library of kustomize applies it, and whom its values are blamed on."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.build.kustomize.json_patch import JsonPatchFault, apply_json_patch
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, Via, at, chain
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef

BASE = Origin(DocumentRef(FileRef("repo", "worktree", "base.yaml")), (), Via.RESOURCE)
PATCH = Origin(DocumentRef(FileRef("repo", "worktree", "patch.yaml")), (), Via.PATCH)


def patched(body: dict[str, Any], *operations: Any) -> Any:
    return apply_json_patch(Resource(body, BASE), list(operations), PATCH).body


def op(name: str, path: str, *value: Any, **more: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {}), **more}


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (op("add", "/l/-", 9), {"l": [1, 2, 9], "m": {"k": "v"}}),
        (op("add", "/l/0", 9), {"l": [9, 1, 2], "m": {"k": "v"}}),
        (op("add", "/l/-1", 9), {"l": [1, 2, 9], "m": {"k": "v"}}),
        (op("add", "/l/-2", 9), {"l": [1, 9, 2], "m": {"k": "v"}}),
        (op("remove", "/l/-1"), {"l": [1], "m": {"k": "v"}}),
        (op("add", "/m/a~1b~0c", 1), {"l": [1, 2], "m": {"k": "v", "a/b~c": 1}}),
        (op("replace", "/m/missing", 1), {"l": [1, 2], "m": {"k": "v", "missing": 1}}),
        (op("add", "/m/k"), {"l": [1, 2], "m": {"k": None}}),
        (op("copy", "/m/new", **{"from": "/m/missing"}), {"l": [1, 2], "m": {"k": "v", "new": None}}),
        (op("move", "/n", **{"from": "/m/k"}), {"l": [1, 2], "m": {}, "n": "v"}),
        (op("test", "/l", [1, 2]), {"l": [1, 2], "m": {"k": "v"}}),
        (op("replace", "", {"a": 1}), {"a": 1}),
    ],
    ids=lambda one: f"{one['op']} {one['path']}" if "op" in one else "",
)
def test_operations(operation: dict[str, Any], outcome: Any) -> None:
    assert patched({"l": [1, 2], "m": {"k": "v"}}, operation) == outcome


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (op("add", "/missing/k", 1), 'add operation does not apply: doc is missing path: "/missing/k"'),
        (op("add", "/l/7", 1), "Unable to access invalid index: 7"),
        (op("add", "/l/x", 1), "value was not a proper array index: 'x'"),
        (op("remove", "/m/missing"), "Unable to remove nonexistent key: missing"),
        (op("replace", "/l/7", 1), "replace operation does not apply: doc is missing key: /l/7"),
        (op("test", "/l/0", True), "testing value /l/0 failed"),
        (op("swap", "/l"), "Unexpected kind: swap"),
        ({"op": "add", "value": 1}, "add operation failed to decode path"),
        (None, "Unexpected kind: unknown"),
        ("add", "no mapping"),
    ],
)
def test_faults_name_the_operation(operation: Any, reason: str) -> None:
    with pytest.raises(JsonPatchFault) as raised:
        patched({"l": [1, 2], "m": {"k": "v"}}, op("test", "/l/0", 1), operation)
    assert raised.value.index == 1
    assert reason in raised.value.reason


@pytest.mark.parametrize(
    ("operation", "field", "hint"),
    [
        (op("remove", "/m/j"), "path", "m has no 'j'; it has k"),
        (op("add", "/spec/x", 1), "path", "the object has no 'spec'; it has l, m"),
        (op("add", "/m/k/x/y", 1), "path", "m.k has nothing below it"),
        (op("replace", "/l/7", 1), "path", "l has 2 items, numbered from 0"),
        (op("add", "/l/x", 1), "path", "l is a list: name an item by its number from 0, or append with -"),
        (op("test", "/l/0", 3), "path", "the value there is 1"),
        (op("ad", "/l/0", 3), "op", "did you mean 'add'?"),
        ({"op": "move", "from": "/x/y", "path": "/z"}, "from", "the object has no 'x'; it has l, m"),
        ({"op": "add", "path": f"/l/{'9' * 5000}"}, "path", "l is a list"),
    ],
)
def test_a_fault_says_what_the_object_has_instead(operation: Any, field: str, hint: str) -> None:
    with pytest.raises(JsonPatchFault) as raised:
        patched({"l": [1, 2], "m": {"k": "v"}}, operation)
    assert raised.value.field == field
    assert raised.value.hint.startswith(hint)


def test_a_mapping_is_no_json_patch() -> None:
    with pytest.raises(JsonPatchFault) as raised:
        apply_json_patch(Resource({}, BASE), {"op": "add"}, PATCH)
    assert raised.value.index is None


def test_a_patch_bomb_is_refused() -> None:
    with pytest.raises(JsonPatchFault, match="more than 10000 operations"):
        patched({}, *[op("add", "/a", 1)] * 10_001)


def places(resource: Resource, path: FieldPath) -> list[tuple[str, FieldPath]]:
    return [(one.source.file.path, one.source_path) for one in chain(at(resource.blame, path))]


def test_a_value_is_blamed_on_its_operation_over_what_it_replaced() -> None:
    result = apply_json_patch(
        Resource({"spec": {"replicas": 1}}, BASE),
        [op("replace", "/spec/replicas", 2), op("add", "/spec/strategy", {"type": "Recreate"})],
        PATCH,
    )
    assert places(result, ("spec", "replicas")) == [
        ("patch.yaml", (0, "value")),
        ("base.yaml", ("spec", "replicas")),
    ]
    assert places(result, ("spec", "strategy", "type")) == [("patch.yaml", (1, "value", "type"))]


def test_items_that_an_insertion_moves_keep_their_blame() -> None:
    result = apply_json_patch(
        Resource({"l": ["a", "b", "c"]}, BASE), [op("remove", "/l/0"), op("add", "/l/1", "new")], PATCH
    )
    assert result.body["l"] == ["b", "new", "c"]
    assert [places(result, ("l", index)) for index in range(3)] == [
        [("base.yaml", ("l", 1))],
        [("patch.yaml", (1, "value"))],
        [("base.yaml", ("l", 2))],
    ]


def test_a_copied_value_is_blamed_on_the_operation_over_its_source() -> None:
    result = apply_json_patch(Resource({"a": 1}, BASE), [op("copy", "/b", **{"from": "/a"})], PATCH)
    assert places(result, ("b",)) == [("patch.yaml", (0,)), ("base.yaml", ("a",))]


pointers = st.lists(st.sampled_from(["a", "b", "0", "1", "-", "-1"]), max_size=3).map(
    lambda parts: "".join(f"/{part}" for part in parts)
)
bodies = st.recursive(
    st.sampled_from([1, "x", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=8,
)
operations = st.builds(
    lambda name, path, source, value: {"op": name, "path": path, "from": source, "value": value},
    st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
    pointers,
    pointers,
    bodies,
)


@given(st.dictionaries(st.sampled_from("ab"), bodies, max_size=2), st.lists(operations, max_size=4))
def test_the_body_is_never_changed_in_place(body: dict[str, Any], steps: list[Any]) -> None:
    before = copy.deepcopy((body, steps))
    with suppress(JsonPatchFault):
        patched(body, *steps)
    assert (body, steps) == before
