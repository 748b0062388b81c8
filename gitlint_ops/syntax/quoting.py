"""How a text is written: plain, in single or double quotes, or as a literal block.

These are the rules of libyaml's emitter as go-yaml v2 has them. Later libyaml and PyYAML differ:
they fold elsewhere and print characters beyond U+FFFF unescaped.

Source: emitterc.go (yaml_emitter_analyze_scalar and the writers) and encode.go of go.yaml.in/yaml/v2.
"""

from __future__ import annotations

import re

from gitlint_ops.syntax.scalars import is_plain_text

WIDTH = 80
"""A line is broken at the first single space behind this column."""

LINE_ENDS = ("\n", "\u2028", "\u2029")
"""What ends a line in a literal block; elsewhere they are escaped or stand inside quotes."""

_LONGEST_SIMPLE_KEY = 128

_UNPRINTABLE = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_NOT_IN_DOUBLE_QUOTES = re.compile(
    r"[^\x20\x21\x23-\x5b\x5d-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
)
_BREAK = "[\n\u2028\u2029]"
_MULTILINE = re.compile("[\n\r\u2028\u2029]")
_BREAK_SPACE = re.compile(f"{_BREAK} ")
_SPACE_BREAK = re.compile(f" {_BREAK}")
_NEXT_LINES = re.compile(" *(?:\x85 *)+")
_LINE_START = re.compile(f"(?:(?<={_BREAK})|\\A)(?!{_BREAK}|\\Z)")
_INDICATOR = re.compile(
    r"---|\.\.\.|[#,\[\]{}&*!|>'\"%@`]|[-?:](?:[ \t]|\Z)"  # at the start
    r"|.*?(?::(?:[ \t]|\Z)|[ \t\n\u2028\u2029]#)",  # anywhere
    re.DOTALL,
)
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")

_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


def is_long_key(key: str) -> bool:
    """Whether a key needs the form `? key`."""
    return len(key.encode("utf-8", "replace")) > _LONGEST_SIMPLE_KEY or _MULTILINE.search(key) is not None


def quoted(text: str, column: int | None, indent: int) -> str:
    """`text` as it is written from `column` on, continued lines at `indent`; None: on one line.

    Only a literal block may end with line breaks.
    """
    text = read_from_json(text)
    if not text or ((not is_plain_text(text) or _BASE_60.match(text)) and "\n" not in text):
        return _double_quoted(text, column, indent)
    special = _UNPRINTABLE.search(text) is not None or _SPACE_BREAK.search(text) is not None
    if "\n" in text:
        if special or text[-1] == " ":
            return _double_quoted(text, column, indent)
        return _literal(text, indent)
    if special or _BREAK_SPACE.search(text):
        return _double_quoted(text, column, indent)
    if text[0] == " " or text[-1] == " " or _INDICATOR.match(text) or re.search(_BREAK, text):
        return _single_quoted(text, column, indent)
    return _folded(text, column, indent)


def read_from_json(text: str) -> str:
    """What is left of a text once go-yaml has read the JSON that holds it: U+0085 breaks a line to YAML."""
    return _NEXT_LINES.sub(_joined, text) if "\x85" in text else text


def _joined(match: re.Match[str]) -> str:
    return "\n" * (match[0].count("\x85") - 1) or " "


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in " \n\u2028\u2029" else ""
    if text[-1] not in "\n\u2028\u2029":
        hint += "-"
    elif len(text) == 1 or text[-2] in "\n\u2028\u2029":
        hint += "+"
    return f"|{hint}\n{_LINE_START.sub(' ' * indent, text)}"


def _single_quoted(text: str, column: int | None, indent: int) -> str:
    body = text.replace("'", "''")
    if re.search(_BREAK, body):
        body = re.sub(f"({_BREAK})(?!{_BREAK}|\\Z)", lambda match: match[1] + " " * indent, body)
        return f"'{body}'"
    return f"'{_folded(body, None if column is None else column + 1, indent)}'"


def _folded(text: str, column: int | None, indent: int) -> str:
    """`text` broken at single spaces behind the width; the first and the last character never break."""
    if column is None or column + len(text) <= WIDTH:
        return text
    lines: list[str] = []
    start = 0
    for match in re.finditer(r"(?<=[^ ]) (?=[^ ])", text):
        if column + match.start() - start > WIDTH:
            lines.append(text[start : match.start()])
            start, column = match.end(), indent
    lines.append(text[start:])
    return f"\n{' ' * indent}".join(lines)


def _double_quoted(text: str, column: int | None, indent: int) -> str:
    # go-yaml asks whether the text starts with a byte order mark where it should ask for the character.
    escape_all = text.startswith("\ufeff")
    pieces = ['"']
    written = 0 if column is None else column + 1
    after_space = False
    for index, character in enumerate(text):
        if escape_all or _NOT_IN_DOUBLE_QUOTES.match(character):
            piece, after_space = _escaped(character), False
        elif character != " ":
            piece, after_space = character, False
        elif column is not None and not after_space and written > WIDTH and 0 < index < len(text) - 1:
            pieces.append("\n")
            piece = " " * indent + ("\\" if text[index + 1 : index + 2] == " " else "")
            written, after_space = 0, True
        else:
            piece, after_space = " ", True
        pieces.append(piece)
        written += len(piece)
    pieces.append('"')
    return "".join(pieces)


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return f"\\{known}"
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
