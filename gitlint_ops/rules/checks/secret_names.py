"""What the name of a key says about its value: a credential, something harmless, or nothing."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class NameKind(Enum):
    """`REFERENCE_OR_SECRET` names a credential in a Secret, and often another object elsewhere."""

    SECRET = "secret"  # noqa: S105 - a kind of name
    REFERENCE_OR_SECRET = "reference-or-secret"  # noqa: S105 - a kind of name
    HARMLESS = "harmless"
    UNKNOWN = "unknown"


# One search decides for most keys that they need no closer look.
_HINT = re.compile(
    r"pass|pwd|pw\b|secret|token|key|cred|auth|psk|jwt|dsn|cookie|salt|bearer|connection", re.I
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SECRET_WORDS = frozenset(
    {
        "password", "passwd", "passphrase", "pwd", "passcode", "passwort", "pw", "psk", "bearer",
        "token", "apitoken", "authtoken", "accesstoken", "apikey", "secretkey", "privatekey",
        "accesskey", "encryptionkey", "signingkey", "clientsecret", "dbpassword", "pass",
    }
)  # fmt: skip
_SECRET_PHRASES = frozenset(
    {
        ("api", "key"), ("access", "key"), ("private", "key"), ("encryption", "key"), ("signing", "key"),
        ("auth", "key"), ("master", "key"), ("account", "key"), ("storage", "key"), ("shared", "key"),
        ("license", "key"), ("session", "key"), ("app", "key"), ("application", "key"), ("deploy", "key"),
        ("client", "secret"), ("session", "secret"), ("cookie", "secret"), ("app", "secret"),
        ("webhook", "secret"), ("jwt", "secret"), ("shared", "secret"), ("consumer", "secret"),
        ("oauth", "secret"), ("hmac", "secret"), ("connection", "string"),
    }
)  # fmt: skip
_AMBIGUOUS_WORDS = frozenset(
    {"secret", "secrets", "credential", "credentials", "creds", "cred", "auth", "key"}
)
_AMBIGUOUS_PHRASES = frozenset({("secret", "key")})
# What is left of a name when its ornaments are gone decides: "ADMIN_PASSWORD_BASE64" is a password.
_ORNAMENTS = frozenset(
    {"value", "base64", "b64", "base", "plain", "plaintext", "text", "string", "default", "raw"}
)
_NEGATING = frozenset(
    {"public", "enable", "enabled", "disable", "disabled", "use", "existing", "allow", "require"}
)
_HARMLESS_WORDS = frozenset(
    {
        "username", "user", "login", "name", "id", "host", "hostname", "port", "database", "db", "dbname",
        "endpoint", "server", "region", "zone", "bucket", "email", "mail", "domain", "path", "dir", "file",
        "version", "type", "namespace", "realm", "issuer", "account", "project", "crt", "cert", "pub", "ca",
        "mode", "enabled", "size", "timeout", "url", "uri", "address", "schema", "tenant", "organization",
    }
)  # fmt: skip
_TEXT_ENDINGS = frozenset({"txt", "text", "dat", "b64", "base64", "secret"})
_JOINED = ("password", "passwd", "passphrase", "apikey", "secretkey", "clientsecret", "authtoken")


@lru_cache(maxsize=1024)  # containers name the same variables again and again
def name_kind(name: str) -> NameKind:
    """What `name` says, by the words at its end: "PASSWORD_RESET_DISABLE" is a switch."""
    words = [word.lower() for word in _WORDS.findall(name)]
    while words and (words[-1].isdigit() or words[-1] in _ORNAMENTS) and len(words) > 1:
        words.pop()
    if not words:
        return NameKind.UNKNOWN
    if words[-1] in _HARMLESS_WORDS:
        return NameKind.HARMLESS
    if not _HINT.search(name) or _NEGATING.intersection(words):
        return NameKind.UNKNOWN
    return _credential(words)


def without_ending(key: str) -> str:
    """A file's name without an ending that says nothing: "password" of "password.txt"."""
    stem, _, ending = key.rpartition(".")
    return stem if stem and ending.lower() in _TEXT_ENDINGS else key


def _credential(words: list[str]) -> NameKind:
    last, phrase = words[-1], tuple(words[-2:])
    if phrase in _AMBIGUOUS_PHRASES:
        return NameKind.REFERENCE_OR_SECRET
    # "htpasswd" is a file of hashes, not a password.
    joined = last.endswith(_JOINED) and last != "htpasswd"
    if last in _SECRET_WORDS or phrase in _SECRET_PHRASES or joined:
        return NameKind.SECRET
    return NameKind.REFERENCE_OR_SECRET if last in _AMBIGUOUS_WORDS else NameKind.UNKNOWN
