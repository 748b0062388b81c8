"""Kustomizations that do not build, told at the line to edit."""

from __future__ import annotations

import pytest

from gitlint_ops.model.targets import Status

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"


def test_every_missing_reference_is_told_and_a_near_name_is_guessed(repo) -> None:
    kustomization = "resources:\n- pods.yaml\n- Pod.yaml\n- elsewhere/\npatches:\n- path: gone.yaml\n"
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.result.status is Status.FAILED
    assert made.violations() == [
        ("reference-missing", "kustomization.yaml:2"),
        ("reference-missing", "kustomization.yaml:3"),
        ("reference-missing", "kustomization.yaml:4"),
        ("reference-missing", "kustomization.yaml:6"),
    ]
    assert [one.hint for one in made.result.violations][:2] == ["did you mean 'pod.yaml'?"] * 2


def test_a_misspelt_field_is_told_at_its_key_with_a_guess(repo) -> None:
    made = repo({"pod.yaml": POD, "kustomization.yaml": "resources: [pod.yaml]\nnamePrefx: a-\n"}).build()

    assert made.violations() == [("build-failed", "kustomization.yaml:2")]
    assert made.result.violations[0].hint == "did you mean 'namePrefix'?"
    assert made.result.violations[0].at_key


def test_field_names_are_read_without_regard_to_case(repo) -> None:
    made = repo({"pod.yaml": POD, "kustomization.yaml": "Resources: [pod.yaml]\nnameprefix: a-\n"}).build()

    assert made.names() == ["Pod/a-web"]
    assert made.blame("Pod", ("metadata", "name"))[0] == "kustomization.yaml:2"


def test_a_failing_base_is_told_once_for_all_its_overlays(repo) -> None:
    files = {"base/kustomization.yaml": "resources: [gone.yaml]\n"}
    files |= {f"{name}/kustomization.yaml": "resources: [../base]\n" for name in ("dev", "prod")}
    made = repo(files)
    results = [made.build(name) for name in ("base", "dev", "prod")]

    assert {one.result.status for one in results} == {Status.FAILED}
    assert [one.violations() for one in results] == [[("reference-missing", "base/kustomization.yaml:1")]] * 3
    assert results[1].result.violations == results[2].result.violations
    assert "../base does not build" in (results[2].result.reason or "")


def test_two_resources_of_one_id_are_told_with_both_places(repo) -> None:
    made = repo(
        {"a.yaml": POD, "b.yaml": POD, "kustomization.yaml": "resources:\n- a.yaml\n- b.yaml\n"}
    ).build()

    assert made.violations() == [("resource-id-conflict", "kustomization.yaml:3")]
    assert [note.on.file.path for note in made.result.violations[0].related] == ["a.yaml", "b.yaml"]


def test_the_same_base_taken_in_twice_is_a_conflict(repo) -> None:
    made = repo(
        {
            "base/pod.yaml": POD,
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "a/kustomization.yaml": "resources:\n- ../base\n",
            "b/kustomization.yaml": "resources:\n- ../base\n",
            "all/kustomization.yaml": "resources:\n- ../a\n- ../b\n",
        }
    ).build("all")

    assert made.violations() == [("resource-id-conflict", "all/kustomization.yaml:3")]


def test_a_file_that_is_no_yaml_fails_the_build_with_the_finding_that_the_file_has_anyway(repo) -> None:
    made = repo({"pod.yaml": "a: [\n", "kustomization.yaml": "resources: [pod.yaml]\n"}).build()

    assert made.result.status is Status.FAILED
    assert [one.rule for one in made.result.violations] == ["yaml-invalid"]
    assert (made.result.reason or "").startswith("pod.yaml:")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("{}\n", "empty"),
        ("kind: Component\n", "empty"),
        ("kind: Deployment\nresources: []\n", "Kustomization or Component"),
        ("apiVersion: v1\nresources: []\n", "apiVersion"),
        ("resources: pod.yaml\n", "list"),
        ("commonLabels: {a: 1}\n", "quote it"),
        ("- resources\n", "mapping"),
        ("sortOptions: {order: random}\n", "fifo"),
        ("openapi: {version: v1.2.3}\n", "not built in"),
    ],
)
def test_a_wrong_kustomization_file_is_refused(repo, text: str, reason: str) -> None:
    made = repo({"kustomization.yaml": text}).build()

    assert made.result.status is Status.FAILED
    assert reason in made.result.violations[0].message


def test_a_component_among_resources_is_refused(repo) -> None:
    made = repo(
        {
            "part/kustomization.yaml": "kind: Component\nnamePrefix: a-\n",
            "kustomization.yaml": "resources: [part]\n",
        }
    ).build()

    assert made.violations() == [("build-failed", "kustomization.yaml:1")]


def test_files_outside_the_folder_of_a_kustomization_are_refused(repo) -> None:
    made = repo({"pod.yaml": POD, "prod/kustomization.yaml": "resources: [../pod.yaml]\n"}).build("prod")

    assert made.violations() == [("reference-missing", "prod/kustomization.yaml:1")]
    assert "not in or below" in made.result.violations[0].message


