"""Which rules run, how severe they are, and with what parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.findings import Confidence, Severity

# A run in which these are silent could look clean without having checked.
ALWAYS_SELECTED = frozenset({"input-unreadable", "rule-crashed"})


class Selection(Struct, frozen=True):
    """The user's choice; `select`, `only` and `ignore` name rules or groups, and `ignore` wins.

    `select` adds to what the profile takes in; `only`, where it names any, is all that runs.
    `params` maps a rule to the parameters that differ from its card.
    """

    profile: Profile = Profile.RECOMMENDED
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    only: Sequence[str] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def select(cards: Sequence[Card], selection: Selection) -> tuple[Card, ...]:
    """The cards to run, with the user's severities and parameters.

    Rules that report faults of a run itself cannot be ignored.

    Raises:
        UsageError: a rule, group or parameter is unknown.
    """
    chosen = _named(cards, (*selection.select, *selection.only), "select")
    ignored = _named(cards, selection.ignore, "ignore") - ALWAYS_SELECTED
    by_id = {card.id: card for card in cards}
    for name in (*selection.severities, *selection.params):
        if name not in by_id:
            raise _unknown(name, by_id, "rule")
    only = _named(cards, selection.only, "select")

    def by_profile(card: Card) -> bool:
        return not only and _in_profile(card, selection.profile)

    if only:
        chosen = only
    kept = (
        card
        for card in cards
        if card.id not in ignored and (card.id in chosen or card.id in ALWAYS_SELECTED or by_profile(card))
    )
    return tuple(_adjusted(card, selection) for card in kept)


def _in_profile(card: Card, profile: Profile) -> bool:
    """Whether a profile of the ladder essential, recommended, strict takes the card in.

    Change, reconcile and advice are no steps of the ladder: each adds its own rules to the
    recommended ones.
    """
    if profile is Profile.ESSENTIAL:
        return card.profile is Profile.ESSENTIAL or (
            card.profile is Profile.RECOMMENDED
            and card.severity is Severity.ERROR
            and card.confidence is Confidence.HIGH
        )
    if profile is Profile.STRICT:
        return card.profile in (Profile.ESSENTIAL, Profile.RECOMMENDED, Profile.STRICT)
    return card.profile in (Profile.ESSENTIAL, Profile.RECOMMENDED, profile)


def _named(cards: Sequence[Card], names: Iterable[str], option: str) -> frozenset[str]:
    """The ids of the rules that are named, one by one or by their group."""
    by_name: dict[str, set[str]] = {}
    for card in cards:
        by_name.setdefault(card.group, set()).add(card.id)
    for card in cards:
        by_name[card.id] = {card.id}
    found: set[str] = set()
    for name in names:
        if name not in by_name:
            raise _unknown(name, by_name, f"rule or group in {option}:")
        found |= by_name[name]
    return frozenset(found)


def _adjusted(card: Card, selection: Selection) -> Card:
    given = selection.params.get(card.id, {})
    for name, value in given.items():
        if name not in card.params:
            raise _unknown(name, card.params, f"parameter of {card.id}:")
        default = card.params[name]
        if default is not None and _kind(value) != _kind(default):
            raise UsageError(f"the parameter '{name}' of {card.id} must be a {_kind(default)}, not {value!r}")
    severity = selection.severities.get(card.id, card.severity)
    return replace(card, severity=severity, params={**card.params, **given})


def _kind(value: Any) -> str:
    names = {
        str: "text",
        bool: "true or false",
        int: "number",
        float: "number",
        list: "list",
        dict: "mapping",
    }
    return names.get(type(value), type(value).__name__)


def _unknown(name: str, known: Iterable[str], what: str) -> UsageError:
    near = did_you_mean(name, known)
    hint = f"did you mean '{near}'?" if near else "see `gitlint-ops rules`"
    return UsageError(f"unknown {what} '{name}'", hint=hint)
