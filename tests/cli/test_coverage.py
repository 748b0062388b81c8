"""How much was judged, and what is asked for."""

from __future__ import annotations

from pathlib import Path

from .command_line import Files, check, config_map, deployment, run, write

CUSTOM = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n"
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.example.org}}
spec:
  group: example.org
  names: {{kind: Thing, plural: things, singular: thing, listKind: ThingList}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {{at: {{type: string, format: date-time}}, size: {{type: integer, default: 1}}}}
        x-kubernetes-validations: [{}]
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: who}}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}}
  validations: [{{expression: "{}"}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: who}}
spec: {{policyName: who, validationActions: [Deny]}}
"""
MIXED: Files = {
    "whole/web.yaml": deployment(image="web:1.2.3"),
    "whole/settings.yaml": config_map(),
    "mixed/thing.yaml": CUSTOM,
    "mixed/web.yaml": deployment("later", image="${IMAGE}"),
}


def _mixed(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", MIXED)


def test_every_object_is_judged_in_full_in_part_or_not_at_all(tmp_path: Path) -> None:
    coverage = check(_mixed(tmp_path)).report["coverage"]

    assert (coverage["objects"], coverage["validated"], coverage["percent"]) == (4, 2, 50.0)
    assert coverage["unvalidated"] == [{"gvk": "example.org/v1 Thing", "count": 1}]
    assert coverage["unverifiable"] == [{"reason": "values that are filled in later (${...})", "count": 1}]


def test_each_target_has_its_own_figures(tmp_path: Path) -> None:
    targets = {one["path"]: one["coverage"] for one in check(_mixed(tmp_path)).report["targets"]}

    assert targets["whole"] == {"validated": 2, "unvalidated": 0, "unverifiable": 0, "percent": 100.0}
    assert targets["mixed"] == {"validated": 0, "unvalidated": 1, "unverifiable": 1, "percent": 0.0}


def test_an_object_counts_in_each_overlay_and_not_for_a_base_on_its_way(tmp_path: Path) -> None:
    files: Files = {
        "base/kustomization.yaml": "resources: [settings.yaml]\n",
        "base/settings.yaml": config_map(),
        "dev/kustomization.yaml": "resources: [../base]\n",
        "live/kustomization.yaml": "resources: [../base]\n",
    }
    report = check(write(tmp_path / "shop", files)).report

    assert report["coverage"]["validated"] == 2
    assert {one["path"]: one["coverage"] is None for one in report["targets"]} == {
        "base": True,
        "dev": False,
        "live": False,
    }


def test_texts_of_any_content_are_not_values_that_are_filled_in(tmp_path: Path) -> None:
    free = {
        "a.yaml": config_map(**{"run.sh": "echo ${HOME}"}),
        "b.yaml": deployment().replace("image:", 'args: ["${HOME}"]\n        image:'),
    }
    assert check(write(tmp_path / "free", free)).report["coverage"]["percent"] == 100.0

    meant = {"a.yaml": config_map().replace("blue", "1").replace("name: settings", "name: ${NAME}")}
    assert check(write(tmp_path / "meant", meant)).report["coverage"]["percent"] == 0.0


def test_rules_that_cannot_be_evaluated_leave_their_objects_judged_in_part(tmp_path: Path) -> None:
    rule = "{rule: 'self.at > timestamp(\"2020-01-01T00:00:00Z\")'}"
    files: Files = {
        "crd.yaml": DEFINITION.format(rule),
        "web.yaml": CUSTOM + "at: '2021-01-01T00:00:00Z'\n",
    }
    report = check(write(tmp_path, files)).report

    assert report["coverage"]["unverifiable"] == [
        {"reason": "rules in CEL that could not be evaluated", "count": 1}
    ]
    assert [one["reason"].partition(" (")[0] for one in report["unchecked"]] == [
        "a rule in CEL of example.org/v1 Thing was not evaluated"
    ]
    sure = write(tmp_path / "sure", {**files, "crd.yaml": DEFINITION.format("{rule: self.size != 0}")})
    assert check(sure).report["coverage"]["percent"] == 100.0


def test_policies_that_cannot_be_evaluated_leave_what_they_ask_about_judged_in_part(tmp_path: Path) -> None:
    files: Files = {
        "policy.yaml": POLICY.format("request.userInfo.username == 'a'"),
        "web.yaml": deployment(),
        "settings.yaml": config_map(),
    }
    coverage = check(write(tmp_path / "asked", files)).report["coverage"]

    assert coverage["unverifiable"] == [
        {"reason": "admission policies that could not be evaluated", "count": 1}
    ]
    assert coverage["validated"] == 3
    known = write(tmp_path / "known", {**files, "policy.yaml": POLICY.format("request.name == 'web'")})
    assert check(known).report["coverage"]["percent"] == 100.0


def test_what_sops_encrypts_is_judged_in_part(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: 'ENC[AES256_GCM,data:x]'}\n"
    secret += "sops: {mac: 'ENC[x]', version: 3.8.1}\n"

    told = check(write(tmp_path, {"a.yaml": secret})).report["coverage"]["unverifiable"]

    assert told == [{"reason": "values that SOPS encrypts", "count": 1}]


def test_less_than_is_asked_for_is_incomplete_and_told(tmp_path: Path) -> None:
    root = _mixed(tmp_path)
    asked = ("check", root, "--ignore", "schema-missing")

    assert run(*asked, "--min-coverage", "50").code == 0
    too_little = run(*asked, "--min-coverage", "50.1")
    assert too_little.code == 3
    assert "coverage: 50.0 % of 4 objects judged in full; 50.1 % are asked for" in too_little.out
    assert "asked for" in run(*asked, "--min-coverage", "60", "--format", "sarif").out


def test_the_configuration_asks_for_it_and_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {**MIXED, "gitlint-ops.yaml": "min_coverage: 80\n"})

    assert run("check", root, "--ignore", "schema-missing").code == 3
    assert run("check", root, "--ignore", "schema-missing", "--min-coverage", "0").code == 0


def test_a_share_that_there_cannot_be_is_refused(tmp_path: Path) -> None:
    ran = run("check", write(tmp_path, {"gitlint-ops.yaml": "min_coverage: 101\n"}))

    assert ran.code == 2
    assert "'min_coverage' is 101 and must be from 0 to 100" in ran.err


def test_nothing_to_judge_leaves_nothing_unjudged(tmp_path: Path) -> None:
    assert run("check", write(tmp_path, {"a.txt": "a"}), "--min-coverage", "100").code == 0


def test_the_targets_that_lack_something_are_told_when_asked(tmp_path: Path) -> None:
    out = run("check", _mixed(tmp_path), "-v").out

    assert "0.0 % judged in full: 1 without a schema, 1 in part" in out
