"""A finding stands at the line that a person would edit, and names what stood there before."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import Files, chain, check, deployment, write

BASE: Files = {"base/kustomization.yaml": "resources:\n- web.yaml\n", "base/web.yaml": deployment()}


def over(text: str) -> Files:
    return {**BASE, "over/kustomization.yaml": f"resources:\n- ../base\n{text}"}


def test_a_tag_set_by_an_images_entry_is_blamed_on_that_entry(tmp_path: Path) -> None:
    ran = check(write(tmp_path, over("images:\n- name: registry.example/web\n  newTag: latest\n")))

    finding = ran.of("tag-latest-or-missing")
    assert ran.found() == ["tag-latest-or-missing over/kustomization.yaml:5"]
    assert finding["location"]["column"] == len("  newTag: ") + 1
    assert chain(finding) == ["base/web.yaml:15 written here"]


def test_a_field_set_by_an_inline_patch_is_blamed_on_the_patch(tmp_path: Path) -> None:
    text = """\
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      replicas: many
"""
    ran = check(write(tmp_path, over(text)))

    assert ran.found() == ["schema-violation over/kustomization.yaml:10"]
    assert chain(ran.of("schema-violation")) == ["base/web.yaml:6 written here"]


def test_a_field_set_by_a_patch_file_is_blamed_on_that_file(tmp_path: Path) -> None:
    files = {
        **over("patches:\n- path: small.yaml\n"),
        "over/small.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n"
        "  replicas: many\n",
    }

    assert check(write(tmp_path, files)).found() == ["schema-violation over/small.yaml:6"]


def test_a_field_set_by_a_json_patch_is_blamed_on_its_operation(tmp_path: Path) -> None:
    text = """\
patches:
- target: {kind: Deployment}
  patch: |-
    - op: add
      path: /spec/minReadySeconds
      value: 5
    - op: replace
      path: /spec/replicas
      value: many
"""
    assert check(write(tmp_path, over(text))).found() == ["schema-violation over/kustomization.yaml:11"]


def test_a_namespace_is_blamed_on_the_kustomization_that_sets_it(tmp_path: Path) -> None:
    ran = check(write(tmp_path, over("namespace: Not_A_Namespace\n")), "--select", "schema")

    if ran.found():
        assert ran.places("objectmeta-invalid") == ["over/kustomization.yaml:3"]


@pytest.mark.parametrize(
    "text", ["commonLabels:\n  tier: 1\n", "labels:\n- pairs: {tier: front}\n  includeSelectors: true\n"]
)
def test_a_selector_and_its_labels_are_blamed_together_so_that_they_match(text: str, tmp_path: Path) -> None:
    assert "selector-template-mismatch" not in "".join(check(write(tmp_path, over(text))).found())


def test_a_count_of_replicas_is_blamed_on_its_entry(tmp_path: Path) -> None:
    files = over("replicas:\n- name: web\n  count: -1\n")

    ran = check(write(tmp_path, files))

    assert set(ran.found()) <= {
        "schema-violation over/kustomization.yaml:5",
        "build-failed over/kustomization.yaml:5",
    }


def test_a_secret_of_a_generator_is_blamed_on_its_literal(tmp_path: Path) -> None:
    files = over(
        "secretGenerator:\n- name: login\n  literals:\n  - user=web\n  - password=kHPdpIYtdtGXeStv\n"
    )

    assert check(write(tmp_path, files)).places("secret-plaintext") == ["over/kustomization.yaml:7"]


def test_a_secret_of_an_env_file_is_blamed_on_its_line(tmp_path: Path) -> None:
    files = {
        **over("secretGenerator:\n- name: login\n  envs: [login.env]\n"),
        "over/login.env": "# login\nUSER=web\nPASSWORD=kHPdpIYtdtGXeStv\n",
    }

    assert check(write(tmp_path, files)).places("secret-plaintext") == ["over/login.env:3"]


def test_the_chain_goes_from_the_last_that_set_a_field_to_the_first(tmp_path: Path) -> None:
    patch = (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, "
        "spec: {template: {spec: {containers: [{name: web, image: 'registry.example/web:2.0.0'}]}}}}"
    )
    files = {
        **BASE,
        "middle/kustomization.yaml": f"resources:\n- ../base\npatches:\n- patch: |-\n    {patch}\n",
        "over/kustomization.yaml": "resources:\n- ../middle\nimages:\n"
        "- {name: registry.example/web, newTag: latest}\n",
    }

    finding = check(write(tmp_path, files)).of("tag-latest-or-missing")

    assert finding["location"]["file"] == "over/kustomization.yaml"
    assert chain(finding) == ["middle/kustomization.yaml:5 patched here", "base/web.yaml:15 written here"]


def test_what_no_overlay_changed_is_blamed_on_the_base(tmp_path: Path) -> None:
    files = {**over("namespace: shop\nnamePrefix: a-\n"), "base/web.yaml": deployment(image="web:latest")}

    ran = check(write(tmp_path, files))

    assert ran.found() == ["tag-latest-or-missing base/web.yaml:15"]
    assert ran.findings[0]["object"]["name"] == "a-web"


def test_a_path_names_items_of_lists_as_the_api_server_merges_them(tmp_path: Path) -> None:
    files = {
        "web.yaml": deployment(image="web:latest")
        + "        ports:\n        - {containerPort: 80, protocl: TCP}\n"
    }

    ran = check(write(tmp_path, files))

    assert {one["rule"]: one["path"] for one in ran.findings} == {
        "tag-latest-or-missing": "spec.template.spec.containers[name=web].image",
        "unknown-field": "spec.template.spec.containers[name=web].ports[containerPort=80].protocl",
    }


def test_a_syntax_error_stands_where_the_parser_stopped_and_names_no_object(tmp_path: Path) -> None:
    finding = check(write(tmp_path, {"a.yaml": "a: b\nc: [d\n"})).of("yaml-invalid")

    assert finding["object"] is None
    assert finding["path"] == ""
