"""References that kustomize would fetch: git repositories and files at URLs.

Source: api/internal/git/repospec.go, api/internal/loader/fileloader.go
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import unquote, unquote_plus

from msgspec import Struct

_SCHEMES = ("ssh://", "https://", "http://", "file://")
_USER = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*@")
_GITHUB = ("github.com/", "github.com:")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})

# https://docs.github.com/en/repositories/working-with-files/using-files/viewing-and-understanding-files
_RAW_FILES = (
    re.compile(r"https?://raw\.githubusercontent\.com/(?P<repo>[^/]+/[^/]+)/(?P<rest>.+)", re.IGNORECASE),
    re.compile(r"https?://(?:www\.)?github\.com/(?P<repo>[^/]+/[^/]+)/raw/(?P<rest>.+)", re.IGNORECASE),
    re.compile(r"https?://(?P<host>[^/]+)/(?P<repo>[^/]+/.+?)/-/raw/(?P<rest>.+)", re.IGNORECASE),
)
_MAX_REF_PARTS = 5


class RemoteFolder(Struct, frozen=True):
    """A folder of a git repository at a ref ("": its default branch).

    `url` is what kustomize gives to git, `path` is relative to the repository's root, `text` the
    reference as it was written.
    """

    text: str
    url: str
    path: str
    ref: str
    submodules: bool = True


class RemoteFile(Struct, frozen=True):
    """A file of a git repository at a ref, asked for by HTTP.

    A ref may hold slashes, so `readings` are the ways to divide the address into ref and path.
    """

    text: str
    url: str
    readings: tuple[tuple[str, str], ...]


Remote: TypeAlias = RemoteFolder | RemoteFile | str
"""A plain text is a URL that names no file of a git repository."""


def is_url(path: str) -> bool:
    """Whether kustomize would fetch this file over HTTP."""
    return path.lower().startswith(("http:", "https:"))


def is_git_repository(path: str) -> bool:
    """Whether kustomize would clone this: `github.com/org/repo//dir?ref=v1`, `git@host:org/repo`."""
    return remote_folder(path) is not None


def remote_folder(text: str) -> RemoteFolder | None:
    """The folder that a reference names, if kustomize takes it for one of a git repository."""
    if text.startswith("/"):
        return None
    address, _, query = text.partition("?")
    found = _host(_without_prefix(address, ("git::",)))
    if found is None:
        return None
    host, rest = found
    parts = _explicit_parts(rest)
    if parts is None:
        parts = (rest, "") if host == "file://" else _first_two(rest)
    repo, folder = parts
    folder = folder.removeprefix("/")
    if not repo or not _stays_inside(folder):
        return None
    ref, submodules = _parameters(query)
    return RemoteFolder(text, host + repo, _from_root(folder), ref, submodules)


def remote_file(text: str) -> RemoteFile | None:
    """The file that a URL names, if the URL is one by which a git server gives out its files."""
    address = text.partition("?")[0]
    for form in _RAW_FILES:
        match = form.fullmatch(address)
        if match:
            host = match.groupdict().get("host") or "github.com"
            return RemoteFile(text, f"https://{host}/{match['repo']}", _readings(unquote(match["rest"])))
    return None


def remote_of(text: str) -> Remote | None:
    """What a reference names elsewhere; None where it is a path."""
    return remote_file(text) or remote_folder_or_url(text)


def remote_folder_or_url(text: str) -> Remote | None:
    """A release's asset looks like a folder of a repository, but kustomize asks for it by HTTP first."""
    if is_url(text) and _is_file(text):
        return text.partition("?")[0]
    return remote_folder(text) or (text.partition("?")[0] if is_url(text) else None)


def _is_file(text: str) -> bool:
    """Whether a URL surely gives a file: no folder of a repository ends like one."""
    path = text.partition("?")[0]
    return path.endswith((".yaml", ".yml", ".json")) or "/releases/" in path


def _host(text: str) -> tuple[str, str] | None:
    """What stands before a repository's path, as kustomize gives it to git, and the rest."""
    rest = _without_prefix(text, _SCHEMES)
    scheme = text[: len(text) - len(rest)].lower()
    if scheme == "file://":
        return scheme, rest
    match = _USER.match(rest)
    user = match.group() if match else ""
    rest = rest[len(user) :]
    is_github = rest.lower().startswith(_GITHUB)
    if not (scheme or user or is_github):
        return None
    host, path = _split_host(rest, allow_colon=not scheme)
    if not host:
        return None
    if is_github:
        return (f"{user}github.com:" if user or scheme == "ssh://" else "https://github.com/"), path
    return scheme + user + host, path


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
        at = colon
    return (text, "") if at < 0 else (text[: at + 1], text[at + 1 :])


def _explicit_parts(path: str) -> tuple[str, str] | None:
    """Repository and folder, where `_git/`, `//` or `.git` says where the one ends."""
    if "_git/" in path:
        before, marker, after = path.partition("_git/")
        name, _, folder = after.partition("/")
        return before + marker + name, folder
    if "//" in path:
        repo, _, folder = path.partition("//")
        return repo, folder
    if ".git" in path:
        repo, marker, folder = path.partition(".git")
        return repo + marker, folder
    return None


def _first_two(path: str) -> tuple[str, str]:
    parts = path.split("/")
    return ("/".join(parts[:2]), "/".join(parts[2:])) if len(parts) >= 2 else ("", "")


def _stays_inside(folder: str) -> bool:
    return posixpath.normpath(folder).split("/")[0] != ".."


def _from_root(folder: str) -> str:
    clean = posixpath.normpath(folder).lstrip("/")
    return "" if clean == "." else clean


def _parameters(query: str) -> tuple[str, bool]:
    """Ref and submodules; what Go cannot parse counts as not there at all."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        if ";" in part or _BAD_ESCAPE.search(part):
            return "", True
        key, _, value = part.partition("=")
        found.setdefault(unquote_plus(key), unquote_plus(value))
    return found.get("ref") or found.get("version", ""), found.get("submodules", "") not in _FALSE


def _readings(rest: str) -> tuple[tuple[str, str], ...]:
    parts = [part for part in rest.split("/") if part]
    least = 3 if parts[:2] in (["refs", "heads"], ["refs", "tags"]) else 1
    most = min(len(parts) - 1, least + _MAX_REF_PARTS - 1)
    if ".." in parts:
        return ()
    return tuple(("/".join(parts[:end]), "/".join(parts[end:])) for end in range(least, most + 1))
