"""What users are told of bases in other repositories: where, and what to add."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitlint_ops.blame import STANDS_ELSEWHERE

from ..cli.command_line import Ran, chain, check, run
from .conftest import Forge

APP = "https://github.com/acme/app"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: ghcr.io/acme/web:latest
"""
LATEST = "tag-latest-or-missing"


@pytest.fixture
def shop(forge: Forge) -> Forge:
    """app with a fault at v1 and in its working tree, and env, two overlays of which take in v1."""
    forge.repository(
        "app", {"deploy/kustomization.yaml": "resources: [web.yaml]\n", "deploy/web.yaml": DEPLOYMENT}
    )
    forge.git("app", "tag", "v1")
    forge.commit(
        "app", {"deploy/web.yaml": DEPLOYMENT.replace("  name: web\nspec", "  # moved\n  name: web\nspec")}
    )
    forge.repository(
        "env",
        {
            "prod/kustomization.yaml": f"namespace: prod\nresources:\n- {APP}//deploy?ref=v1\n",
            "staging/kustomization.yaml": f"namespace: staging\nresources:\n- {APP}//deploy?ref=v1\n",
        },
    )
    return forge


def lint(forge: Forge, *names: str) -> Ran:
    first, *others = (forge.folder / name for name in names)
    return check(first, *others)


def of_env(ran: Ran, rule: str) -> list[dict[str, object]]:
    return [one for one in ran.findings if one["rule"] == rule and one["location"]["repo"] == "env"]


def test_a_fault_in_another_revision_is_told_once_at_the_entry_that_names_it(shop: Forge) -> None:
    (found,) = of_env(lint(shop, "env", "app"), LATEST)

    assert found["location"]["file"] == "prod/kustomization.yaml"
    assert found["location"]["line"] == 3
    assert found["targets"] == ["env//prod", "env//staging"]
    assert chain(found) == [
        f"deploy/web.yaml:14 {STANDS_ELSEWHERE}",
        "staging/kustomization.yaml:3 here too",
    ]
    assert found["related"][0]["repo"] == "app@v1"


def test_its_fingerprint_does_not_depend_on_the_revision(shop: Forge) -> None:
    shop.git("app", "tag", "v2")
    (before,) = of_env(lint(shop, "env", "app"), LATEST)
    for name in ("prod", "staging"):
        shop.write("env", {f"{name}/kustomization.yaml": f"# new\nresources:\n- {APP}//deploy?ref=v2\n"})
    shop.write("app", {"deploy/web.yaml": DEPLOYMENT.replace("web:latest", "web:v1.0.3")})

    (after,) = of_env(lint(shop, "env", "app"), LATEST)

    assert after["fingerprint"] == before["fingerprint"]


def test_a_fault_that_the_checked_revision_has_too_is_told_there_with_all_targets(shop: Forge) -> None:
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=main\n"})
    ran = lint(shop, "env", "app")

    (found,) = [one for one in ran.findings if one["rule"] == LATEST and one["location"]["repo"] == "app"]

    assert found["targets"] == ["app//deploy", "env//prod"]
    assert chain(found) == ["prod/kustomization.yaml:2 taken in here, as it is in app@main"]


def test_what_the_overlay_mends_is_no_fault(shop: Forge) -> None:
    images = "images:\n- name: ghcr.io/acme/web\n  newTag: 1.4.2\n"
    for name in ("prod", "staging"):
        shop.write("env", {f"{name}/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v1\n{images}"})

    assert of_env(lint(shop, "env", "app"), LATEST) == []


def test_an_entry_can_be_allowed_where_it_stands(shop: Forge) -> None:
    shop.write(
        "env",
        {
            "prod/kustomization.yaml": (
                f"resources:\n# gitlint-ops: allow[{LATEST}] pinned by the mirror\n- {APP}//deploy?ref=v1\n"
            )
        },
    )
    (found,) = of_env(lint(shop, "env", "app"), LATEST)

    assert found["targets"] == ["env//staging"]


def test_the_text_report_names_repository_and_revision(shop: Forge) -> None:
    ran = run("check", shop.folder / "env", shop.folder / "app")

    assert "app@v1/deploy/web.yaml:14:16  stands here" in ran.out


