"""Whether a text is a credential that is really used, and on which of its lines it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitlint_ops.rules.checks import secret_values as values
from gitlint_ops.rules.checks.known_tokens import known_token, may_hold_token
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind, without_ending

WHOLE = 0
"""The line of a credential that is the whole text."""

_NAME_ENDINGS = frozenset({"secret", "secrets", "credentials", "creds", "tls", "key", "keys", "token"})
_TELLING = (NameKind.SECRET, NameKind.REFERENCE_OR_SECRET)
# A comment in the middle of a line could as well be a path with a wildcard, and hide what follows.
_BLOCK_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/", re.MULTILINE | re.DOTALL)
_LINE_COMMENT = re.compile(r"^[ \t]*(?:#|//|;).*$", re.MULTILINE)
_NOT_A_LINE_BREAK = re.compile(r"[^\n]")


def line_in_secret(key: str, text: str) -> int | None:
    """The line of a credential under a key of a Secret; None where there is none."""
    found = _told_by_text(text)
    if found is not None or _is_of_no_use(text):
        return found
    if _is_configuration(text):
        return assigned_line(text)
    kind = name_kind(without_ending(key))
    if kind in (NameKind.SECRET, NameKind.REFERENCE_OR_SECRET):
        return WHOLE
    return WHOLE if kind is NameKind.UNKNOWN and values.is_random(text) else None


def line_elsewhere(name: str, text: str) -> int | None:
    """The same outside of Secrets, where a "secret" or a "key" is often the name of one."""
    kind = name_kind(name)
    if kind not in _TELLING and not _may_tell(text):
        return None
    found = _told_by_text(text)
    if found is not None or _is_of_no_use(text):
        return found
    if _is_configuration(text):
        return assigned_line(text)
    if kind is NameKind.REFERENCE_OR_SECRET:
        drawn = is_named_secret(name) and values.is_drawn(text)
        return WHOLE if drawn or values.is_random(text) else None
    named = "-" in text and values.is_object_name(text) and text.rpartition("-")[2] in _NAME_ENDINGS
    return WHOLE if kind is NameKind.SECRET and not named else None


def _may_tell(text: str) -> bool:
    """Whether a text can be found a credential whatever its name is: nearly none can."""
    return "://" in text or _is_configuration(text) or may_hold_token(text)


def is_named_secret(name: str) -> bool:
    """Whether the name ends in the word itself: "SSO_SECRET", "secret"."""
    return name.lower().endswith("secret") and name_kind(name) in _TELLING


def is_address_with_credential(text: str) -> bool:
    """Whether a text is one address, with a password or a known service's token in it."""
    is_address = "://" in text and "\n" not in text and not values.is_placeholder(text)
    return is_address and bool(values.url_passwords(text) or known_token(text))


def token_line(text: str) -> int | None:
    """The line with the token of a known service or the start of a private key."""
    if not known_token(text):
        return None
    marked = (number for number, line in _lines(text) if "PRIVATE KEY" in line or known_token(line))
    return next(marked, WHOLE)


def assigned_line(text: str) -> int | None:
    """The line of a configuration text (properties, JSON, YAML) that assigns a credential."""
    for number, name, value in values.assignments(_without_comments(text)):
        names_one = name_kind(name) is NameKind.SECRET or name == "auth"
        if names_one and not (values.is_placeholder(value) or _is_of_no_use(value)):
            return number if _has_lines(text) else WHOLE
    return None


def _told_by_text(text: str) -> int | None:
    """The line of what is a credential under any name."""
    if values.is_placeholder(text):
        return None
    found = token_line(text)
    if found is not None or "://" not in text:
        return found
    bare = _without_comments(text)
    if not values.url_passwords(bare):
        return None
    return next((number for number, line in _lines(bare) if values.url_passwords(line)), WHOLE)


def _is_of_no_use(text: str) -> bool:
    return values.is_placeholder(text) or values.is_public(text) or values.is_harmless(text)


def _is_configuration(text: str) -> bool:
    return _has_lines(text) or text.lstrip().startswith(("{", "["))


def _has_lines(text: str) -> bool:
    return "\n" in text.strip()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text that has several, by number."""
    return enumerate(text.split("\n"), start=1) if _has_lines(text) else iter(())


def _without_comments(text: str) -> str:
    """The text with its comments blanked; every line keeps its number."""
    if not _has_lines(text):
        return text
    for comment in (_BLOCK_COMMENT, _LINE_COMMENT):
        text = comment.sub(lambda found: _NOT_A_LINE_BREAK.sub(" ", found[0]), text)
    return text
