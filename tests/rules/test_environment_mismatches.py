from __future__ import annotations

import pytest

from gitlint_ops.model.cards import Card
from gitlint_ops.model.environments import DeclaredEnvironment
from gitlint_ops.model.findings import Confidence, Severity
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.subjects import Facts

from .conftest import Judge, built, documents_of, inputs

BRANCH, OVERLAY = "branch-env-mismatch", "overlay-env-mismatch"


def application(revision: str, path: str = "deploy") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop}}
spec:
  source:
    repoURL: https://git.example/acme/shop
    path: {path}
    targetRevision: {revision}
"""


@pytest.mark.parametrize(
    "revision", ["main", "HEAD", "v1.2.3", "'{{ branch }}'", "production", "refs/heads/prod"]
)
def test_a_branch_of_no_other_environment_is_silent(revision: str, judge: Judge) -> None:
    assert judge(BRANCH, {"clusters/production/app.yaml": application(revision)}) == []


def test_a_version_of_a_chart_is_no_branch(judge: Judge) -> None:
    chart = application("staging").replace("path: deploy", "chart: shop")

    assert judge(BRANCH, {"clusters/production/app.yaml": chart}) == []


def test_a_remote_base_follows_a_branch_too(judge: Judge) -> None:
    files = {
        "production/kustomization.yaml": """\
resources:
- https://github.com/acme/shop//deploy?ref=main
- https://github.com/acme/shop//deploy?timeout=90s&ref=staging
"""
    }

    assert judge(BRANCH, files) == [
        "production/kustomization.yaml:3: production follows the branch 'staging', which belongs to staging"
    ]


def test_every_source_of_a_set_is_judged(judge: Judge) -> None:
    files = {
        "production/set.yaml": """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  template:
    spec:
      sources:
      - {repoURL: https://git.example/a, path: x, targetRevision: main}
      - {repoURL: https://git.example/b, path: y, targetRevision: develop}
      - {repoURL: https://git.example/c, path: z, targetRevision: '{{.branch}}'}
"""
    }

    assert judge(BRANCH, files) == [
        "production/set.yaml:9: production follows the branch 'develop', which belongs to development"
    ]


def test_declared_branches_decide_over_their_names(judge: Judge) -> None:
    facts = Facts(
        environments=(
            DeclaredEnvironment("production", ("live/**",), ("release-*", "staging")),
            DeclaredEnvironment("staging", ("next/**",), ("main",)),
        )
    )
    files = {"live/a.yaml": application("main"), "live/b.yaml": application("staging")}

    assert judge(BRANCH, files, facts) == [
        "live/a.yaml:8: production follows the branch 'main', which belongs to staging"
    ]


def test_names_do_not_tell_testing_from_staging(judge: Judge) -> None:
    assert judge(BRANCH, {"clusters/test/app.yaml": application("staging")}) == []


def test_a_name_that_only_carries_an_environment_is_a_warning(cards: dict[str, Card]) -> None:
    files = {
        "clusters/prod-eu/app.yaml": application("staging"),
        "clusters/prod/app.yaml": application("staging"),
    }

    found = run_rules([cards[BRANCH]], inputs(files))

    assert [(one.severity, one.confidence) for one in found] == [
        (Severity.WARNING, Confidence.LOW),
        (None, Confidence.MEDIUM),
    ]
    assert all(one.hint for one in found)


def test_an_object_of_a_base_is_judged_in_the_environment_that_takes_it_in(cards: dict[str, Card]) -> None:
    documents = tuple(documents_of({"base/app.yaml": application("staging")}))
    targets = (built(documents, "overlays/production"), built(documents, "overlays/staging"))

    found = run_rules([cards[BRANCH]], RuleInputs(targets))

    assert [getattr(one.on, "target", "") for one in found] == ["repo//overlays/production"]


@pytest.mark.parametrize(
    "entry",
    [
        "../base",
        "../base/dev-team",
        "../staging-proxy",
        "../dev-tools",
        "./staging.yaml",
        "staging",
        "https://github.com/a/b//staging",
        "../${ENV}",
    ],
)
def test_a_kustomization_may_take_in_its_own_and_what_is_no_environment(entry: str, judge: Judge) -> None:
    assert judge(OVERLAY, {"tenants/production/kustomization.yaml": f"resources:\n- {entry}\n"}) == []


def test_a_component_of_another_environment_is_found(judge: Judge) -> None:
    files = {"apps/staging/kustomization.yaml": "components:\n- ../base\n- ../prod/limits\n"}

    assert judge(OVERLAY, files) == [
        "apps/staging/kustomization.yaml:3: staging takes in '../prod/limits', which belongs to production"
    ]


def test_an_application_that_delivers_another_overlay_is_found(judge: Judge) -> None:
    files = {"clusters/production/app.yaml": application("main", "overlays/staging")}

    assert judge(OVERLAY, files) == [
        "clusters/production/app.yaml:7: production takes in 'overlays/staging', which belongs to staging"
    ]


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}}}
spec:
  path: ./apps/overlays/staging
  {more}
"""
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: shop}}
spec:
  template:
    metadata: {{name: {name}}}
    spec:
      source: {{repoURL: https://git.example/shop, path: overlays/staging, targetRevision: staging}}
      destination: {{namespace: {namespace}}}
"""


def named(name: str, namespace: str) -> str:
    text = application("staging", "overlays/staging").replace("name: shop", f"name: {name}")
    return f"{text}  destination: {{namespace: {namespace}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        named("shop-production", "shop-production"),
        named("shop-production", "shop"),
        SET.format(name="shop-production", namespace="shop"),
    ],
)
def test_where_no_folder_tells_the_environment_the_name_does_and_warns(
    text: str, cards: dict[str, Card]
) -> None:
    found = run_rules([cards[BRANCH], cards[OVERLAY]], inputs({"argocd/shop.yaml": text}))

    assert {one.message for one in found} == {
        "production follows the branch 'staging', which belongs to staging",
        "production takes in 'overlays/staging', which belongs to staging",
    }
    assert {(one.severity, one.confidence) for one in found} == {(Severity.WARNING, Confidence.LOW)}


@pytest.mark.parametrize("more", ["prune: true", "targetNamespace: shop-production"])
def test_the_name_of_a_flux_kustomization_tells_its_environment(more: str, judge: Judge) -> None:
    assert judge(OVERLAY, {"flux/shop.yaml": FLUX.format(name="shop-production", more=more)}) == [
        "flux/shop.yaml:5: production takes in './apps/overlays/staging', which belongs to staging"
    ]


@pytest.mark.parametrize(
    "text",
    [
        named("shop", "shop-production"),
        named("shop-staging", "shop-staging"),
        named("shop-production", "shop-staging"),
        named("production-tools", "shop"),
        SET.format(name="'{{env}}-production'", namespace="shop"),
        FLUX.format(name="shop-production", more="targetNamespace: shop-staging"),
    ],
)
def test_a_name_that_tells_nothing_or_that_the_namespace_contradicts_is_silent(
    text: str, judge: Judge
) -> None:
    assert judge(BRANCH, {"argocd/shop.yaml": text}) == judge(OVERLAY, {"argocd/shop.yaml": text}) == []
