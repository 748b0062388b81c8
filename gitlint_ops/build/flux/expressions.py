"""The expressions that Flux substitutes: `${name}`, `${name:=default}`, `${name/old/new}` and others.

Whatever the text is, it is read from its first character to its last: an expression ends where its closing
brace stands, be it in another field of the YAML. `$$` stands for `$`.

Source: github.com/fluxcd/pkg/envsubst (parse/parse.go, parse/scan.go)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct

BAD_SUBSTITUTION = "bad substitution"
NO_CLOSING_BRACE = "missing closing brace"
NO_NAME = "unable to parse variable name"
NO_ARGUMENT = "unable to parse substitution within function"
NO_DEFAULT = "unable to parse default function"

MAX_DEPTH = 100
"""Expressions within each other; Flux has no limit, and nobody comes near."""

DEFAULTS = frozenset({"=", ":=", ":-", ":+", ":?"})
"""The operators of expressions that have a value where the variable has none."""


class Expression(Struct, frozen=True):
    """One expression: the text from `start` to `end` (exclusive), in characters.

    `operator` is "" where there is only a name.
    """

    name: str
    operator: str
    arguments: tuple[Argument, ...]
    start: int
    end: int

    def names(self) -> Iterator[Expression]:
        """This expression and those within its arguments, which are looked up first."""
        for one in self.arguments:
            if isinstance(one, Expression):
                yield from one.names()
        yield self


Argument: TypeAlias = "str | Expression"


class NotReadable(Exception):
    """A text that Flux cannot read; `start` is where the expression at fault begins."""

    def __init__(self, reason: str, start: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start


def parse(text: str) -> tuple[Argument, ...]:
    """The pieces of a text: plain ones, with escapes taken away, and expressions.

    Raises:
        NotReadable: an expression is none to Flux.
    """
    return tuple(_Reader(text).pieces())


_Accept: TypeAlias = Callable[[str, int], bool]
"""Whether a character is of a token, by its number in it (from 0)."""


def _of_name(character: str, _: int) -> bool:
    return character.isalpha() or character.isdecimal() or character == "_"


def _not_closing(character: str, _: int) -> bool:
    return character != "}"


def _not_colon(character: str, _: int) -> bool:
    return character not in ":}"


def _not_slash(character: str, _: int) -> bool:
    return character != "/"


def _up_to_two(characters: str) -> _Accept:
    return lambda character, number: number < 2 and character in characters


def _in_turn(*characters: str) -> _Accept:
    return lambda character, number: number < len(characters) and character in characters[number]


class _Reader:
    """A text being read; `at` is the next character. A NUL ends the text, as it does for Flux."""

    def __init__(self, text: str) -> None:
        end = text.find("\0")
        self._text = text if end < 0 else text[:end]
        self._at = 0
        self._start = 0

    def pieces(self) -> Iterator[Argument]:
        while self._at < len(self._text):
            if self._opens():
                self._start = self._at
                yield self._expression(0)
            else:
                yield self._plain()

    def _plain(self) -> str:
        """The text up to the next expression; it is never empty."""
        parts: list[str] = []
        while self._at < len(self._text):
            found = self._text.find("$", self._at)
            following = self._text[found + 1 : found + 2] if found >= 0 else ""
            if found < 0:
                parts.append(self._text[self._at :])
                self._at = len(self._text)
            elif following == "{":
                parts.append(self._text[self._at : found])
                self._at = found
                break
            else:
                parts.append(self._text[self._at : found + 1])
                self._at = found + (2 if following == "$" else 1)
        return "".join(parts)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _opens(self) -> bool:
        return self._text.startswith("${", self._at)

    def _fault(self, reason: str) -> NotReadable:
        return NotReadable(reason, self._start)

    def _token(self, accept: _Accept, fault: str, *, nested: bool = False, escapes: bool = False) -> str:
        """The longest token of such characters.

        `nested`: it ends where an expression begins. `escapes`: `$$`, `\\/` and `\\\\` stand for their
        second characters.

        Raises:
            NotReadable: there is none.
        """
        taken: list[str] = []
        while self._at < len(self._text):
            if nested and taken and self._opens():
                break
            character = self._text[self._at]
            if escapes and self._text[self._at : self._at + 2] in ("$$", "\\/", "\\\\"):
                self._at += 1
                character = self._text[self._at]
            elif not accept(character, len(taken)):
                break
            taken.append(character)
            self._at += 1
        if not taken:
            raise self._fault(fault)
        return "".join(taken)

    def _argument(self, accept: _Accept, depth: int, *, escapes: bool = False) -> Argument:
        if self._opens():
            return self._expression(depth + 1)
        return self._token(accept, NO_ARGUMENT, nested=True, escapes=escapes)

    def _close(self, reason: str = BAD_SUBSTITUTION) -> None:
        if self._peek() != "}":
            raise self._fault(reason)
        self._at += 1

    def _expression(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise self._fault(f"more than {MAX_DEPTH} expressions stand within each other")
        start = self._at
        self._at += 2
        if self._peek() == "#":
            self._at += 1
            name, operator, arguments = self._token(_of_name, BAD_SUBSTITUTION), "#", ()
            self._close()
            return Expression(name, operator, arguments, start, self._at)
        name = self._token(_of_name, NO_NAME)
        operator, found = self._rest(depth)
        return Expression(name, operator, tuple(found), start, self._at)

    def _rest(self, depth: int) -> tuple[str, list[Argument]]:
        """The operator of an expression and its arguments, up to and with the closing brace."""
        match self._peek():
            case ":":
                following = self._text[self._at + 1 : self._at + 2]
                return self._default(depth) if following in {*"=-?+"} else self._substring(depth)
            case "=":
                return self._default(depth)
            case "," | "^":
                operator, arguments = self._token(_up_to_two(",^"), BAD_SUBSTITUTION), []
            case "/":
                return self._replacement(depth)
            case "#" | "%" as sign:
                operator = self._token(_up_to_two(sign), BAD_SUBSTITUTION)
                arguments = [self._argument(_not_closing, depth)]
            case _:
                self._close(NO_CLOSING_BRACE)
                return "", []
        self._close()
        return operator, arguments

    def _default(self, depth: int) -> tuple[str, list[Argument]]:
        accept = _in_turn("=") if self._peek() == "=" else _in_turn(":", "=-?+")
        operator = self._token(accept, NO_DEFAULT)
        arguments: list[Argument] = []
        while self._peek() != "}":
            arguments.append(self._argument(_not_closing, depth))
        self._close()
        return operator, arguments

    def _substring(self, depth: int) -> tuple[str, list[Argument]]:
        # Flux goes back by the bytes of the next character, so that one of several bytes confuses it.
        following = self._text[self._at + 1 : self._at + 2]
        if not following or not following.isascii():
            raise self._fault(BAD_SUBSTITUTION)
        self._at += 1
        arguments = [self._argument(_not_colon, depth)]
        if self._peek() != "}":
            self._token(lambda character, _: character == ":", BAD_SUBSTITUTION)
            arguments.append(self._argument(_not_closing, depth))
        self._close()
        return ":", arguments

    def _replacement(self, depth: int) -> tuple[str, list[Argument]]:
        operator = self._token(_in_turn("/", "/#%"), BAD_SUBSTITUTION)
        arguments = [self._argument(_not_slash, depth, escapes=True)]
        self._token(lambda character, _: character == "/", BAD_SUBSTITUTION)
        if self._peek() != "}":
            arguments.append(self._argument(_not_closing, depth, escapes=True))
        self._close()
        return operator, arguments
