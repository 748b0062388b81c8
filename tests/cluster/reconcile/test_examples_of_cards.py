"""What a card of the group reconcile shows as bad is told on its marked lines by a real server, good is not.

An example with `bad.live.yaml` beside it runs on a cluster on which that lives; one without runs on a server
of our own. `bad.options` holds further arguments.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gitlint_ops.model.cards import Card
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.loader import load_cards, load_examples

from ...cli.command_line import Ran, run
from .live import Cluster, arguments
from .rehearsed import GROUP, RULES, told
from .scenario import OWNED

CARDS = [card for card in load_cards([rules_folder()]) if card.group == GROUP]
HEEDED_LATE = (
    "Policy",
    "PolicyBinding",
    "WebhookConfiguration",
    "RoleBinding",
    "ResourceQuota",
    "LimitRange",
)
SECONDS_TO_HEED = 3


@pytest.fixture
def cleaned(scratch: Cluster) -> Iterator[Cluster]:
    yield scratch
    scratch.clean()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_the_bad_example_is_told_on_its_marked_lines_and_nowhere_else(
    card: Card, cleaned: Cluster, tmp_path: Path
) -> None:
    root = example(card, "bad", tmp_path)
    files = load_examples(card).bad
    expected = {f"{card.id} {one.path}:{line}": text for one in files for line, text in one.expected}

    ran = rehearsed(card, "bad", root, cleaned)

    found = {where: said for where, said in told(ran).items() if where.startswith(f"{card.id} ")}
    assert found.keys() == expected.keys(), (ran.err, told(ran))
    assert {at: text for at, text in expected.items() if not any(text in one for one in found[at])} == {}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_the_good_example_is_silent(card: Card, cleaned: Cluster, tmp_path: Path) -> None:
    root = example(card, "good", tmp_path)

    ran = rehearsed(card, "good", root, cleaned)

    assert ran.out.startswith("{"), ran.err
    assert [where for where in told(ran) if where.partition(" ")[0] in RULES] == []


def example(card: Card, name: str, folder: Path) -> Path:
    """A copy of an example as a repository of its own."""
    held = Path(card.folder, name)
    if held.is_dir():
        return Path(shutil.copytree(held, folder / "repo", symlinks=True))
    (folder / "repo").mkdir()
    shutil.copy(held.with_suffix(".yaml"), folder / "repo")
    return folder / "repo"


def rehearsed(card: Card, name: str, root: Path, server: Cluster) -> Ran:
    live, options = (Path(card.folder, f"{name}.{one}") for one in ("live.yaml", "options"))
    given = options.read_text().split() if options.is_file() else []
    if not live.is_file():
        return run("reconcile", root, "--format", "json", *(given if OWNED in given else [OWNED, *given]))
    entries = yaml.safe_load(live.read_text()) or ()
    server.live(entries)
    if any(one["apply"]["kind"].endswith(HEEDED_LATE) for one in entries if "apply" in one):
        time.sleep(SECONDS_TO_HEED)
    return run("reconcile", root, "--format", "json", *arguments(server), *given)
