"""What helps with a target that selects nothing, and how much of a matter it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import check, deployment, write

COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n"


def patch(target: str) -> str:
    operation = "{op: add, path: /metadata/labels, value: {a: b}}"
    return f"- target: {{{target}}}\n  patch: |-\n    - {operation}\n"


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("kind: Deploymnet", "did you mean kind: Deployment?"),
        ("kind: DaemonSet", "there is no DaemonSet here at all"),
        ("kind: DaemonSet, name: web", "did you mean kind: Deployment?"),
    ],
)
def test_a_kind_is_offered_only_for_one_that_is_alike_or_of_that_name(tmp_path: Path, target, hint) -> None:
    files = {"kustomization.yaml": f"resources: [d.yaml]\npatches:\n{patch(target)}", "d.yaml": deployment()}

    assert hint in check(write(tmp_path, files)).of("patch-no-match")["hint"]


@pytest.mark.parametrize(
    ("targets", "severity"),
    [
        (("kind: Deployment", "kind: DaemonSet"), "note"),
        (("kind: StatefulSet",), "warning"),
        (("kind: Deployment", "kind: Deployment, name: wbe"), "warning"),
    ],
)
def test_a_component_for_several_kinds_is_noted_where_one_of_them_is_there(
    tmp_path: Path, targets, severity
) -> None:
    files = {
        "c/kustomization.yaml": COMPONENT + "".join(map(patch, targets)),
        "app/kustomization.yaml": "resources: [d.yaml]\ncomponents: [../c]\n",
        "app/d.yaml": deployment(),
    }

    found = check(write(tmp_path, files)).of("patch-no-match")

    assert found["severity"] == severity
