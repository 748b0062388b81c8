from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..cli.command_line import Files, deployment, repository, run, write

SHOP: Files = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": deployment(),
    "over/kustomization.yaml": "resources:\n- ../base\nnamespace: shop\nimages:\n"
    "- name: registry.example/web\n  newTag: 2.0.0\n",
}


def test_build_prints_what_kustomize_would(tmp_path: Path) -> None:
    ran = run("build", write(tmp_path, SHOP) / "over")

    assert ran.code == 0
    assert ran.out.startswith(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n"
    )
    assert "image: registry.example/web:2.0.0\n" in ran.out


def test_build_prints_the_place_that_set_each_field(tmp_path: Path) -> None:
    ran = run("build", write(tmp_path, SHOP) / "over", "--provenance")

    image = next(line for line in ran.out.splitlines() if ".image:" in line)
    assert image.split("  # ")[1] == (
        "transformer over/kustomization.yaml:6:11 over resource base/web.yaml:15:16"
    )
    assert "transformer over/kustomization.yaml:3" in next(
        line for line in ran.out.splitlines() if "metadata.namespace" in line
    )


def test_build_tells_what_keeps_a_folder_from_building_at_its_line(tmp_path: Path) -> None:
    ran = run(
        "build", write(tmp_path, {"kustomization.yaml": "resources:\n- wbe.yaml\n", "web.yaml": deployment()})
    )

    assert ran.code == 1
    assert ran.out == ""
    assert "kustomization.yaml:2:3: wbe.yaml does not exist" in ran.err


def test_build_tells_a_syntax_error_at_its_line(tmp_path: Path) -> None:
    ran = run(
        "build",
        write(tmp_path, {"kustomization.yaml": "resources: [web.yaml]\n", "web.yaml": "a: b\nc: d: e\n"}),
    )

    assert ran.code == 1
    assert "web.yaml:2" in ran.err


def test_build_of_what_needs_a_remote_base_is_incomplete(tmp_path: Path) -> None:
    ran = run("build", write(tmp_path, {"kustomization.yaml": "resources: ['github.com/acme/shop//base']\n"}))

    assert ran.code == 3
    assert "kustomization.yaml:1:13: https://github.com/acme/shop is not in the workspace" in ran.err


def test_build_of_a_folder_without_a_kustomization_fails_in_words(tmp_path: Path) -> None:
    ran = run("build", write(tmp_path, {"web.yaml": deployment()}))

    assert ran.code == 1
    assert "no kustomization" in ran.err


def test_build_of_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert run("build", tmp_path / "gone").code == 2


def test_build_reads_a_commit_or_the_index_as_it_is_told(tmp_path: Path) -> None:
    git = repository(tmp_path / "shop", SHOP)
    write(
        git.folder,
        {
            "base/web.yaml": deployment(image="registry.example/web:staged").replace(
                "replicas: 1", "replicas: 2"
            )
        },
    )
    git("add", "--all")
    write(git.folder, {"base/web.yaml": deployment().replace("replicas: 1", "replicas: 3")})

    replicas = {
        name: run("build", git.folder / "over", *options).out.partition("replicas: ")[2][:1]
        for name, options in {"commit": ["--rev", "HEAD"], "index": ["--staged"], "files": []}.items()
    }

    assert replicas == {"commit": "1", "index": "2", "files": "3"}


def rule_ids() -> list[str]:
    return [one["id"] for one in json.loads(run("rules", "--format", "json").out)["rules"]]


def test_rules_lists_every_rule_as_text_and_as_json() -> None:
    ids = rule_ids()

    assert "tag-mutable" in ids
    text = run("rules").out
    assert all(one in text for one in ids)


def test_explain_shows_why_how_to_mend_it_and_both_examples() -> None:
    ran = run("explain", "tag-mutable")

    assert ran.code == 0
    assert "tag-mutable" in ran.out
    for word in ("why", "fix", "bad", "good"):
        assert word in ran.out.lower()


def test_explain_of_a_misspelt_rule_says_what_was_meant() -> None:
    ran = run("explain", "tag-mutabel")

    assert ran.code == 2
    assert "did you mean 'tag-mutable'?" in ran.err


def test_every_rule_can_be_explained() -> None:
    assert [rule for rule in rule_ids() if run("explain", rule).code != 0] == []


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], ["build", "-h"]])
def test_help_and_version_end_well(arguments: list[str]) -> None:
    ran = run(*arguments)

    assert ran.code == 0
    assert ran.out


@pytest.mark.parametrize("is_repository", [True, False])
def test_build_reads_files_outside_of_the_folder_where_that_is_allowed(
    tmp_path: Path, is_repository: bool
) -> None:
    files = {
        "shared/config.env": "A=1\n",
        "app/kustomization.yaml": "configMapGenerator:\n- name: made\n  envs: [../shared/config.env]\n",
    }
    if is_repository:
        repository(tmp_path, files)
    write(tmp_path, files)

    refused = run("build", tmp_path / "app")
    allowed = run("build", tmp_path / "app", "--load-restrictor", "LoadRestrictionsNone")

    assert refused.code == 1
    assert (allowed.code, allowed.out.startswith('apiVersion: v1\ndata:\n  A: "1"\n')) == (0, True)
