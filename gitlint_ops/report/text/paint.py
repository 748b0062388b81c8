"""Colour and safe characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeAlias

Painter: TypeAlias = Callable[[str, str], str]
"""Takes a text and the name of a style."""

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold blue",
    "good": "bold green",
    "file": "bold underline",
    "rule": "bold",
    "heading": "bold",
    "faint": "dim",
    "hint": "cyan",
}


def plain(text: str, style: str) -> str:
    """No colour: for pipes, files and `--color never`."""
    del style
    return text


def coloured() -> Painter:
    """The sixteen colours that every terminal has, in the user's own theme."""
    from rich.color import ColorSystem  # 25 ms with the style
    from rich.style import Style

    styles = {name: Style.parse(described) for name, described in STYLES.items()}
    return lambda text, style: styles[style].render(text, color_system=ColorSystem.STANDARD) if text else ""


def painter(colour: bool) -> Painter:
    """The painter that fits the output."""
    return coloured() if colour else plain


def printable(text: str) -> str:
    """The text on one line, with what a terminal would obey or hide written as escapes.

    Repositories are hostile input: a name may hold terminal commands, or marks that turn the
    direction of the text around.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def width(text: str) -> int:
    """The number of a terminal's columns that a printable text takes."""
    return len(text) if text.isascii() else sum(_columns(char) for char in text)


def _escaped(char: str) -> str:
    if char in "\n\r\t":
        return " "
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
