"""Any commit, without a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.open import open_workspace
from gitlint_ops.workspace.tree import EntryKind, Unreadable


def test_a_commit_can_be_named_by_branch_tag_id_or_distance(make_repository) -> None:
    git = make_repository({"a.yaml": "1"})
    first = git("rev-parse", "HEAD")
    git("tag", "--annotate", "--message", "release", "v1")
    git("branch", "old/first")
    git.commit({"a.yaml": "2", "b.yaml": ""})

    for name in ("v1", "old/first", first, first[:10], "HEAD~1", "main^"):
        tree = git.tree(name)
        assert tree.revision == first
        assert (list(tree.entries()), tree.read("a.yaml")) == (["a.yaml"], b"1")


def test_a_branch_of_a_remote_can_be_named(make_repository, at_folder, tmp_path: Path) -> None:
    git = make_repository({"a.yaml": "1"})
    git("clone", "--quiet", str(git.folder), str(tmp_path / "clone"))

    assert at_folder(tmp_path / "clone").tree("origin/main").read("a.yaml") == b"1"


def test_an_unknown_name_says_what_to_do(make_repository) -> None:
    git = make_repository({"a.yaml": ""})

    with pytest.raises(UsageError, match="'mian' is no commit, branch or tag") as caught:
        git.tree("mian")
    assert "is it fetched?" in caught.value.hint


@pytest.mark.parametrize("name", ["HEAD:a.yaml", "HEAD^{tree}", "0", "../x", "", "a b", "@{u}", "HEAD~99"])
def test_what_is_no_commit_is_refused(make_repository, name) -> None:
    git = make_repository({"a.yaml": ""})

    with pytest.raises(UsageError, match="is no commit"):
        git.tree(name)


def test_a_repository_without_commits_has_no_revision(make_repository) -> None:
    with pytest.raises(UsageError, match="the repository has no commits yet"):
        make_repository().tree("HEAD")


def test_a_damaged_head_is_said(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    (git.folder / ".git/HEAD").write_text("nonsense\n")

    assert list(git.tree().entries()) == ["a.yaml"]
    with pytest.raises(UsageError, match="'HEAD' is no commit"):
        git.tree().changed_since(None)


@pytest.mark.parametrize("revision", ["worktree", "HEAD", "main"])
def test_a_bare_repository_is_read_at_a_commit(make_repository, at_folder, tmp_path: Path, revision) -> None:
    git = make_repository({"sub/a.yaml": "a"})
    git("clone", "--quiet", "--bare", str(git.folder), str(tmp_path / "shop-env.git"))

    tree = at_folder(tmp_path / "shop-env.git").tree(revision)

    assert (tree.name, tree.revision) == ("shop-env", git("rev-parse", "HEAD"))
    assert tree.read("sub/a.yaml") == b"a"


def test_a_bare_repository_has_no_index(make_repository, at_folder, tmp_path: Path) -> None:
    git = make_repository({"a.yaml": ""})
    git("clone", "--quiet", "--bare", str(git.folder), str(tmp_path / "bare.git"))

    with pytest.raises(UsageError, match="is a bare repository, so it has no index"):
        at_folder(tmp_path / "bare.git").tree("index")


def test_a_folder_that_only_the_commit_holds_can_be_named(make_repository) -> None:
    git = make_repository({"old/a.yaml": "", "b.yaml": ""})
    git("rm", "--quiet", "-r", "old")
    git.commit()

    workspace = open_workspace([str(git.folder / "old")], revision="HEAD~1", cwd="/")

    assert workspace.repositories[0].scopes == ("old",)


def test_a_folder_that_the_commit_does_not_hold_is_refused(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    git.write({"new/b.yaml": ""})

    with pytest.raises(UsageError, match="there is no 'new' in HEAD"):
        git.tree("HEAD", path="new")


def test_symlinks_and_submodules_of_a_commit_are_told_from_files(make_repository) -> None:
    library = make_repository({"a.yaml": ""}, "library")
    git = make_repository({"a.yaml": ""})
    (git.folder / "link.yaml").symlink_to("a.yaml")
    git("submodule", "--quiet", "add", str(library.folder), "vendor")
    git.commit()

    kinds = {path: entry.kind for path, entry in git.tree("HEAD").entries().items()}

    assert kinds["link.yaml"] is EntryKind.SYMLINK
    assert kinds["vendor"] is EntryKind.SUBMODULE
    assert kinds["a.yaml"] is EntryKind.FILE


def test_a_partial_clone_says_that_the_content_is_not_here(
    make_repository, at_folder, tmp_path: Path
) -> None:
    git = make_repository({"a.yaml": "a"})
    git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{git.folder}", str(clone))

    tree = at_folder(clone).tree("HEAD")

    assert list(tree.entries()) == ["a.yaml"]
    with pytest.raises(Unreadable, match="has no content here: the clone is partial or damaged"):
        tree.read("a.yaml")


def test_a_clone_without_trees_says_that_files_cannot_be_listed(
    make_repository, at_folder, tmp_path: Path
) -> None:
    git = make_repository({"sub/a.yaml": "a"})
    git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--no-checkout", "--filter=tree:0", f"file://{git.folder}", str(clone))

    with pytest.raises(UsageError, match="the commit's files cannot be listed"):
        at_folder(clone).tree("HEAD").entries()


def test_a_tree_that_pretends_to_hold_millions_of_files_is_refused(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    entry, kind = git("hash-object", "-w", "a.yaml"), "100644 blob"
    for _ in range(10):
        lines = "".join(f"{kind} {entry}\tf{number}\n" for number in range(10))
        made = subprocess.run(
            ["git", "mktree"], cwd=git.folder, input=lines.encode(), capture_output=True, check=True
        )
        entry, kind = made.stdout.decode().strip(), "040000 tree"
    commit = git("commit-tree", entry, "-m", "bomb")

    with pytest.raises(UsageError, match="the commit holds more than 500,000 files"):
        git.tree(commit).entries()


def test_names_that_lead_elsewhere_in_a_git_tree_are_left_out(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    blob = bytes.fromhex(git("hash-object", "-w", "a.yaml"))
    names = (b".", b"..", b"../x.yaml", b".git", b"/etc/x.yaml", b"good.yaml")
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=git.folder,
        input=b"".join(b"100644 " + name + b"\0" + blob for name in names),
        capture_output=True,
        check=True,
    )
    commit = git("commit-tree", made.stdout.decode().strip(), "-m", "hostile")

    assert list(git.tree(commit).entries()) == ["good.yaml"]


def test_a_format_that_libgit2_does_not_know_is_refused_with_what_to_do(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "extensions.objectFormat", "sha256")

    with pytest.raises(UsageError, match="git's data cannot be read") as caught:
        git.tree()
    assert "git archive" in caught.value.hint
