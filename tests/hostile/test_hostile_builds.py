"""Kustomizations that are small to write and enormous to build: each ends in a finding, in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import Ran, check, config_map, deployment, write
from .test_hostile_repositories import no_hang

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b-b}\n"
EXPLODING = ["(a+)+$", "(a|aa)+$", "(.*a){25}", "(?:a{1,1000}){1,1000}", "(a?){64}a{64}", "(x+x+)+y"]


def failed(folder: Path, files: dict[str, str]) -> Ran:
    with no_hang():
        ran = check(write(folder, files))
    assert ran.code == 1, ran.err
    return ran


def patched(*operations: str) -> dict[str, str]:
    listed = "".join(f"    - {{{one}}}\n" for one in operations)
    return {
        "cm.yaml": CONFIG_MAP,
        "kustomization.yaml": "resources: [cm.yaml]\npatches:\n- target: {kind: ConfigMap}\n"
        f"  patch: |-\n{listed}",
    }


def test_ten_thousand_bases_upon_each_other_are_one_finding_at_the_last_one_too_many(tmp_path: Path) -> None:
    files = {f"k{n}/kustomization.yaml": f"resources:\n- ../k{n + 1}\n" for n in range(10_000)}

    ran = failed(tmp_path, {**files, "k10000/kustomization.yaml": "namePrefix: a-\n"})

    assert ran.places("build-failed") == ["k9936/kustomization.yaml:1"]
    assert sum(status == "failed" for status in ran.statuses().values()) == 9_937


def test_bases_that_take_each_other_in_twice_stop_growing(tmp_path: Path) -> None:
    files = {"k25/kustomization.yaml": "resources: [cm.yaml]\n", "k25/cm.yaml": config_map()}
    for n in range(25):
        files[f"k{n}/kustomization.yaml"] = f"resources:\n- ../k{n + 1}\n- ../l{n + 1}\n"
        files[f"l{n + 1}/kustomization.yaml"] = f"resources: [../k{n + 1}]\nnamePrefix: l{n}-\n"

    ran = failed(tmp_path, files)

    assert ran.places("build-failed") == ["k10/kustomization.yaml:3"]


def test_components_that_apply_each_other_twice_stop_growing(tmp_path: Path) -> None:
    kind = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    files = {"top/kustomization.yaml": "resources: [cm.yaml]\ncomponents: [../c0]\n"}
    files["top/cm.yaml"] = config_map()
    for n in range(30):
        files[f"c{n}/kustomization.yaml"] = f"{kind}components: [../c{n + 1}, ../e{n + 1}]\n"
        files[f"e{n + 1}/kustomization.yaml"] = f"{kind}components: [../c{n + 1}]\n"
    files["c30/kustomization.yaml"] = f"{kind}labels: [{{pairs: {{a: b}}}}]\n"

    ran = failed(tmp_path, files)

    assert "1,000 components" in ran.of("build-failed")["message"]


def test_hundreds_of_patches_of_nothing_are_told_in_seconds(tmp_path: Path) -> None:
    objects = "---\n".join(config_map(f"c{n}") for n in range(300))
    operation = "{op: remove, path: /data}"
    patches = "".join(
        f"- target: {{name: 'missing{n}.*'}}\n  patch: |-\n    - {operation}\n" for n in range(300)
    )

    ran = failed(
        tmp_path, {"cm.yaml": objects, "kustomization.yaml": f"resources: [cm.yaml]\npatches:\n{patches}"}
    )

    assert len(ran.places("patch-no-match")) == 300


def test_a_json_patch_that_doubles_an_object_with_every_copy_is_stopped(tmp_path: Path) -> None:
    copies = [f"op: copy, from: /data, path: /data/x{number}" for number in range(60)]

    ran = failed(tmp_path, patched(*copies))

    assert len(ran.places("build-failed")) == 1


def test_a_json_patch_that_nests_an_object_with_every_step_is_stopped(tmp_path: Path) -> None:
    steps = ["op: move, from: /data, path: /x", "op: add, path: /data, value: {}"]
    deeper = [*steps, "op: move, from: /x, path: /data/y"]

    assert len(failed(tmp_path, patched(*deeper * 1_000)).places("build-failed")) == 1


def test_a_json_patch_with_a_pointer_of_thousands_of_fields_is_stopped(tmp_path: Path) -> None:
    longer = [f"op: add, path: /data{'/a' * number}, value: {{}}" for number in range(1, 400)]

    assert failed(tmp_path, patched(*longer)).places("build-failed") == ["kustomization.yaml:203"]


@pytest.mark.parametrize(
    "target",
    [
        "fieldPaths: [data.x{}]\n    options: {{create: true}}",
        "fieldPaths: [data.a]\n    options: {{delimiter: '-', index: 9}}",
    ],
    ids=["a mapping into itself", "a text into itself"],
)
def test_replacements_that_double_an_object_are_stopped(target: str, tmp_path: Path) -> None:
    source = "data" if "create" in target else "data.a"
    entries = "".join(
        f"- source: {{kind: ConfigMap, fieldPath: {source}}}\n  targets:\n  - select: {{kind: ConfigMap}}\n"
        f"    {target.format(number)}\n"
        for number in range(60)
    )
    files = {
        "cm.yaml": CONFIG_MAP,
        "kustomization.yaml": f"resources: [cm.yaml]\nreplacements:\n{entries}",
    }

    assert len(failed(tmp_path, files).places("build-failed")) == 1


def test_a_variable_that_stands_a_million_times_in_a_field_is_stopped(tmp_path: Path) -> None:
    long = f'  v: "{"x" * 100_000}"\n  w: "{"$(V)" * 100_000}"\n  z: "{"$(" * 300_000}"\n'
    files = {
        "cm.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{long}",
        "c.yaml": "varReference:\n- {path: data, kind: ConfigMap}\n",
        "kustomization.yaml": "resources: [cm.yaml]\nconfigurations: [c.yaml]\nvars:\n- name: V\n"
        "  objref: {kind: ConfigMap, name: a, apiVersion: v1}\n  fieldref: {fieldpath: data.v}\n",
    }

    assert failed(tmp_path, files).places("build-failed") == ["kustomization.yaml:4"]


@pytest.mark.parametrize("expression", EXPLODING)
def test_an_expression_that_backtracking_would_never_finish_is_answered(
    expression: str, tmp_path: Path
) -> None:
    name = "a" * 60
    files = {
        "cm.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: b, b: c}}\n",
        "app.yaml": deployment(image=f"{name}!:1"),
        "kustomization.yaml": f"""\
resources: [cm.yaml, app.yaml]
images:
- name: '{expression}'
  newTag: v1
patches:
- target: {{kind: ConfigMap, name: '{expression}'}}
  patch: '[{{"op": "add", "path": "/data/x", "value": "y"}}]'
replacements:
- source: {{kind: ConfigMap, name: {name}, fieldPath: data.a}}
  targets:
  - select: {{kind: ConfigMap, name: '{expression}'}}
    fieldPaths: [data.b]
""",
    }

    with no_hang():
        ran = check(write(tmp_path, files))

    assert ran.code in (0, 1), ran.err


def test_a_bomb_of_aliases_in_a_patch_is_a_finding(tmp_path: Path) -> None:
    levels = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    files = {
        "cm.yaml": CONFIG_MAP,
        "patch.yaml": f"{CONFIG_MAP.replace('data: {a: b-b}', 'data:')}  l0: &l0 lol\n{levels}",
        "kustomization.yaml": "resources: [cm.yaml]\npatches:\n- path: patch.yaml\n",
    }

    assert {one["location"]["file"] for one in failed(tmp_path, files).findings} == {"patch.yaml"}
