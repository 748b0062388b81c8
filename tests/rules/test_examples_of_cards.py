from __future__ import annotations

import pytest

from gitlint_ops.model.cards import Card
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.loader import ExampleFile, load_cards, load_examples

from .conftest import Judge

CARDS = load_cards([rules_folder()])
# Those of the group kustomize need builds, others need to know what is delivered, or what several
# environments get: tests/pipeline tries them.
WIDER = {"delivery", "environment"}
JUDGED = [
    card
    for card in CARDS
    if not card.stage and card.group != "kustomize" and WIDER.isdisjoint(card.subject.split(", "))
]
# What shows only in a broken rule, and no file can show.
WITHOUT_EXAMPLES = {"rule-crashed"}


@pytest.mark.parametrize("card", JUDGED, ids=lambda card: card.id)
def test_the_bad_example_is_flagged_on_its_marked_lines_and_nowhere_else(card: Card, judge: Judge) -> None:
    files = load_examples(card).bad
    expected = {(file.path, line): text for file in files for line, text in file.expected}

    found = judge(card, texts(files))

    places = {(path, int(line)): message for path, line, message in (one.split(":", 2) for one in found)}
    assert places.keys() == expected.keys()
    assert {place: text for place, text in expected.items() if text not in places[place]} == {}


@pytest.mark.parametrize("card", JUDGED, ids=lambda card: card.id)
def test_the_good_example_is_clean(card: Card, judge: Judge) -> None:
    assert judge(card, texts(load_examples(card).good)) == []


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_every_card_has_examples_with_marked_lines(card: Card) -> None:
    examples = load_examples(card)

    assert card.id in WITHOUT_EXAMPLES or any(file.expected for file in examples.bad) == (
        card.id != "input-unreadable"
    )
    assert card.id in WITHOUT_EXAMPLES or examples.good


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_every_card_says_why_how_to_mend_it_and_which_controls_it_serves(card: Card) -> None:
    assert card.code
    assert card.false_positives
    assert card.controls


def texts(files: tuple[ExampleFile, ...]) -> dict[str, str]:
    return {file.path: file.text for file in files}
