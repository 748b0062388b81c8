"""The index: what the next commit would hold."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.tree import Unreadable


def test_staged_content_is_read_and_not_what_lies_on_disk(make_repository) -> None:
    git = make_repository({"a.yaml": "committed\n", "b.yaml": "", "gone.yaml": ""})
    git.write({"a.yaml": "staged\n"})
    git("add", "a.yaml")
    git("rm", "--quiet", "gone.yaml")
    git.write({"a.yaml": "on disk\n", "untracked.yaml": ""})

    tree = git.tree("index")

    assert list(tree.entries()) == ["a.yaml", "b.yaml"]
    assert tree.read("a.yaml") == b"staged\n"


def test_an_empty_repository_has_an_empty_index(make_repository) -> None:
    assert list(make_repository().tree("index").entries()) == []


def test_of_a_merge_conflict_our_side_is_read(make_repository) -> None:
    git = make_repository({"a.yaml": "base\n", "deleted.yaml": "base\n"})
    git("checkout", "--quiet", "-b", "theirs")
    git.commit({"a.yaml": "theirs\n", "deleted.yaml": "theirs\n"})
    git("checkout", "--quiet", "main")
    (git.folder / "deleted.yaml").unlink()
    git.commit({"a.yaml": "ours\n"})
    with pytest.raises(AssertionError):
        git("merge", "theirs")

    tree = git.tree("index")

    assert tree.read("a.yaml") == b"ours\n"
    assert tree.read("deleted.yaml") == b"theirs\n"
    assert b"<<<<<<<" in git.tree().read("a.yaml")


def test_a_file_that_is_only_announced_is_not_staged(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    git.write({"new.yaml": "a: 1\n"})
    git("add", "--intent-to-add", "new.yaml")

    assert list(git.tree("index").entries()) == ["a.yaml"]
    assert list(git.tree().entries()) == ["a.yaml", "new.yaml"]


def test_a_submodule_is_said_not_to_be_read(make_repository) -> None:
    library = make_repository({"base/a.yaml": ""}, "library")
    git = make_repository({"b.yaml": ""})
    git("submodule", "--quiet", "add", str(library.folder), "vendor/library")

    with pytest.raises(Unreadable) as caught:
        git.tree("index").read("vendor/library/base/a.yaml")

    assert (
        caught.value.reason == "lies in the submodule 'vendor/library', which is read in a working tree only"
    )


def test_what_a_sparse_checkout_leaves_out_is_staged_all_the_same(make_repository) -> None:
    git = make_repository({"apps/a.yaml": "", "infra/b.yaml": "b"})
    git("sparse-checkout", "set", "apps")

    assert git.tree("index").read("infra/b.yaml") == b"b"


def test_a_sparse_index_is_refused_with_what_to_do(make_repository) -> None:
    git = make_repository({"apps/a.yaml": "", "infra/b.yaml": ""})
    git("sparse-checkout", "set", "--sparse-index", "apps")

    with pytest.raises(UsageError, match="git's index cannot be read") as caught:
        git.tree("index").entries()
    assert "--no-sparse-index" in caught.value.hint


def test_the_temporary_index_of_a_commit_hook_is_read_in_place_of_gits_own(make_repository) -> None:
    git = make_repository({"a.yaml": "1"})
    shutil.copy(git.folder / ".git/index", git.folder / ".git/next.lock")
    git.write({"a.yaml": "2"})
    subprocess.run(
        ["git", "add", "a.yaml"],
        cwd=git.folder,
        env={**os.environ, "GIT_INDEX_FILE": ".git/next.lock"},
        check=True,
    )

    workspace = open_workspace(["."], revision="index", cwd=str(git.folder), index_file=".git/next.lock")
    tree = open_tree(workspace.repositories[0])

    assert tree.read("a.yaml") == b"2"
    assert tree.changed_since(None) == {"a.yaml"}
    assert git.tree("index").read("a.yaml") == b"1"


def test_an_index_file_of_another_repository_does_not_count(make_repository) -> None:
    git = make_repository({"a.yaml": "1"})
    other = make_repository({"b.yaml": "1"}, "other")

    workspace = open_workspace(
        [str(git.folder)], revision="index", cwd="/", index_file=str(other.folder / ".git/index")
    )

    assert list(open_tree(workspace.repositories[0]).entries()) == ["a.yaml"]


def test_a_staged_blob_that_is_too_large_is_refused(make_repository) -> None:
    git = make_repository({"a.yaml": "x" * 100})

    with pytest.raises(Unreadable, match="is too large to be read: 100 bytes"):
        git.tree("index", max_bytes=99).read("a.yaml")
