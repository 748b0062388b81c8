"""Symlinks and paths with "..": followed inside the repository, never out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.workspace.tree import Unreadable, clean

KINDS = ["worktree", "index", "HEAD", "plain"]


@pytest.fixture
def tree_of(make_repository, plain_folder, open_folder):
    """The same files and links in any kind of tree."""

    def make(kind: str, files: dict[str, str], links: dict[str, str]):
        git = None if kind == "plain" else make_repository()
        folder = git.folder if git else plain_folder({})
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
        for path, target in links.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).symlink_to(target)
        if git is None:
            return open_folder(folder)
        git.commit()
        return git.tree(kind)

    return make


def refusal(tree, path: str) -> str:
    with pytest.raises(Unreadable) as caught:
        tree.read(path)
    return caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_links_to_files_and_folders_are_followed(tree_of, kind) -> None:
    tree = tree_of(
        kind,
        {"base/a.yaml": "a"},
        {
            "link.yaml": "base/a.yaml",
            "folder": "base",
            "deep/up": "../folder",
            "deep/chain.yaml": "up/a.yaml",
        },
    )

    assert tree.read("link.yaml") == b"a"
    assert tree.read("folder/a.yaml") == b"a"
    assert tree.read("deep/up/a.yaml") == b"a"
    assert tree.resolve("deep/chain.yaml") == "base/a.yaml"
    assert tree.is_file("deep/chain.yaml")
    assert tree.is_folder("deep/up")
    assert tree.resolve("deep/up") == "base"


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_behind_a_link_is_not_listed_twice(tree_of, kind) -> None:
    tree = tree_of(kind, {"base/a.yaml": "a"}, {"folder": "base"})

    assert list(tree.entries()) == ["base/a.yaml", "folder"]
    assert tree.folders() == {"", "base"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "link/etc/passwd"),
        ("/etc/passwd", "link"),
        ("../../../../../../../../etc/passwd", "link"),
        ("..", "link/elsewhere/a.yaml"),
        ("base/../../x", "link"),
    ],
)
def test_a_link_out_of_the_repository_is_refused(tree_of, kind, target, path) -> None:
    tree = tree_of(kind, {"base/a.yaml": "a"}, {"link": target})

    assert refusal(tree, path).startswith("leads out of the repository")
    assert not tree.is_file(path)
    assert not tree.is_folder("link")


@pytest.mark.parametrize("kind", KINDS)
def test_links_in_a_circle_are_refused(tree_of, kind) -> None:
    tree = tree_of(kind, {"a.yaml": ""}, {"one": "two", "two": "one", "self": "self/self"})

    assert refusal(tree, "one") == "leads through symlinks that go in a circle"
    assert refusal(tree, "self/x.yaml") == "leads through symlinks that go in a circle"


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_of_links_is_bounded(tree_of, kind) -> None:
    links = {f"l{number}": f"l{number + 1}" for number in range(60)}
    tree = tree_of(kind, {"l60": "end"}, links)

    assert tree.read("l30") == b"end"
    assert refusal(tree, "l5") == "leads through symlinks that go in a circle"


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_to_nothing_does_not_exist(tree_of, kind) -> None:
    tree = tree_of(kind, {"a.yaml": ""}, {"link": "nothing/here"})

    assert refusal(tree, "link") == "does not exist"
    assert tree.resolve("link") == "nothing/here"


@pytest.mark.parametrize("kind", KINDS)
def test_dots_are_taken_out_before_links_are_followed(tree_of, kind) -> None:
    tree = tree_of(kind, {"x/base/a.yaml": "a", "b.yaml": "b"}, {"link": "x/base"})

    assert tree.resolve("link/../b.yaml") == "b.yaml"
    assert tree.read("./x//base/../base/a.yaml") == b"a"
    assert tree.resolve("x/..") == ""
    assert tree.is_folder("x/..")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../../../../etc/passwd", "leads out of the repository"),
        ("base/../../etc", "leads out of the repository"),
        ("/etc/passwd", "is an absolute path"),
        ("a\0.yaml", "is no path: it holds a NUL byte"),
        ("x" * 5000, "does not exist"),
        ("", "is a folder"),
    ],
)
def test_a_hostile_path_is_refused(tree_of, kind, path, reason) -> None:
    tree = tree_of(kind, {"base/a.yaml": ""}, {})

    assert refusal(tree, path) == reason
    assert not tree.is_file(path)


def test_an_ignored_link_is_no_way_out(make_repository, tmp_path: Path) -> None:
    git = make_repository({".gitignore": "out\n", "base/a.yaml": ""})
    (tmp_path / "secret").write_text("secret")
    (git.folder / "out").symlink_to(tmp_path)

    assert refusal(git.tree(), "out/secret") == "does not exist"


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b"]), max_size=12))
def test_a_clean_path_has_no_dots_and_is_clean_again(parts) -> None:
    path = "/".join(["root", *parts])
    try:
        cleaned = clean(path)
    except Unreadable:
        return
    assert not {"", ".", ".."} & set(cleaned)
    assert clean("/".join(cleaned)) == cleaned
