"""Kinds of custom resources that nothing in the workspace defines, where the user said what others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import check, write

STORE = "{apiVersion: shop.example/v1, kind: Store, metadata: {name: a}, spec: {size: 1}}\n"
UNDEFINED = "cr-without-crd-provider store.yaml:1"


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("{external: []}", [UNDEFINED]),
        ("{external: [shop.example]}", ["schema-missing store.yaml:1"]),
        ("{catalogues: []}", ["schema-missing store.yaml:1"]),
    ],
)
def test_a_kind_without_a_definition_is_told_once(config: str, found: list[str], tmp_path: Path) -> None:
    folder = write(tmp_path, {"gitlint-ops.yaml": f"schemas: {config}\n", "store.yaml": STORE})

    assert check(folder).found() == found


def test_without_the_rule_the_missing_schema_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, {"gitlint-ops.yaml": "schemas: {external: []}\n", "store.yaml": STORE})

    assert check(folder, "--ignore", "cr-without-crd-provider").found() == ["schema-missing store.yaml:1"]


def test_a_kind_that_the_users_catalogue_has_is_defined_somewhere(tmp_path: Path) -> None:
    config = "schemas: {external: [], catalogues: ['crds/{{.Group}}/{{.ResourceKind}}.json']}\n"
    files = {"gitlint-ops.yaml": config, "store.yaml": STORE}

    held = write(tmp_path / "held", {**files, "crds/shop.example/store.json": '{"type": "object"}'})
    other = write(tmp_path / "other", {**files, "crds/shop.example/shelf.json": '{"type": "object"}'})

    assert check(held).found() == []
    assert check(other).found() == [UNDEFINED]
