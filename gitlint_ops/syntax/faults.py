"""The parser's errors in plain words: what is wrong, where, and what to do about it."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from yaml import YAMLError
from yaml.error import Mark, MarkedYAMLError

from gitlint_ops.syntax.lines import decoded, encoding_of, lines_of, split_lines
from gitlint_ops.syntax.span import START, Span, span_between
from gitlint_ops.syntax.text import YAML_INVALID, Limits, Problem

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Words(Struct, frozen=True):
    message: str
    hint: str = ""


_KEY_HINT = "indent it like its neighbours, or close the quote, bracket or block before it"
_BY_PROBLEM: dict[str, _Words] = {
    "mapping values are not allowed in this context": _Words(
        "a `key: value` cannot stand here",
        "check the indentation; quote a value that contains `: `",
    ),
    "block sequence entries are not allowed in this context": _Words(
        "a list item cannot start here", "put `- ` on a line of its own below the key"
    ),
    "mapping keys are not allowed in this context": _Words(
        "a key cannot start here", "check the indentation"
    ),
    "could not find expected ':'": _Words(
        "this line is no `key: value`", "add the missing `:`, or indent the line under its key"
    ),
    "did not find expected key": _Words("a key was expected here", _KEY_HINT),
    "did not find expected '-' indicator": _Words(
        "a list item (`- `) was expected here", "indent the line like the list's other items"
    ),
    "did not find expected ',' or ']'": _Words(
        "the list opened by `[` is not closed", "add `]`, or a missing `,`"
    ),
    "did not find expected ',' or '}'": _Words(
        "the mapping opened by `{` is not closed", "add `}`, or a missing `,`"
    ),
    "found unexpected end of stream": _Words("a quote is opened and never closed", "close the quote"),
    "found unexpected document indicator": _Words(
        "a document ends (`---` or `...`) inside a quoted text", "close the quote before it"
    ),
    "found unknown escape character": _Words(
        "this backslash escape does not exist in YAML", "use single quotes, or write `\\\\` for one backslash"
    ),
    "found a tab character that violates indentation": _Words(
        "a tab is used for indentation", "indent with spaces: YAML forbids tabs there"
    ),
    "found a tab character where an indentation space is expected": _Words(
        "a tab is used for indentation", "indent with spaces: YAML forbids tabs there"
    ),
    "did not find expected comment or line break": _Words(
        "text follows the `|` or `>` that opens a block of text", "start the text on the next line"
    ),
    "did not find expected <document start>": _Words(
        "the document has already ended before this text",
        "indent the text under its key, or put `---` on a line before it",
    ),
    "did not find expected node content": _Words(
        "a value was expected here", "quote the value, or remove the sign"
    ),
    "found undefined tag handle": _Words(
        "the tag's `!name!` prefix is declared nowhere", "use `!name` without the prefix"
    ),
}
_BY_CHARACTER: dict[str, _Words] = {
    "\t": _Words("a tab is used for indentation", "indent with spaces: YAML forbids tabs there"),
    "@": _Words("a value cannot start with `@`", "quote the value"),
    "`": _Words("a value cannot start with a backquote", "quote the value"),
    "%": _Words("a value cannot start with `%`", "quote the value"),
}
_BY_CONTEXT: dict[str, _Words] = {
    "while scanning an alias": _Words(
        "`*` must be followed by the name of an anchor", "quote the value if the star is part of it"
    ),
    "while scanning an anchor": _Words(
        "`&` must be followed by the name of an anchor", "quote the value if the `&` is part of it"
    ),
    "while scanning a tag": _Words(
        "`!` must start a tag such as `!!str`", "quote the value if the `!` is part of it"
    ),
    "while scanning a directive": _Words(
        "a line that starts with `%` must be a YAML directive", "indent or quote the line"
    ),
}
# The parser notices these long after the place that a person must change.
_WHERE_IT_BEGAN = (
    "could not find expected ':'",
    "found unexpected end of stream",
    "found unexpected document indicator",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
)


def event_span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return span_between((start.line, start.column), (end.line, end.column))


def _character_span(mark: Mark, data: bytes) -> Span:
    """The marked character, or the end of the last line where the mark lies behind the text."""
    lines = lines_of(data)
    line, column = mark.line, mark.column
    last = next((number for number in reversed(range(len(lines))) if lines[number].strip()), 0)
    if line > last:
        line, column = last, len(lines[last])
    return span_between((line, column), (line, column + 1))


def syntax_problem(error: YAMLError, data: bytes) -> Problem:
    """What a user should know of an error that ended the reading of `data`."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return unreadable(data) or Problem(YAML_INVALID, f"this file is no YAML: {error}", START)
    words = _words(error, data)
    noticed = _character_span(error.problem_mark, data)
    if error.problem not in _WHERE_IT_BEGAN or error.context_mark is None:
        return Problem(YAML_INVALID, words.message, noticed, hint=words.hint)
    began = _character_span(error.context_mark, data)
    related = ((noticed, "noticed here"),) if noticed.line > began.line else ()
    return Problem(YAML_INVALID, words.message, began, related, words.hint)


