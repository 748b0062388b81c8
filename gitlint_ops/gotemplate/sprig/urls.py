"""sprig's functions of URLs.

Source: url.go of github.com/Masterminds/sprig/v3, net/url of Go.
"""

from __future__ import annotations

import re

from gitlint_ops.gotemplate.faults import FunctionFault
from gitlint_ops.gotemplate.literals import from_bytes, quote, to_bytes
from gitlint_ops.gotemplate.signatures import Functions, simple
from gitlint_ops.gotemplate.values import Value, kind

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_WRONG_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_PORT = re.compile(r"(?::[0-9]*)?")
_HOST_CHARACTER = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:\[\]<>\"\u0080-\U0010ffff-]*")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~")
_IN_PATH = _PLAIN | frozenset(b"$&+,/:;=@")
_IN_USER = _PLAIN | frozenset(b"$&+,;=")
_IN_FRAGMENT = _PLAIN | frozenset(b"$&+,/:;=?@!()*")
_IN_HOST = _PLAIN | frozenset(b"!$&'()*+,;=:[]<>\"")
_VALID_IN_PATH = frozenset("!'()*[]")


def _wrong(text: str, reason: str) -> FunctionFault:
    return FunctionFault(f"unable to parse url: parse {quote(text)}: {reason}")


def _unescaped(part: str, text: str) -> str:
    found = _WRONG_ESCAPE.search(part)
    if found is not None:
        raise _wrong(text, f"invalid URL escape {quote(found[0])}")
    return from_bytes(_ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), to_bytes(part)))


def _escaped(text: str, kept: frozenset[int]) -> str:
    return "".join(chr(one) if one in kept else f"%{one:02X}" for one in to_bytes(text))


def _scheme(text: str) -> tuple[str, str]:
    if text.startswith(":"):
        raise _wrong(text, "missing protocol scheme")
    found = _SCHEME.match(text)
    if found is not None and text[found.end() : found.end() + 1] == ":":
        return found[0].lower(), text[found.end() + 1 :]
    return "", text


def _authority(rest: str, text: str) -> tuple[str, str]:
    """Who logs in, and the host."""
    before, at, host = rest.rpartition("@")
    if at and not _USER.fullmatch(before):
        raise _wrong(text, "net/url: invalid userinfo")
    user = ""
    if at:
        name, colon, password = before.partition(":")
        user = _user(_unescaped(name, text), _unescaped(password, text) if colon else None)
    return user, _host(host, text)


def _user(name: str, password: str | None) -> str:
    shown = _escaped(name, _IN_USER)
    return shown if password is None else f"{shown}:{_escaped(password, _IN_USER)}"


def _host(host: str, text: str) -> str:
    if "[" in host:
        closed = host.rfind("]")
        if not host.startswith("[") or closed < 0:
            raise _wrong(text, "missing ']' in host")
        port = host[closed + 1 :]
    else:
        port = host[host.rfind(":") :] if ":" in host else ""
    if not _PORT.fullmatch(port):
        raise _wrong(text, f"invalid port {quote(port)} after host")
    for found in _ESCAPED.finditer(to_bytes(host)):
        # Only bytes that are no ASCII may be escaped in a host.
        if int(found[1], 16) < 128:
            raise _wrong(text, f"invalid URL escape {quote(found[0].decode())}")
    plain = _unescaped(host, text)
    for one in plain:
        if not _HOST_CHARACTER.fullmatch(one) and not "\udc80" <= one <= "\udcff":
            raise _wrong(text, f"invalid character {quote(one)} in host name")
    return plain


def _hostname(host: str) -> str:
    if host.startswith("[") and "]" in host:
        return host[1 : host.index("]")]
    name, colon, port = host.rpartition(":")
    return name if colon and _PORT.fullmatch(colon + port) else host


def _parse(text: str) -> dict[str, Value]:
    if any(ord(one) < 32 or one == "\x7f" for one in text):
        raise _wrong(text, "net/url: invalid control character in URL")
    before, _, fragment = text.partition("#")
    found: dict[str, Value] = dict.fromkeys(
        ("scheme", "host", "hostname", "path", "query", "opaque", "fragment", "userinfo"), ""
    )
    if before == "*":
        return {**found, "path": "*", "fragment": _unescaped(fragment, text)}
    found["scheme"], rest = _scheme(before)
    rest, _, found["query"] = rest.partition("?")
    if not rest.startswith("/"):
        if found["scheme"]:
            return {**found, "opaque": rest, "fragment": _unescaped(fragment, text)}
        if ":" in rest.partition("/")[0]:
            raise _wrong(text, "first path segment in URL cannot contain colon")
    if rest.startswith("//") and (found["scheme"] or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        found["userinfo"], host = _authority(authority, text)
        found["host"], found["hostname"] = host, _hostname(host)
    found["path"] = _unescaped(rest, text)
    found["fragment"] = _unescaped(fragment, text)
    return found


def _member(parts: dict[str, Value], key: str) -> str:
    value = parts.get(key, "")
    if not isinstance(value, str):
        if value is None:
            raise FunctionFault("runtime error: invalid memory address or nil pointer dereference")
        raise FunctionFault(f"unable to parse {key} key, must be of type string, but {kind(value)} found")
    return value


def _join(parts: dict[str, Value]) -> str:
    names = ("scheme", "host", "path", "query", "opaque", "fragment", "userinfo")
    scheme, host, path, query, opaque, fragment, userinfo = (_member(parts, one) for one in names)
    user: str | None = None
    if userinfo:
        user = _parse(f"proto://{userinfo}@host")["userinfo"]
    text = f"{scheme}:" if scheme else ""
    if opaque:
        text += opaque
    else:
        text += _behind_scheme(scheme, host, path, user)
    return (
        text + (f"?{query}" if query else "") + (f"#{_escaped(fragment, _IN_FRAGMENT)}" if fragment else "")
    )


def _behind_scheme(scheme: str, host: str, path: str, user: str | None) -> str:
    text = ""
    if scheme or host or user is not None:
        if host or path or user is not None:
            text = "//"
        text += f"{user}@" if user is not None else ""
        text += _escaped(host, _IN_HOST)
    written = path if path == "*" else _escaped(path, _IN_PATH)
    if written and not written.startswith("/") and host:
        text += "/"
    if not text and not scheme and ":" in written.partition("/")[0]:
        text = "./"
    return text + written


URLS: Functions = {
    "urlParse": simple("string", _parse),
    "urlJoin": simple("dict", _join),
}
