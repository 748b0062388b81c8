from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.environments import (
    DeclaredEnvironment,
    canonical,
    environment_of,
    environment_of_branch,
)
from gitlint_ops.model.findings import Confidence

DECLARED = (
    DeclaredEnvironment("live", ("clusters/prod-*/**", "production/**"), ("main",)),
    DeclaredEnvironment("staging", ("staging/**",), ("main", "staging")),
)


@pytest.mark.parametrize(
    ("path", "environment", "confidence"),
    [
        ("clusters/production", "production", Confidence.MEDIUM),
        ("overlays/prd/web.yaml", "production", Confidence.MEDIUM),
        ("overlays/qa", "test", Confidence.MEDIUM),
        ("pre-prod", "staging", Confidence.MEDIUM),
        ("clusters/prod-eu/apps", "production", Confidence.LOW),
        ("apps/shop-prod.yaml", "production", Confidence.LOW),
        ("clusters/prod-1", "production", Confidence.LOW),
        ("clusters/staging-cluster", "staging", Confidence.LOW),
        ("clusters/production-us-east-1", "production", Confidence.LOW),
        ("clusters/dev-eu-1", "development", Confidence.LOW),
    ],
)
def test_a_folder_tells_its_environment_by_its_name(
    path: str, environment: str, confidence: Confidence
) -> None:
    assert environment_of(path) == (environment, confidence)


@pytest.mark.parametrize(
    "path",
    [
        "tenants/base/dev-team",
        "clusters/non-prod",
        "clusters/nonprod",
        "tekton.dev/tasks",
        "test-pods",
        "load-test",
        "issuers/letsencrypt-staging.yaml",
        "docs/production-ready",
        "apps/staging-proxy",
        "production/staging",
        "",
    ],
)
def test_a_name_that_means_something_else_or_two_environments_tells_none(path: str) -> None:
    assert environment_of(path) is None


def test_a_declaration_comes_first_and_is_certain() -> None:
    assert environment_of("clusters/prod-eu/web.yaml", DECLARED) == ("live", Confidence.HIGH)
    assert environment_of("elsewhere/staging/web.yaml", DECLARED) == ("staging", Confidence.MEDIUM)


def test_a_branch_belongs_to_those_who_declare_it_or_to_whom_it_is_named_after() -> None:
    assert environment_of_branch("main", DECLARED) == (("live", "staging"), Confidence.HIGH)
    assert environment_of_branch("env/prod") == (("production",), Confidence.MEDIUM)
    assert environment_of_branch("feature/test") is None
    assert environment_of_branch("main") is None


@given(st.text(max_size=60))
def test_any_text_can_be_a_path(text: str) -> None:
    environment_of(text)
    assert canonical(canonical(text)) == canonical(text)
