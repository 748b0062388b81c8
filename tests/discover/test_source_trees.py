"""Which files the address and the ref of a source mean: those under check, of a commit, or none here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitlint_ops.discover.source_trees import GitRef, Lack, Lacking, SourceTree, SourceTrees
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.refs import RefKind
from gitlint_ops.workspace.remotes import Declared
from gitlint_ops.workspace.sources import Sources

from ..cli.command_line import Git, check, config_map, repository, write

URL = "https://git.example/acme/shop"
At = Callable[..., SourceTree | Lacking]


@pytest.fixture
def shop(tmp_path: Path) -> Git:
    """A clone of `URL` whose file says at which ref it is: a branch, tags, and `main` as its default."""
    git = repository(tmp_path / "shop", {"at": "one"})
    git("remote", "add", "origin", f"{URL}.git")
    git("tag", "v1.0.0")
    git("branch", "staging")
    git.commit({"at": "two"})
    git("tag", "v1.1.0")
    git("tag", "v2.0.0-rc1")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    git.commit({"at": "three"})
    write(git.folder, {"at": "written"})
    return git


def trees(*folders: Path, revision: str = "", declared: tuple[Declared, ...] = ()) -> SourceTrees:
    more = {"revision": revision} if revision else {}
    opened = open_workspace([str(one) for one in folders], cwd="/", **more).repositories
    return SourceTrees(Sources([open_tree(one) for one in opened], declared=declared))


def found(held: SourceTree | Lacking) -> SourceTree:
    assert isinstance(held, SourceTree), held
    return held


def said(held: SourceTree | Lacking) -> str:
    """What the file of the source says."""
    return found(held).tree.read("at").decode()


def lacking(held: SourceTree | Lacking) -> Lacking:
    assert isinstance(held, Lacking), held
    return held


@pytest.mark.parametrize("ref", ["", "HEAD", "main", "refs/heads/main"])
@pytest.mark.parametrize(
    "url", [URL, f"{URL}.git", "git@git.example:acme/shop.git", "ssh://git@git.example/acme/shop"]
)
def test_the_branch_that_is_checked_out_means_the_files_under_check(shop: Git, url: str, ref: str) -> None:
    held = found(trees(shop.folder).at(url, GitRef(name=ref)))

    assert held.checked
    assert said(held) == "written"


def test_the_default_branch_means_the_files_under_check_on_a_branch_that_goes_there(shop: Git) -> None:
    shop("checkout", "--quiet", "-b", "feature")

    sources = trees(shop.folder)

    assert said(sources.at(URL, GitRef(name="main"))) == "written"
    assert said(sources.at(URL, GitRef())) == "written"
    assert said(sources.at(URL, GitRef(name="feature"))) == "written"


@pytest.mark.parametrize(
    ("ref", "text", "kind"),
    [
        (GitRef(name="staging"), "one", RefKind.BRANCH),
        (GitRef(branch="staging"), "one", RefKind.BRANCH),
        (GitRef(name="v1.0.0"), "one", RefKind.TAG),
        (GitRef(tag="v1.1.0"), "two", RefKind.TAG),
        (GitRef(semver=">=1.0.0 <2"), "two", RefKind.TAG),
        (GitRef(semver=">=1.0.0-0"), "two", RefKind.TAG),
        (GitRef(name="1.0.x"), "one", RefKind.TAG),
        (GitRef(name="~1"), "two", RefKind.TAG),
    ],
)
def test_other_refs_mean_their_commit(shop: Git, ref: GitRef, text: str, kind: RefKind) -> None:
    held = found(trees(shop.folder).at(URL, ref))

    assert (said(held), held.kind, held.checked) == (text, kind, False)


def test_a_commit_is_read_from_the_objects_of_git(shop: Git) -> None:
    commit = shop("rev-parse", "v1.0.0")

    sources = trees(shop.folder)

    assert said(sources.at(URL, GitRef(commit=commit))) == "one"
    assert said(sources.at(URL, GitRef(name=commit))) == "one"
    assert found(sources.at(URL, GitRef(commit=commit))).kind is RefKind.COMMIT


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        (GitRef(name="v9"), "has no tag, branch or commit 'v9'"),
        (GitRef(branch="gone"), "has no tag, branch or commit 'gone'"),
        (GitRef(tag="staging"), "has no tag, branch or commit 'staging'"),
        (GitRef(semver=">=3"), "has no tag in the range '>=3'"),
        (GitRef(commit="a" * 40), f"has no tag, branch or commit '{'a' * 40}'"),
        (GitRef(name="main~1"), "has no tag, branch or commit 'main~1'"),
    ],
)
def test_a_ref_that_the_clone_lacks_is_told_with_what_would_bring_it(
    shop: Git, ref: GitRef, message: str
) -> None:
    held = lacking(trees(shop.folder).at(URL, ref))

    assert held.lack is Lack.REF
    assert message in held.reason
    assert "fetch --tags" in held.reason


def test_a_repository_that_is_not_here_is_told_without_its_login(shop: Git) -> None:
    held = lacking(trees(shop.folder).at("https://me:secret@git.example/acme/other", GitRef()))

    assert held.lack is Lack.CLONE
    assert "git.example/acme/other" in held.reason
    assert "secret" not in held.reason


def test_a_run_on_a_commit_reads_that_commit_for_its_branch(shop: Git) -> None:
    shop("checkout", "--quiet", "--", "at")

    sources = trees(shop.folder, revision="staging")

    assert said(sources.at(URL, GitRef(name="staging"))) == "one"
    assert said(sources.at(URL, GitRef(name="HEAD"))) == "one"
    assert said(sources.at(URL, GitRef(tag="v1.1.0"))) == "two"


def test_a_second_repository_under_check_stands_for_its_own_branch(shop: Git, tmp_path: Path) -> None:
    other = repository(tmp_path / "fleet", {"at": "fleet"})
    other("remote", "add", "origin", "https://git.example/acme/fleet")

    sources = trees(other.folder, shop.folder)

    held = found(sources.at(URL, GitRef(name="main")))
    assert (held.tree.name, held.checked, said(held)) == ("shop", True, "written")
    assert said(sources.at(URL, GitRef(name="staging"))) == "one"
    assert said(sources.at("https://git.example/acme/fleet", GitRef())) == "fleet"


def test_a_clone_that_the_configuration_names_is_read_at_a_commit_and_not_under_check(
    shop: Git, tmp_path: Path
) -> None:
    other = repository(tmp_path / "fleet", {"at": "fleet"})
    mapped = Declared("https://mirror.example/shop", str(shop.folder))

    held = found(trees(other.folder, declared=(mapped,)).at("https://mirror.example/shop", GitRef()))

    assert (said(held), held.checked) == ("three", False)


@pytest.mark.parametrize("ref", [GitRef(), GitRef(name="main"), GitRef(branch="master")])
def test_a_folder_without_git_is_known_by_the_last_part_of_the_address(tmp_path: Path, ref: GitRef) -> None:
    write(tmp_path / "shop", {"at": "plain"})

    held = found(trees(tmp_path / "shop").at(URL, ref))

    assert (said(held), held.checked) == ("plain", True)


@pytest.mark.parametrize("ref", [GitRef(name="release"), GitRef(tag="v1"), GitRef(commit="a" * 40)])
def test_of_a_folder_without_git_no_other_ref_is_known(tmp_path: Path, ref: GitRef) -> None:
    write(tmp_path / "shop", {"at": "plain"})

    held = lacking(trees(tmp_path / "shop").at(URL, ref))

    assert held.lack is Lack.REF
    assert "is not known here" in held.reason


def test_a_clone_of_another_address_is_not_taken_by_its_name(tmp_path: Path) -> None:
    git = repository(tmp_path / "shop", {"at": "one"})
    git("remote", "add", "origin", "https://git.example/others/shop")

    assert lacking(trees(git.folder).at(URL, GitRef())).lack is Lack.CLONE


def test_what_shows_to_be_a_repository_s_own_address_is_taken_for_it(tmp_path: Path) -> None:
    write(tmp_path / "checkout", {"at": "plain"})
    sources = trees(tmp_path / "checkout")
    (tree,) = open_workspace([str(tmp_path / "checkout")], cwd="/").repositories
    sources.is_own(f"{URL}.git", open_tree(tree))

    assert said(sources.at(URL, GitRef(name="main"))) == "plain"


def test_a_repository_without_a_commit_has_no_default_branch(tmp_path: Path, shop: Git) -> None:
    write(tmp_path / "empty", {})
    (tmp_path / "empty").mkdir(exist_ok=True)
    Git(tmp_path / "empty")("init", "--quiet")
    mapped = Declared("https://git.example/acme/empty", str(tmp_path / "empty"))

    held = lacking(trees(shop.folder, declared=(mapped,)).at("https://git.example/acme/empty", GitRef()))

    assert "has no commit yet" in held.reason


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: team
  destination: {server: https://kubernetes.default.svc, namespace: web}
  source:
    repoURL: ADDRESS
    targetRevision: REF
    path: PATH
"""


def test_a_missing_clone_ref_and_path_are_three_different_messages(shop: Git) -> None:
    def told(url: str, ref: str, path: str) -> list[str]:
        text = APPLICATION.replace("ADDRESS", url).replace("REF", ref).replace("PATH", path)
        write(shop.folder, {"apps/web.yaml": text, "web/a.yaml": config_map()})
        ran = check(shop.folder, "--select", "argocd")
        unchecked = [one["reason"] for one in ran.report["unchecked"]]
        return [*unchecked, *(f"{place}: {ran.of('source-path-missing')['message']}"
                              for place in ran.places("source-path-missing"))]  # fmt: skip

    (clone,) = told("https://git.example/acme/other", "main", "web")
    (ref,) = told(URL, "v9", "web")
    (path,) = told(URL, "main", "wbe")
    assert told(URL, "main", "web") == []

    assert clone.startswith("apps/web.yaml:8: ")
    assert "https://git.example/acme/other" in clone
    assert ref.startswith("apps/web.yaml:9: ")
    assert "has no tag, branch or commit 'v9'" in ref
    assert path == "apps/web.yaml:10: there is no folder 'wbe'"