def test_the_configuration_maps_addresses_to_folders(shop: Forge) -> None:
    shop.write("env", {"gitlint-ops.yaml": f"repositories:\n- url: {APP}\n  path: ../app\n"})
    ran = lint(shop, "env")

    assert ran.report["unchecked"] == []
    assert set(ran.statuses().values()) == {"built"}
    assert run("build", shop.folder / "env/prod").code == 0


def test_a_folder_of_the_configuration_that_is_not_there_is_told_with_the_command(shop: Forge) -> None:
    shop.write("env", {"gitlint-ops.yaml": f"repositories:\n- url: {APP}\n  path: ../elsewhere\n"})

    assert f"`git clone {APP} ../elsewhere`" in lint(shop, "env").report["unchecked"][0]["reason"]


def test_a_repository_that_is_not_here_is_unchecked_and_told_once(shop: Forge) -> None:
    ran = lint(shop, "env")

    assert ran.code == 3
    assert ran.places("remote-base-unmirrored") == ["prod/kustomization.yaml:3"]
    assert ran.of("remote-base-unmirrored")["targets"] == ["env//prod", "env//staging"]
    assert f"{{url: {APP}, path: ../app}}" in ran.report["unchecked"][0]["reason"]


def test_a_ref_that_the_clone_lacks_is_unchecked_with_the_command_that_brings_it(shop: Forge) -> None:
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v9\n"})
    ran = lint(shop, "env", "app")

    (told,) = ran.report["unchecked"]
    assert "has no tag, branch or commit 'v9': `git fetch --tags` there" in told["reason"]
    assert of_env(ran, "remote-base-unmirrored") == []


def test_a_path_that_the_commit_lacks_is_a_fault_with_the_name_it_may_mean(shop: Forge) -> None:
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deplyo?ref=v1\n"})

    found = lint(shop, "env", "app").of("reference-missing")

    assert (found["location"]["file"], found["location"]["line"]) == ("prod/kustomization.yaml", 2)
    assert "deplyo does not exist in app@v1" in found["message"]
    assert found["hint"] == "did you mean 'deploy'?"


def test_a_base_that_does_not_build_is_told_at_the_entry(shop: Forge) -> None:
    shop.commit("app", {"deploy/kustomization.yaml": "resources: [gone.yaml]\n"})
    shop.git("app", "tag", "v2")
    shop.commit("app", {"deploy/kustomization.yaml": "resources: [web.yaml]\n"})
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v2\n"})

    found = lint(shop, "env", "app").of("reference-missing")

    assert (found["location"]["repo"], found["location"]["file"]) == ("env", "prod/kustomization.yaml")
    assert ("app@v2", "deploy/kustomization.yaml") in [(one["repo"], one["file"]) for one in found["related"]]


def test_a_fault_that_stands_elsewhere_names_the_field_of_the_entry_and_no_place_twice(shop: Forge) -> None:
    shop.commit("app", {"deploy/kustomization.yaml": "resources: [web.yaml, gone.yaml]\n"})
    shop.git("app", "tag", "v2")
    shop.commit("app", {"deploy/kustomization.yaml": "resources: [web.yaml]\n"})
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v2\n"})

    found = lint(shop, "env", "app").of("reference-missing")

    assert found["path"] == "resources[0]"
    assert chain(found) == [f"deploy/kustomization.yaml:1 {STANDS_ELSEWHERE}"]


def test_of_two_tags_of_one_commit_none_is_called_by_the_other(shop: Forge) -> None:
    shop.git("app", "checkout", "--quiet", "v1")
    for name in ("first", "second"):
        shop.git("app", "tag", name)
    for target, name in (("prod", "first"), ("staging", "second")):
        shop.write("env", {f"{target}/kustomization.yaml": f"resources:\n- {APP}//deploy?ref={name}\n"})
    shop.write("app", {"other.yaml": "{}\n"})

    (found,) = [one for one in lint(shop, "env", "app").findings if one["rule"] == LATEST]

    assert found["location"]["repo"] == "app"
    assert chain(found) == [
        "prod/kustomization.yaml:2 taken in here, as it is in app@first",
        "staging/kustomization.yaml:2 taken in here, where it is the same",
    ]