def _words(error: MarkedYAMLError, data: bytes) -> _Words:
    problem = error.problem or ""
    context = error.context or ""
    known = _BY_PROBLEM.get(problem)
    if known is not None:
        return known
    if problem.startswith("found character") and error.problem_mark is not None:
        return _character(error.problem_mark, data)
    by_context = _BY_CONTEXT.get(context)
    if by_context is not None:
        return by_context
    return _Words(" ".join(part for part in (context, problem) if part) or "this is no YAML")


def _character(mark: Mark, data: bytes) -> _Words:
    lines = lines_of(data)
    line = lines[mark.line] if mark.line < len(lines) else ""
    character = line[mark.column : mark.column + 1]
    fallback = _Words(f"a value cannot start with `{character}`", "quote the value")
    return _BY_CHARACTER.get(character, fallback)


def unreadable(data: bytes) -> Problem | None:
    """The first character that YAML forbids or that is no text at all, if there is one."""
    found = _undecodable(data) or _forbidden(decoded(data))
    if found is None:
        return None
    before, message, hint = found
    return Problem(YAML_INVALID, message, _at_end(before), hint=hint)


def readable_part(data: bytes) -> str:
    """The text before the first character that `unreadable` names."""
    found = _undecodable(data) or _forbidden(decoded(data))
    return found[0] if found else decoded(data)


def _forbidden(text: str) -> tuple[str, str, str] | None:
    match = _UNPRINTABLE.search(text)
    if match is None:
        return None
    before, character = text[: match.start()], match[0]
    if character == "\0":
        hint = "save the file as UTF-8 text; it may be UTF-16 without a byte order mark, or no text"
        return before, "a NUL byte stands in the file", hint
    message = f"the control character U+{ord(character):04X} stands in the file"
    return before, message, "remove it, or write it as an escape in double quotes"


def _undecodable(data: bytes) -> tuple[str, str, str] | None:
    mark, encoding = encoding_of(data)
    body = data[len(mark) :]
    try:
        body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        message = f"the byte 0x{body[error.start]:02X} is not {'UTF-8' if encoding == 'utf-8' else 'UTF-16'}"
        return before, message, "save the file as UTF-8"
    return None


def _at_end(before: str) -> Span:
    lines = split_lines(before)
    line, column = len(lines), len(lines[-1]) + 1
    return Span(line, column, line, column + 1)


def too_large(size: int, limits: Limits) -> Problem:
    return Problem(
        YAML_INVALID,
        f"the file has {_mebibytes(size)} MiB, and no more than {_mebibytes(limits.file_bytes)} MiB are read",
        START,
        hint="split the file, or leave it out of the check",
    )


def _mebibytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f}".removesuffix(".0")


def too_many_nodes(event: Any, limits: Limits) -> Problem:
    return Problem(
        YAML_INVALID,
        f"the document grows past {limits.nodes:,} values, counting what its aliases repeat",
        event_span(event),
        hint="write the values out, or use fewer nested aliases",
    )


def too_many_documents(event: Any, limits: Limits) -> Problem:
    return Problem(
        YAML_INVALID,
        f"the file holds more than {limits.documents:,} documents, and the rest is not read",
        event_span(event),
        hint="split the file",
    )


def too_deep(event: Any, limits: Limits) -> Problem:
    return Problem(
        YAML_INVALID,
        f"the document is nested more than {limits.depth} levels deep",
        event_span(event),
        hint="no Kubernetes object is nested this deep: look for an unclosed bracket",
    )
