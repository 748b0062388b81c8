"""The catalogue of rules, and one rule in full, for people and as JSON."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from gitlint_ops.model.cards import Card
from gitlint_ops.report.cards import card_sections, card_value
from gitlint_ops.report.lines import encode
from gitlint_ops.report.text.paint import Painter, painter, printable

TEXT_WIDTH = 88

_EXPECTED = re.compile(r"\s*#\s*expect:\s*(?P<text>.*?)\s*$")
_KEPT = re.compile(r"\s*(?:[-*]\s|\d+\.\s|`{3}|\s{2,}\S)")


def rules_table(cards: Iterable[Card], *, colour: bool = False) -> str:
    """One line a rule, ordered by group and id."""
    paint = painter(colour)
    ordered = sorted(cards, key=lambda card: (card.group, card.id))
    rows = [_cells(card) for card in ordered]
    header = ("RULE", "GROUP", "SEVERITY", "CONFIDENCE", "PROFILE", "TITLE")
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [paint(_row(header, widths), "heading")]
    for card, row in zip(ordered, rows, strict=True):
        severity = card.severity.value
        padded = [cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)]
        padded[2] = paint(padded[2], severity)
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines) + "\n"


def rules_json(cards: Iterable[Card]) -> str:
    """The catalogue as JSON, one rule a line."""
    ordered = sorted(cards, key=lambda card: (card.group, card.id))
    return encode({"version": 1, "rules": [card_value(card) for card in ordered]}, depth=2)


def explain(
    card: Card, bad: Sequence[tuple[str, str]], good: Sequence[tuple[str, str]], *, colour: bool = False
) -> str:
    """A rule's documentation; `bad` and `good` are examples as path and text.

    Lines that a bad example marks with `# expect:` are shown with an arrow and the words expected.
    """
    return "\n".join(_explained(card, bad, good, painter(colour))).rstrip("\n") + "\n"


def _explained(
    card: Card, bad: Sequence[tuple[str, str]], good: Sequence[tuple[str, str]], paint: Painter
) -> Iterator[str]:
    severity = card.severity.value
    yield f"{paint(card.id, 'rule')}  {printable(card.title)}"
    told = f"{paint(severity, severity)}, {card.confidence.value} confidence, profile {card.profile.value}"
    yield f"{told}, group {card.group} ({card.code})"
    for heading, text in card_sections(card):
        yield ""
        yield paint(heading, "heading")
        yield from _wrapped(text)
    for heading, examples in (("Bad", bad), ("Good", good)):
        for path, text in examples:
            yield ""
            yield f"{paint(heading, 'heading')} {paint(printable(path), 'faint')}"
            yield from _example(text, paint)


def _wrapped(text: str) -> Iterator[str]:
    """Paragraphs filled to the width; lists and indented lines as they are."""
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ""
        lines = paragraph.strip("\n").splitlines()
        if any(_KEPT.match(line) for line in lines):
            yield from (f"  {printable(line)}" for line in lines)
        else:
            filled = printable(" ".join(" ".join(lines).split()))
            yield from textwrap.wrap(
                filled,
                TEXT_WIDTH,
                initial_indent="  ",
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )


def _example(text: str, paint: Painter) -> Iterator[str]:
    lines = text.rstrip("\n").split("\n")
    gutter = len(str(len(lines)))
    for number, line in enumerate(lines, 1):
        expected = _EXPECTED.search(line)
        shown = printable(line[: expected.start()] if expected else line)
        mark = paint(">", "error") if expected else " "
        yield f"{mark} {paint(f'{number:>{gutter}} |', 'faint')} {shown}".rstrip()
        if expected and expected["text"]:
            indent = len(shown) - len(shown.lstrip(" -"))
            words = " " * indent + paint(f"^ {printable(expected['text'])}", "error")
            yield f"  {' ' * gutter} {paint('|', 'faint')} {words}"


def _cells(card: Card) -> tuple[str, ...]:
    return (
        card.id,
        card.group,
        card.severity.value,
        card.confidence.value,
        card.profile.value,
        printable(card.title),
    )


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(wide) for cell, wide in zip(cells, widths, strict=True)).rstrip()
