"""A file is written as a whole, where it is, and only over what was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.workspace.writing import NotWritten, replace_file


def test_a_file_gets_its_new_bytes_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old")
    file.chmod(0o604)

    replace_file(str(tmp_path), "a.yaml", b"old", b"new")

    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o604)
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


def test_what_somebody_else_has_written_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"theirs")

    with pytest.raises(NotWritten, match="has changed meanwhile"):
        replace_file(str(tmp_path), "a.yaml", b"old", b"new")

    assert (tmp_path / "a.yaml").read_bytes() == b"theirs"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "repo").mkdir()
    (tmp_path / "outside/a.yaml").write_bytes(b"old")
    (tmp_path / "repo/folder").symlink_to("../outside")
    (tmp_path / "repo/a.yaml").symlink_to("../outside/a.yaml")

    for path in ("folder/a.yaml", "a.yaml", "../outside/a.yaml"):
        with pytest.raises(NotWritten, match="behind a symbolic link"):
            replace_file(str(tmp_path / "repo"), path, b"old", b"new")

    assert (tmp_path / "outside/a.yaml").read_bytes() == b"old"


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="does not exist"):
        replace_file(str(tmp_path), "a.yaml", b"old", b"new")

    assert list(tmp_path.iterdir()) == []
