"""References that kustomize would fetch: URLs and git repositories.

Source: api/internal/git/repospec.go, api/internal/loader/fileloader.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SCHEMES = ("ssh://", "https://", "http://", "file://")
_USER = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*@")
_GITHUB = ("github.com/", "github.com:")


def is_url(path: str) -> bool:
    """Whether kustomize would fetch this file over HTTP."""
    return path.lower().startswith(("http:", "https:"))


def is_git_repository(path: str) -> bool:
    """Whether kustomize would clone this: `github.com/org/repo//dir?ref=v1`, `git@host:org/repo`."""
    if path.startswith("/"):
        return False
    text = path.partition("?")[0]
    text = _without_prefix(text, ("git::",))
    rest = _without_prefix(text, _SCHEMES)
    has_scheme = rest != text
    if text.lower().startswith("file://"):
        return bool(rest) and _stays_inside(_explicit_folder(rest) or "")
    user = _USER.match(rest)
    rest = rest[user.end() :] if user else rest
    is_github = rest.lower().startswith(_GITHUB)
    if not (has_scheme or user or is_github):
        return False
    host, path_in_host = _split_host(rest, allow_colon=not has_scheme)
    return bool(host) and _names_repository(path_in_host)


def _without_prefix(text: str, prefixes: Iterable[str]) -> str:
    lowered = text.lower()
    for prefix in prefixes:
        if lowered.startswith(prefix):
            return text[len(prefix) :]
    return text


def _split_host(text: str, *, allow_colon: bool) -> tuple[str, str]:
    at = text.find("/")
    colon = text.find(":") if allow_colon else -1
    if at < 0 or 0 < colon < at:
        at = colon if colon > 0 else at
    return (text, "") if at < 0 else (text[: at + 1], text[at + 1 :])


def _names_repository(path: str) -> bool:
    folder = _explicit_folder(path)
    if folder is not None:
        return bool(path.partition("//")[0]) and _stays_inside(folder)
    parts = path.split("/")
    return len(parts) >= 2 and bool("/".join(parts[:2])) and _stays_inside("/".join(parts[2:]))


def _explicit_folder(path: str) -> str | None:
    """The folder within the repository, where `_git/`, `//` or `.git` says where it begins."""
    if "_git/" in path:
        return path.partition("_git/")[2].partition("/")[2]
    if "//" in path:
        return path.partition("//")[2]
    if ".git" in path:
        return path.partition(".git")[2]
    return None


def _stays_inside(folder: str) -> bool:
    depth = 0
    for part in folder.split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return False
    return True