def test_a_repository_under_two_addresses_is_told_once(shop: Forge) -> None:
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v1\n"})
    shop.write(
        "env",
        {"staging/kustomization.yaml": "resources:\n- git@github.com:acme/app.git//deploy?ref=v1\n"},
    )
    both = f"resources:\n- {APP}//deploy?ref=v1\n- git@github.com:acme/app.git//more?ref=v1\n"
    shop.write("env", {"both/kustomization.yaml": both})

    ran = lint(shop, "env")

    assert ran.of("remote-base-unmirrored")["targets"] == ["env//both", "env//prod", "env//staging"]
    assert len({one["reason"].partition(": ")[2] for one in ran.report["unchecked"]}) == 1


@pytest.mark.parametrize("rule", ["remote-base-unmirrored", "reference-missing"])
def test_an_address_copied_from_a_browser_is_told_with_the_one_to_write(shop: Forge, rule: str) -> None:
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}/tree/v1/deploy\n"})
    shop.write("env", {"staging/kustomization.yaml": "resources: []\n"})
    here = ("env", "app") if rule == "reference-missing" else ("env",)

    ran = lint(shop, *here)

    assert ran.of(rule)["hint"].endswith(f"write {APP}//deploy?ref=v1")
    assert of_env(ran, "remote-base-unpinned") == []


def test_a_base_that_is_no_yaml_is_told_at_the_entry(shop: Forge) -> None:
    shop.commit("app", {"deploy/web.yaml": "a: [\n"})
    shop.git("app", "tag", "v2")
    shop.commit("app", {"deploy/web.yaml": DEPLOYMENT})
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v2\n"})

    ran = lint(shop, "env", "app")

    assert "prod/kustomization.yaml:2" in [
        place for rule in ("yaml-invalid", "build-failed") for place in ran.places(rule)
    ]
    assert ran.statuses()["prod"] == "failed"


def test_no_op_entries_of_another_repository_are_not_told_here(shop: Forge) -> None:
    idle = "resources: [web.yaml]\nimages:\n- name: nothing\n  newTag: 1.0.0\n"
    shop.commit("app", {"deploy/kustomization.yaml": idle})
    shop.git("app", "tag", "v2")
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v2\n"})

    ran = lint(shop, "env", "app")

    assert of_env(ran, "images-no-match") == []
    assert ran.places("images-no-match") == ["deploy/kustomization.yaml:3"]


def test_raw_files_are_read_from_the_clone(shop: Forge) -> None:
    raw = "https://raw.githubusercontent.com/acme/app/v1/deploy/web.yaml"
    shop.write("env", {"prod/kustomization.yaml": f"namespace: prod\nresources:\n- {raw}\n"})
    ran = run("build", shop.folder / "env/prod")
    assert ran.code == 3

    shop.write("env", {"gitlint-ops.yaml": f"repositories:\n- url: {APP}\n  path: ../app\n"})
    ran = run("build", shop.folder / "env/prod", "--provenance")

    assert "app@v1/deploy/web.yaml:14:16" in ran.out


@pytest.mark.parametrize(
    ("ref", "told"),
    [
        ("", True),
        ("?ref=main", True),
        ("?ref=refs/heads/main", True),
        ("?ref=2024", True),
        ("?ref=v1", False),
    ],
)
def test_refs_of_clones_are_known_for_what_they_are(shop: Forge, ref: str, told: bool) -> None:
    shop.git("app", "branch", "2024")
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy{ref}\n"})

    assert lint(shop, "env", "app").places("remote-base-unpinned") == ["prod/kustomization.yaml:2"] * told


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("https://github.com/other/app//deploy", True),
        ("https://github.com/other/app//deploy?ref=master", True),
        ("https://github.com/other/app//deploy?ref=release-1.30", True),
        ("https://github.com/other/app//deploy?ref=some-topic", True),
        ("https://raw.githubusercontent.com/other/app/main/web.yaml", True),
        ("https://github.com/other/app/releases/latest/download/web.yaml", True),
        ("https://github.com/other/app//deploy?ref=v1.2.3", False),
        ("https://github.com/other/app//deploy?ref=release-1.30.2", False),
        ("https://github.com/other/app//deploy?ref=chart-2.5", False),
        ("https://github.com/other/app//deploy?ref=4f5c1c9e0a7d2b8e6f3a1d5c9b7e2f4a6c8d0b1e", False),
        ("https://raw.githubusercontent.com/other/app/v1.2/web.yaml", False),
        ("https://github.com/other/app/releases/download/v1/web.yaml", False),
    ],
)
def test_refs_elsewhere_are_judged_by_their_names(shop: Forge, reference: str, told: bool) -> None:
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {reference}\n"})

    assert lint(shop, "env").places("remote-base-unpinned") == ["prod/kustomization.yaml:2"] * told


