"""A tree with other bytes in some files is the same tree in all else."""

from __future__ import annotations

from pathlib import Path

from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.edited import EditedTree
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

from ..cli.command_line import write


def tree_of(folder: Path) -> Tree:
    return open_tree(open_workspace([str(folder)], cwd=str(folder)).repositories[0])


def test_an_edited_file_is_another_by_its_name_and_behind_links(tmp_path: Path) -> None:
    write(tmp_path, {"base/a.yaml": "a: 1\n", "base/b.yaml": "b: 1\n"})
    (tmp_path / "linked").symlink_to("base")

    edited = EditedTree(tree_of(tmp_path), {"base/a.yaml": b"a: 2\n"})

    paths = ("base/a.yaml", "linked/a.yaml", "base/b.yaml")
    assert [edited.read(path) for path in paths] == [b"a: 2\n", b"a: 2\n", b"b: 1\n"]
    assert list(edited.entries()) == ["base/a.yaml", "base/b.yaml", "linked"]


def test_texts_that_were_parsed_before_serve_for_the_files_that_stay(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    tree = tree_of(tmp_path)
    sources = Sources([tree])
    a, b = (tree.ref(path) for path in ("a.yaml", "b.yaml"))
    before = {file: sources.text(file, Typing.KUBECTL) for file in (a, b)}

    edited = sources.edited({a: b"a: 2\n"})

    assert edited.text(b, Typing.KUBECTL) is before[b]
    assert [one.body for one in edited.text(a, Typing.KUBECTL).documents] == [{"a": 2}]
    assert [one.body for one in sources.text(a, Typing.KUBECTL).documents] == [{"a": 1}]
