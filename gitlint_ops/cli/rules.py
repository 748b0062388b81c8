"""`gitlint-ops rules` and `gitlint-ops explain`: the catalogue."""

from __future__ import annotations

import sys

import click

from gitlint_ops.model.errors import UsageError, did_you_mean


@click.command()
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json")), default="text", show_default=True
)
def rules(format_name: str) -> int:
    """List all rules with group, severity, confidence and profile."""
    from gitlint_ops.report.rules_text import rules_json, rules_table
    from gitlint_ops.rules.catalogue import catalogue

    cards = catalogue()
    text = rules_json(cards) if format_name == "json" else rules_table(cards, colour=sys.stdout.isatty())
    click.echo(text, nl=False)
    return 0


@click.command()
@click.argument("rule")
def explain(rule: str) -> int:
    """Show RULE: why it matters, how to fix it, a bad and a good example."""
    from gitlint_ops.report.rules_text import explain as explained
    from gitlint_ops.rules.catalogue import catalogue
    from gitlint_ops.rules.loader import load_examples

    cards = {card.id: card for card in catalogue()}
    card = cards.get(rule)
    if card is None:
        near = did_you_mean(rule, cards)
        raise UsageError(
            f"unknown rule '{rule}'",
            hint=f"did you mean '{near}'?" if near else "`gitlint-ops rules` lists them",
        )
    examples = load_examples(card)
    text = explained(
        card,
        [(one.path, one.text) for one in examples.bad],
        [(one.path, one.text) for one in examples.good],
        colour=sys.stdout.isatty(),
    )
    click.echo(text, nl=False)
    return 0
