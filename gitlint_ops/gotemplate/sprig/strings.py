"""sprig's functions of texts. Positions and lengths count bytes of UTF-8, as in Go.

Source: strings.go of github.com/Masterminds/sprig/v3, stringutils.go and wordutils.go of goutils.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.formatting import plain
from gitlint_ops.gotemplate.literals import from_bytes, quote, to_bytes
from gitlint_ops.gotemplate.signatures import Functions, function, simple, unknown
from gitlint_ops.gotemplate.sprig.casing import camel_case, separated, swap_case, title, untitle
from gitlint_ops.gotemplate.sprig.characters import SPACES, lower, upper
from gitlint_ops.gotemplate.values import Map, Value, ordered, strings

_CHANCE = "a text made at random is known only at run time"


def text_of(value: Value, budget: Budget) -> str:
    """sprig's strval."""
    return plain(value, budget)


def texts_of(value: Value, budget: Budget) -> list[str]:
    """sprig's strslice: the texts of what a list holds but nil, or of one value."""
    if value is None:
        return []
    items: Iterable[Value] = ordered(value) if isinstance(value, list) else [value]
    return [text_of(one, budget) for one in items if one is not None]


def repeated(budget: Budget, count: int, text: str) -> str:
    if count < 0:
        raise FunctionFault("strings: negative Repeat count")
    budget.make(count * len(text))
    return text * count


def indented(budget: Budget, spaces: int, text: str) -> str:
    pad = repeated(budget, spaces, " ")
    budget.make(len(text) + len(pad) * (text.count("\n") + 1))
    return pad + text.replace("\n", f"\n{pad}")


def replaced(budget: Budget, old: str, new: str, text: str) -> str:
    found = text.count(old)
    budget.make(len(text) + found * len(new))
    return text.replace(old, new)


def cut(width: int, text: str) -> str:
    """sprig's trunc: the first bytes, or the last where `width` is negative."""
    data = to_bytes(text)
    if width < 0 and len(data) + width > 0:
        return from_bytes(data[width:])
    return from_bytes(data[:width]) if 0 <= width < len(data) else text


def part(start: int, end: int, text: str) -> str:
    """sprig's substr."""
    data = to_bytes(text)
    if start < 0:
        start = 0
    elif end < 0 or end > len(data):
        end = len(data)
    if not 0 <= start <= end <= len(data):
        raise FunctionFault("runtime error: slice bounds out of range")
    return from_bytes(data[start:end])


def abbreviated(width: int, text: str) -> str:
    return text if width < 4 else from_bytes(_abbreviated(to_bytes(text), 0, width))


def abbreviated_both(left: int, right: int, text: str) -> str:
    if right < 4 or (left > 0 and right < 7):
        return text
    return from_bytes(_abbreviated(to_bytes(text), left, right))


def _abbreviated(data: bytes, offset: int, width: int) -> bytes:
    """`width` bytes around `offset`, with dots for what is missing; nothing where the width is too small."""
    if not data or width < 4:
        return b""
    if len(data) <= width:
        return data
    offset = min(offset, len(data))
    if len(data) - offset < width - 3:
        offset = len(data) - (width - 3)
    if offset <= 4:
        return data[: width - 3] + b"..."
    if width < 7:
        return b""
    if offset + width - 3 < len(data):
        return b"..." + _abbreviated(data[offset:], 0, width - 3)
    return b"..." + data[-(width - 3) :]


def without_spaces(text: str) -> str:
    """goutils takes each byte for a character of Latin-1 where there is any blank to delete."""
    characters = to_bytes(text).decode("latin-1")
    kept = "".join(one for one in characters if one not in SPACES)
    return text if len(kept) == len(characters) else kept


def initials(text: str) -> str:
    """The first byte of each word."""
    made: list[str] = []
    after_gap = True
    for one in to_bytes(text).decode("latin-1"):
        if one in SPACES:
            after_gap = True
        elif after_gap:
            made.append(one)
            after_gap = False
    return "".join(made)


