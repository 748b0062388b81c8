"""Where results are kept between runs: in the user's cache folder, for that user only."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

NAME = "gitlint-ops"


def cache_folder(kind: str) -> Path | None:
    """The folder for one kind of results; None where the user has none, or others could write to it.

    Sources: https://specifications.freedesktop.org/basedir-spec/latest/, Apple's File System Programming
    Guide (macOS Library Directory Details)
    """
    named = Path(os.environ.get("GITLINT_OPS_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or ".")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    if not named.is_absolute() and not home.is_absolute():
        return None
    usual = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    folder = (named if named.is_absolute() else usual) / NAME
    return folder / kind if _is_own(folder) and _is_own(folder / kind) else None


def _is_own(folder: Path) -> bool:
    """Whether nobody else can put files there; what is not there yet is made for this user."""
    try:
        held = folder.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    is_mine = not hasattr(os, "getuid") or held.st_uid == os.getuid()
    return is_mine and not held.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
