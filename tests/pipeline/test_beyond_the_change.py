"""A run that is limited to a change, and the files that the change does not touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import Git, check, write

NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: {level}
"""
WEB = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  hostNetwork: true
  containers: [{{name: web, image: "example/web:1.2.3"}}]
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: teams}}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}}
  validations:
  - expression: object.data.size < '{least}'
    message: too large
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: teams}}
spec: {{policyName: teams, validationActions: [Deny]}}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  size: '{size}'\n"
POLICIES = ("--select", "admission-policy-violation")
PODS = ("--select", "pss-baseline")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    made = Git(tmp_path / "shop")
    made.folder.mkdir()
    made("init", "-q")
    return made


def _staged(git: Git, path: str, text: str) -> None:
    write(git.folder, {path: text})
    git("add", "--all")


def test_a_namespace_that_asks_for_more_is_held_against_the_pods_of_other_files(git: Git) -> None:
    git.commit(
        {
            "ns.yaml": NAMESPACE.format(level="privileged"),
            "apps/web.yaml": WEB.format(name="web", namespace="shop"),
            "apps/other.yaml": WEB.format(name="other", namespace="elsewhere"),
        }
    )
    assert check(git.folder, "--staged", *PODS).found() == []

    _staged(git, "ns.yaml", NAMESPACE.format(level="baseline"))

    assert check(git.folder, "--staged", *PODS).places("pss-baseline") == ["apps/web.yaml:5"]


def test_a_namespace_that_asks_for_the_same_reaches_no_other_file(git: Git) -> None:
    files = {
        "ns.yaml": NAMESPACE.format(level="baseline"),
        "web.yaml": WEB.format(name="web", namespace="shop"),
    }
    git.commit(files)

    _staged(git, "ns.yaml", files["ns.yaml"].replace("  labels:\n", "  labels:\n    team: shop\n"))

    assert check(git.folder, "--staged", *PODS).found() == []


def test_a_policy_in_another_file_judges_what_is_changed(git: Git) -> None:
    git.commit(
        {
            "policies/kustomization.yaml": "resources: [policy.yaml]\n",
            "policies/policy.yaml": POLICY.format(least="3"),
            "old.yaml": SETTINGS.format(name="old", size="9"),
            "new.yaml": SETTINGS.format(name="new", size="1"),
        }
    )

    _staged(git, "new.yaml", SETTINGS.format(name="new", size="5"))

    assert check(git.folder, "--staged", *POLICIES).found() == ["admission-policy-violation new.yaml:5"]


def test_a_changed_policy_judges_objects_in_other_files(git: Git) -> None:
    git.commit({"policy.yaml": POLICY.format(least="9"), "old.yaml": SETTINGS.format(name="old", size="5")})
    assert check(git.folder, "--staged", *POLICIES).found() == []

    _staged(git, "policy.yaml", POLICY.format(least="3"))

    assert check(git.folder, "--staged", *POLICIES).found() == ["admission-policy-violation old.yaml:5"]


def test_nothing_else_is_told_of_files_that_are_read_for_this(git: Git) -> None:
    git.commit(
        {
            "ns.yaml": NAMESPACE.format(level="privileged"),
            "web.yaml": WEB.format(name="web", namespace="shop") + "  unknown: 1\n",
            "broken.yaml": "a: [\n",
        }
    )

    _staged(git, "ns.yaml", NAMESPACE.format(level="baseline"))

    assert check(git.folder, "--staged").found() == ["pss-baseline web.yaml:5"]


OVERLAY = "resources: [../base]\npatches:\n- path: patch.yaml\n"
PATCH = SETTINGS.format(name="cach", size="9")
BASE = {
    "base/kustomization.yaml": "resources: [cm.yaml]\n",
    "base/cm.yaml": SETTINGS.format(name="cache", size="1"),
}


def test_what_was_wrong_in_an_untouched_file_before_the_change_is_not_told_again(git: Git) -> None:
    git.commit({**BASE, "prod/kustomization.yaml": OVERLAY, "prod/patch.yaml": PATCH})
    assert check(git.folder).places("build-failed") == ["prod/patch.yaml:3"]

    _staged(git, "base/cm.yaml", SETTINGS.format(name="cache", size="2"))

    assert check(git.folder, "--staged").places("build-failed") == []


def test_what_a_change_breaks_in_an_untouched_file_is_told(git: Git) -> None:
    patch = SETTINGS.format(name="cache", size="9")
    git.commit({**BASE, "prod/kustomization.yaml": OVERLAY, "prod/patch.yaml": patch})
    assert check(git.folder).places("build-failed") == []

    _staged(git, "base/cm.yaml", SETTINGS.format(name="store", size="1"))

    assert check(git.folder, "--staged").places("build-failed") == ["prod/patch.yaml:3"]
