"""From what the user typed to repositories."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.tree import Unreadable


def opened(*paths: Path | str, revision: str = "worktree", cwd: str = "/"):
    return open_workspace([str(path) for path in paths], revision=revision, cwd=cwd).repositories


def test_a_folder_in_a_repository_is_its_scope(make_repository) -> None:
    git = make_repository({"apps/shop/a.yaml": "", "base/b.yaml": ""})

    (repository,) = opened(git.folder / "apps/shop")

    assert (repository.name, repository.root) == ("shop", str(git.folder))
    assert repository.scopes == ("apps/shop",)
    assert repository.holds("apps/shop/a.yaml")
    assert not repository.holds("apps/shopping/a.yaml")
    assert open_tree(repository).is_file("base/b.yaml")


def test_a_file_is_a_scope_too(make_repository) -> None:
    git = make_repository({"apps/a.yaml": "", "b.yaml": ""})

    (repository,) = opened(git.folder / "apps/a.yaml")

    assert repository.scopes == ("apps/a.yaml",)
    assert repository.holds("apps/a.yaml")


def test_paths_in_one_repository_are_one_repository_with_the_widest_scopes(make_repository) -> None:
    git = make_repository({"apps/shop/a.yaml": "", "infra/b.yaml": ""})

    assert [
        one.scopes for one in opened(git.folder / "infra", git.folder / "apps/shop", git.folder / "apps")
    ] == [("apps", "infra")]
    assert [one.scopes for one in opened(git.folder / "apps", git.folder)] == [()]


def test_repositories_of_the_same_folder_name_get_distinct_names(make_repository) -> None:
    one = make_repository({"a.yaml": ""}, "team-a/shop")
    two = make_repository({"a.yaml": ""}, "team-b/shop")

    assert [found.name for found in opened(one.folder, two.folder)] == ["shop", "shop-2"]


def test_paths_are_relative_to_the_folder_given(make_repository) -> None:
    git = make_repository({"apps/a.yaml": ""})

    (repository,) = opened("../apps", cwd=str(git.folder / "apps"))

    assert (repository.root, repository.scopes) == (str(git.folder), ("apps",))


def test_no_path_is_the_current_folder(make_repository) -> None:
    git = make_repository({"a.yaml": ""})

    assert opened(cwd=str(git.folder))[0].root == str(git.folder)


def test_a_link_that_the_user_names_is_followed(make_repository, tmp_path: Path) -> None:
    git = make_repository({"apps/a.yaml": ""})
    (tmp_path / "here").symlink_to(git.folder / "apps")

    assert opened(tmp_path / "here")[0].scopes == ("apps",)


def test_a_path_that_does_not_exist_is_refused(make_repository, tmp_path: Path) -> None:
    git = make_repository({"a.yaml": ""})

    for path in (git.folder / "nothing", tmp_path / "nothing", git.folder / "a.yaml/x"):
        with pytest.raises(UsageError, match="there is no such file or folder"):
            opened(path)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match="is neither a file nor a folder"):
        opened(tmp_path / "pipe")


def test_gits_own_folder_is_refused(make_repository) -> None:
    git = make_repository({"a.yaml": ""})

    with pytest.raises(UsageError, match="lies in git's own folder"):
        opened(git.folder / ".git/hooks")


def test_an_empty_git_folder_is_passed_by(make_repository) -> None:
    git = make_repository({"sub/a.yaml": ""})
    (git.folder / "sub/.git").mkdir()

    assert opened(git.folder / "sub")[0].scopes == ("sub",)


def test_a_path_that_git_ignores_is_a_plain_folder(make_repository) -> None:
    git = make_repository({".gitignore": "out/\n"})
    git.write({"out/x/a.yaml": ""})

    (repository,) = opened(git.folder / "out/x")

    assert (repository.root, repository.git_dir) == (str(git.folder / "out/x"), "")
    assert list(open_tree(repository).entries()) == ["a.yaml"]


def test_an_ignored_path_with_committed_files_belongs_to_its_repository(make_repository) -> None:
    git = make_repository({"out/a.yaml": ""})
    git.write({".gitignore": "out/\n"})

    assert opened(git.folder / "out")[0].scopes == ("out",)


@pytest.mark.parametrize("revision", ["index", "HEAD"])
def test_a_plain_folder_has_no_revisions(plain_folder, revision) -> None:
    with pytest.raises(UsageError, match="is no git repository, so it has no index and no revisions"):
        opened(plain_folder({"a.yaml": ""}), revision=revision)


def test_a_working_tree_that_is_elsewhere_is_refused(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    git("config", "core.worktree", "/etc")

    with pytest.raises(UsageError, match="git's configuration puts the working tree elsewhere"):
        opened(git.folder)


def test_a_git_file_that_names_nothing_is_refused(make_repository, tmp_path: Path) -> None:
    git = make_repository({"a.yaml": ""})
    (git.folder / "sub").mkdir()
    (git.folder / "sub/.git").write_text("gitdir: /nowhere\n")

    with pytest.raises(UsageError, match="git's data cannot be read"):
        opened(git.folder / "sub")


def test_a_workspace_is_a_value_that_travels_between_processes(make_repository) -> None:
    git = make_repository({"a.yaml": "a"})
    workspace = open_workspace([str(git.folder)], cwd="/")

    travelled = pickle.loads(pickle.dumps(workspace))

    assert travelled == workspace
    assert open_tree(travelled.repositories[0]).read("a.yaml") == b"a"


def test_an_unreadable_file_is_said_across_processes() -> None:
    error = pickle.loads(pickle.dumps(Unreadable("a.yaml", "is a folder")))

    assert (error.path, error.reason, str(error)) == ("a.yaml", "is a folder", "a.yaml: is a folder")


def test_a_plain_folder_never_imports_pygit2(plain_folder) -> None:
    folder = plain_folder({"a.yaml": ""})
    program = (
        "import sys; from gitlint_ops.workspace.open import *; from gitlint_ops.workspace.config import *;"
        f"t = open_tree(open_workspace([{str(folder)!r}], cwd='/').repositories[0]); t.read('a.yaml');"
        "load_config(t); print('pygit2' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_a_plain_folder_of_clones_is_the_clones_and_what_lies_beside_them(tmp_path: Path) -> None:
    for name in ("shop-api", "shop-env"):
        subprocess.run(["git", "init", "-q", str(tmp_path / name)], check=True)
    (tmp_path / "notes").mkdir()
    (tmp_path / "README.md").write_text("clones\n")

    found = open_workspace([str(tmp_path)], cwd=str(tmp_path)).repositories

    assert [(one.name, one.scopes, bool(one.git_dir)) for one in found] == [
        (tmp_path.name, ("notes",), False),
        ("shop-api", (), True),
        ("shop-env", (), True),
    ]
