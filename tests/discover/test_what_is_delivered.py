"""Which files are judged, which are only read, and which are left out and said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import check, config_map, deployment, write

FAULTY = deployment(image="registry.example/web:latest")
RULE = "tag-latest-or-missing"


@pytest.mark.parametrize(
    "folder",
    ["example", "examples", "apps/samples", "tests", "apps/web/testdata", "fixtures", "e2e", ".github"],
)
def test_a_manifest_in_a_folder_of_examples_or_tests_is_not_judged_and_counted(
    folder: str, tmp_path: Path
) -> None:
    ran = check(write(tmp_path, {f"{folder}/web.yaml": FAULTY}))

    assert ran.found() == []
    assert [count for reason, count in ran.left_out().items() if "examples" in reason] == [1]


@pytest.mark.parametrize("folder", ["docs", "hack", "scripts", "tools", "test"])
def test_a_folder_called_docs_or_scripts_is_not_delivered_at_the_top_only(
    folder: str, tmp_path: Path
) -> None:
    ran = check(write(tmp_path, {f"{folder}/web.yaml": FAULTY, f"apps/{folder}/web.yaml": FAULTY}))

    assert ran.places(RULE) == [f"apps/{folder}/web.yaml:15"]


def test_a_folder_that_is_named_on_the_command_line_is_meant(tmp_path: Path) -> None:
    write(tmp_path / ".git", {})
    folder = write(tmp_path, {"examples/shop/web.yaml": FAULTY}) / "examples/shop"

    assert check(folder).places(RULE)


def test_an_example_is_still_read_for_syntax(tmp_path: Path) -> None:
    ran = check(write(tmp_path, {"examples/a.yaml": "a: [", "examples/b.yaml": "a: 1\na: 2\n"}))

    assert ran.found() == ["yaml-invalid examples/a.yaml:1", "duplicate-key examples/b.yaml:2"]


def test_what_an_overlay_takes_from_a_folder_of_examples_is_judged(tmp_path: Path) -> None:
    files = {"examples/web.yaml": FAULTY, "kustomization.yaml": "resources: [examples/web.yaml]\n"}

    assert check(write(tmp_path, files)).places(RULE) == ["examples/web.yaml:15"]


def test_a_kustomization_in_a_folder_of_examples_is_built_and_not_judged(tmp_path: Path) -> None:
    files = {"examples/a/kustomization.yaml": "resources: [web.yaml]\n", "examples/a/web.yaml": FAULTY}

    ran = check(write(tmp_path, files))

    assert ran.found() == []
    assert ran.statuses() == {"examples/a": "built"}


def test_a_manifest_that_the_kustomization_beside_it_leaves_out_is_a_finding(tmp_path: Path) -> None:
    files = {
        "app/kustomization.yaml": "resources: [web.yaml]\n",
        "app/web.yaml": deployment(),
        "app/settings.yaml": config_map(),
        "app/notes.yaml": "just: values\n",
    }

    ran = check(write(tmp_path, files))

    assert ran.found() == ["file-unlisted app/settings.yaml:2"]
    assert [one["file"] for one in ran.of("file-unlisted")["related"]] == ["app/kustomization.yaml"]


def test_an_unlisted_manifest_is_not_judged_as_if_it_were_delivered(tmp_path: Path) -> None:
    files = {"kustomization.yaml": "resources: []\n", "web.yaml": FAULTY}

    assert check(write(tmp_path, files)).found() == ["file-unlisted web.yaml:2"]


@pytest.mark.parametrize(
    "comment", ["# - settings.yaml", "#- ./settings.yaml", "  # settings.yaml: applied by hand"]
)
def test_a_manifest_that_the_kustomization_mentions_in_a_comment_is_left_out_on_purpose(
    comment: str, tmp_path: Path
) -> None:
    files = {
        "kustomization.yaml": f"resources:\n- web.yaml\n{comment}\n",
        "web.yaml": deployment(),
        "settings.yaml": config_map(),
    }

    assert check(write(tmp_path, files)).found() == []


def test_a_comment_that_mentions_a_longer_name_is_no_mention(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "resources:\n- web.yaml\n# - old-settings.yaml\n",
        "web.yaml": deployment(),
        "settings.yaml": config_map(),
    }

    assert check(write(tmp_path, files)).found() == ["file-unlisted settings.yaml:2"]


@pytest.mark.parametrize(
    "use",
    [
        "patches: [{path: extra.yaml}]",
        "configMapGenerator: [{name: a, files: [x=extra.yaml]}]",
        "replacements: [{path: extra.yaml}]",
    ],
)
def test_a_file_that_the_kustomization_uses_otherwise_is_not_unlisted(use: str, tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": f"resources: [web.yaml]\n{use}\n",
        "web.yaml": deployment(),
        "extra.yaml": config_map(),
    }

    assert check(write(tmp_path, files)).places("file-unlisted") == []


def test_a_file_that_another_folder_s_kustomization_lists_is_not_unlisted(tmp_path: Path) -> None:
    files = {
        "app/kustomization.yaml": "resources: [web.yaml]\n",
        "app/web.yaml": deployment(),
        "app/parts/settings.yaml": config_map(),
        "kustomization.yaml": "resources: [app, app/parts/settings.yaml]\n",
    }

    assert check(write(tmp_path, files)).found() == []


def test_a_file_of_a_folder_from_which_a_kustomization_above_lists_is_unlisted(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "resources: [parts/web.yaml]\n",
        "parts/web.yaml": deployment(),
        "parts/settings.yaml": config_map(),
    }

    assert check(write(tmp_path, files)).found() == ["file-unlisted parts/settings.yaml:2"]


def test_plain_manifests_of_a_folder_are_one_target(tmp_path: Path) -> None:
    ran = check(
        write(tmp_path, {"apps/web.yaml": deployment(), "apps/a.yml": config_map(), "b.yaml": config_map()})
    )

    assert [(one["path"], one["kind"], one["objects"]) for one in ran.report["targets"]] == [
        ("", "plain", 1),
        ("apps", "plain", 2),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nmetadata: {name: a}\n",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\n",
        "apiVersion: skaffold/v4beta11\nkind: Config\nmetadata: {name: a}\n",
        "apiVersion: v2\nname: a chart or so\n",
        "kind: Deployment\n",
        "- apiVersion: v1\n  kind: Pod\n",
    ],
)
def test_a_file_of_a_tool_is_no_manifest(text: str, tmp_path: Path) -> None:
    ran = check(write(tmp_path, {"a.yaml": text}))

    assert ran.report["targets"] == []
    assert ran.found() == []


def test_the_files_of_a_chart_are_left_out_and_counted_but_its_values_are_judged(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "chart/templates/web.yaml": "kind: {{ .Values.kind }}\n{{- if .x }}\n",
        "chart/crds/a.yaml": config_map(),
        "chart/values.yaml": "replicas: 1\nadminPassword: s3cr3t-of-ours\n",
        "chart/values-production.yaml": "adminPassword: 0ther-s3cr3t\n",
    }

    ran = check(write(tmp_path, files), "--no-helm")

    assert ran.places("secret-plaintext") == ["chart/values-production.yaml:1", "chart/values.yaml:2"]
    assert [count for reason, count in ran.left_out().items() if "chart" in reason] == [3]
    assert ran.statuses() == {"chart": "unchecked"}


def test_the_image_that_skaffold_builds_needs_no_tag(tmp_path: Path) -> None:
    files = {
        "skaffold.yaml": "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n"
        "  - image: web\n",
        "web.yaml": deployment(image="web"),
        "api.yaml": deployment("api", image="api"),
    }

    assert check(write(tmp_path, files)).places(RULE) == ["api.yaml:15"]


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./%s, sourceRef: {kind: GitRepository, name: shop}}
"""
BASE = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": FAULTY}
OVERLAY = {
    "over/kustomization.yaml": "resources: [../base]\nimages: [{name: registry.example/web, newTag: 1.2.3}]\n"
}


def test_a_base_is_judged_by_itself_where_flux_delivers_it(tmp_path: Path) -> None:
    files = {**BASE, **OVERLAY, "cluster/shop.yaml": FLUX % "base"}

    ran = check(write(tmp_path, files))

    assert ran.places(RULE) == ["base/web.yaml:15"]
    assert ran.of(RULE)["targets"] == [f"{tmp_path.name}//base"]


def test_a_base_that_only_overlays_deliver_is_judged_through_them(tmp_path: Path) -> None:
    files = {**BASE, **OVERLAY, "cluster/shop.yaml": FLUX % "over"}

    assert check(write(tmp_path, files)).places(RULE) == []


def test_a_manifest_whose_name_was_forgotten_is_still_an_object(tmp_path: Path) -> None:
    ran = check(write(tmp_path, {"settings.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n"}))

    assert ran.places("objectmeta-invalid") == ["settings.yaml:2"]


def test_a_pod_without_a_name_may_be_a_template_of_another_tool(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers: [{name: agent, image: agent}]\n"

    assert check(write(tmp_path, {"jenkins/agent.yaml": pod})).found() == []
