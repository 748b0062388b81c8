"""The table of merge keys is kustomize's, whole, and says where it comes from."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from gitlint_ops.build.kustomize.merge_schema import MergeSchema, merge_keys

DATA = Path("gitlint_ops/build/kustomize/data")
_REF = "#/definitions/"


def test_the_table_is_the_one_that_the_lock_names(checkout: Path) -> None:
    lock = json.loads((checkout / DATA / "merge_tables.lock.json").read_text())
    text = (checkout / DATA / "merge_tables.json").read_bytes()
    assert lock["files"]["merge_tables.json"] == hashlib.sha256(text).hexdigest()
    assert lock["source"]["license"] == "Apache-2.0"


def test_the_table_says_what_kustomize_was_seen_to_use(shared: Path, schema: MergeSchema) -> None:
    seen = json.loads((shared / "cases/kustomize-schema-tables.json").read_text())
    assert schema.kinds == seen["resources"]
    assert schema.scopes == seen["namespaced"]
    assert {
        name: {field: _told(one) for field, one in definition.get("properties", {}).items()}
        for name, definition in schema.definitions.items()
    } == seen["definitions"]


def _told(field: dict[str, Any]) -> dict[str, Any]:
    """A field in the notation of the shared table."""
    told: dict[str, Any] = {"list": 1} if field.get("type") == "array" else {}
    for name, holder in (
        ("ref", field),
        ("items", field.get("items", {})),
        ("values", field.get("additionalProperties", {})),
    ):
        if "$ref" in holder:
            told[name] = holder["$ref"].removeprefix(_REF)
    for name, extension in (
        ("strategy", "patch-strategy"),
        ("key", "patch-merge-key"),
        ("keys", "list-map-keys"),
    ):
        if f"x-kubernetes-{extension}" in field:
            told[name] = field[f"x-kubernetes-{extension}"]
    return told


def test_the_table_loads_within_milliseconds() -> None:
    best = min(_seconds_to_load() for _ in range(5))
    assert best < 0.05


def _seconds_to_load() -> float:
    start = time.perf_counter()
    MergeSchema.load_default()
    return time.perf_counter() - start


def test_ports_of_a_container_have_two_keys(schema: MergeSchema) -> None:
    pod = schema.of_kind("v1", "Pod")
    container = schema.item(schema.field(schema.field(pod, "spec"), "containers"))
    assert merge_keys(schema.field(container, "ports")) == ("containerPort", "protocol")
    assert merge_keys(schema.field(container, "command")) is None


def test_finalizers_are_a_set(schema: MergeSchema) -> None:
    metadata = schema.field(schema.of_kind("v1", "Pod"), "metadata")
    assert merge_keys(schema.field(metadata, "finalizers")) == ()


def test_versions_after_1_21_have_no_schema(schema: MergeSchema) -> None:
    assert schema.of_kind("autoscaling/v2", "HorizontalPodAutoscaler") is None
    assert schema.of_kind("autoscaling/v2beta2", "HorizontalPodAutoscaler") is not None


def test_scopes_are_known_for_built_in_kinds_only(schema: MergeSchema) -> None:
    assert schema.is_namespaced("v1", "Namespace") is False
    assert schema.is_namespaced("apps/v1", "Deployment") is True
    assert schema.is_namespaced("example.com/v1", "Widget") is None


def test_an_openapi_document_replaces_the_table(schema: MergeSchema) -> None:
    own = schema.with_openapi(
        {
            "definitions": {
                "Widget": {
                    "x-kubernetes-group-version-kind": [
                        {"group": "example.com", "version": "v1", "kind": "Widget"}
                    ],
                    "properties": {
                        "parts": {
                            "type": "array",
                            "items": {"$ref": "#/definitions/Part"},
                            "x-kubernetes-patch-strategy": "merge",
                            "x-kubernetes-patch-merge-key": "id",
                        }
                    },
                },
                "Part": {"properties": {"self": {"$ref": "#/definitions/Part"}}},
            },
            "paths": {
                "/apis/example.com/v1/widgets": {
                    "get": {
                        "x-kubernetes-group-version-kind": {
                            "group": "example.com",
                            "version": "v1",
                            "kind": "Widget",
                        }
                    }
                }
            },
        }
    )
    assert merge_keys(own.field(own.of_kind("example.com/v1", "Widget"), "parts")) == ("id",)
    assert own.of_kind("apps/v1", "Deployment") is None
    assert own.is_namespaced("example.com/v1", "Widget") is False
    assert own.is_namespaced("v1", "Namespace") is False


def test_references_that_go_in_circles_lead_nowhere(schema: MergeSchema) -> None:
    own = schema.with_openapi(
        {"definitions": {"A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"}}}
    )
    holder = {"properties": {"field": {"$ref": "#/definitions/A"}}}
    assert own.field(holder, "field") is None
