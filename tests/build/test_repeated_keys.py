"""Keys that stand twice in a patch, which kustomize builds and nobody notices."""

from __future__ import annotations

import pytest

from gitlint_ops.model.location import Location
from gitlint_ops.model.targets import Status

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"
BASE = f"{DEPLOYMENT}spec:\n  replicas: 1\n  template:\n    spec:\n      hostPID: false\n"
TWICE = f"{DEPLOYMENT}spec:\n  replicas: 3\n  replicas: 5\n"
NEW_MAPPING = f"{DEPLOYMENT}spec:\n  strategy:\n    type: A\n    type: B\n"
OPERATION = "- op: replace\n  path: /spec/replicas\n  value: 3\n  value: 5\n"


def inline(patch: str, field: str = "patches:\n- target: {kind: Deployment}\n  patch: |") -> str:
    return f"resources: [base.yaml]\n{field}\n" + "".join(f"    {line}\n" for line in patch.splitlines())


@pytest.mark.parametrize(
    ("patch", "replicas", "takes"),
    [(TWICE, 3, "kustomize takes the first"), (OPERATION, 5, "kustomize takes the last")],
)
def test_a_key_twice_in_an_inline_patch_is_built_and_told_at_the_second(
    repo, patch: str, replicas: int, takes: str
) -> None:
    made = repo({"base.yaml": BASE, "kustomization.yaml": inline(patch)}).build()
    (violation,) = made.result.violations
    (note,) = violation.related
    second = len(patch.splitlines()) + 4

    assert made.body("Deployment")["spec"]["replicas"] == replicas
    assert made.violations() == [("duplicate-key", f"kustomization.yaml:{second}")]
    assert takes in violation.message
    assert violation.on.embedded == ("patches", 0, "patch")
    assert violation.at_key
    assert isinstance(note.on, Location)
    assert (note.on.line, note.message) == (second - 1, "first here")


@pytest.mark.parametrize(("patch", "replicas"), [(TWICE, 3), (OPERATION, 5)])
def test_a_key_twice_in_a_patch_file_is_built_and_told_with_the_file(repo, patch: str, replicas: int) -> None:
    kustomization = "resources: [base.yaml]\npatches:\n- path: p.yaml\n  target: {kind: Deployment}\n"
    made = repo({"base.yaml": BASE, "p.yaml": patch, "kustomization.yaml": kustomization}).build()

    assert made.body("Deployment")["spec"]["replicas"] == replicas
    assert made.violations() == []


@pytest.mark.parametrize("field", ["patchesStrategicMerge:\n- |", "patches:\n- patch: |"])
def test_of_nested_mappings_too_the_first_counts(repo, field: str) -> None:
    patch = f"{DEPLOYMENT}spec:\n  template: {{spec: {{hostPID: true}}}}\n  template: {{spec: {{a: 1}}}}\n"
    made = repo({"base.yaml": BASE, "kustomization.yaml": inline(patch, field)}).build()

    assert made.body("Deployment")["spec"]["template"] == {"spec": {"hostPID": True}}
    assert made.violations() == [("duplicate-key", "kustomization.yaml:10")]


def test_a_mapping_with_a_key_twice_that_is_new_to_the_object_does_not_build(repo) -> None:
    made = repo({"base.yaml": BASE, "kustomization.yaml": inline(NEW_MAPPING)}).build()

    assert made.result.status is Status.FAILED
    assert "stands twice" in (made.result.reason or "")
    assert made.violations() == [("duplicate-key", "kustomization.yaml:12")]


def test_a_key_twice_in_an_object_does_not_build(repo) -> None:
    made = repo({"base.yaml": TWICE, "kustomization.yaml": "resources: [base.yaml]\n"}).build()

    assert made.result.status is Status.FAILED
    assert [rule for rule, _ in made.violations()] == ["duplicate-key"]
