from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from gitlint_ops.report.json import json_report, json_value

from .made_results import file, full_result, new, result_of, tag_finding


@pytest.fixture(scope="module")
def validator(checkout: Path) -> jsonschema.Draft202012Validator:
    schema = json.loads((checkout / "schemas/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_report_with_findings_in_every_state_keeps_to_its_schema(
    validator: jsonschema.Draft202012Validator,
) -> None:
    validator.validate(json.loads(json_report(full_result())))


def test_an_empty_report_keeps_to_its_schema(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(json.loads(json_report(result_of(targets=(), roots=()))))


def test_the_schema_is_closed_at_every_level(validator: jsonschema.Draft202012Validator) -> None:
    def objects(value: Any) -> list[Any]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [
            *([value] if isinstance(value, dict) else []),
            *(one for item in inner for one in objects(item)),
        ]

    report = json.loads(json_report(full_result()))
    for held in objects(report):
        held["surplus"] = 1
        assert not validator.is_valid(report)
        del held["surplus"]


def test_a_finding_is_told_as_the_contract_says() -> None:
    (found, *_) = json_value(full_result())["findings"]

    assert found == {
        "rule": "tag-mutable",
        "severity": "warning",
        "confidence": "high",
        "message": "image web:latest has no fixed tag or digest",
        "hint": "pin a version tag, or better a digest",
        "location": {
            "repo": "shop-env",
            "file": "production/kustomization.yaml",
            "line": 9,
            "column": 11,
            "end_line": 9,
            "end_column": 17,
        },
        "object": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web"},
        "path": "spec.template.spec.containers[name=web].image",
        "targets": ["shop-env//production", "shop-env//staging"],
        "related": [
            {"repo": "shop-api", "file": "deployment.yaml", "line": 17, "message": "written here"},
            {
                "repo": "shop-env",
                "file": "production/kustomization.yaml",
                "line": 5,
                "message": "the entry names this image",
            },
        ],
        "fingerprint": "sha256:00000000000000000000000000000009",
        "fix": None,
        "state": "new",
        "suppression": None,
    }


def test_a_suppression_says_why_where_and_until_when() -> None:
    assert json_value(full_result())["findings"][1]["suppression"] == {
        "reason": "rebuilt daily",
        "until": "2027-01-31",
        "at": {"repo": "shop-env", "file": "production/kustomization.yaml", "line": 10},
    }


def test_the_summary_counts_what_counts() -> None:
    assert json_value(full_result())["summary"] == {
        "targets": 2,
        "objects": 12,
        "error": 1,
        "warning": 1,
        "note": 0,
        "suppressed": 1,
        "unchecked": 1,
        "seconds": 0.215,
    }


def test_what_was_not_looked_at_is_told() -> None:
    assert json_value(full_result())["coverage"] == {
        "files": 9,
        "objects": 12,
        "validated": 10,
        "unvalidated": [{"gvk": "example.com/v1/Shop", "count": 2}],
        "unverifiable": [],
        "percent": 83.3,
        "left_out": [{"reason": "Helm templates", "count": 4}, {"reason": "Jinja templates", "count": 1}],
    }


def test_the_same_result_gives_the_same_bytes() -> None:
    assert json_report(full_result()) == json_report(full_result())


def test_each_finding_has_a_line_of_its_own() -> None:
    lines = json_report(full_result()).splitlines()

    assert [json.loads(one.rstrip(","))["rule"] for one in lines if '"rule"' in one] == [
        "tag-mutable",
        "tag-mutable",
        "tag-mutable",
        "secret-plaintext",
    ]


def test_a_file_name_that_is_no_utf8_can_be_written_and_read() -> None:
    odd = replace(tag_finding(), location=replace(tag_finding().location, file=file("caf\udce9.yaml")))

    data = json_report(result_of(new(odd))).encode("utf-8")

    assert json.loads(data)["findings"][0]["location"]["file"] == "caf\udce9.yaml"
