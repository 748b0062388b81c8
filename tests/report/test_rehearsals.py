"""What reports say of servers that were asked."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.model.rehearsal import FieldChange, ServerSummary
from gitlint_ops.model.results import Coverage
from gitlint_ops.report.json import json_report, json_value
from gitlint_ops.report.rehearsals import told_fields
from gitlint_ops.report.sarif import sarif_report
from gitlint_ops.report.text.check import text_report
from gitlint_ops.report.text.options import TextOptions, Verbosity
from gitlint_ops.triage.thresholds import FailOn, exit_code

from .made_rehearsals import GAP, LIVE, MADE, SECRET, rehearsed, rejection
from .made_results import new, result_of, tag_finding

BLOCKS = """\
Cluster eu-1 (production) on context prod-eu, Kubernetes 1.36
  judged by 1.36, though Kubernetes 1.37 is asked for here
  12 objects in 2.1 s: 9 accepted, 1 rejected, 2 wait for what the same sync creates
  the next sync creates 1, changes 2, prunes 1 (-v lists them)
  changed by hand, and taken back by the next sync: 2 fields of 2 objects
  note: objects of kinds that left the workspace are not looked for
  1 object that `check` passes is refused here; -v prints a report to send us

Environment staging on envtest, Kubernetes 1.37
  5 objects in 4.0 s: 1 accepted, 1 never applied by its operator, \
3 of kinds that the server does not know
  taken to be there, as nothing here renders it: Namespace monitoring
  taken to be there, as nothing here renders it: CustomResourceDefinition shops.example.com
  webhooks that nothing serves here, and that were not asked: validate.kyverno.svc

"""
LISTED = """\
  the next sync creates 1, changes 2, prunes 1
      + Deployment shop/web  shop-api/deployment.yaml:1
      ~ Service shop/web  shop-api/service.yaml:4
          spec.ports[port=80].targetPort: 8080 -> 9090  (by argocd-controller)
          spec.type: NodePort -> ClusterIP  (by hand: kubectl-edit, 2026-11-20T10:12:00Z)
      ~ Secret shop/db
          data.password: (hidden) -> (hidden)  (by hand: kubectl-edit)
          data.extra: nothing -> (hidden)
      - ConfigMap shop/old  (left Git)
