"""Rules against hand-checked truth of public repositories, file by file as they stand there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.discover.delivery import replaced_images
from gitlint_ops.discover.roles import FileRole, document_role, is_delivered
from gitlint_ops.model.cards import Card
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import DocumentRole, SourceDocument
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.subjects import Facts
from gitlint_ops.syntax.documents import Typing, read

from .conftest import built, place

RULES = {
    "plaintext-secret": ("secret-plaintext",),
    "mutable-image": ("tag-latest-or-missing", "tag-mutable", "tag-partial"),
    "deprecated-api": ("api-removed",),
    "env-mismatch": ("branch-env-mismatch", "overlay-env-mismatch"),
}


@pytest.fixture(scope="module")
def labels(shared: Path) -> list[dict[str, Any]]:
    lines = (shared / "corpus" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return [label for label in map(json.loads, lines) if label["family"] in RULES]


@pytest.mark.parametrize("family", RULES)
def test_every_true_label_is_found_at_its_line_and_no_false_one(
    family: str, labels: list[dict[str, Any]], shared: Path, cards: dict[str, Card]
) -> None:
    missed, wrong = [], []
    for label in labels:
        if label["family"] == family:
            lines = found(label, shared, [cards[rule] for rule in RULES[family]])
            near = any(abs(line - label["line"]) <= 1 for line in lines)
            missed += [name(label)] if label["verdict"] == "true" and not near else []
            wrong += [name(label)] if label["verdict"] == "false" and label["line"] in lines else []

    assert missed == []
    assert wrong == []


def found(label: dict[str, Any], shared: Path, cards: list[Card]) -> set[int]:
    """The lines of the label's file that the rules flag."""
    folder = shared / "corpus" / label["repo"].rpartition("/")[2]
    path = label["file"]
    text = (folder / path).read_text(encoding="utf-8")
    documents = tuple(documents_of(path, text))
    delivered = [one for one in documents if one.delivered]
    inputs = RuleInputs((built(delivered),), documents, Facts(replaced_images=skaffold(folder)))
    return {place(one, {path: text})[1] for one in run_rules(cards, inputs)}


def documents_of(path: str, text: str) -> Iterator[SourceDocument]:
    last = path.rpartition("/")[2]
    role = FileRole.KUSTOMIZATION if last == "kustomization.yaml" else FileRole.LOOSE
    role = FileRole.CHART_VALUES if last.startswith("values") else role
    for document in read(text.encode(), Typing.KUBECTL).documents:
        ref = DocumentRef(FileRef("repo", "worktree", path), document.index)
        told = document_role(document.body, role)
        assert isinstance(told, DocumentRole)
        yield SourceDocument(ref, document.body, told, is_delivered(path, ""))


def skaffold(folder: Path) -> frozenset[str]:
    file = folder / "skaffold.yaml"
    documents = read(file.read_bytes(), Typing.KUBECTL).documents if file.is_file() else ()
    return replaced_images(document.body for document in documents)


def name(label: dict[str, Any]) -> str:
    return f"{label['file']}:{label['line']}"
