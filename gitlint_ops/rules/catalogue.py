"""All rules of a run: those that are shipped, and the user's own folders of cards."""

from __future__ import annotations

from collections.abc import Sequence

from gitlint_ops.model.cards import Card
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.loader import CARD_FILE, load_cards, read_card, unique
from gitlint_ops.workspace.tree import Tree


def catalogue(tree: Tree | None = None, folders: Sequence[str] = ()) -> tuple[Card, ...]:
    """The built-in cards, then those in `folders` of the repository at the tree's revision.

    Raises:
        UsageError: a card is malformed, or two have one id.
    """
    own = tuple(_cards(tree, folders)) if tree is not None and folders else ()
    return unique((*load_cards((rules_folder(),)), *own))


def _cards(tree: Tree, folders: Sequence[str]) -> list[Card]:
    wanted = tuple(f"{folder.strip('/')}/" for folder in folders)
    return [
        read_card(tree.read(path), tree.ref(path), path.rpartition("/")[0])
        for path in tree.entries()
        if path.startswith(wanted) and path.endswith(f"/{CARD_FILE}")
    ]