def test_a_change_of_another_repository_is_no_change_of_this_one(shop: Forge) -> None:
    shop.commit("env", {"deploy/web.yaml": DEPLOYMENT.replace("latest", "1.4.2")})
    shop.write("env", {"deploy/web.yaml": DEPLOYMENT.replace("latest", "1.4.3")})
    shop.git("env", "add", "--all")

    ran = check(shop.folder / "env", shop.folder / "app", "--staged")

    # deploy/web.yaml of app@v1 has the path of the changed file, and is none of it.
    assert of_env(ran, LATEST) == []
    assert ran.statuses().keys() == {"deploy"}


def test_a_bare_repository_serves_as_well(shop: Forge, tmp_path: Path) -> None:
    shop.git("app", "clone", "--quiet", "--bare", ".", str(tmp_path / "mirror"))
    shop.write("env", {"gitlint-ops.yaml": f"repositories:\n- url: {APP}\n  path: ../../mirror\n"})

    assert lint(shop, "env").report["unchecked"] == []


def test_submodules_that_are_not_here_are_unchecked(shop: Forge) -> None:
    shop.repository("library", {"base/kustomization.yaml": "resources: []\n"})
    shop.git("app", "submodule", "--quiet", "add", "../library", "lib")
    shop.commit("app", {"deploy/kustomization.yaml": "resources: [web.yaml, ../lib/base]\n"})
    shop.git("app", "tag", "v2")
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v2\n"})

    (told,) = [one for one in lint(shop, "env", "app").report["unchecked"] if one["target"] == "env//prod"]

    assert (
        "the submodule 'lib', of which the repository https://github.com/acme/library is not"
        in told["reason"]
    )


def test_comments_of_another_repository_allow_nothing_here(shop: Forge) -> None:
    allowed = DEPLOYMENT.replace("web:latest", "web:latest # gitlint-ops: allow[tag-latest-or-missing] ours")
    shop.commit("app", {"deploy/web.yaml": f"{allowed}# gitlint-ops: allow[no-such-rule] x\n"})
    shop.git("app", "tag", "v2")
    shop.commit("app", {"deploy/web.yaml": DEPLOYMENT})
    shop.write("env", {"prod/kustomization.yaml": f"resources:\n- {APP}//deploy?ref=v2\n"})
    ran = lint(shop, "env", "app")

    assert "env//prod" in [target for one in of_env(ran, LATEST) for target in one["targets"]]
    assert [one for one in ran.findings if one["rule"] == "suppression-hygiene"] == []


def test_sarif_keeps_the_checked_repository_as_the_root(shop: Forge) -> None:
    shop.write("env", {"gitlint-ops.yaml": f"repositories:\n- url: {APP}\n  path: ../app\n"})

    log = json.loads(run("check", shop.folder / "env", "--format", "sarif").out)

    (result,) = [one for one in log["runs"][0]["results"] if one["ruleId"] == LATEST]
    artifacts = [
        place["physicalLocation"]["artifactLocation"]
        for place in (*result["locations"], *result["relatedLocations"])
    ]
    assert artifacts[0] == {"uri": "prod/kustomization.yaml", "uriBaseId": "SRCROOT"}
    assert {"uri": "deploy/web.yaml", "uriBaseId": "SRCROOT:app@v1"} in artifacts
