"""Putting a changed file in place of the one that was read."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from gitlint_ops.workspace.disk import read_file
from gitlint_ops.workspace.tree import MAX_FILE_BYTES, Unreadable


class NotWritten(Exception):
    """A file was left as it is; the message says why, and goes on after its name."""


def replace_file(root: str, path: str, before: bytes, after: bytes) -> None:
    """Write a regular file of the folder `root` as a whole or not at all; its mode stays.

    Raises:
        NotWritten: the way to it leads over a link, it no longer holds `before`, or it cannot be written.
    """
    full = Path(root, path)
    if os.path.realpath(full) != str(Path(os.path.realpath(root), path)):
        raise NotWritten("lies behind a symbolic link")
    try:
        if read_file(str(full), path, MAX_FILE_BYTES) != before:
            raise NotWritten("has changed meanwhile")
    except Unreadable as error:
        raise NotWritten(error.reason) from error
    try:
        _replace(full, after)
    except OSError as error:
        raise NotWritten(f"cannot be written ({(error.strerror or 'unknown error').lower()})") from error


def _replace(full: Path, data: bytes) -> None:
    mode = stat.S_IMODE(full.lstat().st_mode)
    descriptor, name = tempfile.mkstemp(prefix=f".{full.name}.", dir=full.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(full)
    finally:
        temporary.unlink(missing_ok=True)


def put_file(root: str, path: str, data: bytes) -> bool:
    """Write a file of the folder `root`, and the folders above it; whether it held something else before.

    Raises:
        NotWritten: the way to it leads over a link, something else is there, or it cannot be written.
    """
    full = Path(root, path)
    _require_no_link(root, full)
    try:
        if read_file(str(full), path, MAX_FILE_BYTES) == data:
            return False
    except Unreadable as error:
        if full.exists():
            raise NotWritten(error.reason) from error
    try:
        full.parent.mkdir(parents=True, exist_ok=True)
        if full.exists():
            _replace(full, data)
        else:
            full.write_bytes(data)
    except OSError as error:
        raise NotWritten(f"cannot be written ({(error.strerror or 'unknown error').lower()})") from error
    return True


def remove_file(root: str, path: str) -> bool:
    """Remove a file of the folder `root`, and the folder that it leaves empty; whether it was there.

    Raises:
        NotWritten: the way to it leads over a link, or it cannot be removed.
    """
    full = Path(root, path)
    _require_no_link(root, full)
    if not full.exists():
        return False
    try:
        full.unlink()
        if not any(full.parent.iterdir()):
            full.parent.rmdir()
    except OSError as error:
        raise NotWritten(f"cannot be removed ({(error.strerror or 'unknown error').lower()})") from error
    return True


def _require_no_link(root: str, full: Path) -> None:
    if os.path.realpath(full) != str(Path(os.path.realpath(root), full.relative_to(root))):
        raise NotWritten("lies behind a symbolic link")
