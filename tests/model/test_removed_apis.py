"""The table of removed APIs, held against the published schemas of each Kubernetes release."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gitlint_ops.model.removed_apis import NEWEST, Removal, deprecated, removals, removed
from gitlint_ops.validate.schemas import CoreSchemas, available_versions


def served(version: str) -> set[tuple[str, str]]:
    """The kinds of a release; lists and Status are never written in manifests."""
    return {
        (api_version, kind)
        for api_version, names in CoreSchemas(version).kinds.items()
        for kind in names
        if not kind.endswith("List") and kind != "Status"
    }


@pytest.fixture(scope="module")
def releases() -> dict[str, set[tuple[str, str]]]:
    return {version: served(version) for version in available_versions()}


def of_kubernetes() -> list[Removal]:
    return [removal for removal in removals() if removal.product == "kubernetes"]


def test_every_kind_that_a_release_took_away_is_in_the_table(
    releases: dict[str, set[tuple[str, str]]],
) -> None:
    versions = list(releases)
    gone = {
        (api_version, kind, after)
        for before, after in pairwise(versions)
        for api_version, kind in releases[before] - releases[after]
    }
    listed = {
        (removal.api_version, removal.kind, removal.removed_in)
        for removal in of_kubernetes()
        if (removal.api_version, removal.kind) in releases[versions[0]] or removal.removed_in in versions[1:]
    }
    assert gone == listed


def test_no_release_serves_what_the_table_says_it_removed(releases: dict[str, set[tuple[str, str]]]) -> None:
    for removal in of_kubernetes():
        for version, kinds in releases.items():
            if removed(removal.api_version, removal.kind, {"kubernetes": version}):
                assert (removal.api_version, removal.kind) not in kinds


def test_replacements_exist_in_the_newest_release(releases: dict[str, set[tuple[str, str]]]) -> None:
    newest = releases[available_versions()[-1]]
    for removal in of_kubernetes():
        assert bool(removal.replacement) != bool(removal.advice)
        if removal.replacement:
            assert (removal.replacement, removal.kind) in newest, removal


def test_the_newest_release_is_the_newest_with_schemas() -> None:
    assert NEWEST["kubernetes"] == available_versions()[-1]


def test_an_api_is_removed_from_its_release_on() -> None:
    budget = ("policy/v1beta1", "PodDisruptionBudget")
    assert removed(*budget, {"kubernetes": "1.24"}) is None
    assert deprecated(*budget, {"kubernetes": "v1.24.3"}) is not None
    found = removed(*budget, {"kubernetes": "1.25"})
    assert found is not None
    assert (found.removed_in, found.replacement) == ("1.25", "policy/v1")
    assert deprecated(*budget, {"kubernetes": "1.25"}) is None


@pytest.mark.parametrize("versions", [{}, {"flux": "main"}, {"flux": "2.8"}, {"flux": "v2.8.6"}])
def test_a_product_without_release_is_taken_as_the_newest(versions: dict[str, str]) -> None:
    found = removed("source.toolkit.fluxcd.io/v1beta2", "OCIRepository", versions)
    assert found is not None
    assert found.removed_in == "2.8"


@pytest.mark.parametrize(
    ("api_version", "kind", "last", "first"),
    [
        ("helm.toolkit.fluxcd.io/v2beta1", "HelmRelease", "2.6", "2.7"),
        ("source.toolkit.fluxcd.io/v1beta1", "HelmRepository", "2.6", "2.7"),
        ("notification.toolkit.fluxcd.io/v1beta1", "Alert", "2.6", "2.7"),
        ("kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization", "2.7", "2.8"),
        ("helm.toolkit.fluxcd.io/v2beta2", "HelmRelease", "2.7", "2.8"),
        ("image.toolkit.fluxcd.io/v1beta2", "ImagePolicy", "2.8", "2.9"),
        ("notification.toolkit.fluxcd.io/v1beta2", "Receiver", "2.8", "2.9"),
    ],
)
def test_flux_removals(api_version: str, kind: str, last: str, first: str) -> None:
    assert removed(api_version, kind, {"flux": last}) is None
    assert removed(api_version, kind, {"flux": first}) is not None


def test_what_is_served_is_not_removed() -> None:
    assert removed("notification.toolkit.fluxcd.io/v1beta3", "Alert", {}) is None
    assert removed("apps/v1", "Deployment", {}) is None
    assert removed("policy.example.com/v1beta1", "PodSecurityPolicy", {}) is None
