"""Letters as Go's unicode package changes and classes them: one for one, without the rules of languages."""

from __future__ import annotations

import unicodedata

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"  # fmt: skip # noqa: E501


def upper(text: str) -> str:
    return text.upper() if text.isascii() else "".join(_one(one.upper(), one) for one in text)


def lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(one.lower()[:1] for one in text)


def title_case(character: str) -> str:
    return _one(character.title(), character)


def _one(changed: str, character: str) -> str:
    return changed if len(changed) == 1 else character


def is_upper(character: str) -> bool:
    return unicodedata.category(character) == "Lu"


def is_lower(character: str) -> bool:
    return unicodedata.category(character) == "Ll"


def is_title(character: str) -> bool:
    return unicodedata.category(character) == "Lt"


def is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def is_number(character: str) -> bool:
    return unicodedata.category(character)[0] == "N"


def is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] == "P"


def is_space(character: str) -> bool:
    return character in SPACES