def wrapped(budget: Budget, width: int, line_end: str, text: str, *, breaks_words: bool) -> str:
    """A text in lines of at most `width` bytes where words allow."""
    data, end_of_line = to_bytes(text), to_bytes(line_end) or b"\n"
    width = max(width, 1)
    budget.make(len(data) + (len(data) // width + 1) * len(end_of_line))
    made: list[bytes] = []
    offset = 0
    while len(data) - offset > width:
        if data[offset : offset + 1] == b" ":
            offset += 1
            continue
        at = data.rfind(b" ", offset, offset + width + 1)
        skipped = 1
        if at < 0 and breaks_words:
            at, skipped = offset + width, 0
        elif at < 0:
            at = data.find(b" ", offset + width)
        if at < 0:
            made.append(data[offset:])
            offset = len(data)
            break
        made += [data[offset:at], end_of_line]
        offset = at + skipped
    made.append(data[offset:])
    return from_bytes(b"".join(made))


def _quoted(budget: Budget, *given: Value) -> str:
    return " ".join(quote(text_of(one, budget)) for one in given if one is not None)


def _single_quoted(budget: Budget, *given: Value) -> str:
    return " ".join(f"'{text_of(one, budget)}'" for one in given if one is not None)


def _cat(budget: Budget, *given: Value) -> str:
    return " ".join(text_of(one, budget) for one in given if one is not None)


def split(separator: str, text: str) -> list[str]:
    """Go's strings.Split: without a separator, into characters."""
    return text.split(separator) if separator else list(text)


def split_at_most(separator: str, most: int, text: str) -> list[str]:
    """Go's strings.SplitN."""
    if most == 0:
        return []
    if most < 0:
        return split(separator, text)
    if separator:
        return text.split(separator, most - 1)
    characters = list(text)
    return characters if len(characters) <= most else [*characters[: most - 1], text[most - 1 :]]


def _joined(budget: Budget, between: str, value: Value) -> str:
    parts = texts_of(value, budget)
    budget.make(sum(len(one) for one in parts) + len(between) * len(parts))
    return between.join(parts)


def _numbered(parts: list[str]) -> Map:
    return Map({f"_{index}": one for index, one in enumerate(parts)}, "string")


STRINGS: Functions = {
    "hello": function("", lambda _: "Hello!"),
    "abbrev": simple("int, string", abbreviated),
    "abbrevboth": simple("int, int, string", abbreviated_both),
    "trunc": simple("int, string", cut),
    "trim": simple("string", lambda text: text.strip(SPACES)),
    "upper": simple("string", upper),
    "lower": simple("string", lower),
    "title": simple("string", title),
    "untitle": simple("string", untitle),
    "substr": simple("int, int, string", part),
    "repeat": function("int, string", repeated),
    "trimall": simple("string, string", lambda cutset, text: text.strip(cutset)),
    "trimAll": simple("string, string", lambda cutset, text: text.strip(cutset)),
    "trimSuffix": simple("string, string", lambda suffix, text: text.removesuffix(suffix)),
    "trimPrefix": simple("string, string", lambda prefix, text: text.removeprefix(prefix)),
    "nospace": simple("string", without_spaces),
    "initials": simple("string", initials),
    "randAlphaNum": unknown("int", _CHANCE),
    "randAlpha": unknown("int", _CHANCE),
    "randAscii": unknown("int", _CHANCE),
    "randNumeric": unknown("int", _CHANCE),
    "shuffle": unknown("string", _CHANCE),
    "swapcase": simple("string", swap_case),
    "snakecase": simple("string", lambda text: separated(text, "_")),
    "kebabcase": simple("string", lambda text: separated(text, "-")),
    "camelcase": simple("string", camel_case),
    "wrap": function(
        "int, string", lambda budget, width, text: wrapped(budget, width, "", text, breaks_words=False)
    ),
    "wrapWith": function(
        "int, string, string",
        lambda budget, width, end, text: wrapped(budget, width, end, text, breaks_words=True),
    ),
    "contains": simple("string, string", lambda part, text: part in text),
    "hasPrefix": simple("string, string", lambda prefix, text: text.startswith(prefix)),
    "hasSuffix": simple("string, string", lambda suffix, text: text.endswith(suffix)),
    "quote": function("...any", _quoted),
    "squote": function("...any", _single_quoted),
    "cat": function("...any", _cat),
    "indent": function("int, string", indented),
    "nindent": function("int, string", lambda budget, spaces, text: "\n" + indented(budget, spaces, text)),
    "replace": function("string, string, string", replaced),
    "plural": simple("string, string, int", lambda one, many, count: one if count == 1 else many),
    "toString": function("any", lambda budget, value: text_of(value, budget)),
    "split": simple("string, string", lambda separator, text: _numbered(split(separator, text))),
    "splitList": simple("string, string", lambda separator, text: strings(split(separator, text))),
    "splitn": simple(
        "string, int, string", lambda separator, most, text: _numbered(split_at_most(separator, most, text))
    ),
    "toStrings": function("any", lambda budget, value: strings(texts_of(value, budget))),
    "join": function("string, any", _joined),
}
