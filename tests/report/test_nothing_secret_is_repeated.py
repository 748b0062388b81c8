"""What stands in a Secret, or before the host of an address, is in no form of the report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ..cli.command_line import run, write

SECRET = "hunter2secretXY9"
HOLDER = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: q}}\nstringData:\n  password: {SECRET}\n"
TEST = "resources: [s.yaml]\npatches:\n- target: {kind: Secret}\n  patch: |-\n    - "
CASES: Mapping[str, Mapping[str, str]] = {
    "a value that a JSON patch tests": {
        "s.yaml": HOLDER,
        "kustomization.yaml": TEST + "{op: test, path: /stringData/password, value: other}\n",
    },
    "a literal that is no pair": {
        "kustomization.yaml": f"secretGenerator:\n- name: z\n  literals: ['password:{SECRET}']\n"
    },
    "a line of an env file that is no pair": {
        ".env": f"pass word {SECRET}\n",
        "kustomization.yaml": "secretGenerator:\n- name: z\n  envs: [.env]\n",
    },
    "the address of a file": {
        "kustomization.yaml": f"resources:\n- https://bob:{SECRET}@example.org/x.yaml\n"
    },
    "the address of a repository": {
        "kustomization.yaml": f"resources: ['https://bob:{SECRET}@github.com/a/b//base?ref=main']\n"
    },
    "an address in a component": {
        "kustomization.yaml": f"components: ['https://{SECRET}@github.com/a/b//base?ref=main']\n"
    },
}


@pytest.mark.parametrize("files", CASES.values(), ids=CASES)
@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_secret_is_in_no_report(tmp_path: Path, files: Mapping[str, str], form: str) -> None:
    ran = run("check", "--format", form, str(write(tmp_path, files)))

    assert ran.code == 1, ran.err
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("files", CASES.values(), ids=CASES)
def test_a_secret_is_in_no_complaint_of_a_build(tmp_path: Path, files: Mapping[str, str]) -> None:
    ran = run("build", str(write(tmp_path, files)))

    assert SECRET not in ran.err


def test_a_password_in_an_address_of_a_kustomization_is_told(tmp_path: Path) -> None:
    files = CASES["the address of a repository"]

    ran = run("check", "--format", "json", str(write(tmp_path, files)))

    assert ran.places("secret-plaintext") == ["kustomization.yaml:1"]