"""


def shown(*summaries: ServerSummary, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    return text_report(rehearsed(*summaries), TextOptions(verbosity=verbosity))


def test_each_cluster_has_a_block_before_the_summary() -> None:
    assert shown(LIVE, MADE).startswith(BLOCKS)


def test_the_last_line_counts_what_was_rehearsed() -> None:
    text = shown(replace(LIVE, objects=(("accepted", 12),)))

    assert text.splitlines()[-1] == (
        "Clean: rehearsed 12 objects of 2 targets from 9 files on 1 server in 0.21 s."
    )


def test_kinds_without_a_schema_are_no_matter_of_a_server() -> None:
    coverage = Coverage(objects=1, unvalidated=(("example.com/v1/Shop", 1),))

    assert "schema" not in text_report(replace(rehearsed(LIVE), coverage=coverage), TextOptions())


def test_verbose_text_lists_every_change_and_the_reports_of_gaps() -> None:
    text = shown(LIVE, verbosity=Verbosity.VERBOSE)

    assert LISTED in text
    assert all(f"      {line}\n" in text for line in GAP.splitlines())


def test_a_sync_that_changes_nothing_is_said_only_where_it_was_compared() -> None:
    quiet = replace(LIVE, changes=())

    assert "the next sync changes nothing\n" in shown(quiet)
    assert "the next sync" not in shown(replace(quiet, compared=False))


def test_what_was_not_judged_is_never_said_to_stay_the_same() -> None:
    half = replace(LIVE, changes=(), objects=(("compared", 4), ("unverifiable", 2)), uncompared=2)

    unknown = "what it does to 2 objects is not known\n"
    assert f"the next sync changes nothing of what could be compared; {unknown}" in shown(half)
    assert f"(-v lists them); {unknown}" in shown(replace(LIVE, uncompared=2))


def test_verbose_text_names_what_operators_never_apply() -> None:
    key, target = ObjectKey("", "Pod", "shop", "smoke-test"), "shop-env//production"
    made = replace(MADE, not_applied=((key, target, "its hook is not part of a sync"),))

    text = shown(made, verbosity=Verbosity.VERBOSE)

    assert "  never applied by their operators:\n      Pod shop/smoke-test [" in text
    assert "]: its hook is not part of a sync\n" in text
    assert "smoke-test" not in shown(made)


def test_a_key_that_a_secret_gains_was_nothing_before() -> None:
    (gained,) = told_fields(replace(SECRET, fields=(FieldChange("data.more", "nothing", "(hidden)"),)))

    assert (gained.before, gained.after) == ("nothing", "(hidden)")


def test_a_lost_server_is_told_and_is_never_clean() -> None:
    lost = replace(
        LIVE, lost="127.0.0.1:6443 refuses connections", objects=(("accepted", 2), ("unasked", 10))
    )

    text = shown(lost)

    assert "  server lost: 127.0.0.1:6443 refuses connections; what it said before counts\n" in text
    assert "10 not asked" in text
    assert "Clean" not in text


@pytest.mark.parametrize("verbosity", [Verbosity.QUIET, Verbosity.SILENT])
def test_quiet_reports_have_findings_only(verbosity: Verbosity) -> None:
    assert shown(LIVE, verbosity=verbosity) == ""


def test_what_a_server_says_cannot_command_a_terminal() -> None:
    assert "\x1b" not in shown(replace(LIVE, notes=("\x1b[2J",), lost="\x1b[31m", server="a\x1b[0m"))


def test_values_of_secrets_are_in_no_report() -> None:
    result = rehearsed(LIVE)
    texts = (text_report(result, TextOptions(verbosity=Verbosity.VERBOSE)), json_report(result))

    for text in (*texts, sarif_report(result)):
        assert "aHVudGVyMg" not in text
        assert "bmV3" not in text


def test_a_report_with_rehearsals_keeps_to_its_schema(checkout: Path) -> None:
    schema = json.loads((checkout / "schemas/report.schema.json").read_text(encoding="utf-8"))
    report = json.loads(json_report(rehearsed(LIVE, MADE, findings=(rejection(),))))

    jsonschema.Draft202012Validator(schema).validate(report)
    for part in (report["rehearsals"][0], report["rehearsals"][0]["changes"][1]["fields"][0]):
        part["surplus"] = 1
        assert not jsonschema.Draft202012Validator(schema).is_valid(report)
        del part["surplus"]


def test_json_tells_each_change_with_its_place_and_who_made_it() -> None:
    (told,) = json_value(rehearsed(LIVE))["rehearsals"]

    assert told["objects"] == {"accepted": 9, "rejected": 1, "prerequisite": 2}
    assert (told["kubernetes"], told["wanted"], told["lost"]) == ("1.36", "1.37", None)
    assert told["changes"][1] == {
        "action": "change",
        "object": {"apiVersion": "v1", "kind": "Service", "namespace": "shop", "name": "web"},
        "target": "shop-env//production",
        "location": {"repo": "shop-api", "file": "service.yaml", "line": 4},
        "fields": [
            {
                "path": "spec.ports[port=80].targetPort",
                "before": "8080",
                "after": "9090",
                "manager": "argocd-controller",
                "time": None,
                "by_hand": False,
            },
            {
                "path": "spec.type",
                "before": "NodePort",
                "after": "ClusterIP",
                "manager": "kubectl-edit",
                "time": "2026-11-20T10:12:00Z",
                "by_hand": True,
            },
        ],
        "note": "",
    }


def test_a_report_of_check_has_no_rehearsals() -> None:
    assert "rehearsals" not in json_value(result_of())


def test_sarif_of_servers_is_a_category_of_its_own_with_its_own_rules() -> None:
    (run,) = json.loads(sarif_report(rehearsed(MADE, findings=(rejection(),))))["runs"]

    # All before the last slash is the category; check's log leaves it to whoever uploads it.
    assert run["automationDetails"]["id"] == "gitlint-ops/reconcile/"
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["dryrun-rejected"]
    assert [one["ruleId"] for one in run["results"]] == ["dryrun-rejected"]
    (of_check,) = json.loads(sarif_report(result_of(new(tag_finding()))))["runs"]
    assert "automationDetails" not in of_check


def test_sarif_of_a_cluster_that_lives_is_kept_beside_that_of_others() -> None:
    (run,) = json.loads(sarif_report(rehearsed(replace(LIVE, cluster="eu/1"))))["runs"]
    (of_both,) = json.loads(sarif_report(rehearsed(LIVE, replace(LIVE, cluster="us-1"))))["runs"]

    assert run["automationDetails"]["id"] == "gitlint-ops/reconcile/eu-1/"
    assert of_both["automationDetails"]["id"] == "gitlint-ops/reconcile/"


def test_sarif_names_servers_that_were_lost() -> None:
    (run,) = json.loads(sarif_report(rehearsed(replace(LIVE, lost="it does not answer any more"))))["runs"]

    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == (
        "context prod-eu (eu-1) could not be asked to the end: it does not answer any more."
    )


@pytest.mark.parametrize(
    ("summary", "code"),
    [
        (LIVE, 0),
        (MADE, 3),
        (replace(LIVE, lost="it does not answer"), 3),
        (replace(LIVE, objects=(("unverifiable", 1),)), 3),
        (replace(LIVE, objects=(("unasked", 1),)), 3),
        (replace(LIVE, objects=(("not-applied", 4),)), 0),
    ],
)
def test_a_run_is_complete_only_if_servers_answered_for_all_objects(
    summary: ServerSummary, code: int
) -> None:
    assert exit_code(rehearsed(summary), FailOn.ERROR) == code
    assert exit_code(rehearsed(summary, findings=(rejection(),)), FailOn.ERROR) == 1
