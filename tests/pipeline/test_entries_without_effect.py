"""How entries without effect are told in a run: once, in components over all uses, and how severely."""

from __future__ import annotations

from pathlib import Path

from ..cli.command_line import Files, check, config_map, deployment, write

CUSTOM = "apiVersion: x.example.com/v1\nkind: Thing\nmetadata: {name: web}\nspec: {image: a}\n"
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.x.example.com}
spec:
  group: x.example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {image: {type: string}}}
"""
PATCH = """\
patches:
- target: {kind: Thing}
  patch: |-
    - op: replace
      path: /spec/imgae
      value: b
"""
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
USERS: Files = {
    f"{name}/kustomization.yaml": "resources: [web.yaml]\ncomponents: [../part]\n" for name in ("one", "two")
} | {f"{name}/web.yaml": deployment(image="web:1.2.3") for name in ("one", "two")}


def test_a_misspelt_field_that_the_schema_tells_of_is_told_once(tmp_path: Path) -> None:
    files = {"custom.yaml": CUSTOM, "crd.yaml": DEFINITION}
    text = "resources: [custom.yaml, crd.yaml]\n" + PATCH

    found = check(write(tmp_path, {**files, "kustomization.yaml": text})).found()

    assert found == ["unknown-field kustomization.yaml:7"]


def test_a_misspelt_field_of_a_kind_without_a_schema_is_told_by_the_build(tmp_path: Path) -> None:
    text = "resources: [custom.yaml]\n" + PATCH
    ran = check(write(tmp_path, {"custom.yaml": CUSTOM, "kustomization.yaml": text}))

    assert ran.places("patch-misses-field") == ["kustomization.yaml:6"]


def test_a_note_on_an_entry_of_a_component_stays_a_note(tmp_path: Path) -> None:
    part = {"part/kustomization.yaml": COMPONENT + "images:\n- name: web\n  newTag: 1.2.3\n"}
    ran = check(write(tmp_path, {**USERS, **part}), "--profile", "strict", "--select", "entry-without-effect")

    assert [(one["rule"], one["severity"]) for one in ran.findings] == [("entry-without-effect", "note")]


def test_an_entry_without_effect_is_told_by_the_strict_profile_only(tmp_path: Path) -> None:
    part = {"part/kustomization.yaml": COMPONENT + "images:\n- name: web\n  newTag: 1.2.3\n"}

    assert check(write(tmp_path, {**USERS, **part})).found() == []


def test_an_entry_of_a_component_that_one_user_needs_is_not_told(tmp_path: Path) -> None:
    files = {
        **USERS,
        "two/web.yaml": deployment(image="web:1.2.2"),
        "part/kustomization.yaml": COMPONENT + "images:\n- name: web\n  newTag: 1.2.3\n",
    }
    assert check(write(tmp_path, files), "--profile", "strict").places("entry-without-effect") == []


SIDECAR = """\
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
          - name: sidecar
            %s
"""
WITHOUT_IMAGE: Files = {
    "base/web.yaml": deployment(),
    "base/kustomization.yaml": "resources: [web.yaml]\n" + SIDECAR % "args: [x]",
    "bare/kustomization.yaml": "resources: [../base]\nnamePrefix: x-\n",
}


def test_a_container_without_an_image_is_told_where_it_is_added(tmp_path: Path) -> None:
    ran = check(write(tmp_path, WITHOUT_IMAGE))

    assert ran.places("patch-misses-field") == ["base/kustomization.yaml:11"]


def test_a_container_whose_image_an_overlay_adds_is_told_only_for_overlays_that_do_not(
    tmp_path: Path,
) -> None:
    whole = {"over/kustomization.yaml": "resources: [../base]\n" + SIDECAR % "image: side:1.2.3"}
    ran = check(write(tmp_path, {**WITHOUT_IMAGE, **whole}))

    assert ran.places("patch-misses-field") == []
    assert ran.of("schema-violation")["targets"] == [f"{tmp_path.name}//bare"]


def test_a_container_that_an_overlay_takes_away_needs_no_image(tmp_path: Path) -> None:
    without = {"over/kustomization.yaml": "resources: [../base]\n" + SIDECAR % "$patch: delete"}
    ran = check(write(tmp_path, {**WITHOUT_IMAGE, **without}))

    assert ran.places("patch-misses-field") == []


VARIABLE = """\
resources: [map.yaml]
vars:
- name: HOST
  objref: {apiVersion: v1, kind: ConfigMap, name: settings}
  fieldref: {fieldPath: metadata.name}
"""
BASE: Files = {"base/kustomization.yaml": VARIABLE, "base/map.yaml": config_map()}
IDLE_PART: Files = {
    "part/kustomization.yaml": COMPONENT + "images:\n- name: nothing\n  newTag: 1.2.3\n",
}


def test_a_variable_is_not_called_unused_while_an_overlay_fails_that_may_use_it(tmp_path: Path) -> None:
    files = {**BASE, "over/kustomization.yaml": "resources: [gone.yaml, ../base]\n"}
    ran = check(write(tmp_path, files))

    assert ran.places("replacement-or-var-unresolved") == []


def test_a_failure_elsewhere_hides_no_unused_variable(tmp_path: Path) -> None:
    files = {**BASE, "other/kustomization.yaml": "resources: [gone.yaml]\n"}
    ran = check(write(tmp_path, files))

    assert ran.places("replacement-or-var-unresolved") == ["base/kustomization.yaml:3"]


def test_an_entry_of_a_component_is_not_called_idle_while_a_user_of_it_fails(tmp_path: Path) -> None:
    failing = {"three/kustomization.yaml": "resources: [gone.yaml]\ncomponents: [../part]\n"}

    assert check(write(tmp_path / "a", {**USERS, **IDLE_PART})).places("images-no-match") == [
        "part/kustomization.yaml:4"
    ]
    assert check(write(tmp_path / "b", {**USERS, **IDLE_PART, **failing})).places("images-no-match") == []
