"""Which folder a path means that leads nowhere."""

from __future__ import annotations

import pytest

from gitlint_ops.build.flux.near_folders import near_folder

FOLDERS = frozenset(
    {
        *("", "clusters", "clusters/production", "clusters/staging", "apps", "apps/echo", "apps/echo/app"),
        *("apps/media", "apps/media/app", "apps/production", "infrastructure", "infrastructure/configs"),
    }
)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("cluster/production", "clusters/production"),
        ("apps/ecko/app", "apps/echo/app"),
        ("apps/prod", "apps/production"),
        ("apps/prodction", "apps/production"),
        ("configs", "infrastructure/configs"),
        ("app", "apps"),
        ("clusters/development", ""),
        ("somewhere/else/entirely", ""),
    ],
)
def test_the_folder_is_found_whose_names_are_alike(wanted: str, meant: str) -> None:
    assert near_folder(wanted, FOLDERS) == meant


def test_folders_are_told_from_the_root_of_the_artifact() -> None:
    assert near_folder("prod", {"", "deploy", "deploy/production"}, "deploy/") == "production"
