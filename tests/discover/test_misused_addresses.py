"""Addresses that kustomize cannot use, and what to write instead."""

from __future__ import annotations

import pytest

from gitlint_ops.discover.misused_addresses import misused

RAW = "https://raw.githubusercontent.com/acme/app"


@pytest.mark.parametrize(
    ("address", "instead"),
    [
        ("https://github.com/acme/app/blob/v1/base/d.yaml", f"{RAW}/v1/base/d.yaml"),
        ("https://www.github.com/acme/app/blob/v1/base/d.yaml?plain=1", f"{RAW}/v1/base/d.yaml"),
        ("https://github.com/acme/app/tree/v1/base", "https://github.com/acme/app//base?ref=v1"),
        ("https://github.com/acme/app/tree/v1/", "https://github.com/acme/app//?ref=v1"),
        ("https://git.example/a/b/c/-/tree/main/x", "https://git.example/a/b/c.git//x?ref=main"),
        ("https://git.example/a/b/-/blob/main/x.yaml", "https://git.example/a/b/-/raw/main/x.yaml"),
        ("https://github.com/acme/app//base/d.yaml?ref=v1", f"{RAW}/v1/base/d.yaml"),
        ("github.com/acme/app.git//base/d.yml?timeout=90&version=v2", f"{RAW}/v2/base/d.yml"),
        ("github.com/acme/app//base/d.json", f"{RAW}/HEAD/base/d.json"),
    ],
)
def test_an_address_that_leads_to_no_base_is_told_with_the_one_that_does(address: str, instead: str) -> None:
    found = misused(address)

    assert found is not None
    assert found.instead == instead


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/app//base?ref=v1",
        "github.com/acme/app/tree?ref=v1",
        "https://raw.githubusercontent.com/acme/app/v1/base/d.yaml",
        "https://github.com/acme/app/releases/download/v1/install.yaml",
        "https://example.org/a/b/tree/v1/base.yaml",
        "../base",
        "git@github.com:acme/app.git//blob/v1",
        "https://github.com/" + "a/" * 5000 + "-/tree/",
    ],
)
def test_other_addresses_are_left_alone(address: str) -> None:
    assert misused(address) is None
