"""What changed since another commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError


@pytest.fixture
def git(make_repository):
    """A branch `feature` with a commit of its own, while `main` went on."""
    git = make_repository({"a.yaml": "1\n", "b.yaml": "1\n", "gone.yaml": "gone\n", "old.yaml": "old\n"})
    git("checkout", "--quiet", "-b", "feature")
    (git.folder / "gone.yaml").unlink()
    git("mv", "old.yaml", "new.yaml")
    git.commit({"a.yaml": "2\n"})
    git("checkout", "--quiet", "main")
    git.commit({"b.yaml": "others\n"})
    git("checkout", "--quiet", "feature")
    return git


COMMITTED = {"a.yaml", "gone.yaml", "old.yaml", "new.yaml"}


def test_since_a_branch_means_since_the_merge_base(git) -> None:
    assert git.tree().changed_since("main") == COMMITTED
    assert git.tree("index").changed_since("main") == COMMITTED
    assert git.tree("feature").changed_since("main") == COMMITTED
    assert git.tree("main").changed_since("feature") == {"b.yaml"}


def test_the_working_tree_counts_with_new_files_but_without_ignored_ones(git) -> None:
    git.write({"b.yaml": "3\n", "sub/new.yaml": "", "x.tmp": "", ".git/info/exclude": "*.tmp\n"})

    assert git.tree().changed_since("main") == COMMITTED | {"b.yaml", "sub/new.yaml"}
    assert git.tree().changed_since(None) == {"b.yaml", "sub/new.yaml"}


def test_of_the_index_only_what_is_staged_counts(git) -> None:
    git.write({"b.yaml": "3\n", "staged.yaml": "", "unstaged.yaml": ""})
    git("add", "staged.yaml")
    git("rm", "--quiet", "--cached", "a.yaml")

    assert git.tree("index").changed_since(None) == {"staged.yaml", "a.yaml"}


def test_a_commit_without_a_base_is_compared_with_its_parent(git) -> None:
    assert git.tree("feature").changed_since(None) == COMMITTED
    assert git.tree("main~1").changed_since(None) == {"a.yaml", "b.yaml", "gone.yaml", "old.yaml"}


@pytest.mark.parametrize("revision", ["worktree", "index"])
def test_before_the_first_commit_everything_has_changed(make_repository, revision) -> None:
    git = make_repository()
    git.write({"a.yaml": ""})
    git("add", "a.yaml")

    assert git.tree(revision).changed_since(None) == {"a.yaml"}


@pytest.mark.parametrize("revision", ["worktree", "index", "HEAD"])
def test_an_unknown_base_says_what_to_do(git, revision) -> None:
    with pytest.raises(UsageError, match="'origin/mian' is no commit, branch or tag") as caught:
        git.tree(revision).changed_since("origin/mian")
    assert "is it fetched?" in caught.value.hint


def test_a_base_without_common_history_is_refused(git) -> None:
    git("checkout", "--quiet", "--orphan", "alone")
    git.commit()

    with pytest.raises(UsageError, match="'main' has no common history with the commit checked"):
        git.tree().changed_since("main")


def test_a_shallow_clone_without_the_merge_base_says_so(git, at_folder, tmp_path: Path) -> None:
    git(
        "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{git.folder}", str(tmp_path / "clone")
    )
    clone = at_folder(tmp_path / "clone")

    with pytest.raises(UsageError, match=r"no common history .* in this shallow clone") as caught:
        clone.tree().changed_since("origin/main")
    assert "git fetch --unshallow" in caught.value.hint


def test_what_a_sparse_checkout_leaves_out_has_not_changed(make_repository) -> None:
    git = make_repository({"apps/a.yaml": "", "infra/b.yaml": ""})
    git("sparse-checkout", "set", "apps")
    git.write({"apps/a.yaml": "new"})

    assert git.tree().changed_since(None) == {"apps/a.yaml"}


def test_asking_what_changed_writes_nothing(git) -> None:
    git.write({"b.yaml": "3\n"})
    before = (git.folder / ".git/index").read_bytes()

    git.tree().changed_since("main")

    assert (git.folder / ".git/index").read_bytes() == before
