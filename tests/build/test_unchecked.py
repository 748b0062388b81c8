"""What is left out of a build, what is judged in spite of it, and entries that do nothing."""

from __future__ import annotations

import pytest

from gitlint_ops.discover.remote import is_git_repository, is_url
from gitlint_ops.model.targets import Status

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n"
    "  - name: web\n    image: web:1.2\n"
)


@pytest.mark.parametrize(
    "path",
    [
        "https://github.com/org/repo//deploy?ref=v1",
        "github.com/org/repo//deploy?ref=v1",
        "github.com/org/repo/deploy",
        "git@github.com:org/repo.git",
        "git@example.com:org/repo//deploy",
        "ssh://git@example.com/org/repo.git//deploy?ref=v1",
        "git::https://example.com/org/repo.git",
        "file:///srv/repo.git",
        "https://example.com/org/_git/repo/deploy",
    ],
)
def test_git_repositories_are_recognised(path: str) -> None:
    assert is_git_repository(path)


@pytest.mark.parametrize(
    "path", ["../base", "base", "github", "a@b", "./github.com", "/abs", "github.com/org"]
)
def test_local_paths_are_not_taken_for_repositories(path: str) -> None:
    assert not is_git_repository(path)
    assert not is_url(path)


def test_remote_resources_are_left_out_and_said(repo) -> None:
    kustomization = (
        "resources:\n- pod.yaml\n- https://example.com/all.yaml\n- github.com/org/repo//deploy?ref=v1\n"
        "images:\n- name: other\n  newTag: '2'\n"
        "patches:\n- patch: |\n    apiVersion: v1\n    kind: Service\n    metadata: {name: remote}\n"
        "configMapGenerator:\n- name: remote\n  behavior: merge\n  literals: [a=b]\n"
        "replicas:\n- name: remote\n  count: 2\n"
    )
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.result.status is Status.UNCHECKED
    assert not made.result.complete
    assert len(made.result.unchecked) == 2
    # What matches nothing may be meant for what was left out.
    assert made.violations() == []
    assert "Pod/web" in made.names()


def test_plugins_outside_kustomize_and_helm_charts_are_left_out(repo) -> None:
    plugin = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: secrets\nfiles: [a.yaml]\n"
    charts = "helmCharts:\n- name: redis\n  repo: https://charts.example\n"
    kustomization = f"resources: [pod.yaml]\ngenerators: [ksops.yaml]\n{charts}"
    made = repo({"pod.yaml": POD, "ksops.yaml": plugin, "kustomization.yaml": kustomization}).build()

    assert made.names() == ["Pod/web"]
    assert sorted(("ksops" in one.reason, "redis" in one.reason) for one in made.result.unchecked) == [
        (False, True),
        (True, False),
    ]


def test_a_hash_of_what_kustomize_alone_knows_is_not_made_up(repo) -> None:
    kustomization = (
        "configMapGenerator:\n- name: made\n  literals: [a=b]\n"
        "patches:\n- target: {kind: ConfigMap}\n  patch: |\n"
        "    - {op: replace, path: /kind, value: Gadget}\n"
    )
    made = repo({"kustomization.yaml": kustomization}).build()

    assert made.result.status is Status.UNCHECKED
    assert [(one.on.file.path, one.path) for one in made.result.unchecked] == [
        ("kustomization.yaml", ("configMapGenerator", 0))
    ]


def test_an_images_entry_without_an_image_is_told_with_the_one_it_may_mean(repo) -> None:
    kustomization = "resources: [pod.yaml]\nimages:\n- name: registry.example/web\n  newTag: '2'\n"
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.violations() == [("images-no-match", "kustomization.yaml:3")]
    assert made.result.violations[0].hint == "the image is called 'web'"


def test_an_images_entry_that_sets_what_is_there_already_matches_though_it_has_no_effect(repo) -> None:
    kustomization = "resources: [pod.yaml]\nimages:\n- name: web\n  newTag: '1.2'\n"
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.violations() == [("entry-without-effect", "kustomization.yaml:4")]


def test_an_images_entry_of_a_component_is_judged_over_all_uses(repo) -> None:
    made = repo(
        {
            "tags/kustomization.yaml": (
                "kind: Component\nimages:\n- name: web\n  newTag: '2'\n- name: never\n  newTag: '2'\n"
            ),
            "web/pod.yaml": POD,
            "web/kustomization.yaml": "resources: [pod.yaml]\ncomponents: [../tags]\n",
            "db/pod.yaml": POD.replace("web", "db"),
            "db/kustomization.yaml": "resources: [pod.yaml]\ncomponents: [../tags]\n",
        }
    )
    results = [made.build("web"), made.build("db"), made.build("tags")]

    assert [one.violations() for one in results] == [[], [], []]
    assert [(one.rule, one.path) for one in made.builder.unmatched_in_components()] == [
        ("images-no-match", ("images", 1, "name"))
    ]


def test_an_images_entry_of_a_base_is_judged_in_the_base(repo) -> None:
    made = repo(
        {
            "base/kustomization.yaml": "images:\n- name: web\n  newTag: '2'\n",
            "prod/pod.yaml": POD,
            "prod/kustomization.yaml": "resources: [../base, pod.yaml]\n",
        }
    )

    assert made.build("prod").violations() == [("images-no-match", "base/kustomization.yaml:2")]