@pytest.mark.parametrize("path", ["../../../../etc/passwd", "/etc/passwd", "../../etc", "a\\0b", ""])
def test_nothing_outside_the_repository_is_read(repo, path: str) -> None:
    made = repo({"prod/kustomization.yaml": f'resources: ["{path}"]\n'}).build("prod")

    assert made.violations() == [("reference-missing", "prod/kustomization.yaml:1")]


def test_a_cycle_is_told_at_one_entry_wherever_the_build_comes_into_it(repo) -> None:
    made = repo(
        {
            "a/kustomization.yaml": "resources: [../b]\n",
            "b/kustomization.yaml": "resources: [../c]\n",
            "c/kustomization.yaml": "resources: [../a]\n",
        }
    )

    assert made.build("a").violations() == [("build-failed", "c/kustomization.yaml:1")]
    assert made.build("b").violations() == [("build-failed", "c/kustomization.yaml:1")]
    assert made.build("a").result.violations == made.build("b").result.violations


def test_bases_nested_without_end_are_refused_at_once(repo) -> None:
    files = {f"d{depth}/kustomization.yaml": f"resources: [../d{depth + 1}]\n" for depth in range(300)}
    files["d300/kustomization.yaml"] = f"resources: [pod.yaml]\n"  # noqa: F541
    files["d300/pod.yaml"] = POD
    made = repo(files)

    # One place for all that stand upon it: the lowest that has too many below.
    assert made.build("d0").violations() == [("build-failed", "d236/kustomization.yaml:1")]
    assert made.build("d200").violations() == [("build-failed", "d236/kustomization.yaml:1")]
    assert made.build("d280").names() == ["Pod/web"]


def test_a_hostile_image_pattern_is_matched_in_no_time(repo) -> None:
    pod = f"{POD}spec:\n  containers:\n  - name: web\n    image: {'a' * 2000}!\n"
    kustomization = "resources: [pod.yaml]\nimages:\n- name: (a+)+$\n  newTag: b\n"
    made = repo({"pod.yaml": pod, "kustomization.yaml": kustomization}).build()

    assert made.result.status is Status.BUILT


def test_a_repeated_key_of_a_generator_is_told_where_it_repeats(repo) -> None:
    kustomization = "configMapGenerator:\n- name: a\n  envs: [a.env]\n  literals:\n  - A=2\n"
    made = repo({"kustomization.yaml": kustomization, "a.env": "B=1\nA=1\n"}).build()

    assert made.violations() == [("build-failed", "kustomization.yaml:5")]
    assert made.result.violations[0].related[0].on.file.path == "a.env"


def test_a_conflict_of_ids_is_told_in_plain_words_with_kustomize_s_reason(repo) -> None:
    kustomization = "resources:\n- a.yaml\n- b.yaml\n"
    made = repo({"a.yaml": POD, "b.yaml": POD, "kustomization.yaml": kustomization}).build()
    (violation,) = made.result.violations

    assert violation.message == (
        "Pod web is there already, and b.yaml adds another "
        "(kustomize: may not add resource with an already registered id: Pod.v1.[noGrp]/web.[noNs])"
    )
    assert "patches" in violation.hint


def test_a_generator_that_meets_its_like_is_offered_a_merge(repo) -> None:
    text = "configMapGenerator:\n- name: a\n  literals: [A=1]\n- name: a\n  literals: [B=1]\n"
    (violation,) = repo({"kustomization.yaml": text}).build().result.violations

    assert violation.message.startswith("ConfigMap a is there already (kustomize: ")
    assert "`behavior: merge`" in violation.hint


@pytest.mark.parametrize(
    ("named", "there", "hint"),
    [
        ("bitnami-charts.yaml", "gitea-charts.yaml", ""),
        ("redis.yaml", "nginx.yaml", ""),
        ("a.yaml", "b.yaml", ""),
        ("bsae", "base", "did you mean 'base'?"),
        ("deploymnet.yaml", "deployment.yaml", "did you mean 'deployment.yaml'?"),
    ],
)
def test_only_a_near_file_is_guessed(repo, named: str, there: str, hint: str) -> None:
    made = repo({there: POD, "kustomization.yaml": f"resources: [{named}]\n"}).build()

    assert [one.hint for one in made.result.violations] == [hint]


def test_an_operation_that_leaves_the_object_is_told_at_its_path_with_the_missing_parent(repo) -> None:
    pod = f"{POD}spec:\n  template: {{}}\n"
    operation = "    - op: replace\n      path: /spec/templat/x\n      value: 1\n"
    kustomization = f"resources: [pod.yaml]\npatches:\n- target: {{kind: Pod}}\n  patch: |-\n{operation}"
    made = repo({"pod.yaml": pod, "kustomization.yaml": kustomization}).build()
    (violation,) = made.result.violations

    assert made.violations() == [("build-failed", "kustomization.yaml:6")]
    assert (violation.on.embedded, violation.path) == (("patches", 0, "patch"), (0, "path"))
    assert violation.hint == "spec has no 'templat': did you mean 'template'?"


def test_an_inline_patch_that_is_no_yaml_says_why(repo) -> None:
    kustomization = "resources: [pod.yaml]\npatches:\n- patch: |-\n    kind: Pod\n    a: [1\n"
    (violation,) = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build().result.violations

    assert "this patch is no YAML, line 2: the list opened by `[` is not closed" in violation.message
    assert violation.hint == "add `]`, or a missing `,`"
