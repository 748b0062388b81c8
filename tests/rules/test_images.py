from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitlint_ops.model.cards import Card
from gitlint_ops.rules.checks.image_reference import Firmness, ImageReference, firmness, parse_image
from gitlint_ops.rules.subjects import Facts

from .conftest import Judge

WORDS = ("main", "edge", "nightly", "stable", "prod", "dev")
PART = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,5})?", fullmatch=True)
REGISTRY = st.one_of(
    st.just(""),
    st.just("localhost"),
    st.from_regex(r"[a-z]{1,8}:[0-9]{1,5}", fullmatch=True),
    st.from_regex(r"[a-z]{1,8}\.[a-z]{2,4}(:[0-9]{1,5})?", fullmatch=True),
)
TAG = st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True))
DIGEST = st.one_of(st.just(""), st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True))


@given(REGISTRY, st.lists(PART, min_size=1, max_size=3), TAG, DIGEST)
@example("registry:5000", ["a"], "", "")
def test_a_reference_comes_apart_as_it_was_put_together(
    registry: str, parts: list[str], tag: str, digest: str
) -> None:
    # "localhost/a" is a registry and "localhost" alone an image; so is "my.image" without a slash.
    image = ImageReference(registry, "/".join(parts), tag, digest)
    looks_like_registry = not registry and len(parts) > 1 and ("." in parts[0] or parts[0] == "localhost")

    if not looks_like_registry:
        assert parse_image(str(image)) == image


@given(st.text(max_size=80))
@example("a" * 700)
@example("a-" * 300)
def test_any_text_is_a_reference_or_none(text: str) -> None:
    parsed = parse_image(text)

    assert parsed is None or str(parsed) == text


@given(TAG.filter(bool), st.sampled_from(["sha256:" + "0a" * 32]))
def test_a_digest_in_a_tag_decides(tag: str, digest: str) -> None:
    assert firmness(f"{tag}@{digest}", WORDS) is Firmness.FIXED


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        (Firmness.LATEST, "latest latest-alpine alpine-latest"),
        (
            Firmness.MUTABLE,
            "main alpine slim jdk17 java-11 2.5-edge stable-alpine nightly prod openshift pr-12",
        ),
        (
            Firmness.PARTIAL,
            "16 v3 1.27 v4.12 8.0-alpine 3.9-slim-bullseye 3scale2.10 22.04 1.x 1.27.x 17-jdk",
        ),
        (
            Firmness.FIXED,
            "1.27.3 v0.10.6 version-0.6.18 version-v0.6.19 5.0.0.Final 8.3-291 RELEASE.2022-07-17T15-43-14Z"
            " main-3f2a1c9 3f2a1c9 sha-3f2a1c9 20240131 nightly-2024-01-31 2024.01 4711 1.2.3-dev"
            " 0.23.0-debian v1.2-14-g2414721",
        ),
        (
            Firmness.UNKNOWN,
            "set-by-overlay CONTAINER_IMAGES_TAG REPLACE_ME __TAG__ ${TAG} {{tag}} placeholder",
        ),
    ],
)
def test_a_tag_is_as_firm_as_its_publisher_can_keep_it(kind: Firmness, tags: str) -> None:
    assert {tag: firmness(tag, WORDS) for tag in tags.split()} == dict.fromkeys(tags.split(), kind)


def test_both_cards_that_tell_tags_apart_know_the_same_words(cards: dict[str, Card]) -> None:
    assert cards["tag-mutable"].params == cards["tag-partial"].params


def test_an_image_that_a_build_tool_replaces_is_left_to_it(judge: Judge) -> None:
    files = {"pod.yaml": pod("adservice")}

    assert judge("tag-latest-or-missing", files) == [
        'pod.yaml:5: image adservice has no tag, which means "latest"'
    ]
    assert judge("tag-latest-or-missing", files, Facts(replaced_images=frozenset({"adservice"}))) == []


@pytest.mark.parametrize(
    "image",
    [
        "$(IMAGE)",
        "${REGISTRY}/web",
        " ",
        "",
        "REPLACE_ME",
        "set-by-overlay",
        "image-registry.openshift-image-registry.svc:5000/openshift/cli:latest",
        "ghcr.io/example/web:latest@sha256:" + "0a" * 32,
    ],
)
def test_an_image_that_is_filled_in_followed_on_purpose_or_pinned_is_silent(image: str, judge: Judge) -> None:
    for rule in ("tag-latest-or-missing", "tag-mutable", "tag-partial"):
        assert judge(rule, {"pod.yaml": pod(image)}) == []


def test_a_program_named_after_a_placeholder_word_is_judged(judge: Judge) -> None:
    assert judge("tag-latest-or-missing", {"pod.yaml": pod("ghcr.io/example/todo-app")})


def test_a_container_whose_image_openshift_sets_is_silent(judge: Judge) -> None:
    config = """\
apiVersion: apps.openshift.io/v1
kind: DeploymentConfig
metadata: {name: web}
spec:
  triggers:
  - type: ImageChange
    imageChangeParams: {automatic: true, containerNames: [web]}
  template:
    spec:
      containers:
      - {name: web, image: "web:latest"}
      - {name: side, image: "side:latest"}
"""

    assert judge("tag-latest-or-missing", {"dc.yaml": config}) == [
        "dc.yaml:12: image side:latest is whatever was pushed last"
    ]


def test_images_of_custom_resources_and_of_several_helm_sources_are_judged(judge: Judge) -> None:
    files = {
        "task.yaml": """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: test}
spec:
  steps:
  - name: run
    image: ghcr.io/example/run:latest
""",
        "app.yaml": """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  sources:
  - repoURL: https://charts.example
    chart: web
    helm:
      valuesObject:
        sidecar:
          image: ghcr.io/example/side:latest
        image: {registry: ghcr.io, repository: example/web, tag: latest, digest: ""}
        pinned: {repository: example/web, tag: latest, digest: "sha256:0a"}
""",
    }

    assert judge("tag-latest-or-missing", files) == [
        "app.yaml:11: image ghcr.io/example/side:latest is whatever was pushed last",
        "app.yaml:12: image ghcr.io/example/web:latest is whatever was pushed last",
        "task.yaml:7: image ghcr.io/example/run:latest is whatever was pushed last",
    ]


@pytest.mark.parametrize(
    ("api", "flagged"),
    [("integreatly.org/v1 Grafana", True), ("template.openshift.io/v1 Template", False)],
)
def test_containers_anywhere_in_a_custom_resource_are_judged(api: str, flagged: bool, judge: Judge) -> None:
    version, _, kind = api.partition(" ")
    body = f"""\
apiVersion: {version}
kind: {kind}
metadata: {{name: web}}
spec:
  deployment:
    containers:
    - {{name: proxy, image: quay.io/example/proxy}}
    - {{image: quay.io/example/nameless}}
  schema: {{containers: {{name: proxy, image: web}}}}
"""
    found = ['grafana.yaml:7: image quay.io/example/proxy has no tag, which means "latest"']

    assert judge("tag-latest-or-missing", {"grafana.yaml": body}) == (found if flagged else [])


def pod(image: str) -> str:
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec: {{containers: [{{name: web,
  image: "{image}"}}]}}
"""
