"""Globs of the configuration."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.globs import Globs


@pytest.mark.parametrize(
    ("glob", "matching", "other"),
    [
        ("*.yaml", ["a.yaml", "deep/er/a.yaml", "a.yaml/in/it"], ["a.yml", "a.yaml.tmp"]),
        ("examples", ["examples", "a/examples/b.yaml"], ["example", "examples2/a"]),
        ("examples/", ["examples/a.yaml", "x/examples/a.yaml"], ["my-examples/a.yaml"]),
        ("/examples", ["examples/a"], ["x/examples"]),
        ("production/**", ["production", "production/a.yaml", "production/a/b"], ["x/production/a"]),
        ("clusters/prod-*/**", ["clusters/prod-eu", "clusters/prod-eu/a.yaml"], ["clusters/staging/a.yaml"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["b", "a/xb", "x/a/b"]),
        ("**/b/c", ["b/c", "a/b/c"], ["b/x/c"]),
        ("**", ["a", "a/b"], []),
        ("a/*/c", ["a/b/c"], ["a/c", "a/b/b/c"]),
        ("file?.yaml", ["file1.yaml"], ["file.yaml", "file/.yaml"]),
        ("v[0-9].yaml", ["v1.yaml"], ["vx.yaml", "v/.yaml"]),
        ("v[!0-9].yaml", ["vx.yaml"], ["v1.yaml"]),
        ("a[.yaml", ["a[.yaml"], ["a.yaml"]),
        (r"\*.yaml", ["*.yaml"], ["a.yaml"]),
        ("./a//b", ["a/b"], ["x/a/b"]),
        ("a.yaml", ["a.yaml"], ["aXyaml"]),
        ("{a,b}", ["{a,b}"], ["a", "b"]),
        ("", [], ["a"]),
        ("/", [], ["a"]),
    ],
)
def test_a_glob_matches_as_gitignore_reads_it(glob, matching, other) -> None:
    globs = Globs([glob])

    assert [path for path in [*matching, *other] if globs.match(path)] == matching


def test_one_of_several_globs_is_enough() -> None:
    globs = Globs(["a/**", "*.tmp"])

    assert globs.match("a/x")
    assert globs.match("b/x.tmp")
    assert not globs.match("b/x")


def test_no_globs_match_nothing() -> None:
    assert not Globs([]).match("a")


def test_a_glob_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="a glob may have 1000 characters"):
        Globs(["a" * 1001])


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 300 + "b", "a" * 4000),
        ("**/" * 300 + "b", "a/" * 2000),
        ("/".join(["**", "a*a*a"] * 90) + "/b", "a/" * 2000 + "a"),
        ("a*" * 100 + "/b", ("a" * 250 + "/") * 16),
        ("**/a/**/a/**/a/**/a/b*", "a/" * 2000 + "c"),
        ("[a]*" * 200 + "b", "a" * 4000),
    ],
)
def test_a_hostile_glob_is_decided_at_once(glob, path) -> None:
    globs = Globs([glob])

    start = time.perf_counter()
    assert not globs.match(path)
    assert time.perf_counter() - start < 0.5


names = st.text("ab", min_size=1, max_size=4)
name_globs = st.one_of(
    st.just("**"), st.text("ab*?", min_size=1, max_size=5).filter(lambda one: "**" not in one)
)


@given(st.lists(name_globs, min_size=1, max_size=5), st.lists(names, min_size=1, max_size=5))
def test_a_glob_matches_what_trying_every_way_finds(glob, path) -> None:
    wanted = glob if len(glob) > 1 else ["**", *glob]

    assert Globs(["/".join(glob)]).match("/".join(path)) == _by_trying(wanted, path)


def _by_trying(glob, path) -> bool:
    """Whether glob matches path or a folder above it, by trying every way."""
    if all(part == "**" for part in glob):
        return True
    if glob[0] == "**":
        return any(_by_trying(glob[1:], path[start:]) for start in range(len(path)))
    return bool(path) and _name_by_trying(glob[0], path[0]) and _by_trying(glob[1:], path[1:])


def _name_by_trying(glob, name) -> bool:
    if not glob:
        return not name
    if glob[0] == "*":
        return any(_name_by_trying(glob[1:], name[start:]) for start in range(len(name) + 1))
    return bool(name) and glob[0] in ("?", name[0]) and _name_by_trying(glob[1:], name[1:])


def test_git_decides_alike(make_repository) -> None:
    globs = ["*.tmp", "/top", "a/**/z", "**/deep/er", "x/*.yaml", "n[0-3]", "q?", "folder/"]
    paths = [
        "k.tmp", "a/k.tmp", "top/k", "a/top/k", "a/z", "a/b/c/z", "b/a/z", "deep/er/k", "p/deep/er/k",
        "x/k.yaml", "x/y/k.yaml", "n2", "n7", "qq", "q/k", "folder/k", "w/folder/k",
    ]  # fmt: skip
    git = make_repository({})
    Path(git.folder / ".gitignore").write_text("\n".join(globs))
    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=git.folder,
        input="\n".join(paths).encode(),
        capture_output=True,
        check=True,
    )

    assert [path for path in paths if Globs(globs).match(path)] == asked.stdout.decode().split()
