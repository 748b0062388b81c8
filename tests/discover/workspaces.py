"""Repositories with an address of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..cli.command_line import write


def repository(folder: Path, files: Mapping[str, str], remote: str = "") -> Path:
    """A repository on its branch `main`, with `remote` as its origin; all is committed."""
    folder.mkdir(parents=True)
    write(folder, files)
    for arguments in (
        ("init", "-q", "-b", "main"),
        *([("remote", "add", "origin", remote)] if remote else []),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "all"),
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder
