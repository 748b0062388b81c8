"""The working tree of a git repository, as it lies on disk."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.tree import EntryKind, Unreadable


def reason(tree, path: str) -> str:
    with pytest.raises(Unreadable) as caught:
        tree.read(path)
    return caught.value.reason


def test_tracked_changed_and_new_files_are_there_and_deleted_ones_are_not(make_repository) -> None:
    git = make_repository({"a.yaml": "a: 1\n", "gone.yaml": "", "sub/b.yaml": ""})
    git.write({"a.yaml": "a: 2\n", "new/c.yaml": "c: 1\n"})
    (git.folder / "gone.yaml").unlink()

    tree = git.tree()

    assert list(tree.entries()) == ["a.yaml", "new/c.yaml", "sub/b.yaml"]
    assert tree.read("a.yaml") == b"a: 2\n"
    assert tree.folders() == {"", "new", "sub"}


def test_what_git_ignores_is_left_out_wherever_the_rule_stands(make_repository) -> None:
    git = make_repository({".gitignore": "*.tmp\n/out/\n", "sub/.gitignore": "local.yaml\n!*.tmp\n"})
    (git.folder / ".git/info/exclude").write_text("mine.yaml\n")
    git.write({"elsewhere": "global.yaml\n"})
    git("config", "core.excludesFile", str(git.folder / "elsewhere"))
    git.write(
        dict.fromkeys(
            [
                "a.tmp",
                "out/x.yaml",
                "sub/out/y.yaml",
                "sub/local.yaml",
                "sub/kept.tmp",
                "mine.yaml",
                "global.yaml",
            ],
            "",
        )
    )

    assert list(git.tree().entries()) == [
        ".gitignore",
        "elsewhere",
        "sub/.gitignore",
        "sub/kept.tmp",
        "sub/out/y.yaml",
    ]


def test_a_committed_file_counts_although_a_rule_ignores_its_folder(make_repository) -> None:
    git = make_repository({"out/kept.yaml": ""})
    git.write({".gitignore": "out/\n", "out/new.yaml": ""})

    assert list(git.tree().entries()) == [".gitignore", "out/kept.yaml"]


def test_reading_an_ignored_file_says_that_git_ignores_it(make_repository) -> None:
    git = make_repository({".gitignore": "*.env\nout/\n"})
    git.write({"secret.env": "A=1", "out/x.yaml": ""})

    assert reason(git.tree(), "secret.env") == "is ignored by git, so no commit holds it"
    assert reason(git.tree(), "out/x.yaml") == "is ignored by git, so no commit holds it"


def test_reading_what_is_not_there_says_so(make_repository) -> None:
    tree = make_repository({"a/b.yaml": ""}).tree()

    assert reason(tree, "a/c.yaml") == "does not exist"
    assert reason(tree, "a/b.yaml/c") == "does not exist"
    assert reason(tree, "a") == "is a folder"
    assert reason(tree, ".git/config") == "lies in git's own folder"


def test_a_repository_without_commits_has_its_new_files(make_repository) -> None:
    git = make_repository()
    git.write({"a.yaml": ""})

    assert list(git.tree().entries()) == ["a.yaml"]


def test_a_detached_head_changes_nothing(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    git("checkout", "--quiet", "--detach")

    assert list(git.tree().entries()) == ["a.yaml"]


def test_a_linked_worktree_is_a_repository_of_its_own_folder(
    make_repository, at_folder, tmp_path: Path
) -> None:
    git = make_repository({"a.yaml": "main\n", ".gitignore": "*.tmp\n"})
    git("worktree", "add", "--quiet", "-b", "feature", str(tmp_path / "feature"))
    (tmp_path / "feature/a.yaml").write_text("feature\n")
    (tmp_path / "feature/b.tmp").write_text("")

    linked = at_folder(tmp_path / "feature").tree()

    assert linked.name == "feature"
    assert list(linked.entries()) == [".gitignore", "a.yaml"]
    assert linked.read("a.yaml") == b"feature\n"


def test_what_a_sparse_checkout_leaves_out_is_not_listed_but_can_be_read(make_repository) -> None:
    git = make_repository({"apps/a.yaml": "", "infra/b.yaml": "b"})
    git("sparse-checkout", "set", "apps")

    tree = git.tree()

    assert list(tree.entries()) == ["apps/a.yaml"]
    assert tree.is_folder("infra")
    assert tree.read("infra/b.yaml") == b"b"


@pytest.mark.parametrize(
    "prepare", [("sparse-checkout", "set", "--sparse-index", "apps"), ("update-index", "--split-index")]
)
def test_an_index_that_libgit2_cannot_read_leaves_the_working_tree_readable(make_repository, prepare) -> None:
    git = make_repository({"apps/a.yaml": "a", "infra/b.yaml": "", ".gitignore": "*.tmp\n"})
    git(*prepare)
    git.write({"apps/x.tmp": ""})

    tree = git.tree()

    assert "apps/a.yaml" in tree.entries()
    assert "apps/x.tmp" not in tree.entries()


def test_a_submodule_is_not_entered(make_repository) -> None:
    library = make_repository({"base/a.yaml": "a: 1\n"}, "library")
    git = make_repository({"b.yaml": ""})
    git("submodule", "--quiet", "add", str(library.folder), "vendor/library")
    git.commit()

    tree = git.tree()

    assert tree.entries()["vendor/library"].kind is EntryKind.SUBMODULE
    assert [path for path in tree.entries() if path.startswith("vendor/")] == ["vendor/library"]
    assert reason(tree, "vendor/library") == "is a submodule"


def test_a_file_in_a_submodule_that_is_checked_out_can_be_read(make_repository) -> None:
    library = make_repository({"base/a.yaml": "a: 1\n"}, "library")
    git = make_repository({"b.yaml": ""})
    git("submodule", "--quiet", "add", str(library.folder), "vendor/library")
    (git.folder / "vendor/library/out").symlink_to("/etc")

    tree = git.tree()

    assert tree.read("vendor/library/base/a.yaml") == b"a: 1\n"
    assert tree.is_folder("vendor/library/base")
    assert not tree.is_file("vendor/library/base")
    assert reason(tree, "vendor/library/base/c.yaml") == "does not exist"
    assert reason(tree, "vendor/library/.git") != ""
    assert "leads out of the repository" in reason(tree, "vendor/library/out/passwd")


def test_a_file_in_a_submodule_that_is_not_checked_out_says_what_to_do(
    make_repository, at_folder, tmp_path: Path
) -> None:
    library = make_repository({"base/a.yaml": ""}, "library")
    git = make_repository({"b.yaml": ""})
    git("submodule", "--quiet", "add", str(library.folder), "vendor/library")
    git.commit()
    git("clone", "--quiet", str(git.folder), str(tmp_path / "clone"))

    clone = at_folder(tmp_path / "clone").tree()

    assert reason(clone, "vendor/library/base/a.yaml") == (
        "lies in the submodule 'vendor/library', which is not checked out (git submodule update --init)"
    )


def test_a_checked_out_submodule_can_be_named_itself(make_repository) -> None:
    library = make_repository({"base/a.yaml": ""}, "library")
    git = make_repository({"b.yaml": ""})
    git("submodule", "--quiet", "add", str(library.folder), "vendor/library")

    inner = git.tree(path="vendor/library")

    assert (inner.name, list(inner.entries())) == ("library", ["base/a.yaml"])


def test_another_repository_inside_is_not_entered(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    make_repository({"b.yaml": ""}, "shop/inner")

    assert list(git.tree().entries()) == ["a.yaml"]
    assert reason(git.tree(), "inner/b.yaml") == "lies in another git repository, 'inner'"


def test_a_shallow_clone_reads_as_any_other(make_repository, at_folder, tmp_path: Path) -> None:
    git = make_repository({"a.yaml": "1"})
    git.commit({"a.yaml": "2"})
    git("clone", "--quiet", "--depth=1", f"file://{git.folder}", str(tmp_path / "clone"))

    assert at_folder(tmp_path / "clone").tree().read("a.yaml") == b"2"


def test_names_that_differ_in_case_only_are_two_files(make_repository) -> None:
    tree = make_repository({"App.yaml": "1", "app.yaml": "2"}).tree()

    assert (tree.read("App.yaml"), tree.read("app.yaml")) == (b"1", b"2")


@pytest.mark.parametrize("revision", ["worktree", "index", "HEAD"])
def test_a_name_that_is_no_utf8_shows_its_bytes_and_can_be_read(make_repository, revision) -> None:
    git = make_repository()
    git.write({os.fsdecode(b"caf\xe9/\xff.yaml"): "a: 1\n", "sch\u00f6n.yaml": "b: 1\n"})
    git.commit()

    tree = git.tree(revision)

    assert list(tree.entries()) == ["caf\\xe9/\\xff.yaml", "sch\u00f6n.yaml"]
    assert tree.read("caf\\xe9/\\xff.yaml") == b"a: 1\n"
    assert tree.read("sch\u00f6n.yaml") == b"b: 1\n"
    for path in tree.entries():
        path.encode("utf-8")


def test_an_ignored_name_that_is_no_utf8_is_left_out(make_repository) -> None:
    git = make_repository({".gitignore": "*.tmp\n"})
    git.write({os.fsdecode(b"\xff.tmp"): ""})

    assert list(git.tree().entries()) == [".gitignore"]


def test_a_pointer_of_git_lfs_is_read_as_it_is(make_repository) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    git = make_repository({".gitattributes": "*.yaml filter=lfs diff=lfs merge=lfs -text\n"})
    git.write({"big.yaml": pointer})

    assert git.tree().read("big.yaml") == pointer.encode()


def test_special_files_are_refused_without_being_opened(make_repository, monkeypatch) -> None:
    git = make_repository({"tracked.yaml": ""})
    (git.folder / "tracked.yaml").unlink()
    os.mkfifo(git.folder / "tracked.yaml")
    os.mkfifo(git.folder / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(git.folder)
        listener.bind("s.sock")  # relative, as a socket's path may have 107 bytes only

        tree = git.tree()

        assert list(tree.entries()) == []
        assert reason(tree, "tracked.yaml") == "is a named pipe, no regular file"
        assert reason(tree, "pipe.yaml") == "is a named pipe, no regular file"
        assert reason(tree, "s.sock") == "is a socket, no regular file"


def test_a_pipe_that_replaces_a_file_after_it_was_listed_does_not_hang(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    tree = git.tree()
    tree.entries()
    (git.folder / "a.yaml").unlink()
    os.mkfifo(git.folder / "a.yaml")

    assert reason(tree, "a.yaml") == "is a named pipe, no regular file"


def test_a_link_that_replaces_a_file_after_it_was_listed_is_not_followed(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    tree = git.tree()
    tree.entries()
    (git.folder / "a.yaml").unlink()
    (git.folder / "a.yaml").symlink_to("/etc/passwd")

    assert reason(tree, "a.yaml") == "is a symlink"


def test_a_file_of_60_megabytes_is_refused_before_it_is_read(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    with (git.folder / "big.yaml").open("wb") as file:
        file.truncate(60_000_000)

    assert reason(git.tree(), "big.yaml") == "is too large to be read: 60 MB, and the limit is 50 MB"


def test_the_limit_is_the_callers(make_repository) -> None:
    git = make_repository({"a.yaml": "12345"})

    assert git.tree(max_bytes=5).read("a.yaml") == b"12345"
    assert reason(git.tree(max_bytes=4), "a.yaml") == (
        "is too large to be read: 5 bytes, and the limit is 4 bytes"
    )


@pytest.mark.parametrize("name", [".gitignore", "sub/.gitattributes"])
def test_ignore_rules_that_lead_out_of_the_repository_are_refused(make_repository, name) -> None:
    git = make_repository({"sub/a.yaml": ""})
    (git.folder / name).symlink_to("/etc/passwd")

    with pytest.raises(UsageError, match=r"is no regular file of this repository"):
        git.tree().entries()


def test_ignore_rules_linked_within_the_repository_and_folders_of_their_name_are_harmless(
    make_repository,
) -> None:
    git = make_repository({"rules": "*.tmp\n", "other/.gitignore/a.yaml": "", "sub/b.yaml": ""})
    (git.folder / "sub/.gitignore").symlink_to("../rules")
    (git.folder / ".gitattributes").symlink_to("nothing")

    assert git.tree().is_file("sub/b.yaml")
    assert git.tree().is_file("other/.gitignore/a.yaml")


@pytest.mark.parametrize("path", [".", "new"])
@pytest.mark.parametrize("name", [".gitignore", "new/.gitignore"])
def test_ignore_rules_that_are_a_pipe_do_not_hang(make_repository, name, path) -> None:
    git = make_repository({"a.yaml": ""})
    git.write({"new/a.yaml": ""})
    os.mkfifo(git.folder / name)

    with pytest.raises(UsageError, match=r"is no regular file of this repository"):
        git.tree(path=path).entries()


def test_a_repository_of_another_owner_can_be_read(make_repository) -> None:
    git = make_repository({"a.yaml": "a"})
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    subprocess.run(["chown", "-R", "12345:12345", str(git.folder)], check=True)

    assert git.tree().read("a.yaml") == b"a"


def test_a_folder_that_cannot_be_listed_is_said(make_repository, monkeypatch) -> None:
    git = make_repository({"a.yaml": "", "closed/b.yaml": ""})
    scandir = os.scandir

    def refuse(path: str):
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = git.tree()

    assert tree.unlisted() == (("closed", "may not be read (permission denied)"),)
    assert list(tree.entries()) == ["a.yaml"]
