"""What tells one remote repository from another, however its address is written."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_PORT = re.compile(r":\d*\Z")

# Hosts that answer ssh under another name, so that it passes firewalls.
_ALIASES = {
    "www.github.com": "github.com",
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
    "ssh.dev.azure.com": "dev.azure.com",
}
_LONGEST = 4_000
"""No address is longer; what is, is cut, and so matches nothing."""


def repository_key(address: str) -> str:
    """A name that all addresses of one repository share: "github.com/org/repo".

    Scheme, user, port, `.git` and the case of letters make no difference, nor does `git@host:path` for
    `ssh://git@host/path`. A folder of this machine is "file:" with its path; "" where nothing is named.

    Source: https://git-scm.com/docs/git-fetch#_git_urls
    """
    text = address.strip()[:_LONGEST]
    text = text[5:] if text.lower().startswith("git::") else text
    if text.lower().startswith("file://"):
        return _folder_key(unquote(text[7:]))
    scheme = _SCHEME.match(text)
    if scheme:
        host, _, path = text[scheme.end() :].partition("/")
    elif text.startswith(("/", "./", "../")) or _DRIVE.match(text):
        return _folder_key(text)
    else:
        host, path = _host_and_path(text)
    host = _PORT.sub("", host.rpartition("@")[2]).lower()
    return _hosted_key(_ALIASES.get(host, host), unquote(path))


def _host_and_path(text: str) -> tuple[str, str]:
    """Of `git@host:path`, or of an address without a scheme."""
    colon, slash = text.find(":"), text.find("/")
    if colon > 0 and (slash < 0 or colon < slash):
        return text[:colon], text[colon + 1 :]
    host, _, path = text.partition("/")
    return host, path


def _hosted_key(host: str, path: str) -> str:
    parts = [part for part in path.lower().split("/") if part not in ("", ".")]
    if host == "dev.azure.com":
        # https://learn.microsoft.com/azure/devops/repos/git/use-ssh-keys-to-authenticate
        parts = [part for part in parts if part not in ("_git", "v3")]
    if not host or not parts or ".." in parts:
        return ""
    parts[-1] = parts[-1].removesuffix(".git") or parts[-1]
    return "/".join((host, *parts))


def _folder_key(path: str) -> str:
    whole = posixpath.normpath(path)
    return f"file:{whole.removesuffix('/.git').removesuffix('.git') or whole}" if path else ""


def joined_address(base: str, relative: str) -> str:
    """The address that a submodule's relative one means beneath its repository's.

    Source: https://git-scm.com/docs/git-submodule (add)
    """
    rest = relative
    while rest.startswith(("./", "../")):
        if rest.startswith("../"):
            base = _above(base.rstrip("/"))
        rest = rest.partition("/")[2]
    return base + rest if not base or base.endswith(":") else f"{base.rstrip('/')}/{rest}"


def _above(address: str) -> str:
    at = max(address.rfind("/"), address.rfind(":"))
    return "" if at < 0 else address[:at] if address[at] == "/" else address[: at + 1]
