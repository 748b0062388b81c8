"""Texts in other cases: title, swapcase, camelcase, snakecase, kebabcase.

Source: strings.Title of Go, wordutils.go of github.com/Masterminds/goutils, convert.go of
github.com/huandu/xstrings.
"""

from __future__ import annotations

from gitlint_ops.gotemplate.sprig.characters import (
    is_lower,
    is_number,
    is_punctuation,
    is_space,
    is_title,
    is_upper,
    lower,
    title_case,
    upper,
)

_IDEOGRAPHS = (
    *(("\u3400", "\u4db5"), ("\u4e00", "\u9fcc"), ("\U00020000", "\U0002a6d6")),
    *(("\U0002a700", "\U0002b734"), ("\U0002b740", "\U0002b81d")),
)


def title(text: str) -> str:
    """The first letter of each word in title case."""
    made: list[str] = []
    before = " "
    for one in text:
        made.append(title_case(one) if _separates(before) else one)
        before = one
    return "".join(made)


def _separates(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    return not (character.isalpha() or character.isdecimal()) and is_space(character)


def untitle(text: str) -> str:
    """The first letter of each word in lower case."""
    made: list[str] = []
    first = True
    for one in text:
        if is_space(one):
            first = True
            made.append(one)
        else:
            made.append(lower(one) if first else one)
            first = False
    return "".join(made)


def swap_case(text: str) -> str:
    """Upper for lower and the other way; the first letter of a word becomes title case."""
    made: list[str] = []
    at_start = True
    for one in text:
        if is_upper(one) or is_title(one):
            made.append(lower(one))
            at_start = False
        elif is_lower(one):
            made.append(title_case(one) if at_start else upper(one))
            at_start = False
        else:
            made.append(one)
            at_start = is_space(one)
    return "".join(made)


def _connects(character: str) -> bool:
    return character in "-_" or is_space(character)


def camel_case(text: str) -> str:
    """some_words as SomeWords; connectors at the start stay, as does the second of two."""
    start = next((index for index, one in enumerate(text) if not _connects(one)), len(text))
    lead, rest = text[:start], text[start:]
    if not rest:
        # The last of connectors alone is written twice.
        return lead + lead[-1:]
    was_upper = is_upper(rest[0])
    made, held = [lead], upper(rest[0])
    for one in rest[1:]:
        previous, held = held, one
        if _connects(one) and _connects(previous):
            made.append(previous)
            continue
        if _connects(previous):
            was_upper = is_upper(one)
            held = upper(one)
            continue
        if was_upper:
            if is_upper(one):
                held = lower(one)
            else:
                was_upper = False
        made.append(previous)
    return "".join([*made, held])


def _kind(character: str) -> str:
    if _connects(character):
        return "connector"
    if is_punctuation(character):
        return "punctuation"
    if is_upper(character):
        return "upper"
    if character.isalpha() and not any(low <= character <= high for low, high in _IDEOGRAPHS):
        return "letters"
    return "number" if is_number(character) else "other"


def _words(text: str) -> list[tuple[str, str]]:
    """Runs of one kind; capitals take the small letters behind the last of them, which begins a new word."""
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        kind, end = _kind(text[position]), position + 1
        if kind == "upper":
            while end < len(text) and _kind(text[end]) == "upper":
                end += 1
            if end < len(text) and _kind(text[end]) == "letters":
                if end - position > 1:
                    end -= 1
                else:
                    while end < len(text) and _kind(text[end]) == "letters":
                        end += 1
        else:
            while end < len(text) and _goes_on(kind, text[end]):
                end += 1
        found.append((kind, text[position:end]))
        position = end
    return found


def _goes_on(kind: str, character: str) -> bool:
    # Behind other punctuation, dashes and underscores connect nothing.
    return is_punctuation(character) if kind == "punctuation" else _kind(character) == kind


def separated(text: str, connector: str) -> str:
    """FirstName as first_name: in lower case with `connector` between words; numbers end words."""
    return _Separation(text, connector).text()


class _Separation:
    def __init__(self, text: str, connector: str) -> None:
        self._words = _words(text)
        self._next = 0
        self._connector = connector
        self._made: list[str] = []

    def _take(self) -> tuple[str, str]:
        self._next += 1
        return self._words[self._next - 1] if self._next <= len(self._words) else ("", "")

    def _left(self) -> bool:
        return self._next < len(self._words)

    def _write(self, kind: str, word: str) -> None:
        if kind not in ("upper", "connector"):
            self._made.append(word)
            return
        self._made.extend(self._connector if _connects(one) else lower(one) for one in word)

    def _write_number(self, current: tuple[str, str]) -> tuple[str, str]:
        while current[0] in ("letters", "number"):
            self._write(*current)
            current = self._take()
        if current[0] not in ("", "punctuation", "connector"):
            self._made.append(self._connector)
        return current

    def text(self) -> str:
        current = self._take()
        while self._left():
            if current[0] != "connector":
                self._write(*current)
            previous, current = current, self._take()
            match previous[0]:
                case "number":
                    current = self._write_number(current)
                case "connector":
                    self._write(*previous)
                case "punctuation":
                    pass
                case _:
                    current = self._between(current)
        self._write(*current)
        return "".join(self._made)

    def _between(self, current: tuple[str, str]) -> tuple[str, str]:
        """What stands between a word and the one behind it."""
        if current[0] != "number":
            if current[0] not in ("connector", "punctuation"):
                self._made.append(self._connector)
            return current
        if not self._left():
            return current
        number = current
        current = self._take()
        if current[0] != "letters":
            self._write(*number)
            if current[0] not in ("connector", "punctuation"):
                self._made.append(self._connector)
            return current
        self._made.append(self._connector)
        self._write(*number)
        return self._write_number(current)
