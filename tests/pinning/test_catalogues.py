"""JSON schemas in the layouts that kubeconform's users have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..cli.command_line import check
from .repository import STORE, repository

SCHEMA = {
    "type": "object",
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": {"type": "object", "properties": {"size": {"type": ["integer", "null"]}}},
    },
}


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        ("crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json", "crds/shop.example/store_v1.json"),
        ("crds/{{ .ResourceKind }}-{{ .Group }}.json", "crds/store-shop.example.json"),
        ("crds", "crds/master-standalone-strict/store-shop-v1.json"),
        ("crds", "crds/master-standalone/store-shop-v1.json"),
    ],
)
def test_a_kind_is_judged_by_the_file_at_the_place_that_the_layout_says(
    layout: str, path: str, tmp_path: Path
) -> None:
    config = json.dumps({"schemas": {"catalogues": [layout]}})
    repo = repository(
        tmp_path / "shop", {"store.yaml": STORE, "gitlint-ops.yaml": config, path: json.dumps(SCHEMA)}
    )

    finding = check(repo).of("schema-violation")

    assert (finding["location"]["line"], finding["hint"]) == (4, f"judged by the schema of {path}")


def test_unknown_fields_are_refused_only_where_the_schema_says_so(tmp_path: Path) -> None:
    store = STORE.replace("size: three", "size: 3, colour: red")
    config = "schemas: {catalogues: ['crds/{{.ResourceKind}}.json']}\n"
    open_, closed = SCHEMA, json.loads(json.dumps(SCHEMA))
    closed["properties"]["spec"]["additionalProperties"] = False
    for name, schema, found in (
        ("open", open_, []),
        ("closed", closed, ["unknown-field store.yaml:4"]),
    ):
        files = {"store.yaml": store, "gitlint-ops.yaml": config, "crds/store.json": json.dumps(schema)}
        assert check(repository(tmp_path / name, files)).found() == found


def test_references_stay_in_the_catalogue(tmp_path: Path) -> None:
    config = "schemas: {catalogues: ['crds/{{.ResourceKind}}.json']}\n"
    unread = ["input-unreadable crds/store.json:1", "schema-missing store.yaml:2"]
    for name, reference, found in (
        ("inside", "parts/spec.json#/definitions/spec", ["schema-violation store.yaml:4"]),
        ("outside", "../spec.json", unread),
        ("web", "https://example.org/spec.json", unread),
    ):
        files = {
            "store.yaml": STORE,
            "gitlint-ops.yaml": config,
            "crds/store.json": json.dumps({"properties": {"spec": {"$ref": reference}}}),
            "crds/parts/spec.json": json.dumps({"definitions": {"spec": SCHEMA["properties"]["spec"]}}),
            "spec.json": "{}",
        }
        assert check(repository(tmp_path / name, files)).found() == found


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("https://example.org/crds", "lies elsewhere"),
        ("../crds", "leads out of"),
        ("crds/{{.ResourceKnid}}.json", "did you mean '{{.ResourceKind}}'?"),
    ],
)
def test_a_layout_that_is_none_is_told_at_its_line(layout: str, said: str, tmp_path: Path) -> None:
    config = f"schemas:\n  catalogues:\n    - {json.dumps(layout)}\n"
    repo = repository(tmp_path / "shop", {"store.yaml": STORE, "gitlint-ops.yaml": config})

    ran = check(repo)

    assert (ran.code, "gitlint-ops.yaml:3:7" in ran.err) == (2, True)
    assert said in ran.err


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"type": "strign"}', '{"$ref": "#"}', "[" * 100_000, '{"pattern": "("}']
)
def test_a_schema_that_is_none_leaves_its_kind_unchecked(text: str, tmp_path: Path) -> None:
    config = "schemas: {catalogues: ['crds/{{.ResourceKind}}.json']}\n"
    files = {"store.yaml": STORE, "gitlint-ops.yaml": config, "crds/store.json": text}

    ran = check(repository(tmp_path / "shop", files))

    assert ran.code in (0, 1, 3)
