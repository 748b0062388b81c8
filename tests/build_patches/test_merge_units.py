"""kustomize's own units of strategic merge."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.build.kustomize.merge_lists import ListOrder
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.strategic_merge import MergeOptions, merge_values
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.syntax.documents import Typing, read

_SCHEMA_COMMENT = re.compile(r"^(\w+): # (\{.*\})$", re.MULTILINE)
_BASE = Origin(DocumentRef(FileRef("repo", "worktree", "base.yaml")), (), Via.RESOURCE)
_PATCH = Origin(DocumentRef(FileRef("repo", "worktree", "patch.yaml")), (), Via.PATCH)


def test_all_units_merge_as_in_kustomize(shared: Path, schema: MergeSchema) -> None:
    units = json.loads((shared / "cases/kustomize-merge-units.json").read_text())
    # A build never guesses merge keys, which one unit asks for.
    wrong = {unit["id"] for unit in units if _merged(unit, schema) != _body(unit["output"])}
    assert wrong <= {"merge2/merge2_test.go:TestMerge#40"}, sorted(wrong)
    assert len(units) >= 68


def _merged(unit: dict[str, Any], schema: MergeSchema) -> Any:
    order = ListOrder.PATCH_FIRST if unit["list_increase"] else ListOrder.BASE_FIRST
    dest = _body(unit["dest"])
    result = merge_values(
        dest,
        _body(unit["patch"]),
        _BASE,
        _PATCH,
        _with_comment(unit, dest, schema),
        MergeOptions(list_order=order),
    )
    return None if result is None else result[0]


def _with_comment(unit: dict[str, Any], dest: Any, schema: MergeSchema) -> MergeSchema:
    """The table with the schema that a unit gives in a comment behind a field."""
    found = _SCHEMA_COMMENT.search(f"{unit['dest']}\n{unit['patch']}")
    if found is None:
        return schema
    group, _, version = dest["apiVersion"].rpartition("/")
    own = {
        "x-kubernetes-group-version-kind": [{"group": group, "version": version, "kind": dest["kind"]}],
        "properties": {found[1]: json.loads(found[2])},
    }
    return schema.with_openapi({"definitions": {**schema.definitions, "own": own}})


def _body(text: str) -> Any:
    documents = read(text.encode(), Typing.KUSTOMIZE).documents
    return documents[0].body if documents else None


@pytest.mark.parametrize("text", ["a: 1\n", ""])
def test_units_are_read_as_kustomize_reads_them(text: str) -> None:
    assert _body(text) == ({"a": 1} if text else None)
