"""A rule's documentation as text, Markdown and data."""

from __future__ import annotations

from typing import Any

from gitlint_ops.model.cards import Card


def card_value(card: Card) -> dict[str, Any]:
    """A rule as plain data."""
    return {
        "id": card.id,
        "code": card.code,
        "group": card.group,
        "title": card.title,
        "severity": card.severity.value,
        "confidence": card.confidence.value,
        "profile": card.profile.value,
        "subject": card.subject,
        "why": card.why.strip(),
        "fix": card.fix.strip(),
        "false_positives": card.false_positives.strip(),
        "params": dict(card.params),
        "controls": {framework: list(controls) for framework, controls in card.controls.items()},
        "references": list(card.references),
    }


def card_sections(card: Card) -> list[tuple[str, str]]:
    """Heading and text of what is said about a rule, in the order in which people ask."""
    sections = [
        ("Why", card.why),
        ("How to fix", card.fix),
        ("When it may be wrong", card.false_positives),
        ("Parameters", "\n".join(f"- {name}: {_short(value)}" for name, value in card.params.items())),
        ("Controls", "\n".join(f"- {name}: {', '.join(held)}" for name, held in card.controls.items())),
        ("References", "\n".join(f"- {reference}" for reference in card.references)),
    ]
    return [(heading, text.strip()) for heading, text in sections if text.strip()]


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def card_plain(card: Card) -> str:
    """All that is said about a rule as plain text."""
    parts = [card.title, *(f"{heading}\n{text}" for heading, text in card_sections(card))]
    return "\n\n".join(parts)


def card_markdown(card: Card) -> str:
    """All that is said about a rule as Markdown."""
    parts = [f"# {card.title}", *(f"## {heading}\n\n{text}" for heading, text in card_sections(card))]
    return "\n\n".join(parts)
