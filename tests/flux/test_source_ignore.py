"""Which files of a repository get into an artifact, as Flux's own library says it."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlint_ops.build.flux.source_ignore import FILE, artifact_filter
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..delivery.oracles import ask
from .conftest import write

PARTS = (
    "*",
    "**",
    "a",
    "b",
    "apps",
    "*.yaml",
    "?",
    "[ab]",
    "x.yaml",
    "a**",
    "c d",
    "",
    "\\a",
    "*.p[n-p]g",
    "[",
)
FOLDERS = ("a", "b", "apps", ".github")
FILES = ("x.yaml", "y.png", "z.yml", "c d", ".sops.yaml", ".gitignore")


def kept(folder: Path, ignore: str | None, *, bucket: bool) -> list[str]:
    tree = open_tree(open_workspace([str(folder)], cwd="/").repositories[0])
    is_kept = artifact_filter(tree, Sources([tree]), ignore, defaults=not bucket)
    paths = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    # The file itself is no part of what a bucket gives.
    return sorted(one for one in paths if is_kept(one, False) and not (bucket and one == FILE))


def rule(rng: random.Random) -> str:
    parts = "/".join(rng.choice(PARTS) for _ in range(rng.randint(1, 3)))
    return rng.choice(("", "!", "", "/")) + parts + rng.choice(("/", "", " "))


def rules(rng: random.Random) -> str:
    return "\n".join(rule(rng) for _ in range(3))


def repository(folder: Path, rng: random.Random) -> Path:
    folder.mkdir()
    for path in paths(rng):
        with contextlib.suppress(OSError):  # a file where a folder should be
            write(folder, {path: "x"})
    if rng.random() < 0.5:
        write(folder, {FILE: rules(rng)})
    if rng.random() < 0.3 and (folder / "apps").is_dir():
        write(folder, {f"apps/{FILE}": rules(rng)})
    return folder


def paths(rng: random.Random) -> Iterator[str]:
    for _ in range(12):
        above = [rng.choice(FOLDERS) for _ in range(rng.randint(0, 3))]
        yield "/".join([*above, rng.choice(FILES)])


@pytest.mark.parametrize("bucket", [False, True])
def test_generated_rules_leave_out_what_flux_leaves_out(flux: Path, tmp_path: Path, bucket: bool) -> None:
    rng = random.Random(3)
    folders = [repository(tmp_path / str(number), rng) for number in range(100)]
    ignores = [rng.choice((None, "# nothing\n", "", rules(rng))) for _ in folders]
    questions = [
        {
            "mode": "sourceignore",
            "root": str(folder),
            **({"ignore": ignore} if ignore is not None else {}),
            **({"kind": "Bucket"} if bucket else {}),
        }
        for folder, ignore in zip(folders, ignores, strict=True)
    ]

    for folder, ignore, said in zip(folders, ignores, ask(flux, questions), strict=True):
        assert kept(folder, ignore, bucket=bucket) == sorted(said["files"]), (folder, ignore)


def test_rules_of_the_source_take_away_what_flux_leaves_out_by_itself(tmp_path: Path) -> None:
    write(tmp_path, {"logo.png": "x", "notes.md": "x", ".gitignore": "x", "web.yaml": "x"})

    assert kept(tmp_path, None, bucket=False) == ["notes.md", "web.yaml"]
    assert kept(tmp_path, "*.md", bucket=False) == ["logo.png", "web.yaml"]
    assert kept(tmp_path, "*.md", bucket=True) == [".gitignore", "logo.png", "web.yaml"]
