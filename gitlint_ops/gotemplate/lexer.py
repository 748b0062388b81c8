"""The words of a template.

Source: text/template/parse/lex.go of Go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from gitlint_ops.gotemplate.literals import is_printable, quote

_SPACES = " \t\r\n"
_SPACE_RUN = re.compile(r"[ \t\r\n]+")
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_QUOTED = {
    '"': (re.compile(r'"(?:[^"\\\n]|\\[^\n])*"'), "string", "unterminated quoted string"),
    "'": (re.compile(r"'(?:[^'\\\n]|\\[^\n])*'"), "character", "unterminated character constant"),
    "`": (re.compile(r"`[^`]*`"), "raw string", "unterminated raw quoted string"),
}
_SIGNS = {"=": "=", "|": "|", "(": "(", ")": ")"}

KEYWORDS = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with")
)


class Token(Struct, frozen=True):
    """A word: `kind` is "text", "{{", "}}", "space", "number", …, a keyword, "error" or "end of file"."""

    kind: str
    text: str
    offset: int
    line: int

    def shown(self) -> str:
        """As Go names it in its messages."""
        if self.kind == "end of file":
            return "EOF"
        if self.kind == "error":
            return self.text
        if self.kind in KEYWORDS or self.kind == "dot":
            return f"<{self.text}>"
        return f"{quote(self.text[:10])}..." if len(self.text.encode()) > 10 else quote(self.text)


class _Stop(Exception):
    """What is wrong, and where the word began."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def tokens(text: str) -> Iterator[Token]:
    """The words up to the end of the file, or up to the first error."""
    return _Lexer(text).tokens()


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.parentheses = 0
        self._counted = 0
        self._line = 1

    def tokens(self) -> Iterator[Token]:
        try:
            yield from self._all()
        except _Stop as stop:
            yield self._token("error", stop.offset, stop.message)
            return
        yield self._token("end of file", len(self.text), "EOF")

    def _token(self, kind: str, offset: int, text: str) -> Token:
        if offset >= self._counted:
            self._line += self.text.count("\n", self._counted, offset)
        else:
            self._line -= self.text.count("\n", offset, self._counted)
        self._counted = offset
        return Token(kind, text, offset, self._line)

    def _all(self) -> Iterator[Token]:
        while True:
            start = self.position
            opened = self.text.find("{{", start)
            end = len(self.text) if opened < 0 else opened
            trimmed = opened >= 0 and self._trims_left(opened + 2)
            text = self.text[start:end].rstrip(_SPACES) if trimmed else self.text[start:end]
            if text:
                yield self._token("text", start, text)
            if opened < 0:
                return
            self.position = opened + 2 + (2 if trimmed else 0)
            if self.text.startswith("/*", self.position):
                self._comment()
                continue
            yield self._token("{{", opened, "{{")
            yield from self._action()

    def _trims_left(self, position: int) -> bool:
        return self.text[position : position + 1] == "-" and self.text[position + 1 : position + 2] in tuple(
            _SPACES
        )

    def _right_delimiter(self, position: int) -> int:
        """The length of the right delimiter that begins here: 2, 4 with its trim marker, or 0."""
        if self.text.startswith("}}", position):
            return 2
        is_trimmed = self.text[position : position + 1] in tuple(_SPACES)
        return 4 if is_trimmed and self.text.startswith("-}}", position + 1) else 0

    def _comment(self) -> None:
        start = self.position
        end = self.text.find("*/", start + 2)
        if end < 0:
            raise _Stop("unclosed comment", start)
        self.position = end + 2
        length = self._right_delimiter(self.position)
        if not length:
            raise _Stop("comment ends before closing delimiter", start)
        self._leave(length)

    def _leave(self, length: int) -> None:
        self.position += length
        if length == 4:
            found = _SPACE_RUN.match(self.text, self.position)
            self.position = found.end() if found else self.position

    def _action(self) -> Iterator[Token]:
        self.parentheses = 0
        while True:
            length = self._right_delimiter(self.position)
            if not length:
                yield self._word()
                continue
            if self.parentheses:
                raise _Stop("unclosed left paren", self.position)
            yield self._token("}}", self.position + length - 2, "}}")
            self._leave(length)
            return

    def _word(self) -> Token:
        start = self.position
        if start >= len(self.text):
            raise _Stop("unclosed action", start)
        character = self.text[start]
        if character in _SPACES:
            return self._spaces(start)
        if character in _QUOTED:
            return self._quoted(start, character)
        if character == "$" or (
            character == "." and start + 1 < len(self.text) and not "0" <= self.text[start + 1] <= "9"
        ):
            return self._field(start, "variable" if character == "$" else "field")
        if character in ".+-" or "0" <= character <= "9":
            return self._number(start)
        return self._identifier(start) if _is_alphanumeric(character) else self._sign(start, character)

    def _spaces(self, start: int) -> Token:
        found = _SPACE_RUN.match(self.text, start)
        assert found is not None
        end = found.end()
        # The last space belongs to a right delimiter with its trim marker.
        if self.text.startswith("-}}", end):
            end -= 1
        self.position = end
        return self._token("space", start, self.text[start:end])

    def _quoted(self, start: int, mark: str) -> Token:
        pattern, kind, problem = _QUOTED[mark]
        found = pattern.match(self.text, start)
        if found is None:
            raise _Stop(problem, start)
        self.position = found.end()
        return self._token(kind, start, found[0])

    def _field(self, start: int, kind: str) -> Token:
        end = self._name_end(start + 1)
        if end == start + 1 and self._ends_word(end):
            kind = kind if kind == "variable" else "dot"
        elif not self._ends_word(end):
            raise _Stop(f"bad character {_code(self.text[end])}", start)
        self.position = end
        return self._token(kind, start, self.text[start:end])

    def _identifier(self, start: int) -> Token:
        end = self._name_end(start)
        if not self._ends_word(end):
            raise _Stop(f"bad character {_code(self.text[end])}", start)
        self.position = end
        word = self.text[start:end]
        kind = word if word in KEYWORDS else "bool" if word in ("true", "false") else "identifier"
        return self._token(kind, start, word)

    def _name_end(self, position: int) -> int:
        while position < len(self.text) and _is_alphanumeric(self.text[position]):
            position += 1
        return position

    def _ends_word(self, position: int) -> bool:
        return (
            position >= len(self.text)
            or self.text[position] in " \t\r\n.,|:)("
            or self.text.startswith("}}", position)
        )

    def _number(self, start: int) -> Token:
        kind = "number"
        end = self._scanned(start, start)
        if self.text[end : end + 1] in ("+", "-"):
            end = self._scanned(start, end)
            kind = "complex"
            if self.text[end - 1] != "i":
                raise _Stop(f"bad number syntax: {quote(self.text[start:end])}", start)
        self.position = end
        return self._token(kind, start, self.text[start:end])

    def _scanned(self, start: int, position: int) -> int:
        found = _NUMBER.match(self.text, position)
        assert found is not None
        end = found.end()
        if end < len(self.text) and _is_alphanumeric(self.text[end]):
            raise _Stop(f"bad number syntax: {quote(self.text[start : end + 1])}", start)
        return end

    def _sign(self, start: int, character: str) -> Token:
        self.position = start + 1
        if character == ":":
            if self.text[start + 1 : start + 2] != "=":
                raise _Stop("expected :=", start)
            self.position = start + 2
            return self._token(":=", start, ":=")
        if character in "()":
            self.parentheses += 1 if character == "(" else -1
            if self.parentheses < 0:
                raise _Stop("unexpected right paren", start)
        if not (character.isascii() and is_printable(character)):
            raise _Stop(f"unrecognized character in action: {_code(character)}", start)
        return self._token(_SIGNS.get(character, "sign"), start, character)


def _is_alphanumeric(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdecimal()


def _code(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"{code} '{character}'" if is_printable(character) else code
