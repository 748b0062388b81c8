"""What a value looks like: a placeholder, something public, a reference, a random credential."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator

MAX_CHARACTERS = 200_000
"""Longer texts are looked at only so far: a credential file is short."""

# Markers of values that something else fills in: shell, Helm, Argo CD Vault plugin, SOPS, vals,
# 1Password, Spring, Azure Key Vault.
_FILLED_IN = re.compile(
    r"\$\{|\$\(|\{\{|\AENC\[|ENC\[AES256_GCM|\A<[^<>]{1,200}>\Z|<path:|\Aref\+|\Avault:|\Aop://|\A\{cipher\}"
    r"|\A@Microsoft|\Aarn:aws|\A(?:aws|gcp|azure)[a-z]*:///?|\A\$\w+\Z|\A(%%?)[\w.-]+\1\Z|\Aavp:"
    r"|\A@\w+@\Z|\A__.*__\Z|\A\[\[.*\]\]\Z",
)
_MASK = re.compile(r"[xX*.\-_#?0 ]+\Z")
_SHOUTED = re.compile(r"[A-Z]+(?:_[A-Z]+|_\d{1,3})+\Z")
_PLACEHOLDER_WORDS = frozenset(
    {
        "changeme", "changeit", "change", "replace", "replaced", "replaceme", "placeholder", "todo", "tbd",
        "fixme", "update", "your", "dummy", "example", "sample", "redacted", "insert", "fill", "enter",
        "tobechanged", "notset", "unset", "undefined", "hidden", "provided", "generated", "fake", "xxx",
        "xxxx", "xxxxx", "template", "substitute", "overridden", "goes", "notreal", "removed",
    }
)  # fmt: skip
_STARTS = ("changeme", "replaceme", "changethis", "yourpassword", "yoursecret", "yourtoken", "mysecretvalue")
_NOTHING = frozenset(
    {
        "", "none", "null", "nil", "~", "true", "false", "yes", "no", "on", "off", "enabled", "disabled",
        "auto", "empty", "n/a", "na", "optional", "required", "default", "disable", "enable",
    }
)  # fmt: skip
_PUBLIC = re.compile(
    r"-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE REQUEST|X509 CRL|AGE ENCRYPTED FILE"
    r"|PGP MESSAGE|PGP PUBLIC KEY BLOCK|DH PARAMETERS|TRUSTED CERTIFICATE)"
    r"|\A(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+) AAAA|\Aage1[0-9a-z]{58}\Z"
)
_HASHED = re.compile(
    r"\$(?:apr1|1|2[abxy]?|5|6|argon2[id]*|pbkdf2[\w-]*|scrypt|y)\$|\{SSHA?\}|\{SHA\}|pbkdf2:sha"
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s:/@]{0,200}:([^\s/@]{1,200})@")
_FILE_PATH = re.compile(r"(?:file:)?(?:~|\.{1,2})?/[\w.@-]*(?:/[\w.@-]+)*/?\Z")
_OBJECT_NAME = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)+\Z")
_WORD = re.compile(r"[A-Za-z]+|\d+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}\Z")
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_.~!@#$%^&*-]{16,512}\Z")
_DRAWN = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/=_.~!@#$%^&*-]+\Z")
_CASED = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z", re.I)
_ASSIGNMENT = re.compile(
    r"(?<![\w.-])[\"']?([A-Za-z_][\w.-]{0,79})[\"']?[ \t]*[:=][ \t]*"
    r"(?:\"([^\"\n]{0,400})\"|'([^'\n]{0,400})'|([^\s\"',}]{0,400}))"
)


def is_placeholder(text: str) -> bool:
    """Whether a value stands for one that comes from elsewhere, or for none."""
    text = text.strip()
    if text.lower() in _NOTHING or _FILLED_IN.search(text) or _MASK.match(text) or _SHOUTED.match(text):
        return True
    return _says_placeholder(text) or _says_placeholder(_decoded(text))


def _says_placeholder(text: str) -> bool:
    """Whether a value of plain words has one that asks to be replaced.

    "example-keycloak-L6o2YuuyTOFl4Yam" has such a word as well, but is no value of plain words.
    """
    lower = text.strip().lower()
    if not lower or len(lower) > 120:
        return False
    if lower.startswith(_STARTS):
        return True
    words = _WORD.findall(lower)
    plain = all(len(word) <= 20 if word.isalpha() else len(word) <= 4 for word in words) and len(words) <= 12
    return plain and not _is_mixed(text) and bool(_PLACEHOLDER_WORDS.intersection(words))


def _is_mixed(text: str) -> bool:
    """Whether letters of both cases and digits alternate within a part, as they do in random text."""
    return any(
        len(part) >= 10 and len(_WORD.findall(part)) >= 3 and any(one.isdigit() for one in part)
        for part in re.split(r"[\s_.-]+", text)
    )


def _decoded(text: str) -> str:
    """The printable text that base64 hides, or ""."""
    if len(text) % 4 or len(text) > 200 or not _BASE64.match(text):
        return ""
    try:
        plain = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return plain if plain.strip().isprintable() else ""


def is_public(text: str) -> bool:
    """Certificates, public keys, ciphertexts and password hashes."""
    return _PUBLIC.search(text) is not None or _HASHED.search(text) is not None


def is_harmless(text: str) -> bool:
    """Small numbers, paths, and URLs that carry no password."""
    text = text.strip()
    if text.isdigit() and len(text) <= 3:
        return True
    if _URL.match(text):
        return not url_passwords(text)
    return _FILE_PATH.match(text) is not None and not is_random(text.rpartition("/")[2])


def is_object_name(text: str) -> bool:
    """Whether a value reads as the name of an object or of a key in it, "eap-app-secret"."""
    return (
        len(text) <= 63
        and (_OBJECT_NAME.match(text) is not None or (text.isalpha() and text.islower() and len(text) <= 20))
        and not is_random(text)
    )


def is_random(text: str) -> bool:
    """Whether a value looks drawn at random and not written by a person."""
    if not _RANDOM.match(text) or _URL.match(text):
        return False
    if any(len(word) >= 5 for word in re.findall(r"[a-z]{5,}", text)) and _OBJECT_NAME.match(text):
        return False
    return entropy(text) >= 3.3


def is_drawn(text: str) -> bool:
    """Whether a short value has letters as a generator draws them and no person: "BqkTUqJt".

    Both cases must occur, which no object's name has, and change too often for words.
    """
    if not 8 <= len(text) <= 64 or not _DRAWN.match(text):
        return False
    parts = _CASED.findall(text)
    return len(parts) >= 3 and sum(map(len, parts)) / len(parts) <= 2.5


def is_uuid(text: str) -> bool:
    """Whether a value is a UUID that was drawn, and not one that stands for none."""
    return _UUID.match(text) is not None and len(set(text)) > 6


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    if not text:
        return 0.0
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def url_passwords(text: str) -> tuple[str, ...]:
    """The passwords written into URLs, placeholders left out."""
    found = _USERINFO.findall(text[:MAX_CHARACTERS])
    return tuple(one for one in found if not is_placeholder(one))


def assignments(text: str) -> Iterator[tuple[int, str, str]]:
    """Lines, keys and values of a text in any usual notation: properties, INI, YAML, JSON, shell."""
    line, counted = 1, 0
    for found in _ASSIGNMENT.finditer(text[:MAX_CHARACTERS]):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        yield line, found[1], found[2] or found[3] or found[4] or ""
