"""From files to findings: what is judged, through which targets, and how often it is told."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ..cli.command_line import Files, check, config_map, deployment, repository, write

BASE: Files = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": deployment(image="web:latest"),
}
OVERLAY = "resources: [../base]\nnamespace: {}\n"
OVERLAYS: Files = {
    f"{name}/kustomization.yaml": OVERLAY.format(name) for name in ("dev", "staging", "production")
}
SHOP: Files = {
    **BASE,
    **OVERLAYS,
    "dev/extra.yaml": config_map(),
    "broken.yaml": "a: [\n",
    "twice.yaml": "a: 1\na: 2\n",
    "plain/web.yaml": deployment("plain", image="plain:main"),
    "failing/kustomization.yaml": "resources: [gone.yaml]\n",
    "kustomization.yaml": "resources: [dev]\nimages: [{name: nothing, newTag: '1'}]\n",
}


def test_a_base_of_three_overlays_gives_one_finding_with_three_targets(tmp_path: Path) -> None:
    ran = check(write(tmp_path / "shop", {**BASE, **OVERLAYS}))

    assert ran.found() == ["tag-latest-or-missing base/web.yaml:15"]
    assert ran.findings[0]["targets"] == ["shop//dev", "shop//production", "shop//staging"]


def test_what_every_overlay_sets_is_no_fault_of_the_base(tmp_path: Path) -> None:
    entry = "images: [{name: web, newTag: 1.2.3}]\n"
    overlays = {path: text + entry for path, text in OVERLAYS.items()}

    assert check(write(tmp_path, {**BASE, **overlays})).found() == []


def test_what_one_overlay_forgets_is_told_for_that_overlay(tmp_path: Path) -> None:
    entry = "images: [{name: web, newTag: 1.2.3}]\n"
    overlays = {path: text + entry for path, text in OVERLAYS.items() if not path.startswith("staging")}

    ran = check(write(tmp_path / "shop", {**BASE, **OVERLAYS, **overlays}))

    assert ran.findings[0]["targets"] == ["shop//staging"]


def test_a_base_that_nothing_uses_is_judged_by_itself(tmp_path: Path) -> None:
    assert check(write(tmp_path, BASE)).places("tag-latest-or-missing") == ["base/web.yaml:15"]


def test_a_base_is_judged_where_the_only_overlay_on_it_fails_to_build(tmp_path: Path) -> None:
    files = {**BASE, "over/kustomization.yaml": "resources: [../base, gone.yaml]\n"}

    ran = check(write(tmp_path, files))

    assert ran.found() == [
        "tag-latest-or-missing base/web.yaml:15",
        "reference-missing over/kustomization.yaml:1",
    ]


def test_a_component_is_judged_through_its_users(tmp_path: Path) -> None:
    files = {
        "parts/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "images:\n- name: registry.example/web\n  newTag: latest\n",
        "app/kustomization.yaml": "resources: [web.yaml]\ncomponents: [../parts]\n",
        "app/web.yaml": deployment(),
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == ["tag-latest-or-missing parts/kustomization.yaml:5"]
    assert ran.statuses() == {"app": "built"}


def test_a_component_that_nothing_uses_and_that_fails_alone_is_unchecked(tmp_path: Path) -> None:
    patch = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2}}"
    files = {
        "parts/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        f"patches:\n- patch: '{patch}'\n"
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == []
    assert ran.statuses() == {"parts": "unchecked"}
    assert ran.code == 3


def test_a_syntax_error_in_one_file_does_not_stop_the_others(tmp_path: Path) -> None:
    files = {"a.yaml": "a: [\n", "b.yaml": deployment(image="web:latest"), "c/d.yaml": "\tx: y\n"}

    assert check(write(tmp_path, files)).found() == [
        "yaml-invalid a.yaml:1",
        "tag-latest-or-missing b.yaml:15",
        "yaml-invalid c/d.yaml:1",
    ]


def test_a_syntax_error_in_a_base_is_told_once_and_its_overlays_fail(tmp_path: Path) -> None:
    files = {
        **BASE,
        **OVERLAYS,
        "base/web.yaml": "kind: [\n",
        "other.yaml": deployment("other", image="a:latest"),
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == ["yaml-invalid base/web.yaml:1", "tag-latest-or-missing other.yaml:15"]
    assert [path for path, status in ran.statuses().items() if status == "failed"] == [
        "base",
        "dev",
        "production",
        "staging",
    ]


def test_a_failing_base_is_told_once_for_all_overlays(tmp_path: Path) -> None:
    files = {
        **BASE,
        **OVERLAYS,
        "base/kustomization.yaml": "resources: [web.yaml]\npatches:\n- path: gone.yaml\n",
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == ["reference-missing base/kustomization.yaml:3"]


def test_a_folder_without_git_is_checked_like_a_repository(tmp_path: Path) -> None:
    plain = check(write(tmp_path / "a" / "shop", SHOP))
    git = check(repository(tmp_path / "b" / "shop", SHOP).folder)

    assert plain.report["findings"] == git.report["findings"]
    assert plain.statuses() == git.statuses()


def test_what_git_ignores_is_not_checked(tmp_path: Path) -> None:
    git = repository(tmp_path, {".gitignore": "out/\n"})
    write(
        git.folder,
        {"out/web.yaml": deployment(image="web:latest"), "new.yaml": deployment(image="new:latest")},
    )

    assert check(git.folder).found() == ["tag-latest-or-missing new.yaml:15"]


def test_a_remote_base_is_unchecked_and_what_builds_beside_it_is_still_judged(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "resources:\n- https://github.com/acme/shop//base?ref=v1\n- web.yaml\n",
        "web.yaml": deployment(image="web:latest"),
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == ["remote-base-unmirrored kustomization.yaml:2", "tag-latest-or-missing web.yaml:15"]
    assert "https://github.com/acme/shop is not in the workspace" in ran.report["unchecked"][0]["reason"]
    assert check(tmp_path, "--fail-on", "never").code == 3


def test_templated_files_are_counted_and_not_taken_for_broken(tmp_path: Path) -> None:
    files = {
        "a.yaml": "{{- if .x }}\nkind: a\n{{- end }}\n",
        "b.yaml": "{% for x in y %}\na: {{ x }}\n{% endfor %}\n",
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == []
    assert ran.left_out() == {"templated files (Go template)": 1, "templated files (Jinja)": 1}


def test_a_kind_without_a_schema_is_said(tmp_path: Path) -> None:
    ran = check(
        write(tmp_path, {"a.yaml": "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\n"})
    )

    assert ran.found() == ["schema-missing a.yaml:2"]
    assert ran.report["coverage"]["unvalidated"] == [{"gvk": "example.org/v1 Widget", "count": 1}]


def told(files: Files, order: list[str]) -> object:
    with tempfile.TemporaryDirectory() as made:
        report = check(write(Path(made, "shop"), {path: files[path] for path in order})).report
    report["summary"]["seconds"] = 0
    return report


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000))
def test_the_order_in_which_files_were_made_never_matters(seed: int) -> None:
    order = sorted(SHOP)
    expected = told(SHOP, order)
    random.Random(seed).shuffle(order)

    assert told(SHOP, order) == expected


@settings(max_examples=8)
@given(order=st.permutations(["web.yaml", "api.yaml", "settings.yaml"]))
def test_the_order_of_resources_never_changes_the_findings(order: list[str]) -> None:
    files = {
        "web.yaml": deployment(image="web:latest"),
        "api.yaml": deployment("api", image="api:main"),
        "settings.yaml": config_map(),
        "kustomization.yaml": f"resources: [{', '.join(order)}]\n",
    }
    with tempfile.TemporaryDirectory() as made:
        found = check(write(Path(made), files)).found()

    assert found == ["tag-mutable api.yaml:15", "tag-latest-or-missing web.yaml:15"]
