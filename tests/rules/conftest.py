"""Small repositories in memory, judged by single rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from msgspec.structs import replace

from gitlint_ops.model.blame import Origin, Via, at, origin
from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import DocumentRole, RenderedObject, SourceDocument, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.loader import load_cards
from gitlint_ops.rules.namespaces import namespaces_by_target
from gitlint_ops.rules.subjects import Facts
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.locate import positions
from gitlint_ops.workspace.config import decode_config

CONFIG = "gitlint-ops.yaml"

Files = Mapping[str, str]
Judge = Callable[..., list[str]]


@pytest.fixture(scope="session")
def cards() -> dict[str, Card]:
    return {card.id: card for card in load_cards([rules_folder()])}


@pytest.fixture(scope="session")
def judge(cards: dict[str, Card]) -> Judge:
    """`judge("tag-mutable", files)` gives each violation as "file:line: message"."""

    def judged(
        rule: str | Card, files: Files, facts: Facts | None = None, complete: bool = True
    ) -> list[str]:
        card = cards[rule] if isinstance(rule, str) else rule
        return shown(run_rules([card], inputs(files, facts, complete=complete)), files)

    return judged


def inputs(files: Files, facts: Facts | None = None, *, complete: bool = True) -> RuleInputs:
    """All files as documents, and all their objects as one target, as plain folders are built.

    A configuration among them says the versions of the operators.
    """
    if facts is None and CONFIG in files:
        config = decode_config(files[CONFIG].encode(), FileRef("repo", "worktree", CONFIG))
        facts = Facts(flux=config.operators.flux, argocd=config.operators.argocd)
    documents = tuple(documents_of(files))
    target = built(documents, complete=complete)
    seen = namespaces_by_target([target])[target.target.id]
    return RuleInputs((target,), documents, replace(facts or Facts(), namespaces=seen))


def documents_of(files: Files) -> Iterator[SourceDocument]:
    for path, text in ((path, text) for path, text in files.items() if path != CONFIG):
        for document in read(text.encode(), Typing.KUBECTL).documents:
            ref = DocumentRef(FileRef("repo", "worktree", path), document.index)
            yield SourceDocument(ref, document.body, role(path))


def role(path: str) -> DocumentRole:
    name = path.rpartition("/")[2]
    if name == "kustomization.yaml":
        return DocumentRole.KUSTOMIZATION
    return DocumentRole.CHART_VALUES if name.startswith("values") else DocumentRole.OBJECT


def built(documents: Sequence[SourceDocument], path: str = "", *, complete: bool = True) -> BuildResult:
    target = BuildTarget("repo", path, TargetKind.PLAIN)
    objects = tuple(rendered(one, target.id) for one in documents if one.role is DocumentRole.OBJECT)
    return BuildResult(target, Status.BUILT, objects, complete=complete)


def rendered(document: SourceDocument, target: str, via: Via = Via.RESOURCE) -> RenderedObject:
    body = document.body
    return RenderedObject(object_key(body), body["apiVersion"], body, Origin(document.ref, (), via), target)


def shown(violations: Sequence[Violation], files: Files) -> list[str]:
    return sorted(
        {f"{file}:{line}: {one.message}" for one in violations for file, line in [place(one, files)]}
    )


def place(violation: Violation, files: Files) -> tuple[str, int]:
    on = violation.on
    if isinstance(on, RenderedObject):
        blamed = origin(at(on.blame, violation.path))
        ref, path = blamed.source, blamed.source_path
    else:
        assert isinstance(on, DocumentRef)
        ref, path = on, violation.path
    span = positions(files[ref.file.path].encode(), ref.index).locate(path, key=violation.at_key).span
    return ref.file.path, span.line
