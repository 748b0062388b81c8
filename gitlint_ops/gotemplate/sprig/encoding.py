"""sprig's encodings, checksums and paths.

Source: strings.go and crypto.go of github.com/Masterminds/sprig/v3; encoding/base64, encoding/base32 and path
of Go.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import posixpath
import zlib

from gitlint_ops.gotemplate.literals import from_bytes, to_bytes
from gitlint_ops.gotemplate.signatures import Functions, simple, unknown

_KEY = "a key or certificate that is made at random is known only at run time"
_HEAVY = "what encryption yields is not evaluated here"
_BASE64 = {
    code: index
    for index, code in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_BASE32 = {code: index for index, code in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}
_PAD = ord("=")
_PARTS_OF_BASE32 = {2: 1, 4: 2, 5: 3, 7: 4, 8: 5}


def _from_base64(text: str) -> str:
    """The decoded text, or what Go says is wrong: sprig yields the error as text."""
    data = to_bytes(text)
    try:
        return from_bytes(base64.b64decode(data.replace(b"\r", b"").replace(b"\n", b""), validate=True))
    except binascii.Error:
        pass
    return f"illegal base64 data at input byte {_bad_base64(data)}"


def _bad_base64(data: bytes) -> int:
    """Where Go's decoder gives up."""
    at, count = 0, 0
    while at < len(data):
        code = data[at]
        at += 1
        if code in b"\r\n":
            continue
        if code == _PAD:
            return _bad_padding(data, at, count)
        if code not in _BASE64:
            return at - 1
        count = (count + 1) % 4
    return at - count


def _bad_padding(data: bytes, at: int, count: int) -> int:
    if count < 2:
        return at - 1
    at = _behind_newlines(data, at)
    if count == 2:
        if at == len(data):
            return len(data)
        if data[at] != _PAD:
            return at - 1
        at = _behind_newlines(data, at + 1)
    return at


def _behind_newlines(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in b"\r\n":
        at += 1
    return at


def _from_base32(text: str) -> str:
    data = to_bytes(text).replace(b"\r", b"").replace(b"\n", b"")
    made: list[bytes] = []
    for start in range(0, len(data), 8):
        group = data[start : start + 8]
        digits = group.rstrip(b"=") if len(group) == 8 and start + 8 == len(data) else group
        wrong = next((index for index, one in enumerate(digits) if one not in _BASE32), None)
        if wrong is not None or len(group) < 8 or len(digits) not in _PARTS_OF_BASE32:
            return f"illegal base32 data at input byte {_bad_base32(data, start)}"
        number = 0
        for one in digits.ljust(8, b"A"):
            number = number * 32 + _BASE32[one]
        made.append(number.to_bytes(5, "big")[: _PARTS_OF_BASE32[len(digits)]])
    return from_bytes(b"".join(made))


def _bad_base32(data: bytes, start: int) -> int:
    """Where Go's decoder gives up in the group of eight that begins at `start`."""
    for index in range(8):
        at = start + index
        if at >= len(data):
            return len(data) - index
        left = len(data) - at - 1
        if data[at] == _PAD and index >= 2 and left < 8:
            if left + index < 7:
                return len(data)
            for offset in range(7 - index):
                if left > offset and data[at + 1 + offset] != _PAD:
                    return at + offset
            return at
        if data[at] not in _BASE32:
            return at
    return start


def _clean(path: str) -> str:
    made = posixpath.normpath(path) if path else "."
    return made[1:] if made.startswith("//") else made


def _base(path: str) -> str:
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    return stripped.rpartition("/")[2]


def _folder(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return _clean(head + slash)


def _extension(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


def _sum(name: str) -> Functions:
    return {f"{name}sum": simple("string", lambda text: hashlib.new(name, to_bytes(text)).hexdigest())}


_PATHS: Functions = {
    "base": simple("string", _base),
    "dir": simple("string", _folder),
    "clean": simple("string", _clean),
    "ext": simple("string", _extension),
    "isAbs": simple("string", lambda path: path.startswith("/")),
}

ENCODING: Functions = {
    "b64enc": simple("string", lambda text: base64.b64encode(to_bytes(text)).decode()),
    "b64dec": simple("string", _from_base64),
    "b32enc": simple("string", lambda text: base64.b32encode(to_bytes(text)).decode()),
    "b32dec": simple("string", _from_base32),
    **_sum("sha1"),
    **_sum("sha256"),
    **_sum("sha512"),
    "adler32sum": simple("string", lambda text: str(zlib.adler32(to_bytes(text)))),
    **_PATHS,
    **{f"os{name[0].upper()}{name[1:]}": one for name, one in _PATHS.items()},
    "bcrypt": unknown("string", _KEY),
    "htpasswd": unknown("string, string", _KEY),
    "genPrivateKey": unknown("string", _KEY),
    "genCA": unknown("string, int", _KEY),
    "genCAWithKey": unknown("string, int, string", _KEY),
    "genSelfSignedCert": unknown("string, []interface {}, []interface {}, int", _KEY),
    "genSelfSignedCertWithKey": unknown("string, []interface {}, []interface {}, int, string", _KEY),
    "genSignedCert": unknown("string, []interface {}, []interface {}, int, sprig.certificate", _KEY),
    "genSignedCertWithKey": unknown(
        "string, []interface {}, []interface {}, int, sprig.certificate, string", _KEY
    ),
    "buildCustomCert": unknown("string, string", _HEAVY),
    "derivePassword": unknown("uint32, string, string, string, string", _HEAVY),
    "encryptAES": unknown("string, string", _KEY),
    "decryptAES": unknown("string, string", _HEAVY),
    "randBytes": unknown("int", _KEY),
    "uuidv4": unknown("", "an identifier that is made at random is known only at run time"),
}
