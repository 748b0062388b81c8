"""A credential is told once, at the line of the file that holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import Files, check, write

RULE = "secret-plaintext"
# Made up for these tests; no service ever issued it.
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  token: REPLACE_ME\n"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: ghcr.io/example/web:2.4.1
    env:
    - name: DB_PASSWORD
      value: $(FILLED_IN)
"""
BASE: Files = {
    "base/kustomization.yaml": "resources:\n- secret.yaml\n- pod.yaml\n",
    "base/secret.yaml": SECRET,
    "base/pod.yaml": POD,
}
INLINE = """\
patches:
- patch: |-
    apiVersion: v1
    kind: Secret
    metadata:
      name: app
    stringData:
      token: qecirheM
"""
JSON_PATCH = """\
patches:
- target: {kind: Secret}
  patch: |-
    - op: replace
      path: /stringData/token
      value: qecirheM
"""
LEGACY = """\
patchesStrategicMerge:
- |-
  apiVersion: v1
  kind: Secret
  metadata:
    name: app
  stringData:
    token: qecirheM
"""
ENVIRONMENT = """\
patches:
- patch: |-
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
      - name: web
        env:
        - name: DB_PASSWORD
          value: qecirheM
"""


@pytest.mark.parametrize(("text", "line"), [(INLINE, 10), (JSON_PATCH, 8), (LEGACY, 10), (ENVIRONMENT, 14)])
def test_what_a_kustomization_patches_in_is_told_there(text: str, line: int, tmp_path: Path) -> None:
    files = {**BASE, "over/kustomization.yaml": f"resources:\n- ../base\n{text}"}

    assert check(write(tmp_path, files)).places(RULE) == [f"over/kustomization.yaml:{line}"]


@pytest.mark.parametrize("patch", ["a.yaml", "b.yaml"])
def test_what_a_patch_file_sets_is_told_once(patch: str, tmp_path: Path) -> None:
    files = {
        **BASE,
        "over/kustomization.yaml": f"resources:\n- ../base\npatches:\n- path: {patch}\n"
        "  target: {kind: Secret}\n",
        "over/a.yaml": SECRET.replace("REPLACE_ME", TOKEN),
        "over/b.yaml": "- op: add\n  path: /stringData/x\n  value: a\n"
        f"- op: replace\n  path: /stringData/token\n  value: {TOKEN}\n",
    }
    del files[{"a.yaml": "over/b.yaml", "b.yaml": "over/a.yaml"}[patch]]

    assert check(write(tmp_path, files)).places(RULE) == [f"over/{patch}:6"]


def test_what_a_replacement_copies_is_told_where_it_stands(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": """\
resources: [a.yaml, b.yaml]
replacements:
- source: {kind: Secret, name: app, fieldPath: stringData.token}
  targets:
  - select: {kind: Secret, name: other}
    fieldPaths: [stringData.token]
""",
        "a.yaml": SECRET.replace("REPLACE_ME", "qecirheM"),
        "b.yaml": SECRET.replace("app", "other"),
    }

    assert check(write(tmp_path, files)).places(RULE) == ["a.yaml:6"]


def test_a_text_of_several_lines_is_told_at_the_line_of_the_credential(tmp_path: Path) -> None:
    text = "# the database\nhost: db\npassword: qecirheM\n"
    block = "".join(f"    {line}\n" for line in text.splitlines())
    folder = write(
        tmp_path,
        {
            "kustomization.yaml": "resources: [secret.yaml]\n"
            "secretGenerator:\n- {name: a, files: [app.conf]}\n",
            "app.conf": text,
            "secret.yaml": SECRET.replace("  token: REPLACE_ME\n", f"  app.conf: |\n{block}"),
        },
    )

    ran = check(folder)

    assert ran.places(RULE) == ["app.conf:3", "secret.yaml:9"]
    assert [one["path"] for one in ran.findings if one["rule"] == RULE] == [
        'data["app.conf"]',
        'stringData["app.conf"]',
    ]


@pytest.mark.parametrize(
    "value", [f'"first\\npassword: qecirheM {TOKEN}"', ">\n    a\n\n    password: qecirheM"]
)
def test_a_text_that_hides_its_lines_is_told_as_a_whole(value: str, tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "resources: [s.yaml]\n",
        "s.yaml": SECRET.replace("token: REPLACE_ME", f"app.conf: {value}"),
    }

    assert check(write(tmp_path, files)).places(RULE) == ["s.yaml:6"]


def test_tokens_of_known_services_count_in_examples_and_anywhere(tmp_path: Path) -> None:
    files = {
        **BASE,
        "examples/secret.yaml": SECRET.replace("REPLACE_ME", TOKEN),
        "examples/weak.yaml": SECRET.replace("REPLACE_ME", "hunter2"),
        "examples/kustomization.yaml": f"secretGenerator:\n- name: a\n  literals:\n  - token={TOKEN}\n",
        "settings.yaml": f"ci:\n  header: 'Authorization: {TOKEN}'\n",
    }

    assert check(write(tmp_path, files)).places(RULE) == [
        "examples/kustomization.yaml:4",
        "examples/secret.yaml:6",
        "settings.yaml:2",
    ]
