"""Addresses that kustomize cannot use: copied from a browser, or of a file where it takes a folder.

Source: https://docs.github.com/en/repositories/working-with-files/using-files/getting-permanent-links-to-files,
https://docs.gitlab.com/user/project/repository/files/
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from msgspec import Struct

_PAGES = (
    re.compile(
        r"https?://(?:www\.)?(?P<host>github\.com)/(?P<repo>[^/]+/[^/]+)/(?P<kind>tree|blob)/(?P<rest>.+)"
    ),
    re.compile(r"https?://(?P<host>[^/]+)/(?P<repo>[^/]+/.+?)/-/(?P<kind>tree|blob)/(?P<rest>.+)"),
)
_FILE_AS_FOLDER = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<host>github\.com)/(?P<repo>[^/?]+/[^/?]+?)(?:\.git)?//"
    r"(?P<path>[^?]+\.(?:ya?ml|json))(?:\?(?P<query>.*))?"
)
_LONGEST = 4_000


class Misused(Struct, frozen=True):
    """What is wrong with an address, in words that go on after it, and the address to write instead."""

    why: str
    instead: str

    @property
    def hint(self) -> str:
        return f"this {self.why}: write {self.instead}"


def misused(text: str) -> Misused | None:
    """Whether and why kustomize cannot use an address.

    A ref with slashes in it cannot be told from the path: it is taken to end at the first.
    """
    if len(text) > _LONGEST:
        return None
    address = text.partition("?")[0].rstrip("/")
    page = next((found for form in _PAGES if (found := form.fullmatch(address))), None)
    if page is not None:
        return Misused("leads to a page for browsers and not to what is shown there", _shown_by(page))
    file = _FILE_AS_FOLDER.fullmatch(text)
    if file is None:
        return None
    query = parse_qs(file["query"] or "")
    ref = (query.get("ref") or query.get("version") or ["HEAD"])[0]
    why = "names a file of a repository as if it were a folder"
    return Misused(why, _file(file["host"], file["repo"], ref, file["path"]))


def _shown_by(page: re.Match[str]) -> str:
    """The address of the file or folder that a page shows."""
    host, repo = page["host"], page["repo"]
    ref, _, path = page["rest"].partition("/")
    if page["kind"] == "blob" and path:
        return _file(host, repo, ref, path)
    ending = "" if host == "github.com" else ".git"
    return f"https://{host}/{repo}{ending}//{path}?ref={ref}"


def _file(host: str, repo: str, ref: str, path: str) -> str:
    if host == "github.com":
        return f"https://raw.githubusercontent.com/{repo}/{ref}/{path}"
    return f"https://{host}/{repo}/-/raw/{ref}/{path}"
