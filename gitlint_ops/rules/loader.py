"""Rule cards and their examples, from folders; loading a card imports no check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Confidence, Severity
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.rules.card_fields import Fault, faults, subjects_of
from gitlint_ops.syntax.documents import Document, Typing, read
from gitlint_ops.syntax.locate import positions

CARD_FILE = "rule.yaml"
_EXPECTED = re.compile(r"#\s*expect:\s*(.+?)\s*\Z")


class ExampleFile(Struct, frozen=True):
    """One file of an example, by its path inside the example.

    `expected` has the line (from 1) of each finding that the file shows and a part of its message.
    """

    path: str
    text: str
    expected: tuple[tuple[int, str], ...]


class Examples(Struct, frozen=True):
    """What a rule flags and what it leaves alone, each as a small repository."""

    bad: tuple[ExampleFile, ...]
    good: tuple[ExampleFile, ...]


def load_cards(folders: Sequence[Path]) -> tuple[Card, ...]:
    """The cards below `folders` (`<group>/<rule-id>/rule.yaml`), in order of group and id.

    Raises:
        UsageError: a card is malformed, or two have one id.
    """
    return unique(_cards_of(folders))


def read_card(data: bytes, file: FileRef, folder: str) -> Card:
    """The card that a file's bytes hold; the names of its folders are its id and group.

    `folder` is where the rule's examples lie, as the caller would read them.

    Raises:
        UsageError: the card is malformed; it says where and what.
    """
    document = _document(data, file)
    place = file.path.split("/")
    for fault in faults(document.body, place[-2] if len(place) > 1 else ""):
        raise UsageError(fault.message, at=_place(data, document.index, file, fault), hint=fault.hint)
    return _card(document.body, place[-3] if len(place) > 2 else "custom", folder)


def _document(data: bytes, file: FileRef) -> Document:
    """The one document of a card.

    Raises:
        UsageError: the text is no YAML, or holds another number of documents.
    """
    text = read(data, Typing.KUBECTL)
    if text.templated:
        # The reader takes broken YAML with "{{" for a template; in a card these are messages.
        text = read(data.replace(b"{{", b"__").replace(b"}}", b"__").replace(b"{%", b"__"), Typing.KUBECTL)
    for problem in (*text.problems, *(one for document in text.documents for one in document.problems)):
        span = problem.span
        at = Location(file, span.line, span.column, span.end_line, span.end_column)
        raise UsageError(problem.message, at=at, hint=problem.hint)
    if len(text.documents) != 1:
        raise UsageError("a rule card is one YAML document", at=Location(file, 1, 1, 1, 1))
    return text.documents[0]


def unique(cards: Iterable[Card]) -> tuple[Card, ...]:
    """The cards as they come, once it is sure that no two have one id.

    Raises:
        UsageError: two cards have one id.
    """
    by_id: dict[str, Card] = {}
    for card in cards:
        if card.id in by_id:
            first, second = by_id[card.id].folder, card.folder
            raise UsageError(f"two rules are named '{card.id}': {first} and {second}")
        by_id[card.id] = card
    return tuple(by_id.values())


def load_examples(card: Card) -> Examples:
    """The examples beside a card; a single `bad.yaml` is a repository with that one file."""
    return Examples(tuple(_example(Path(card.folder), "bad")), tuple(_example(Path(card.folder), "good")))


def _cards_of(folders: Sequence[Path]) -> Iterator[Card]:
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"there is no folder of rules at '{folder}'")
        for path in sorted((*folder.glob(f"*/{CARD_FILE}"), *folder.glob(f"*/*/{CARD_FILE}"))):
            file = FileRef("", "worktree", path.as_posix())
            yield read_card(path.read_bytes(), file, str(path.parent))


def _place(data: bytes, index: int, file: FileRef, fault: Fault) -> Location:
    span = positions(data, index).locate(fault.path, key=True).span
    return Location(file, span.line, span.column, span.end_line, span.end_column)


def _card(body: Mapping[str, Any], group: str, folder: str) -> Card:
    return Card(
        id=body["id"],
        code=body.get("code", ""),
        group=group,
        title=body["title"],
        severity=Severity(body["severity"]),
        confidence=Confidence(body["confidence"]),
        profile=Profile(body["profile"]),
        subject=", ".join(subjects_of(body["subject"])),
        why=body["why"].strip(),
        fix=body["fix"].strip(),
        message=body.get("message", "").strip(),
        require=body.get("require", "").strip(),
        at=body.get("at", ""),
        match={name: tuple(values) for name, values in body.get("match", {}).items()},
        python=body.get("python", ""),
        stage=body.get("stage", ""),
        params=body.get("params", {}),
        false_positives=body.get("false_positives", "").strip(),
        controls={name: tuple(values) for name, values in body.get("controls", {}).items()},
        references=tuple(body.get("references", ())),
        folder=folder,
    )


def _example(folder: Path, name: str) -> Iterator[ExampleFile]:
    single = folder / f"{name}.yaml"
    if single.is_file():
        yield _example_file(single, single.name)
    root = folder / name
    if root.is_dir():
        for path in sorted(one for one in root.rglob("*") if one.is_file()):
            yield _example_file(path, path.relative_to(root).as_posix())


def _example_file(path: Path, name: str) -> ExampleFile:
    # Examples of broken encodings are files as well.
    text = path.read_text(encoding="utf-8", errors="replace")
    marks = ((number, _EXPECTED.search(line)) for number, line in enumerate(text.splitlines(), 1))
    return ExampleFile(name, text, tuple((number, mark[1]) for number, mark in marks if mark))
