"""What a rule's card shows as bad is flagged by the whole command on its marked lines, and good is clean."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitlint_ops.model.cards import Card
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.loader import load_cards, load_examples

from ..cli.command_line import check

# What only a server can say is tried on one, in tests/cluster/reconcile.
CARDS = [card for card in load_cards([rules_folder()]) if card.group != "reconcile"]
# What a stage reports, and what shows in a build only.
STAGES = [card for card in CARDS if (card.stage or card.group == "kustomize") and card.id != "rule-crashed"]


def example(card: Card, name: str, folder: Path) -> Path:
    """A copy of an example as a repository of its own."""
    held = Path(card.folder, name)
    if held.is_dir():
        return Path(shutil.copytree(held, folder / "repo", symlinks=True))
    (folder / "repo").mkdir()
    shutil.copy(held.with_suffix(".yaml"), folder / "repo")
    return folder / "repo"


@pytest.mark.parametrize("card", [one for one in CARDS if one.id != "rule-crashed"], ids=lambda card: card.id)
def test_the_bad_example_is_flagged_on_its_marked_lines_and_nowhere_else(card: Card, tmp_path: Path) -> None:
    expected = {
        f"{file.path}:{line}": text for file in load_examples(card).bad for line, text in file.expected
    }

    ran = check(example(card, "bad", tmp_path), "--select", card.id)

    found = {
        f"{one['location']['file']}:{one['location']['line']}": one["message"]
        for one in ran.findings
        if one["rule"] == card.id
    }
    if card.id == "input-unreadable":
        assert found  # no comment can stand in a file that is not read
    else:
        assert found.keys() == expected.keys()
    assert {at: text for at, text in expected.items() if text not in found.get(at, "")} == {}


@pytest.mark.parametrize("card", [one for one in CARDS if one.id != "rule-crashed"], ids=lambda card: card.id)
def test_the_good_example_breaks_no_rule_at_all(card: Card, tmp_path: Path) -> None:
    ran = check(example(card, "good", tmp_path))

    # Examples with Flux and Argo CD objects carry no CRDs; that these are said to be unvalidated is right.
    assert [one for one in ran.found() if not one.startswith("schema-missing ")] == []
