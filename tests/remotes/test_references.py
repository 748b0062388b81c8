"""What kustomize takes for a reference to a git repository, and how it reads one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.discover.remote import remote_file, remote_folder, remote_of
from gitlint_ops.workspace.addresses import joined_address, repository_key


# Each line was read by kustomize's own parser (api/internal/git of v0.21.1).
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://github.com/org/repo", ("https://github.com/org/repo", "", "", True)),
        ("https://github.com/org/repo//a/b?ref=v1", ("https://github.com/org/repo", "a/b", "v1", True)),
        ("github.com/org/repo/a?version=v1&ref=", ("https://github.com/org/repo", "a", "v1", True)),
        ("GitHub.com/org/repo.git/a", ("https://github.com/org/repo.git", "a", "", True)),
        ("git@github.com:org/repo//a", ("git@github.com:org/repo", "a", "", True)),
        ("ssh://git@github.com/org/repo", ("git@github.com:org/repo", "", "", True)),
        ("ssh://git@git.example:22/a/b.git//c", ("ssh://git@git.example:22/a/b.git", "c", "", True)),
        ("git@git.example:a/b/c?submodules=F", ("git@git.example:a/b", "c", "", False)),
        ("git::https://git.example/a/b/c", ("https://git.example/a/b", "c", "", True)),
        ("https://dev.azure.com/o/p/_git/r/x/y", ("https://dev.azure.com/o/p/_git/r", "x/y", "", True)),
        ("file:///srv/repo//x?ref=a%2Fb", ("file:///srv/repo", "x", "a/b", True)),
        ("https://github.com/org/repo?ref=a;b", ("https://github.com/org/repo", "", "", True)),
        ("https://github.com/org/repo?ref=%zz", ("https://github.com/org/repo", "", "", True)),
        ("https://github.com/org/repo//../x", None),
        ("https://github.com/org", None),
        ("gh:org/repo", None),
        ("../github.com/org/repo", None),
        ("/github.com/org/repo", None),
    ],
)
def test_references_are_read_as_kustomize_reads_them(
    text: str, expected: tuple[str, str, str, bool] | None
) -> None:
    found = remote_folder(text)

    assert (found and (found.url, found.path, found.ref, found.submodules)) == expected


@pytest.mark.parametrize(
    ("text", "url", "first", "last"),
    [
        (
            "https://raw.githubusercontent.com/org/repo/v1/a/b.yaml",
            "https://github.com/org/repo",
            ("v1", "a/b.yaml"),
            ("v1/a", "b.yaml"),
        ),
        (
            "https://raw.githubusercontent.com/org/repo/refs/heads/main/b.yaml?token=x",
            "https://github.com/org/repo",
            ("refs/heads/main", "b.yaml"),
            ("refs/heads/main", "b.yaml"),
        ),
        (
            "https://github.com/org/repo/raw/main/a%20b.yaml",
            "https://github.com/org/repo",
            ("main", "a b.yaml"),
            ("main", "a b.yaml"),
        ),
        (
            "https://gitlab.com/group/sub/repo/-/raw/v1/b.yaml",
            "https://gitlab.com/group/sub/repo",
            ("v1", "b.yaml"),
            ("v1", "b.yaml"),
        ),
    ],
)
def test_urls_of_files_name_a_repository_and_perhaps_several_refs(
    text: str, url: str, first: tuple[str, str], last: tuple[str, str]
) -> None:
    found = remote_file(text)

    assert found is not None
    assert (found.url, found.readings[0], found.readings[-1]) == (url, first, last)


def test_a_release_asset_is_a_file_and_no_folder_of_its_repository() -> None:
    url = "https://github.com/org/repo/releases/download/v1/install.yaml"

    assert remote_of(url) == url
    assert remote_of("https://github.com/org/repo/deploy") == remote_folder(
        "https://github.com/org/repo/deploy"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/org/repo",
        "https://GitHub.com/Org/Repo.git",
        "http://user:secret@github.com:8080/org/repo/",
        "git@github.com:org/repo",
        "git@github.com:/org/repo.git",
        "ssh://git@github.com:22/org/repo.git",
        "ssh://git@ssh.github.com:443/org/repo",
        "git::https://github.com/org/repo",
        "github.com/org/repo",
    ],
)
def test_all_addresses_of_a_repository_have_one_key(address: str) -> None:
    assert repository_key(address) == "github.com/org/repo"


def test_both_addresses_of_azure_have_one_key() -> None:
    https = repository_key("https://org@dev.azure.com/org/project/_git/repo")

    assert repository_key("git@ssh.dev.azure.com:v3/org/project/repo") == https


def test_other_repositories_have_other_keys() -> None:
    addresses = [
        "https://github.com/org/repo",
        "https://git.example/org/repo",
        "https://github.com/org/repo-2",
        "file:///org/repo",
        "https://github.com/org",
    ]

    assert len({repository_key(one) for one in addresses}) == len(addresses)


@pytest.mark.parametrize(
    ("base", "relative", "expected"),
    [
        ("https://github.com/org/repo", "../other.git", "https://github.com/org/other.git"),
        ("https://github.com/org/repo/", "../../else/other", "https://github.com/else/other"),
        ("git@git.example:org/repo.git", "../other", "git@git.example:org/other"),
        ("git@git.example:repo", "../other", "git@git.example:other"),
        ("file:///srv/git/repo", "./part", "file:///srv/git/repo/part"),
    ],
)
def test_submodules_may_be_named_from_where_their_repository_is(
    base: str, relative: str, expected: str
) -> None:
    assert joined_address(base, relative) == expected


@given(st.text(alphabet="git@:/.?&=;%#~ahb\0\n", max_size=60), st.text(max_size=20))
def test_whatever_is_written_is_a_reference_or_none(first: str, second: str) -> None:
    text = f"{first}{second}"
    found = remote_of(text)

    if found is not None and not isinstance(found, str):
        assert isinstance(repository_key(found.url), str)
