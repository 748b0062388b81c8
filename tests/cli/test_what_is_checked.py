"""The options that say which files, at which revision, by which rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import Files, Git, check, config_map, deployment, repository, run, write

BAD = deployment(image="registry.example/web:latest")
SHOP: Files = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": deployment(),
    "over/kustomization.yaml": "resources: [../base]\nnamespace: shop\n",
    "other/kustomization.yaml": "resources: [web.yaml]\n",
    "other/web.yaml": deployment("other", image="registry.example/other:latest"),
}


@pytest.fixture
def shop(tmp_path: Path) -> Git:
    return repository(tmp_path / "shop", SHOP)


def test_staged_lints_the_index_and_not_the_working_tree(shop: Git) -> None:
    write(shop.folder, {"base/web.yaml": BAD})
    shop("add", "--all")
    write(shop.folder, {"base/web.yaml": deployment(), "base/new.yaml": config_map()})

    assert check(shop.folder, "--staged").found() == ["tag-latest-or-missing base/web.yaml:15"]


def test_staged_does_not_see_what_is_not_staged(shop: Git) -> None:
    write(shop.folder, {"base/web.yaml": BAD, "settings.yaml": config_map()})
    shop("add", "settings.yaml")

    assert check(shop.folder, "--staged").found() == []


def test_a_changed_base_is_judged_through_the_overlays_that_use_it(shop: Git) -> None:
    shop.commit({"base/web.yaml": BAD})

    ran = check(shop.folder, "--changed-since", "HEAD~1")

    assert ran.found() == ["tag-latest-or-missing base/web.yaml:15"]
    assert ran.findings[0]["targets"] == ["shop//over"]
    assert "other" not in ran.statuses()


def test_a_deleted_file_breaks_what_still_names_it(shop: Git) -> None:
    (shop.folder / "base/web.yaml").unlink()
    shop.commit()

    ran = check(shop.folder, "--changed-since", "HEAD~1")

    assert ran.found() == ["reference-missing base/kustomization.yaml:1"]


def test_a_change_of_the_configuration_makes_it_a_full_run(shop: Git) -> None:
    shop.commit({"gitlint-ops.yaml": "rules: {profile: recommended}\n"})

    assert check(shop.folder, "--changed-since", "HEAD~1").places("tag-latest-or-missing") == [
        "other/web.yaml:15"
    ]


def test_nothing_changed_is_nothing_to_check(shop: Git) -> None:
    ran = check(shop.folder, "--changed-since", "HEAD")

    assert ran.found() == []
    assert ran.code == 0


def test_an_unknown_revision_is_a_usage_error(shop: Git) -> None:
    for options in (["--rev", "no-such"], ["--changed-since", "no-such"]):
        ran = check(shop.folder, *options)
        assert ran.code == 2
        assert "no-such" in ran.err


def test_an_old_commit_is_linted_without_a_checkout(shop: Git) -> None:
    shop.commit({"other/web.yaml": deployment("other")})

    assert check(shop.folder).found() == []
    assert check(shop.folder, "--rev", "HEAD~1").found() == ["tag-latest-or-missing other/web.yaml:15"]


def test_a_bare_repository_is_linted_at_a_revision(shop: Git, tmp_path: Path) -> None:
    shop("clone", "--quiet", "--bare", str(shop.folder), str(tmp_path / "bare.git"))

    ran = check(tmp_path / "bare.git", "--rev", "main")

    assert ran.found() == ["tag-latest-or-missing other/web.yaml:15"]
    assert ran.findings[0]["location"]["repo"] == "bare"


def test_rev_and_staged_exclude_each_other(shop: Git) -> None:
    assert check(shop.folder, "--rev", "HEAD", "--staged").code == 2


def test_several_repositories_are_one_run(tmp_path: Path) -> None:
    first = repository(tmp_path / "a/shop", {"web.yaml": BAD})
    second = repository(tmp_path / "b/shop", {"web.yaml": BAD})

    ran = check(first.folder, str(second.folder))

    assert [one["location"]["repo"] for one in ran.findings] == ["shop", "shop-2"]
    assert [one["targets"] for one in ran.findings] == [["shop//"], ["shop-2//"]]


def test_a_folder_that_is_named_limits_the_run_to_it(shop: Git) -> None:
    assert check(shop.folder / "over").found() == []
    assert check(shop.folder / "other").found() == ["tag-latest-or-missing other/web.yaml:15"]


def test_the_folder_of_the_shell_is_the_default(shop: Git) -> None:
    ran = run("check", "--format", "json", cwd=shop.folder / "other")

    assert ran.found() == ["tag-latest-or-missing other/web.yaml:15"]


def test_a_nested_configuration_holds_where_it_lies_and_its_paths_start_there(shop: Git) -> None:
    text = "rules:\n  paths:\n  - {paths: [web.yaml], ignore: [tag-latest-or-missing], reason: a demo}\n"
    write(shop.folder, {"other/gitlint-ops.yaml": text})

    assert check(shop.folder / "other").found() == []
    assert [one["location"]["file"] for one in check(shop.folder / "other").in_state("suppressed")] == [
        "other/web.yaml"
    ]
    assert check(shop.folder).found() == ["tag-latest-or-missing other/web.yaml:15"]


def test_excluded_files_are_not_checked_but_built_with(shop: Git) -> None:
    write(shop.folder, {"gitlint-ops.yaml": "exclude: ['other/**']\n", "broken.yaml": "a: [\n"})

    assert check(shop.folder).found() == ["yaml-invalid broken.yaml:1"]


def test_rules_are_selected_ignored_and_given_another_severity_by_the_configuration(shop: Git) -> None:
    write(shop.folder, {"gitlint-ops.yaml": "rules:\n  severity: {tag-latest-or-missing: note}\n"})
    assert check(shop.folder).findings[0]["severity"] == "note"
    assert check(shop.folder).code == 0

    write(shop.folder, {"gitlint-ops.yaml": "rules:\n  ignore: [images]\n"})
    assert check(shop.folder).found() == []


def test_the_threshold_of_the_configuration_holds_until_the_command_line_says_another(shop: Git) -> None:
    write(shop.folder, {"gitlint-ops.yaml": "fail_on: never\n"})

    assert check(shop.folder).code == 0
    assert check(shop.folder, "--fail-on", "error").code == 1


def test_a_stricter_profile_never_finds_less(shop: Git) -> None:
    write(shop.folder, {"base/web.yaml": deployment(image="registry.example/web:1")})
    found = [
        set(check(shop.folder, "--profile", one).found()) for one in ("essential", "recommended", "strict")
    ]

    assert found[0] <= found[1] <= found[2]
    assert "tag-partial base/web.yaml:15" not in found[0]


def test_the_version_of_the_command_line_is_judged_for(tmp_path: Path) -> None:
    text = (
        "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n"
        "spec: {minAvailable: 1}\n"
    )
    write(tmp_path, {"a.yaml": text})

    assert check(tmp_path, "--kubernetes", "1.25").places("api-removed") == ["a.yaml:1"]


def test_an_environment_s_version_is_judged_for_in_its_paths_only(tmp_path: Path) -> None:
    text = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {name: a}\n"
    config = (
        'environments:\n  old: {paths: ["old/**"], kubernetes: "1.30"}\n'
        '  new: {paths: ["new/**"], kubernetes: "1.34"}\n'
    )

    ran = check(write(tmp_path, {"old/a.yaml": text, "new/a.yaml": text, "gitlint-ops.yaml": config}))

    assert ran.places("api-removed") == ["new/a.yaml:1"]
    assert {one["path"]: one["environment"] for one in ran.report["targets"]} == {"new": "new", "old": "old"}


def test_a_limited_run_knows_definitions_in_files_that_the_change_does_not_touch(tmp_path: Path) -> None:
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: stores.shop.example}\n"
        "spec:\n  group: shop.example\n  scope: Namespaced\n  names: {kind: Store, plural: stores}\n"
        "  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema:\n"
        "        openAPIV3Schema:\n          type: object\n          properties:\n"
        "            spec: {type: object, properties: {size: {type: integer}}}\n"
    )
    store = "apiVersion: shop.example/v1\nkind: Store\nmetadata: {name: a}\nspec: {size: 1}\n"
    git = repository(tmp_path, {"crds/stores.yaml": definition, "apps/store.yaml": store})
    (tmp_path / "apps/store.yaml").write_text(store.replace("1}", "one}"))
    git("add", "-A")

    assert check(tmp_path, "--staged").found() == ["schema-violation apps/store.yaml:4"]
    assert check(tmp_path / "apps").found() == ["schema-violation apps/store.yaml:4"]
