"""The functions on URLs that Kubernetes adds to CEL, which read them as Go does.

Source: k8s.io/apiserver/pkg/cel/library/urls.go, net/url of Go
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv6Address
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from msgspec import Struct

from gitlint_ops.cel.opaque import URL, opaque, text_of

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WRONG_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = re.compile(r"(?::[0-9]*)?")
# In a host only bytes beyond ASCII, and a percent sign, may be escaped.
_WRONG_HOST = re.compile(r"[ #^`{|}\\/?@]|%(?!25)[0-7]")
_ENCODED_PATH = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@\[\]%/]*")
_LEFT_IN_PATH = "/-._~$&+,:;=@"
_LONGEST = 8_192


class _Parts(Struct, frozen=True):
    scheme: str
    host: str
    path: str
    query: str


def url(text: str) -> dict[str, Any]:
    """The absolute URL or path that a text writes.

    Raises:
        ValueError: it writes none.
    """
    _parsed(text)
    _parsed_with_fragment(text)
    return opaque(URL, text)


def is_url(text: str) -> bool:
    try:
        _parsed(text)
    except ValueError:
        return False
    return True


def scheme(held: Mapping[str, Any]) -> str:
    return _parts(held).scheme


def host(held: Mapping[str, Any]) -> str:
    return _parts(held).host


def hostname(held: Mapping[str, Any]) -> str:
    whole = _parts(held).host
    if whole.startswith("["):
        return whole[1:].partition("]")[0]
    return whole.rpartition(":")[0] if _port(whole) is not None else whole


def port(held: Mapping[str, Any]) -> str:
    return _port(_parts(held).host) or ""


def escaped_path(held: Mapping[str, Any]) -> str:
    path = _parts(held).path
    if path == "*" or _ENCODED_PATH.fullmatch(path):
        return path
    return quote(unquote(path), safe=_LEFT_IN_PATH)


def query(held: Mapping[str, Any]) -> dict[str, list[str]]:
    """The values of each key; pairs that cannot be read are passed over."""
    found: dict[str, list[str]] = {}
    for pair in _parts(held).query.split("&"):
        if not pair or ";" in pair or _WRONG_ESCAPE.search(pair):
            continue
        key, _, value = pair.partition("=")
        found.setdefault(unquote_plus(key), []).append(unquote_plus(value))
    return found


def _parts(held: Mapping[str, Any]) -> _Parts:
    return _parsed_with_fragment(text_of(held, URL))


def _parsed_with_fragment(text: str) -> _Parts:
    before, _, fragment = text.partition("#")
    _check_escapes(fragment)
    return _parsed(before, as_request=False) if before else _Parts("", "", "", "")


def _parsed(text: str, as_request: bool = True) -> _Parts:
    """The parts of a URL; in what is sent as a request a path may begin with two slashes."""
    if not text or len(text) > _LONGEST or _CONTROL.search(text):
        raise ValueError("URL parse error: it is empty, too long, or holds control characters")
    if text == "*":
        return _Parts("", "", "*", "")
    found = _SCHEME.match(text)
    name, rest = (found[1].lower(), text[found.end() :]) if found else ("", text)
    rest, _, asked = rest.partition("?")
    if not rest.startswith("/"):
        if name:
            return _Parts(name, "", "", asked)
        raise ValueError("URL parse error: invalid URI for request")
    authority = ""
    if rest.startswith("//") and (name or not (as_request or rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
    _check_escapes(rest)
    return _Parts(name, _host(authority), rest, asked)


def _host(authority: str) -> str:
    user, at, whole = authority.rpartition("@")
    if at and not _USER.fullmatch(user):
        raise ValueError("URL parse error: invalid userinfo")
    _check_escapes(user)
    if whole.startswith("["):
        address, closing, rest = whole[1:].rpartition("]")
        if not closing:
            raise ValueError("URL parse error: missing ']' in host")
        _check_address(address.partition("%25")[0])
    else:
        address, colon, digits = whole.rpartition(":")
        rest = colon + digits
        if colon and ":" in address:
            raise ValueError("URL parse error: invalid port after host")
    if _PORT.fullmatch(rest if whole.startswith("[") or ":" in whole else "") is None:
        raise ValueError("URL parse error: invalid port after host")
    if _WRONG_HOST.search(whole):
        raise ValueError("URL parse error: invalid character in host name")
    _check_escapes(whole)
    return unquote(whole)


def _check_address(text: str) -> None:
    try:
        IPv6Address(text)
    except AddressValueError as error:
        raise ValueError(f"URL parse error: invalid host: {error}") from error


def _port(whole: str) -> str | None:
    """The port of a host, None where it has none."""
    rest = whole.rpartition("]")[2] if whole.startswith("[") else whole
    _, colon, digits = rest.rpartition(":")
    return digits if colon else None


def _check_escapes(text: str) -> None:
    if _WRONG_ESCAPE.search(text):
        raise ValueError("URL parse error: invalid URL escape")
