"""Putting a changed folder of pins on disk."""

from __future__ import annotations

from gitlint_ops.model.errors import UsageError
from gitlint_ops.pinning.pins import Change
from gitlint_ops.validate.own_sources import LOCK_NAME
from gitlint_ops.workspace.writing import NotWritten, put_file, remove_file


def write_change(root: str, folder: str, made: Change) -> int:
    """Write and remove the files of a folder of the repository at `root`; how many were touched.

    The lock is written last: one that was cut off leaves files that `schemas verify` tells.

    Raises:
        UsageError: a file cannot be written, or lies behind a link.
    """
    touched = 0
    order = [*(path for path in made.written if path != LOCK_NAME), LOCK_NAME]
    for path in order:
        inside = f"{folder}/{path}" if folder else path
        try:
            touched += put_file(root, inside, made.written[path])
        except NotWritten as error:
            raise UsageError(f"{inside} {error}") from error
    for path in made.removed:
        inside = f"{folder}/{path}" if folder else path
        try:
            touched += remove_file(root, inside)
        except NotWritten as error:
            raise UsageError(f"{inside} {error}") from error
    return touched
