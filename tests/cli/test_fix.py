"""`gitlint-ops fix`: deprecated fields moved where they belong, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ..cli.command_line import Files, check, config_map, deployment, place, repository, run, write

needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not here to compare with"
)

SHOP: Files = {
    "base/kustomization.yaml": "# the shop\nresources:\n- web.yaml\ncommonLabels:\n  app: web # all of it\n",
    "base/web.yaml": deployment(),
    "prod/kustomization.yaml": "bases:\n- ../base\npatchesStrategicMerge:\n- more.yaml\n",
    "prod/more.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n",
}
FIXED = {
    "base/kustomization.yaml": "# the shop\nresources:\n- web.yaml\nlabels:\n- includeSelectors: true\n"
    "  pairs:\n    app: web # all of it\n",
    "prod/kustomization.yaml": "resources:\n- ../base\npatches:\n- path: more.yaml\n",
}
PATCH = '[{"op": "replace", "path": "/spec/replicas", "value": 4}]'


def texts(folder: Path, *paths: str) -> dict[str, str]:
    return {path: (folder / path).read_bytes().decode() for path in paths}


def test_deprecated_fields_are_rewritten_without_being_selected(tmp_path: Path) -> None:
    write(tmp_path, SHOP)

    ran = run("fix", tmp_path)

    assert ran.code == 0, ran.err
    assert texts(tmp_path, *FIXED) == FIXED
    assert ran.out == (
        "base/kustomization.yaml\n"
        "  deprecated-field: write `commonLabels` as `labels`\n"
        "prod/kustomization.yaml\n"
        "  deprecated-field: write `bases` as `resources`\n"
        "  deprecated-field: write `patchesStrategicMerge` as `patches`\n"
        "Fixed 3 findings in 2 files.\n"
    )


@needs_kubectl
def test_kubectl_renders_the_same_as_before(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    before = [kubectl(tmp_path / folder) for folder in ("base", "prod")]

    run("fix", tmp_path)

    assert [kubectl(tmp_path / folder) for folder in ("base", "prod")] == before


def test_a_second_run_finds_nothing_to_fix(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    run("fix", tmp_path)

    ran = run("fix", tmp_path)

    assert (ran.code, ran.out) == (0, "Nothing to fix.\n")


def test_diff_writes_nothing_and_prints_what_git_can_apply(tmp_path: Path) -> None:
    git = repository(tmp_path / "shop", SHOP)

    ran = run("fix", git.folder, "--diff")

    assert ran.code == 1
    assert git("status", "--porcelain") == ""
    assert ran.err.endswith("Would fix 3 findings in 2 files.\n")
    (tmp_path / "made.diff").write_bytes(ran.out.encode())
    git("apply", str(tmp_path / "made.diff"))
    assert texts(git.folder, *FIXED) == FIXED


def test_diff_ends_with_0_where_nothing_would_change(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, **FIXED})

    ran = run("fix", tmp_path, "--diff")

    assert (ran.code, ran.out, ran.err) == (0, "", "Nothing to fix.\n")


def test_the_diff_of_a_file_with_windows_line_ends_and_no_last_break_applies(tmp_path: Path) -> None:
    git = repository(tmp_path / "shop", {"kustomization.yaml": "namePrefix: a-\r\nbases:\r\n- base", **BASE})

    ran = run("fix", git.folder, "--diff")

    (tmp_path / "made.diff").write_bytes(ran.out.encode())
    git("apply", str(tmp_path / "made.diff"))
    assert texts(git.folder, "kustomization.yaml") == {
        "kustomization.yaml": "namePrefix: a-\r\nresources:\r\n- base"
    }


BASE = {"base/kustomization.yaml": "resources: [settings.yaml]\n", "base/settings.yaml": config_map()}


def test_an_edit_that_would_change_an_overlay_is_refused_with_the_object_that_it_would_change(
    tmp_path: Path,
) -> None:
    # Kustomize applies JSON patches after the name prefix, and `patches` before it.
    text = (
        "resources: [web.yaml]\nnamePrefix: shop-\npatchesJson6902:\n"
        "- target: {group: apps, version: v1, kind: Deployment, name: web}\n"
        '  patch: \'[{"op": "add", "path": "/metadata/name", "value": "other"}]\'\n'
    )
    write(tmp_path, {"kustomization.yaml": text, "web.yaml": deployment()})

    ran = run("fix", tmp_path)

    assert ran.code == 0
    assert texts(tmp_path, "kustomization.yaml") == {"kustomization.yaml": text}
    assert "kustomization.yaml:3: left: `patchesJson6902` is deprecated" in ran.out
    assert "because the root would render differently (Deployment other)" in ran.out
    assert ran.out.endswith("Nothing to fix; 1 left to you.\n")


def test_one_edit_that_is_not_safe_does_not_keep_back_the_others(tmp_path: Path) -> None:
    # Labels that another overlay replaces in its configuration are not those of kustomize.
    files: Files = {
        "a/kustomization.yaml": "bases: [../base]\n",
        "b/kustomization.yaml": "bases: [../base]\nbuildMetadata: [transformerAnnotations]\n"
        "patchesStrategicMerge: [p.yaml]\n",
        "b/p.yaml": config_map(shade="dark"),
        **BASE,
    }
    write(tmp_path, files)

    ran = run("fix", tmp_path)

    assert texts(tmp_path, "a/kustomization.yaml", "b/kustomization.yaml") == {
        "a/kustomization.yaml": "resources: [../base]\n",
        "b/kustomization.yaml": "resources: [../base]\nbuildMetadata: [transformerAnnotations]\n"
        "patchesStrategicMerge: [p.yaml]\n",
    }
    assert "because b would render differently (ConfigMap settings)" in ran.out


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"kustomization.yaml": "bases:\n- https://example.org/shop//base?ref=v1\n"},
            "because the root is not built wholly",
        ),
        ({"kustomization.yaml": "bases:\n- gone\n"}, "because the root does not build"),
        (
            {
                "over/kustomization.yaml": "resources: [../base, gone.yaml]\n",
                "base/kustomization.yaml": "resources: [x.yaml]\ncommonLabels: {a: b}\n",
                "base/x.yaml": config_map(),
            },
            "because over does not build",
        ),
        (
            {"kustomization.yaml": "kind: Component\ncommonLabels: {a: b}\n"},
            "because no kustomization here builds with it",
        ),
    ],
    ids=["remote base", "missing base", "overlay that fails", "component that nothing uses"],
)
def test_what_cannot_be_proved_stays(files: Files, reason: str, tmp_path: Path) -> None:
    write(tmp_path, files)

    ran = run("fix", tmp_path)

    assert (ran.code, texts(tmp_path, *files)) == (0, dict(files))
    assert reason in ran.out


REMOTE = "https://example.org/shop//base?ref=v1"


def test_a_base_is_proved_by_itself_where_an_overlay_takes_in_what_is_not_here(tmp_path: Path) -> None:
    files = {
        "all/kustomization.yaml": f"resources: [../apps, {REMOTE}]\n",
        "apps/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\n",
        "base/kustomization.yaml": "resources: [x.yaml]\nbases: []\n",
        "base/x.yaml": config_map(),
    }
    write(tmp_path, files)

    run("fix", tmp_path)

    assert texts(tmp_path, "base/kustomization.yaml") == {"base/kustomization.yaml": "resources: [x.yaml]\n"}


def test_an_edit_that_an_overlay_with_parts_missing_shows_is_refused(tmp_path: Path) -> None:
    files = {
        "all/kustomization.yaml": f"resources: [../base, {REMOTE}]\n"
        "buildMetadata: [transformerAnnotations]\n",
        "base/kustomization.yaml": "resources: [x.yaml]\npatchesStrategicMerge: [p.yaml]\n",
        "base/x.yaml": config_map(),
        "base/p.yaml": config_map(shade="dark"),
    }
    write(tmp_path, files)

    ran = run("fix", tmp_path)

    assert texts(tmp_path, *files) == files
    assert "because all would render differently" in ran.out


def test_a_component_may_touch_what_is_missing_so_that_it_stays(tmp_path: Path) -> None:
    files = {
        "all/kustomization.yaml": f"resources: [x.yaml, {REMOTE}]\ncomponents: [../part]\n",
        "all/x.yaml": config_map(),
        "part/kustomization.yaml": "kind: Component\ncommonLabels: {a: b}\n",
    }
    write(tmp_path, files)

    ran = run("fix", tmp_path)

    assert texts(tmp_path, *files) == files
    assert "because all is not built wholly" in ran.out


def test_an_overlay_beside_the_folder_that_was_named_counts_too(tmp_path: Path) -> None:
    git = repository(
        tmp_path / "shop",
        {
            "over/kustomization.yaml": "resources: [../base]\nbuildMetadata: [transformerAnnotations]\n",
            "base/kustomization.yaml": "resources: [x.yaml]\npatchesStrategicMerge: [p.yaml]\n",
            "base/x.yaml": config_map(),
            "base/p.yaml": config_map(shade="dark"),
        },
    )

    ran = run("fix", git.folder / "base")

    assert "because over would render differently (ConfigMap settings)" in ran.out
    assert git("status", "--porcelain") == ""


def test_a_component_is_proved_by_those_that_use_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "part/kustomization.yaml": "kind: Component\npatchesStrategicMerge: [p.yaml]\n",
            "part/p.yaml": config_map(shade="dark"),
            "over/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
            **BASE,
        },
    )

    run("fix", tmp_path)

    assert texts(tmp_path, "part/kustomization.yaml") == {
        "part/kustomization.yaml": "kind: Component\npatches:\n- path: p.yaml\n"
    }


def test_what_a_comment_allows_stays(tmp_path: Path) -> None:
    text = "# gitlint-ops: allow[deprecated-field] an old kustomize builds this too\nbases: [base]\n"
    write(tmp_path, {"kustomization.yaml": text, **BASE})

    ran = run("fix", tmp_path)

    assert ran.out == "Nothing to fix.\n"
    assert texts(tmp_path, "kustomization.yaml") == {"kustomization.yaml": text}


def test_vars_are_left_with_what_to_do(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "kustomization.yaml": "resources: [base]\nvars:\n- name: WHO\n"
            "  objref: {apiVersion: v1, kind: ConfigMap, name: settings}\n",
            **BASE,
        },
    )

    ran = run("fix", tmp_path)

    assert "kustomization.yaml:2: left: `vars` is deprecated: kustomize asks for `replacements`" in ran.out
    assert "write a replacement for each variable by hand" in ran.out


@pytest.mark.parametrize("option", [["--staged"], ["--rev", "HEAD"]])
def test_only_the_working_tree_is_fixed(option: list[str], tmp_path: Path) -> None:
    git = repository(tmp_path / "shop", SHOP)

    ran = run("fix", git.folder, *option)

    assert ran.code == 2
    assert "working tree only" in ran.err


def test_rules_without_fixes_are_a_wrong_usage(tmp_path: Path) -> None:
    write(tmp_path, SHOP)

    ran = run("fix", tmp_path, "--select", "images")

    assert ran.code == 2
    assert "rules with fixes: deprecated-field" in ran.err


def test_the_mode_of_a_file_stays_and_no_temporary_file_is_left(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    (tmp_path / "base/kustomization.yaml").chmod(0o640)

    run("fix", tmp_path)

    assert (tmp_path / "base/kustomization.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in (tmp_path / "base").iterdir()) == ["kustomization.yaml", "web.yaml"]


def test_a_linked_kustomization_is_fixed_once_where_it_is(tmp_path: Path) -> None:
    write(tmp_path, {"kustomization.yaml": "bases: [base]\n", **BASE})
    (tmp_path / "second").mkdir()
    (tmp_path / "second/kustomization.yaml").symlink_to("../base/kustomization.yaml")
    write(tmp_path, {"base/kustomization.yaml": "resources: [settings.yaml]\ncommonLabels: {a: b}\n"})
    shutil.copy(tmp_path / "base/settings.yaml", tmp_path / "second")

    ran = run("fix", tmp_path)

    assert ran.out.count("commonLabels") == 1
    assert (tmp_path / "second/kustomization.yaml").is_symlink()
    assert texts(tmp_path, "base/kustomization.yaml") == {
        "base/kustomization.yaml": "resources: [settings.yaml]\nlabels:\n- includeSelectors: true\n"
        "  pairs: {a: b}\n"
    }


def test_a_link_out_of_the_repository_is_never_written_through(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"kustomization.yaml": "bases: [base]\n", **BASE})
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/shop").symlink_to(outside)
    (tmp_path / "repo/kustomization.yaml").symlink_to(outside / "kustomization.yaml")

    run("fix", tmp_path / "repo")

    assert texts(outside, "kustomization.yaml") == {"kustomization.yaml": "bases: [base]\n"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    (tmp_path / "base").chmod(0o500)

    ran = run("fix", tmp_path)

    (tmp_path / "base").chmod(0o700)
    assert ran.code == 3
    assert "base/kustomization.yaml cannot be written (permission denied)" in ran.err


def test_check_says_how_many_findings_are_fixable_and_its_report_carries_the_edits(tmp_path: Path) -> None:
    write(tmp_path, SHOP)

    text = run("check", tmp_path, "--select", "deprecated-field").out
    ran = check(tmp_path, "--select", "deprecated-field")

    assert "3 fixable with `gitlint-ops fix`" in text
    fixes = {place(one["location"]): one["fix"] for one in ran.findings}
    assert fixes["prod/kustomization.yaml:1"] == {
        "title": "write `bases` as `resources`",
        "edits": [
            {
                "repo": tmp_path.name,
                "file": "prod/kustomization.yaml",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 6,
                "text": "resources",
            }
        ],
    }


def test_the_edits_of_a_sarif_log_say_both_ends(tmp_path: Path) -> None:
    write(tmp_path, SHOP)

    log = json.loads(run("check", tmp_path, "--select", "deprecated-field", "--format", "sarif").out)

    fix = log["runs"][0]["results"][2]["fixes"][0]
    assert fix["description"] == {"text": "write `patchesStrategicMerge` as `patches`"}
    assert fix["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 22},
            "insertedContent": {"text": ""},
        },
        {
            "deletedRegion": {"startLine": 4, "startColumn": 3, "endLine": 4, "endColumn": 3},
            "insertedContent": {"text": "path: "},
        },
    ]


def test_an_edit_that_would_tell_a_secret_is_in_no_report(tmp_path: Path) -> None:
    patch = "  apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n  stringData: {key: hunter2-and-more}\n"
    write(
        tmp_path,
        {
            "kustomization.yaml": "resources: [s.yaml]\nnamespace: a\npatchesStrategicMerge:\n- |-\n"
            f"{patch}patches:\n- path: p.yaml\n",
            "s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
            "p.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {a: b}}\n",
        },
    )

    outputs = [
        run("check", tmp_path, "--select", "deprecated-field", "--format", name).out
        for name in ("json", "sarif", "text")
    ]

    assert "1 fixable" in outputs[2]
    assert not any("hunter2" in one for one in outputs)


def kubectl(folder: Path) -> bytes:
    return subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, check=True).stdout


def test_a_file_with_many_generators_is_fixed_in_one_run(tmp_path: Path) -> None:
    generators = "".join(f"- name: made-{number}\n  env: one.env\n" for number in range(25))
    write(tmp_path, {"kustomization.yaml": f"configMapGenerator:\n{generators}", "one.env": "A=1\n"})

    ran = run("fix", tmp_path)

    assert ran.out.endswith("Fixed 25 findings in 1 file.\n")
    assert (tmp_path / "kustomization.yaml").read_text().count("  envs:\n  - one.env\n") == 25
