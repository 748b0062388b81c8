"""A folder without git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.tree import Unreadable


def test_all_files_are_there_also_those_that_a_gitignore_names(plain_folder, open_folder) -> None:
    folder = plain_folder({".gitignore": "*.tmp\n", "a.tmp": "", "sub/b.yaml": "b"})

    tree = open_folder(folder)

    assert list(tree.entries()) == [".gitignore", "a.tmp", "sub/b.yaml"]
    assert (tree.name, tree.revision) == ("plain", "worktree")


def test_git_folders_in_it_are_skipped(plain_folder, open_folder) -> None:
    tree = open_folder(plain_folder({"inner/.git/config": "", "inner/a.yaml": ""}))

    assert list(tree.entries()) == ["inner/a.yaml"]
    with pytest.raises(Unreadable, match="lies in git's own folder"):
        tree.read("inner/.git/config")


def test_special_files_are_refused_without_being_opened(plain_folder, open_folder) -> None:
    folder = plain_folder({"a.yaml": ""})
    os.mkfifo(folder / "pipe.yaml")

    tree = open_folder(folder)

    assert list(tree.entries()) == ["a.yaml"]
    with pytest.raises(Unreadable, match="is a named pipe, no regular file"):
        tree.read("pipe.yaml")


def test_what_changed_cannot_be_told(plain_folder, open_folder) -> None:
    with pytest.raises(UsageError, match="is no git repository: what changed since main cannot be told"):
        open_folder(plain_folder({"a.yaml": ""})).changed_since("main")


def test_deep_folders_do_not_end_the_walk(plain_folder, open_folder) -> None:
    folder = plain_folder({})
    deep = Path("/".join(["d"] * 900))
    (folder / deep).mkdir(parents=True)
    (folder / deep / "a.yaml").write_text("a")

    assert open_folder(folder).read(f"{deep}/a.yaml") == b"a"
