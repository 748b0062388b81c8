from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from gitlint_ops.resources import schemas_folder

from ..cli.command_line import Files, check, config_map, deployment, run, write

CLEAN: Files = {"kustomization.yaml": "resources: [web.yaml]\n", "web.yaml": deployment()}
FAULTY: Files = {**CLEAN, "web.yaml": deployment(image="web:latest")}
WARNED: Files = {**CLEAN, "settings.yaml": config_map()}
REMOTE: Files = {
    **CLEAN,
    "kustomization.yaml": "resources: [web.yaml, 'github.com/acme/shop//base?ref=v1']\n",
}


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        (CLEAN, [], 0),
        (FAULTY, [], 1),
        (WARNED, [], 0),
        (WARNED, ["--fail-on", "warning"], 1),
        (WARNED, ["--fail-on", "error"], 0),
        (FAULTY, ["--fail-on", "never"], 0),
        (FAULTY, ["--ignore", "tag-latest-or-missing"], 0),
        (FAULTY, ["--ignore", "images"], 0),
        (REMOTE, [], 3),
        (REMOTE, ["--fail-on", "never"], 3),
        ({**REMOTE, "other/web.yaml": deployment(image="web:latest")}, [], 1),
        ({"kustomization.yaml": "resources: [gone.yaml]\n"}, ["--fail-on", "never"], 3),
        (CLEAN, ["--no-such-option"], 2),
        (CLEAN, ["--fail-on", "sometimes"], 2),
        (CLEAN, ["--kubernetes", "9.99"], 2),
        (CLEAN, ["--kubernetes", "text"], 2),
        (CLEAN, ["--config", "gone.yaml"], 2),
        (CLEAN, ["--baseline", "gone.json"], 2),
        (CLEAN, ["--format", "json=/nowhere/at/all.json"], 2),
        (CLEAN, ["--staged"], 2),
        (CLEAN, ["--changed-since", "main"], 2),
        (CLEAN, ["--rev", "main"], 2),
    ],
)
def test_the_exit_code_says_how_the_run_ended(
    files: Files, options: list[str], code: int, tmp_path: Path
) -> None:
    ran = run("check", write(tmp_path, files), *options)

    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    assert bool(ran.err) == (code == 2)


def test_a_path_that_is_not_there_is_a_usage_error() -> None:
    ran = run("check", "/no/such/folder")

    assert ran.code == 2
    assert "/no/such/folder" in ran.err


def test_an_unknown_command_is_a_usage_error() -> None:
    assert run("chekc").code == 2


def test_the_json_report_is_as_its_published_schema_says(checkout: Path) -> None:
    schema = json.loads((schemas_folder() / "report.schema.json").read_text())

    for folder in ("examples/defects", "examples/clean"):
        faults = jsonschema_rs.validator_for(schema).iter_errors(check(checkout / folder).report)
        assert [str(one) for one in faults] == []


@pytest.mark.parametrize("form", ["json", "sarif", "text"])
def test_two_runs_give_the_same_bytes_but_for_the_time(form: str, checkout: Path) -> None:
    first, second = (run("check", checkout / "examples/defects", "--format", form).out for _ in range(2))

    def timeless(text: str) -> str:
        return re.sub(r'"seconds": [\d.]+|in [\d.]+ s\.', "", text)

    assert timeless(first) == timeless(second)
    assert len(timeless(first)) > 1000


def test_each_format_can_go_to_a_file_of_its_own(tmp_path: Path) -> None:
    sarif, report = tmp_path / "out.sarif", tmp_path / "out.json"

    ran = run(
        "check",
        write(tmp_path / "shop", FAULTY),
        "--format",
        "text",
        "--format",
        f"sarif={sarif}",
        "--format",
        f"json={report}",
    )

    assert ran.code == 1
    assert "tag-latest-or-missing" in ran.out
    (only,) = json.loads(sarif.read_text())["runs"]
    (result,) = only["results"]
    assert result["ruleId"] == "tag-latest-or-missing"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 15
    assert json.loads(report.read_text())["findings"][0]["location"]["line"] == 15


def test_two_reports_cannot_go_to_one_place(tmp_path: Path) -> None:
    ran = run("check", write(tmp_path, CLEAN), "--format", "json", "--format", "text")

    assert ran.code == 2
    assert "standard output" in ran.err


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        (["--format", "jsno"], "json"),
        (["--select", "tag-mutables"], "tag-mutable"),
        (["--ignore", "tag-mutabel"], "tag-mutable"),
        (["--select", "image"], "images"),
    ],
)
def test_a_misspelt_option_value_is_refused_with_what_was_meant(
    options: list[str], meant: str, tmp_path: Path
) -> None:
    ran = run("check", write(tmp_path, CLEAN), *options)

    assert ran.code == 2
    assert f"did you mean '{meant}'?" in ran.err


@pytest.mark.parametrize(
    ("text", "place", "meant"),
    [
        ("kubernets: '1.34'\n", "gitlint-ops.yaml:1:1", "kubernetes"),
        ("rules:\n  slect: [a]\n", "gitlint-ops.yaml:2:3", "select"),
        ("rules:\n  ignore:\n  - tag-mutabel\n", "", "tag-mutable"),
        ("rules:\n  severity:\n    tag-mutabel: note\n", "", "tag-mutable"),
        ("fail_on: wraning\n", "gitlint-ops.yaml:1:10", "warning"),
    ],
)
def test_a_misspelt_configuration_is_refused_at_its_line_with_what_was_meant(
    text: str, place: str, meant: str, tmp_path: Path
) -> None:
    ran = check(write(tmp_path, {**CLEAN, "gitlint-ops.yaml": text}))

    assert ran.code == 2
    assert place in ran.err
    assert f"did you mean '{meant}'?" in ran.err


@pytest.mark.parametrize(
    "text", ["rules:\n  ignore:\n  - tag-mutabel\n", "rules:\n  select: [no-such-rule]\n"]
)
def test_an_unknown_rule_of_the_configuration_is_told_with_its_file_and_line(
    text: str, tmp_path: Path
) -> None:
    ran = check(write(tmp_path, {**CLEAN, "gitlint-ops.yaml": text}))

    assert ran.code == 2
    assert "gitlint-ops.yaml:" in ran.err


def test_quiet_prints_a_line_for_each_finding_and_twice_quiet_nothing(tmp_path: Path) -> None:
    write(tmp_path, FAULTY)

    assert run("check", tmp_path, "-q").out.count("\n") == 1
    assert run("check", tmp_path, "-qq").out == ""
    assert run("check", tmp_path, "-qq").code == 1


def test_colour_comes_only_where_it_is_asked_for_in_a_pipe(tmp_path: Path) -> None:
    write(tmp_path, FAULTY)

    assert "\x1b[" not in run("check", tmp_path).out
    assert "\x1b[" in run("check", tmp_path, "--color", "always").out


def test_nothing_but_the_report_is_printed(tmp_path: Path) -> None:
    assert check(write(tmp_path, FAULTY)).err == ""
